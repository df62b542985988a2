/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/charts.h"

#include "lib/base/number.h"
#include "workstation/rules/fold.h"
#include "workstation/store/rows.h"
#include "workstation/store/store.h"

#define CHART_COLUMNS                                                                         \
	"number, reference, name, kana, birth, sex, post, address, telephone, notes, ratio, " \
	"limit_class, limit_from, limit_to, first_visit, state, merged_into, confirmed_at, "  \
	"version"

static struct chart chart_of_row(struct db_rows *rows)
{
	return (struct chart){
		.number = db_column_int(rows, 0),
		.reference = db_column_text(rows, 1),
		.name = db_column_text(rows, 2),
		.kana = db_column_text(rows, 3),
		.birth = db_column_text(rows, 4),
		.sex = db_column_text(rows, 5),
		.post = db_column_text(rows, 6),
		.address = db_column_text(rows, 7),
		.telephone = db_column_text(rows, 8),
		.notes = db_column_text(rows, 9),
		.ratio = db_column_text(rows, 10),
		.limit_class = db_column_text(rows, 11),
		.limit_from = db_column_text(rows, 12),
		.limit_to = db_column_text(rows, 13),
		.first_visit = (int)db_column_int(rows, 14),
		.state = (enum chart_state)db_column_int(rows, 15),
		.merged_into = db_column_int(rows, 16),
		.confirmed_at = db_column_text(rows, 17),
		.version = db_column_int(rows, 18),
	};
}

static int chart_keep(struct arena *arena, struct chart *chart)
{
	struct str *const texts[] = {
		&chart->reference, &chart->name,	 &chart->kana,	      &chart->birth,
		&chart->sex,	   &chart->post,	 &chart->address,     &chart->telephone,
		&chart->notes,	   &chart->ratio,	 &chart->limit_class, &chart->limit_from,
		&chart->limit_to,  &chart->confirmed_at,
	};
	int r = store_keep(arena, texts, sizeof texts / sizeof texts[0]);
	return r ? PASS(r) : 0;
}

static int chart_one(struct db *db, struct arena *arena, const char *sql, struct db_value value,
		     struct chart *ret_chart)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, sql, DB_ARGS(value), &rows);
	if (r)
		return FOLD(r);
	r = db_next(rows);
	if (r == DB_END)
		return STORE_ABSENT;
	if (r)
		return FOLD(r);
	struct chart chart = chart_of_row(rows);
	r = chart_keep(arena, &chart);
	if (r)
		return PASS(r);
	*ret_chart = chart;
	return 0;
}

int store_chart_get(struct db *db, struct arena *arena, int64_t number, struct chart *ret_chart)
{
	int r = chart_one(db, arena, "SELECT " CHART_COLUMNS " FROM chart WHERE number = $1",
			  db_int(number), ret_chart);
	return r < 0 ? PASS(r) : r;
}

int store_chart_of_reference(struct db *db, struct arena *arena, struct str reference,
			     struct chart *ret_chart)
{
	int r = chart_one(db, arena, "SELECT " CHART_COLUMNS " FROM chart WHERE reference = $1",
			  db_text(reference), ret_chart);
	return r < 0 ? PASS(r) : r;
}

int store_chart_holder(struct db *db, struct arena *arena, struct str reference,
		       struct chart *ret_chart)
{
	int r = chart_one(db, arena,
			  STORE_HELD("$1") "SELECT " CHART_COLUMNS
					   " FROM chart WHERE number = (SELECT number FROM held"
					   " ORDER BY steps DESC LIMIT 1)",
			  db_text(reference), ret_chart);
	return r < 0 ? PASS(r) : r;
}

int store_reference_next(struct db *db, int64_t *ret_number)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db,
			 "SELECT 1 + MAX((SELECT COALESCE(MAX(number), 0) FROM chart),"
			 " (SELECT COALESCE(MAX(" STORE_REFERENCE_NUMBER "), 0) FROM chart))",
			 DB_NO_ARGS, &rows);
	if (!r)
		r = db_next(rows);
	if (r)
		return FOLD(r);
	*ret_number = db_column_int(rows, 0);
	return 0;
}

enum { REFERENCE_DIGITS_MAX = 15 };

/* The number of a new chart: that of its reference where it is one and free, else the next. */
static int number_give(struct db *db, struct arena *arena, struct str reference,
		       int64_t *ret_number)
{
	struct chart other;
	int64_t number = 0;
	bool is_number = reference.len && reference.len <= REFERENCE_DIGITS_MAX &&
			 number_parse(reference, 1, INT64_MAX, &number) == 0;
	int r = is_number ? store_chart_get(db, arena, number, &other) : 0;
	if (r < 0)
		return PASS(r);
	if (r != STORE_ABSENT)
		r = store_reference_next(db, &number);
	if (r < 0)
		return PASS(r);
	*ret_number = number;
	return 0;
}

/* What search and matching look for. */
static int folds_of(struct arena *arena, const struct chart *chart, struct str *ret_name,
		    struct str *ret_kana)
{
	int r = fold_name(arena, chart->name, ret_name);
	if (!r)
		r = fold_kana(arena, chart->kana, ret_kana);
	return r ? PASS(r) : 0;
}

