/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/drafts.h"

static int draft_keep(struct db *db, const struct draft *draft)
{
	int r = db_run(db,
		       "INSERT INTO draft (key, staff, at_ms, body) VALUES ($1, $2, $3, $4)"
		       " ON CONFLICT (key) DO UPDATE SET staff = excluded.staff,"
		       " at_ms = excluded.at_ms, body = excluded.body",
		       DB_ARGS(db_text(draft->key), db_text(draft->staff), db_int(draft->at_ms),
			       db_text(draft->values)),
		       NULL);
	if (!r)
		r = db_run(db,
			   "DELETE FROM draft WHERE key NOT IN"
			   " (SELECT key FROM draft ORDER BY at_ms DESC, key LIMIT $1)",
			   DB_ARGS(db_int(STORE_DRAFTS_MAX)), NULL);
	return r ? FOLD(r) : 0;
}

int store_draft_put(struct db *db, const struct draft *draft)
{
	int r = draft->values.ptr ? draft_keep(db, draft)
				  : db_run(db, "DELETE FROM draft WHERE key = $1",
					   DB_ARGS(db_text(draft->key)), NULL);
	return r ? FOLD(r) : 0;
}

int store_drafts_each(struct db *db, int64_t since_ms,
		      int (*each)(void *ctx, const struct draft *draft), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_run(db, "DELETE FROM draft WHERE at_ms < $1", DB_ARGS(db_int(since_ms)), NULL);
	if (!r)
		r = db_query(db,
			     "SELECT key, staff, at_ms, body FROM draft ORDER BY at_ms DESC, key",
			     DB_NO_ARGS, &rows);
	if (r)
		return FOLD(r);
	while ((r = db_next(rows)) == 0) {
		const struct draft draft = {db_column_text(rows, 0), db_column_text(rows, 1),
					    db_column_int(rows, 2), db_column_text(rows, 3)};
		r = each(ctx, &draft);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return r == DB_END ? 0 : FOLD(r);
}
