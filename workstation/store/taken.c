/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/store.h"

int store_cursor_get(struct db *db, struct arena *arena, struct str *ret_cursor)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, "SELECT cursor FROM taken WHERE one = 1", DB_NO_ARGS, &rows);
	if (!r)
		r = db_next(rows);
	if (r == DB_END)
		return STORE_ABSENT;
	if (!r)
		r = arena_copy(arena, db_column_text(rows, 0), ret_cursor);
	return r ? FOLD(r) : 0;
}

int store_cursor_set(struct db *db, struct str cursor)
{
	int r = db_run(db,
		       "INSERT INTO taken (one, cursor) VALUES (1, $1)"
		       " ON CONFLICT (one) DO UPDATE SET cursor = excluded.cursor",
		       DB_ARGS(db_text(cursor)), NULL);
	return r ? FOLD(r) : 0;
}
