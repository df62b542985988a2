/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/lists.h"

#include "workstation/store/seen_row.h"

/* A part anywhere in it: instr, because what is typed may hold the wild cards of LIKE. */
static const char list_sql[] = "SELECT " SEEN_COLUMNS_WITH(
	"COALESCE(reference, (SELECT chart.reference FROM chart"
	" WHERE chart.number = seen.chart))") " FROM seen"
					      " WHERE confirmed_at >= COALESCE($1, '') AND ($2 IS "
					      "NULL OR confirmed_at < $2)"
					      " AND ($3 = 0 OR status = $3)"
					      " AND (($4 IS NULL AND $5 IS NULL AND $6 IS NULL AND "
					      "$7 IS NULL)"
					      " OR instr(fold_kana, $4) > 0 OR instr(fold_name, "
					      "$5) > 0"
					      " OR reference = $6 OR CAST(chart AS TEXT) = $6 OR "
					      "instr(number, $6) > 0"
					      " OR birth = $7 OR substr(confirmed_at, 1, 8) = $7)"
					      " ORDER BY confirmed_at DESC, result_id DESC LIMIT "
					      "$8";

int store_list_each(struct db *db, const struct list_filter *filter, int64_t limit,
		    int (*each)(void *ctx, const struct seen *seen), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, list_sql,
			 DB_ARGS(db_text(filter->from), db_text(filter->to), db_int(filter->status),
				 db_text(filter->kana), db_text(filter->name),
				 db_text(filter->number), db_text(filter->day), db_int(limit)),
			 &rows);
	if (r)
		return FOLD(r);
	r = store_seen_tell(rows, each, ctx);
	return r < 0 ? PASS(r) : r;
}

int store_list_count(struct db *db, struct str from, struct list_counts *ret_counts)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db,
			 "SELECT (SELECT COUNT(*) FROM seen WHERE confirmed_at >= $1),"
			 " (SELECT COUNT(*) FROM seen WHERE state = $2),"
			 " (SELECT COUNT(*) FROM seen)",
			 DB_ARGS(db_text(from), db_int(SEEN_OPEN)), &rows);
	if (!r)
		r = db_next(rows);
	if (r)
		return FOLD(r);
	*ret_counts = (struct list_counts){db_column_int(rows, 0), db_column_int(rows, 1),
					   db_column_int(rows, 2)};
	return 0;
}

static struct unconfirmed unconfirmed_of_row(struct db_rows *rows)
{
	return (struct unconfirmed){
		.chart = db_column_int(rows, 0),
		.reference = db_column_text(rows, 1),
		.name = db_column_text(rows, 2),
		.kana = db_column_text(rows, 3),
		.birth = db_column_text(rows, 4),
		.sex = db_column_text(rows, 5),
		.telephone = db_column_text(rows, 6),
		.confirmed_at = db_column_text(rows, 7),
		.insurer_name = db_column_text(rows, 8),
		.symbol = db_column_text(rows, 9),
		.number = db_column_text(rows, 10),
		.branch = db_column_text(rows, 11),
		.seen_at = db_column_text(rows, 12),
		.seen_validity = db_column_text(rows, 13),
	};
}

/* SQLite: beside MAX(), a bare column is of the row that has the maximum. */
static const char unconfirmed_sql[] =
	"SELECT chart.number, chart.reference, chart.name, chart.kana, chart.birth, chart.sex,"
	" chart.telephone, chart.confirmed_at, insurance.insurer_name, insurance.symbol,"
	" insurance.number, insurance.branch, MAX(seen.confirmed_at), seen.validity"
	" FROM seen JOIN chart ON chart.number = seen.chart"
	" LEFT JOIN insurance ON insurance.chart = chart.number AND insurance.closed_on = 0"
	" WHERE seen.confirmed_at >= $1 AND chart.state = 0"
	" AND (chart.confirmed_at IS NULL OR chart.confirmed_at < $2)"
	" GROUP BY chart.number HAVING SUM(seen.confirmed_at < $2) > 0"
	" ORDER BY COALESCE(chart.confirmed_at, ''), chart.number";

int store_unconfirmed_each(struct db *db, struct str last, struct str this,
			   int (*each)(void *ctx, const struct unconfirmed *one), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, unconfirmed_sql, DB_ARGS(db_text(last), db_text(this)), &rows);
	if (r)
		return FOLD(r);
	while ((r = db_next(rows)) == 0) {
		struct unconfirmed one = unconfirmed_of_row(rows);
		r = each(ctx, &one);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return r == DB_END ? 0 : FOLD(r);
}
