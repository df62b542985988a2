/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/find.h"

#include "workstation/store/rows.h"

/* Three look-ups in three indexes; NULL finds nothing. */
static const char alike_sql[] = STORE_HELD(
	"$1") "SELECT number, reference, name, kana, birth, sex,"
	      " EXISTS (SELECT 1 FROM insurance WHERE insurance.chart = chart.number"
	      " AND insurance.member_key = $3), number IN (SELECT number FROM held)"
	      " FROM chart WHERE state = 0 AND number IN (SELECT number FROM held"
	      " UNION SELECT number FROM chart WHERE birth = $2"
	      " UNION SELECT chart FROM insurance WHERE member_key = $3) ORDER BY number";

static struct candidate_chart chart_of_row(struct db_rows *rows)
{
	return (struct candidate_chart){
		.chart = {.number = db_column_int(rows, 0),
			  .reference = db_column_text(rows, 1),
			  .name = db_column_text(rows, 2),
			  .kana = db_column_text(rows, 3),
			  .birth = db_column_text(rows, 4),
			  .sex = db_column_text(rows, 5)},
		.has_member_key = db_column_int(rows, 6) != 0,
		.has_reference = db_column_int(rows, 7) != 0,
	};
}

int store_alike_each(struct db *db, const struct candidate_told *told,
		     int (*each)(void *ctx, const struct candidate_chart *chart), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, alike_sql,
			 DB_ARGS(db_text(told->reference), db_text(told->birth),
				 db_text(told->member_key)),
			 &rows);
	if (r)
		return FOLD(r);
	while ((r = db_next(rows)) == 0) {
		struct candidate_chart chart = chart_of_row(rows);
		r = each(ctx, &chart);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return r == DB_END ? 0 : FOLD(r);
}
