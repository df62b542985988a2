/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of digits, which sort as their times do. */
#include "workstation/store/received.h"

#include <stdio.h>

enum { SECOND_BYTES = 24 };

int store_received_count(struct db *db, struct str from, struct str to, int64_t *ret_count)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	char last[SECOND_BYTES];
	/* The last second of a day, or of time; "9" sorts behind every digit of a time. */
	(void)snprintf(last, sizeof last, "%.*s9", (int)(to.len < 15 ? to.len : 15), to.ptr);
	int r = db_query(db,
			 "SELECT count(*) FROM seen"
			 " WHERE confirmed_at >= $1 AND confirmed_at < $2",
			 DB_ARGS(db_text(from), db_text(str_of(last))), &rows);
	if (!r)
		r = db_next(rows);
	if (r)
		return FOLD(r);
	*ret_count = db_column_int(rows, 0);
	return 0;
}
