/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/queue.h"

#include "workstation/store/rows.h"
#include "workstation/store/store.h"

int store_queue_add(struct db *db, struct str result_id, int64_t chart, struct str number,
		    struct str expected)
{
	int r = db_run(db,
		       "INSERT INTO queue (result_id, chart, number, expected)"
		       " VALUES ($1, $2, $3, $4) ON CONFLICT (result_id) DO UPDATE"
		       " SET chart = excluded.chart, number = excluded.number,"
		       " expected = excluded.expected, state = 0, tries = 0, problem = NULL,"
		       " held = NULL",
		       DB_ARGS(db_text(result_id), db_int(chart), db_text(number),
			       db_text(expected)),
		       NULL);
	return r ? FOLD(r) : 0;
}

int store_queue_remove(struct db *db, struct str result_id)
{
	int r = db_run(db, "DELETE FROM queue WHERE result_id = $1", DB_ARGS(db_text(result_id)),
		       NULL);
	return r ? FOLD(r) : 0;
}

int store_queue_waits(struct db *db, int64_t chart, bool *ret_waits)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, "SELECT 1 FROM queue WHERE chart = $1 AND state = $2",
			 DB_ARGS(db_int(chart), db_int(QUEUED_WAITING)), &rows);
	if (!r)
		r = db_next(rows);
	if (r && r != DB_END)
		return FOLD(r);
	*ret_waits = r == 0;
	return 0;
}

int store_queue_failed(struct db *db, const struct queued *queued)
{
	int r = db_run(db,
		       "UPDATE queue SET state = $2, tries = tries + 1, problem = $3, held = $4"
		       " WHERE result_id = $1",
		       DB_ARGS(db_text(queued->result_id), db_int(queued->state),
			       db_text(queued->problem), db_text(queued->held)),
		       NULL);
	return r ? FOLD(r) : 0;
}

static int queue_fill(struct db_rows *rows, struct arena *arena, struct queued *list,
		      size_t *ret_count)
{
	size_t count = 0;
	int r;
	while ((r = db_next(rows)) == 0 && count < STORE_QUEUE_MAX) {
		struct queued *queued = &list[count];
		*queued = (struct queued){
			.result_id = db_column_text(rows, 0),
			.chart = db_column_int(rows, 1),
			.number = db_column_text(rows, 2),
			.state = (enum queued_state)db_column_int(rows, 3),
			.tries = db_column_int(rows, 4),
			.problem = db_column_text(rows, 5),
			.held = db_column_text(rows, 6),
			.expected = db_column_text(rows, 7),
		};
		struct str *const texts[] = {&queued->result_id, &queued->number, &queued->problem,
					     &queued->held, &queued->expected};
		r = store_keep(arena, texts, sizeof texts / sizeof texts[0]);
		if (r)
			return PASS(r);
		count++;
	}
	if (r && r != DB_END)
		return FOLD(r);
	*ret_count = count;
	return 0;
}

int store_queue_list(struct db *db, struct arena *arena, bool only_waiting,
		     struct queued **ret_queued, size_t *ret_count)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	struct queued *list = arena_array(arena, STORE_QUEUE_MAX, sizeof *list);
	if (!list)
		return RAISE(ENOMEM);
	int r = db_query(db,
			 "SELECT result_id, chart, number, state, tries, problem, held, expected"
			 " FROM queue"
			 " WHERE state <= $1 ORDER BY chart, result_id",
			 DB_ARGS(db_int(only_waiting ? QUEUED_WAITING : QUEUED_REFUSED)), &rows);
	if (!r)
		r = queue_fill(rows, arena, list, ret_count);
	if (r)
		return FOLD(r);
	*ret_queued = list;
	return 0;
}
