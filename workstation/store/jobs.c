/* SPDX-License-Identifier: Apache-2.0 */
/* Debian's SQLite is built to overwrite what is deleted (SECURE_DELETE). */
#include "workstation/store/jobs.h"

#include "workstation/store/rows.h"
#include "workstation/store/store.h"

int store_job_add(struct db *db, const struct job *job)
{
	int r = db_run(db,
		       "INSERT INTO job (no, at_ms, kind, staff, outcome, done, note) SELECT "
		       "COALESCE(MAX(no), 0) + 1, $1, $2, $3, $4, $5, $6 FROM job",
		       DB_ARGS(db_int(job->at_ms), db_text(job->kind), db_text(job->staff),
			       db_text(job->outcome), db_int(job->done), db_text(job->note)),
		       NULL);
	return r ? FOLD(r) : 0;
}

static int job_keep(struct db_rows *rows, struct arena *arena, struct job *ret_job)
{
	struct job job = {.at_ms = db_column_int(rows, 0),
			  .kind = db_column_text(rows, 1),
			  .staff = db_column_text(rows, 2),
			  .outcome = db_column_text(rows, 3),
			  .done = db_column_int(rows, 4),
			  .note = db_column_text(rows, 5)};
	struct str *const texts[] = {&job.kind, &job.staff, &job.outcome, &job.note};
	int r = store_keep(arena, texts, sizeof texts / sizeof *texts);
	if (r)
		return PASS(r);
	*ret_job = job;
	return 0;
}

int store_job_last(struct db *db, struct arena *arena, struct str kind, struct str outcome,
		   struct job *ret_job)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db,
			 "SELECT at_ms, kind, staff, outcome, done, note FROM job WHERE kind = $1 "
			 "AND ($2 IS NULL OR outcome = $2) ORDER BY no DESC LIMIT 1",
			 DB_ARGS(db_text(kind), db_text(outcome)), &rows);
	if (!r)
		r = db_next(rows);
	if (r == DB_END)
		return STORE_ABSENT;
	if (!r)
		r = job_keep(rows, arena, ret_job);
	return r ? FOLD(r) : 0;
}

/* --- forgetting --- */

int store_results_forget(struct db *db, const struct store_cut *cut, int64_t *ret_count)
{
	static const char differences[] =
		"DELETE FROM difference WHERE result_id IN (SELECT result_id FROM seen WHERE "
		"confirmed_at < $1 AND state <> $2)";
	static const char results[] = "DELETE FROM seen WHERE confirmed_at < $1 AND state <> $2";
	int r = db_run(db, differences, DB_ARGS(db_text(cut->confirmed_at), db_int(SEEN_OPEN)),
		       NULL);
	if (!r)
		r = db_run(db, results, DB_ARGS(db_text(cut->confirmed_at), db_int(SEEN_OPEN)),
			   ret_count);
	return r ? FOLD(r) : 0;
}

int store_changes_forget(struct db *db, const struct store_cut *cut, int64_t *ret_count)
{
	int r = db_run(db, "DELETE FROM change WHERE at_ms < $1", DB_ARGS(db_int(cut->at_ms)),
		       ret_count);
	return r ? FOLD(r) : 0;
}

/* Closed, without a result, and unchanged since; what is forgotten already has no birth. */
#define CLOSED                                                                      \
	" IN (SELECT number FROM chart WHERE state <> 0 AND birth IS NOT NULL AND " \
	"COALESCE(confirmed_at, '') < $1 AND NOT EXISTS (SELECT 1 FROM seen WHERE " \
	"seen.chart = chart.number) AND NOT EXISTS (SELECT 1 FROM change WHERE "    \
	"(change.chart = chart.number OR change.other = chart.number) AND at_ms >= $2))"

int store_charts_forget(struct db *db, const struct store_cut *cut, int64_t *ret_count)
{
	static const char *const of_charts[] = {
		"DELETE FROM chart_alias WHERE chart" CLOSED,
		"DELETE FROM public_expense WHERE chart" CLOSED,
		"DELETE FROM insurance WHERE chart" CLOSED,
		"DELETE FROM difference WHERE chart" CLOSED,
		"DELETE FROM policy WHERE chart" CLOSED,
	};
	static const char charts[] =
		"UPDATE chart SET name = NULL, kana = NULL, fold_name = NULL, fold_kana = NULL, "
		"birth = NULL, sex = NULL, post = NULL, address = NULL, telephone = NULL, "
		"ratio = NULL, limit_class = NULL, limit_from = NULL, limit_to = NULL, "
		"notes = NULL, first_visit = 0, version = version + 1 WHERE number" CLOSED;
	int r = 0;
	for (size_t i = 0; r == 0 && i < sizeof of_charts / sizeof *of_charts; i++)
		r = db_run(db, of_charts[i],
			   DB_ARGS(db_text(cut->confirmed_at), db_int(cut->at_ms)), NULL);
	if (!r)
		r = db_run(db, charts, DB_ARGS(db_text(cut->confirmed_at), db_int(cut->at_ms)),
			   ret_count);
	return r ? FOLD(r) : 0;
}
