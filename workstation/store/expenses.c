/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/expenses.h"

#include "workstation/store/rows.h"

static int expenses_fill(struct db_rows *rows, struct arena *arena, struct expense *list,
			 size_t *ret_count)
{
	size_t count = 0;
	int r;
	while ((r = db_next(rows)) == 0 && count < PUBLIC_EXPENSE_PLACES) {
		struct expense *expense = &list[count];
		struct str *const texts[] = {&expense->payer_number, &expense->recipient_number};
		*expense = (struct expense){
			.place = (int)db_column_int(rows, 0),
			.payer_number = db_column_text(rows, 1),
			.recipient_number = db_column_text(rows, 2),
			.valid_from = (int)db_column_int(rows, 3),
			.valid_to = (int)db_column_int(rows, 4),
		};
		r = store_keep(arena, texts, sizeof texts / sizeof texts[0]);
		if (r)
			return PASS(r);
		count++;
	}
	*ret_count = count;
	return r && r != DB_END ? FOLD(r) : 0;
}

int store_expenses_list(struct db *db, struct arena *arena, int64_t chart,
			struct expense **ret_expenses, size_t *ret_count)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	struct expense *list = arena_array(arena, PUBLIC_EXPENSE_PLACES, sizeof *list);
	if (!list)
		return RAISE(ENOMEM);
	int r = db_query(db,
			 "SELECT place, payer_number, recipient_number, valid_from, valid_to"
			 " FROM public_expense WHERE chart = $1 ORDER BY place",
			 DB_ARGS(db_int(chart)), &rows);
	if (!r)
		r = expenses_fill(rows, arena, list, ret_count);
	if (r)
		return FOLD(r);
	*ret_expenses = list;
	return 0;
}

static int expense_add(struct db *db, int64_t chart, const struct expense *expense)
{
	int r = db_run(db,
		       "INSERT INTO public_expense (chart, place, payer_number, recipient_number,"
		       " valid_from, valid_to) VALUES ($1, $2, $3, $4, $5, $6)",
		       DB_ARGS(db_int(chart), db_int(expense->place),
			       db_text(expense->payer_number), db_text(expense->recipient_number),
			       db_int(expense->valid_from), db_int(expense->valid_to)),
		       NULL);
	return r ? FOLD(r) : 0;
}

int store_expenses_put(struct db *db, int64_t chart, const struct expense *expenses, size_t count)
{
	int r = db_run(db, "DELETE FROM public_expense WHERE chart = $1", DB_ARGS(db_int(chart)),
		       NULL);
	if (r)
		return FOLD(r);
	for (size_t i = 0; i < count; i++) {
		r = expense_add(db, chart, &expenses[i]);
		if (r)
			return PASS(r);
	}
	return 0;
}
