/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/find.h"

enum { ALIASES_BYTES = 1 << 20 };

/* Three look-ups in three indexes; NULL finds nothing. */
static const char alike_sql[] =
	"SELECT number, reference, name, kana, birth, sex,"
	" EXISTS (SELECT 1 FROM insurance WHERE insurance.chart = chart.number"
	" AND insurance.member_key = $3)"
	" FROM chart WHERE state = 0 AND number IN (SELECT number FROM chart WHERE reference = $1"
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
	};
}

enum { ALIASES_MAX = 32 }; /* of one chart; what is beyond is only not remembered */

static int aliases_read(struct db *db, struct arena *arena, struct candidate_chart *chart,
			struct candidate_alias list[ALIASES_MAX])
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, "SELECT is_kana, text FROM chart_alias WHERE chart = $1",
			 DB_ARGS(db_int(chart->chart.number)), &rows);
	if (r)
		return FOLD(r);
	chart->aliases = list;
	while (chart->aliases_count < ALIASES_MAX && (r = db_next(rows)) == 0) {
		struct candidate_alias *alias = &list[chart->aliases_count++];
		alias->is_kana = db_column_int(rows, 0) != 0;
		r = arena_copy(arena, db_column_text(rows, 1), &alias->text);
		if (r)
			return PASS(r);
	}
	return r == DB_END || r == 0 ? 0 : FOLD(r);
}

int store_alike_each(struct db *db, const struct candidate_told *told,
		     int (*each)(void *ctx, const struct candidate_chart *chart), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	AUTO(arena_clear) struct arena arena;
	struct candidate_alias aliases[ALIASES_MAX];
	arena_init(&arena, ALIASES_BYTES);
	int r = db_query(db, alike_sql,
			 DB_ARGS(db_text(told->reference), db_text(told->birth),
				 db_text(told->member_key)),
			 &rows);
	if (r)
		return FOLD(r);
	while ((r = db_next(rows)) == 0) {
		struct candidate_chart chart = chart_of_row(rows);
		r = aliases_read(db, &arena, &chart, aliases);
		if (!r)
			r = each(ctx, &chart);
		arena_clear(&arena);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return r == DB_END ? 0 : FOLD(r);
}