static int chart_insert(struct db *db, struct arena *arena, const struct chart *chart)
{
	struct str name, kana;
	int r = folds_of(arena, chart, &name, &kana);
	if (r)
		return PASS(r);
	r = db_run(
		db,
		"INSERT INTO chart (number, reference, name, kana, fold_name, fold_kana, birth,"
		" sex, post, address, telephone, notes, ratio, limit_class, limit_from, limit_to,"
		" first_visit, confirmed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
		" $11, $12, $13, $14, $15, $16, $17, $18)",
		DB_ARGS(db_int(chart->number), db_text(chart->reference), db_text(chart->name),
			db_text(chart->kana), db_text(name), db_text(kana), db_text(chart->birth),
			db_text(chart->sex), db_text(chart->post), db_text(chart->address),
			db_text(chart->telephone), db_text(chart->notes), db_text(chart->ratio),
			db_text(chart->limit_class), db_text(chart->limit_from),
			db_text(chart->limit_to), db_int(chart->first_visit),
			db_text(chart->confirmed_at)),
		NULL);
	return r ? FOLD(r) : 0;
}

int store_chart_add(struct db *db, struct arena *arena, const struct chart *chart,
		    struct chart *ret_chart)
{
	struct chart added = *chart;
	int r = number_give(db, arena, chart->reference, &added.number);
	if (!r && !chart->reference.ptr)
		r = arena_print(arena, &added.reference, "%lld", (long long)added.number);
	if (!r)
		r = chart_insert(db, arena, &added);
	if (r)
		return FOLD(r);
	added.version = 1;
	*ret_chart = added;
	return 0;
}

int store_charts_each(struct db *db, int (*each)(void *ctx, const struct chart *chart), void *ctx)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, "SELECT " CHART_COLUMNS " FROM chart ORDER BY number", DB_NO_ARGS,
			 &rows);
	if (r)
		return FOLD(r);
	while ((r = db_next(rows)) == 0) {
		struct chart chart = chart_of_row(rows);
		r = each(ctx, &chart);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return r == DB_END ? 0 : FOLD(r);
}

int store_chart_update(struct db *db, struct arena *arena, const struct chart *chart)
{
	struct str name, kana;
	int64_t changed = 0;
	int r = folds_of(arena, chart, &name, &kana);
	if (r)
		return PASS(r);
	r = db_run(db,
		   "UPDATE chart SET name = $3, kana = $4, fold_name = $5, fold_kana = $6,"
		   " birth = $7, sex = $8, post = $9, address = $10, telephone = $11, notes = $12,"
		   " ratio = $13, limit_class = $14, limit_from = $15, limit_to = $16,"
		   " first_visit = $17, state = $18, merged_into = $19, confirmed_at = $20,"
		   " version = version + ((name, kana, birth, sex, post, address, telephone, notes,"
		   " ratio, limit_class, limit_from, limit_to, first_visit, state, merged_into,"
		   " confirmed_at) IS NOT ($3, $4, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
		   " $17, $18, $19, $20)) WHERE number = $1 AND version = $2",
		   DB_ARGS(db_int(chart->number), db_int(chart->version), db_text(chart->name),
			   db_text(chart->kana), db_text(name), db_text(kana),
			   db_text(chart->birth), db_text(chart->sex), db_text(chart->post),
			   db_text(chart->address), db_text(chart->telephone),
			   db_text(chart->notes), db_text(chart->ratio),
			   db_text(chart->limit_class), db_text(chart->limit_from),
			   db_text(chart->limit_to), db_int(chart->first_visit),
			   db_int(chart->state), db_int(chart->merged_into),
			   db_text(chart->confirmed_at)),
		   &changed);
	if (r)
		return FOLD(r);
	return changed ? 0 : STORE_MOVED;
}

int store_chart_touch(struct db *db, int64_t number, int64_t version)
{
	int64_t changed = 0;
	int r = db_run(db,
		       "UPDATE chart SET version = version + 1 WHERE number = $1 AND version = $2",
		       DB_ARGS(db_int(number), db_int(version)), &changed);
	if (r)
		return FOLD(r);
	return changed ? 0 : STORE_MOVED;
}

int store_chart_confirmed(struct db *db, int64_t number, struct str confirmed_at)
{
	int r = db_run(db,
		       "UPDATE chart SET confirmed_at = $2 WHERE number = $1"
		       " AND (confirmed_at IS NULL OR confirmed_at < $2)",
		       DB_ARGS(db_int(number), db_text(confirmed_at)), NULL);
	return r ? FOLD(r) : 0;
}

int store_chart_reference_set(struct db *db, int64_t number, struct str reference)
{
	int r = db_run(db,
		       "UPDATE chart SET reference = $2, version = version + 1 WHERE number = $1",
		       DB_ARGS(db_int(number), db_text(reference)), NULL);
	if (r == DB_CONFLICT)
		return STORE_MOVED;
	return r ? FOLD(r) : 0;
}
