/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/insurances.h"

#include "workstation/store/rows.h"
#include "workstation/store/store.h"

#define INSURANCE_COLUMNS                                                                     \
	"place, insurer_number, insurer_name, symbol, number, branch, card_class, relation, " \
	"valid_from, valid_to, qualified, member_key, begins, closed_on, ratio, by_hand, "    \
	"confirmed_at"

static struct insurance insurance_of_row(struct db_rows *rows)
{
	return (struct insurance){
		.order = db_column_int(rows, 0),
		.insurer_number = db_column_text(rows, 1),
		.insurer_name = db_column_text(rows, 2),
		.symbol = db_column_text(rows, 3),
		.number = db_column_text(rows, 4),
		.branch = db_column_text(rows, 5),
		.card_class = db_column_text(rows, 6),
		.relation = db_column_text(rows, 7),
		.valid_from = db_column_text(rows, 8),
		.valid_to = db_column_text(rows, 9),
		.qualified = db_column_text(rows, 10),
		.key = db_column_text(rows, 11),
		.begins = (int)db_column_int(rows, 12),
		.closed_on = (int)db_column_int(rows, 13),
		.ratio = db_column_text(rows, 14),
		.is_by_hand = db_column_int(rows, 15) != 0,
		.confirmed_at = db_column_text(rows, 16),
	};
}

static int insurance_keep(struct arena *arena, struct insurance *insurance)
{
	struct str *const texts[] = {
		&insurance->insurer_number, &insurance->insurer_name, &insurance->symbol,
		&insurance->number,	    &insurance->branch,	      &insurance->card_class,
		&insurance->relation,	    &insurance->valid_from,   &insurance->valid_to,
		&insurance->qualified,	    &insurance->key,	      &insurance->ratio,
		&insurance->confirmed_at,
	};
	int r = store_keep(arena, texts, sizeof texts / sizeof texts[0]);
	return r ? PASS(r) : 0;
}

/* $1 the chart; $2 the place, or 0: the open one. */
static int insurance_one(struct db *db, struct arena *arena, int64_t chart, int64_t order,
			 struct insurance *ret_insurance)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db,
			 "SELECT " INSURANCE_COLUMNS " FROM insurance WHERE chart = $1"
			 " AND (place = $2 OR ($2 = 0 AND closed_on = 0)) ORDER BY place DESC",
			 DB_ARGS(db_int(chart), db_int(order)), &rows);
	if (r)
		return FOLD(r);
	r = db_next(rows);
	if (r == DB_END)
		return STORE_ABSENT;
	if (r)
		return FOLD(r);
	struct insurance insurance = insurance_of_row(rows);
	r = insurance_keep(arena, &insurance);
	if (r)
		return PASS(r);
	*ret_insurance = insurance;
	return 0;
}

int store_insurance_current(struct db *db, struct arena *arena, int64_t chart,
			    struct insurance *ret_insurance)
{
	int r = insurance_one(db, arena, chart, 0, ret_insurance);
	return r < 0 ? PASS(r) : r;
}

int store_insurance_get(struct db *db, struct arena *arena, int64_t chart, int64_t order,
			struct insurance *ret_insurance)
{
	int r = order > 0 ? insurance_one(db, arena, chart, order, ret_insurance) : STORE_ABSENT;
	return r < 0 ? PASS(r) : r;
}

int store_insurance_order(struct db *db, int64_t chart, const struct insurance *insurance,
			  int64_t *ret_order)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db,
			 "SELECT place FROM insurance WHERE chart = $1 AND member_key = $2"
			 " AND begins = $3 ORDER BY place DESC",
			 DB_ARGS(db_int(chart), db_text(insurance->key), db_int(insurance->begins)),
			 &rows);
	if (!r)
		r = db_next(rows);
	if (r)
		return r == DB_END ? STORE_ABSENT : FOLD(r);
	*ret_order = db_column_int(rows, 0);
	return 0;
}

int store_insurance_add(struct db *db, int64_t chart, const struct insurance *insurance)
{
	int r = db_run(db,
		       "INSERT INTO insurance (chart, " INSURANCE_COLUMNS ") SELECT $1,"
		       " COALESCE(MAX(place), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,"
		       " $12, $13, $14, $15, $16, $17 FROM insurance WHERE chart = $1",
		       DB_ARGS(db_int(chart), db_text(insurance->insurer_number),
			       db_text(insurance->insurer_name), db_text(insurance->symbol),
			       db_text(insurance->number), db_text(insurance->branch),
			       db_text(insurance->card_class), db_text(insurance->relation),
			       db_text(insurance->valid_from), db_text(insurance->valid_to),
			       db_text(insurance->qualified), db_text(insurance->key),
			       db_int(insurance->begins), db_int(insurance->closed_on),
			       db_text(insurance->ratio), db_int(insurance->is_by_hand),
			       db_text(insurance->confirmed_at)),
		       NULL);
	return r ? FOLD(r) : 0;
}

int store_insurance_put(struct db *db, int64_t chart, const struct insurance *insurance)
{
	int64_t changed = 0;
	int r = db_run(db,
		       "UPDATE insurance SET insurer_number = $3, insurer_name = $4, symbol = $5,"
		       " number = $6, branch = $7, card_class = $8, relation = $9,"
		       " valid_from = $10, valid_to = $11, qualified = $12, member_key = $13,"
		       " begins = $14, closed_on = $15, ratio = $16, by_hand = $17,"
		       " confirmed_at = $18 WHERE chart = $1 AND place = $2",
		       DB_ARGS(db_int(chart), db_int(insurance->order),
			       db_text(insurance->insurer_number), db_text(insurance->insurer_name),
			       db_text(insurance->symbol), db_text(insurance->number),
			       db_text(insurance->branch), db_text(insurance->card_class),
			       db_text(insurance->relation), db_text(insurance->valid_from),
			       db_text(insurance->valid_to), db_text(insurance->qualified),
			       db_text(insurance->key), db_int(insurance->begins),
			       db_int(insurance->closed_on), db_text(insurance->ratio),
			       db_int(insurance->is_by_hand), db_text(insurance->confirmed_at)),
		       &changed);
	if (r)
		return FOLD(r);
	return changed ? 0 : STORE_ABSENT;
}

int store_insurance_close(struct db *db, int64_t chart, int64_t order, int last_day)
{
	int r = db_run(db, "UPDATE insurance SET closed_on = $3 WHERE chart = $1 AND place = $2",
		       DB_ARGS(db_int(chart), db_int(order), db_int(last_day)), NULL);
	return r ? FOLD(r) : 0;
}

int store_insurance_confirmed(struct db *db, int64_t chart, int64_t order, struct str confirmed_at,
			      struct str ratio)
{
	int r = db_run(db,
		       "UPDATE insurance SET confirmed_at = $3, ratio = COALESCE($4, ratio)"
		       " WHERE chart = $1 AND place = $2 AND confirmed_at <= $3",
		       DB_ARGS(db_int(chart), db_int(order), db_text(confirmed_at), db_text(ratio)),
		       NULL);
	return r ? FOLD(r) : 0;
}

int store_insurances_each(struct db *db, int64_t chart,
			  int (*each)(void *ctx, const struct insurance *insurance), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db,
			 "SELECT " INSURANCE_COLUMNS
			 " FROM insurance WHERE chart = $1 ORDER BY place",
			 DB_ARGS(db_int(chart)), &rows);
	if (r)
		return FOLD(r);
	while ((r = db_next(rows)) == 0) {
		struct insurance insurance = insurance_of_row(rows);
		r = each(ctx, &insurance);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return r == DB_END ? 0 : FOLD(r);
}
