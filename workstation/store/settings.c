/* SPDX-License-Identifier: Apache-2.0 */
/* Names and values. */
#include "workstation/store/settings.h"

#include "lib/base/number.h"

enum { NUMBER_ARENA_BYTES = 4096 };

int store_setting_get(struct db *db, struct arena *arena, struct str name, struct str *ret_value)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	struct str value = {0};
	int r = db_query(db, "SELECT value FROM setting WHERE name = $1", DB_ARGS(db_text(name)),
			 &rows);
	if (!r)
		r = db_next(rows);
	if (!r)
		r = arena_copy(arena, db_column_text(rows, 0), &value);
	if (r && r != DB_END)
		return FOLD(r);
	*ret_value = value;
	return 0;
}

int store_setting_put(struct db *db, struct str name, struct str value)
{
	int r = value.ptr ? db_run(db,
				   "INSERT INTO setting (name, value) VALUES ($1, $2)"
				   " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
				   DB_ARGS(db_text(name), db_text(value)), NULL)
			  : db_run(db, "DELETE FROM setting WHERE name = $1",
				   DB_ARGS(db_text(name)), NULL);
	return r ? FOLD(r) : 0;
}

int store_setting_number(struct db *db, struct str name, int64_t otherwise, int64_t *ret_value)
{
	AUTO(arena_clear) struct arena arena;
	struct str text;
	int64_t value;
	arena_init(&arena, NUMBER_ARENA_BYTES);
	int r = store_setting_get(db, &arena, name, &text);
	if (r)
		return PASS(r);
	*ret_value = text.ptr && number_parse(text, INT64_MIN, INT64_MAX, &value) == 0 ? value
										       : otherwise;
	return 0;
}

int store_setting_number_put(struct db *db, struct str name, int64_t value)
{
	char text[NUMBER_TEXT_BYTES];
	int r = store_setting_put(db, name, number_print(value, text));
	return r ? PASS(r) : 0;
}
