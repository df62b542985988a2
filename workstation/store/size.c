/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/size.h"

#include "workstation/store/store.h"

int store_size(struct db *db, struct store_size *ret_size)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db,
			 "SELECT (SELECT page_count FROM pragma_page_count()) * "
			 "(SELECT page_size FROM pragma_page_size()), "
			 "(SELECT COUNT(*) FROM chart WHERE state = 0), (SELECT COUNT(*) FROM "
			 "seen), (SELECT COUNT(*) FROM queue)",
			 DB_NO_ARGS, &rows);
	if (!r)
		r = db_next(rows);
	if (r)
		return FOLD(r);
	*ret_size = (struct store_size){
		.bytes = db_column_int(rows, 0),
		.charts = db_column_int(rows, 1),
		.results = db_column_int(rows, 2),
		.waiting = db_column_int(rows, 3),
	};
	return 0;
}
