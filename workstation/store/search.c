/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/search.h"

#include "workstation/rules/fold.h"

/*
 * $1 kana, $2 name: folded; $3 as typed; $4 the day; $5 the highest state; $6 how many. Numbers are
 * compared whole, names in part: the table is read through, which 50,000 charts bear.
 */
#define FOUND_CHARTS                                                                            \
	" FROM chart LEFT JOIN insurance"                                                       \
	" ON insurance.chart = chart.number AND insurance.closed_on = 0"                        \
	" WHERE (state = 0 OR state = $5) AND ($3 IS NULL OR instr(fold_kana, $1) > 0"          \
	" OR instr(fold_name, $2) > 0 OR reference = $3 OR birth = $4 OR insurance.number = $3" \
	" OR CAST(chart.number AS TEXT) = ltrim($3, '0') OR telephone = $3"                     \
	" OR EXISTS (SELECT 1 FROM chart_alias WHERE chart_alias.chart = chart.number"          \
	" AND instr(fold, CASE is_kana WHEN 1 THEN $1 ELSE $2 END) > 0))"                       \
	" GROUP BY chart.number ORDER BY fold_kana IS NULL, fold_kana, chart.number LIMIT $6"

static const char search_sql[] =
	"SELECT chart.number, reference, name, kana, birth, sex, chart.confirmed_at, insurer_name,"
	" symbol, insurance.number, branch, state" FOUND_CHARTS;

#define EXPENSE(place, column)                                                             \
	"(SELECT " column " FROM public_expense WHERE public_expense.chart = chart.number" \
	" AND place = " #place ")"

static const char whole_sql[] =
	"SELECT chart.number, reference, name, kana, birth, sex, chart.confirmed_at, state, post,"
	" address, telephone, notes, chart.ratio, first_visit, insurer_number, insurer_name,"
	" symbol, insurance.number, branch, relation, valid_from, valid_to, "
#define PLACE(place) EXPENSE(place, "payer_number") ", " EXPENSE(place, "recipient_number")
	PLACE(1) ", " PLACE(2) ", " PLACE(3) ", " PLACE(4) FOUND_CHARTS;
#undef PLACE

static struct search_line line_of_row(struct db_rows *rows)
{
	return (struct search_line){
		.number = db_column_int(rows, 0),
		.reference = db_column_text(rows, 1),
		.name = db_column_text(rows, 2),
		.kana = db_column_text(rows, 3),
		.birth = db_column_text(rows, 4),
		.sex = db_column_text(rows, 5),
		.confirmed_at = db_column_text(rows, 6),
		.insurer_name = db_column_text(rows, 7),
		.symbol = db_column_text(rows, 8),
		.member = db_column_text(rows, 9),
		.branch = db_column_text(rows, 10),
		.state = (enum chart_state)db_column_int(rows, 11),
	};
}

static struct search_whole whole_of_row(struct db_rows *rows)
{
	enum { EXPENSES_AT = 22 };
	struct search_whole whole = {
		.chart = {.number = db_column_int(rows, 0),
			  .reference = db_column_text(rows, 1),
			  .name = db_column_text(rows, 2),
			  .kana = db_column_text(rows, 3),
			  .birth = db_column_text(rows, 4),
			  .sex = db_column_text(rows, 5),
			  .confirmed_at = db_column_text(rows, 6),
			  .state = (enum chart_state)db_column_int(rows, 7),
			  .post = db_column_text(rows, 8),
			  .address = db_column_text(rows, 9),
			  .telephone = db_column_text(rows, 10),
			  .notes = db_column_text(rows, 11),
			  .ratio = db_column_text(rows, 12),
			  .first_visit = (int)db_column_int(rows, 13)},
		.insurance = {.insurer_number = db_column_text(rows, 14),
			      .insurer_name = db_column_text(rows, 15),
			      .symbol = db_column_text(rows, 16),
			      .number = db_column_text(rows, 17),
			      .branch = db_column_text(rows, 18),
			      .relation = db_column_text(rows, 19),
			      .valid_from = db_column_text(rows, 20),
			      .valid_to = db_column_text(rows, 21)},
	};
	for (int i = 0; i < PUBLIC_EXPENSE_PLACES; i++) {
		whole.payers[i] = db_column_text(rows, EXPENSES_AT + 2 * i);
		whole.recipients[i] = db_column_text(rows, EXPENSES_AT + 2 * i + 1);
	}
	return whole;
}

static int search_run(struct db *db, struct arena *arena, const char *sql,
		      const struct search_ask *ask, struct db_rows **ret_rows)
{
	struct str kana, name;
	int r = fold_kana(arena, ask->text, &kana);
	if (!r)
		r = fold_name(arena, ask->text, &name);
	if (!r)
		r = db_query(db, sql,
			     DB_ARGS(db_text(kana), db_text(name),
				     db_text(kana.ptr || name.ptr ? ask->text : (struct str){0}),
				     db_text(ask->birth),
				     db_int(ask->with_away ? CHART_AWAY : CHART_LIVE),
				     db_int(ask->limit)),
			     ret_rows);
	return r ? FOLD(r) : 0;
}

int store_search(struct db *db, struct arena *arena, const struct search_ask *ask,
		 int (*each)(void *ctx, const struct search_line *line), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = search_run(db, arena, search_sql, ask, &rows);
	while (!r && (r = db_next(rows)) == 0) {
		struct search_line line = line_of_row(rows);
		r = each(ctx, &line);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return r == DB_END ? 0 : FOLD(r);
}

int store_search_whole(struct db *db, struct arena *arena, const struct search_ask *ask,
		       int (*each)(void *ctx, const struct search_whole *whole), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = search_run(db, arena, whole_sql, ask, &rows);
	while (!r && (r = db_next(rows)) == 0) {
		struct search_whole whole = whole_of_row(rows);
		r = each(ctx, &whole);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return r == DB_END ? 0 : FOLD(r);
}
