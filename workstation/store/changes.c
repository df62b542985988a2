/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/changes.h"

#include "workstation/store/rows.h"
#include "workstation/store/store.h"

#define CHANGE_COLUMNS \
	"no, at_ms, staff, kind, why, chart, other, result_id, before, after, undoes, undone_by"

static struct change change_of_row(struct db_rows *rows)
{
	return (struct change){
		.no = db_column_int(rows, 0),
		.at_ms = db_column_int(rows, 1),
		.staff = db_column_text(rows, 2),
		.kind = db_column_text(rows, 3),
		.why = db_column_text(rows, 4),
		.chart = db_column_int(rows, 5),
		.other = db_column_int(rows, 6),
		.result_id = db_column_text(rows, 7),
		.before = db_column_text(rows, 8),
		.after = db_column_text(rows, 9),
		.undoes = db_column_int(rows, 10),
		.undone_by = db_column_int(rows, 11),
	};
}

int store_change_note(struct db *db, const struct change *change, int64_t *ret_no)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db,
			 "INSERT INTO change (no, at_ms, staff, kind, why, chart, other, result_id,"
			 " before, after, undoes) SELECT COALESCE(MAX(no), 0) + 1, $1, $2, $3, $4,"
			 " $5, $6, $7, $8, $9, $10 FROM change RETURNING no",
			 DB_ARGS(db_int(change->at_ms), db_text(change->staff),
				 db_text(change->kind), db_text(change->why), db_int(change->chart),
				 db_int(change->other), db_text(change->result_id),
				 db_text(change->before), db_text(change->after),
				 db_int(change->undoes)),
			 &rows);
	if (!r)
		r = db_next(rows);
	if (r)
		return FOLD(r);
	*ret_no = db_column_int(rows, 0);
	return 0;
}

static int change_one(struct db *db, struct arena *arena, const char *sql, struct db_value value,
		      struct change *ret_change)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, sql, DB_ARGS(value), &rows);
	if (!r)
		r = db_next(rows);
	if (r)
		return r == DB_END ? STORE_ABSENT : FOLD(r);
	struct change change = change_of_row(rows);
	struct str *const texts[] = {&change.staff,	&change.kind,	&change.why,
				     &change.result_id, &change.before, &change.after};
	r = store_keep(arena, texts, sizeof texts / sizeof texts[0]);
	if (r)
		return PASS(r);
	*ret_change = change;
	return 0;
}

int store_change_get(struct db *db, struct arena *arena, int64_t no, struct change *ret_change)
{
	int r = change_one(db, arena, "SELECT " CHANGE_COLUMNS " FROM change WHERE no = $1",
			   db_int(no), ret_change);
	return r < 0 ? PASS(r) : r;
}

int store_change_of_result(struct db *db, struct arena *arena, struct str result_id,
			   struct change *ret_change)
{
	int r = change_one(db, arena,
			   "SELECT " CHANGE_COLUMNS " FROM change WHERE result_id = $1"
			   " AND undone_by = 0 AND undoes = 0 ORDER BY no DESC LIMIT 1",
			   db_text(result_id), ret_change);
	return r < 0 ? PASS(r) : r;
}

int store_change_undone(struct db *db, int64_t no, int64_t by)
{
	int r = db_run(db, "UPDATE change SET undone_by = $2 WHERE no = $1",
		       DB_ARGS(db_int(no), db_int(by)), NULL);
	return r ? FOLD(r) : 0;
}

int store_changes_each(struct db *db, int64_t chart, int64_t limit,
		       int (*each)(void *ctx, const struct change *change), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = chart ? db_query(db,
				 "SELECT " CHANGE_COLUMNS " FROM change WHERE chart = $1 OR"
				 " (other = $1 AND other <> 0) ORDER BY no DESC LIMIT $2",
				 DB_ARGS(db_int(chart), db_int(limit)), &rows)
		      : db_query(db,
				 "SELECT " CHANGE_COLUMNS " FROM change ORDER BY no DESC LIMIT $1",
				 DB_ARGS(db_int(limit)), &rows);
	if (r)
		return FOLD(r);
	while ((r = db_next(rows)) == 0) {
		struct change change = change_of_row(rows);
		r = each(ctx, &change);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return r == DB_END ? 0 : FOLD(r);
}
