/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/policies.h"

#include "workstation/store/rows.h"

int store_policies_get(struct db *db, int64_t chart, enum policy_choice ret_choices[CHART_FIELDS])
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	for (enum chart_field field = 0; field < CHART_FIELDS; field++)
		ret_choices[field] = POLICY_NONE;
	int r = db_query(db, "SELECT field, choice FROM policy WHERE chart = $1",
			 DB_ARGS(db_int(chart)), &rows);
	if (r)
		return FOLD(r);
	while ((r = db_next(rows)) == 0) {
		enum chart_field field = chart_field_of_name(db_column_text(rows, 0));
		if (field < CHART_FIELDS)
			ret_choices[field] = policy_of_name(db_column_text(rows, 1));
	}
	return r == DB_END ? 0 : FOLD(r);
}

int store_policy_put(struct db *db, int64_t chart, enum chart_field field,
		     enum policy_choice choice)
{
	struct str name = str_of(chart_field_row(field)->name);
	int r = choice == POLICY_NONE
			? db_run(db, "DELETE FROM policy WHERE chart = $1 AND field = $2",
				 DB_ARGS(db_int(chart), db_text(name)), NULL)
			: db_run(db,
				 "INSERT INTO policy (chart, field, choice) VALUES ($1, $2, $3)"
				 " ON CONFLICT (chart, field) DO UPDATE SET choice = "
				 "excluded.choice",
				 DB_ARGS(db_int(chart), db_text(name),
					 db_text(policy_name(choice))),
				 NULL);
	return r ? FOLD(r) : 0;
}

int store_difference_put(struct db *db, int64_t chart, const struct difference_told *difference)
{
	int r = db_run(db,
		       "INSERT INTO difference (chart, field, result_id, told, told_from, told_to)"
		       " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (chart, field) DO UPDATE SET"
		       " result_id = excluded.result_id, told = excluded.told,"
		       " told_from = excluded.told_from, told_to = excluded.told_to",
		       DB_ARGS(db_int(chart),
			       db_text(str_of(chart_field_row(difference->field)->name)),
			       db_text(difference->result_id), db_text(difference->told),
			       db_text(difference->from), db_text(difference->to)),
		       NULL);
	return r ? FOLD(r) : 0;
}

int store_difference_remove(struct db *db, int64_t chart, enum chart_field field)
{
	int r = db_run(db, "DELETE FROM difference WHERE chart = $1 AND field = $2",
		       DB_ARGS(db_int(chart), db_text(str_of(chart_field_row(field)->name))), NULL);
	return r ? FOLD(r) : 0;
}

static int differences_fill(struct db_rows *rows, struct arena *arena, struct difference_told *list,
			    size_t *ret_count)
{
	size_t count = 0;
	int r;
	while ((r = db_next(rows)) == 0 && count < CHART_FIELDS) {
		struct difference_told *told = &list[count];
		struct str *const texts[] = {&told->told, &told->result_id, &told->from, &told->to};
		*told = (struct difference_told){
			.field = chart_field_of_name(db_column_text(rows, 0)),
			.told = db_column_text(rows, 1),
			.result_id = db_column_text(rows, 2),
			.from = db_column_text(rows, 3),
			.to = db_column_text(rows, 4),
		};
		r = store_keep(arena, texts, sizeof texts / sizeof texts[0]);
		if (r)
			return PASS(r);
		count += told->field < CHART_FIELDS;
	}
	*ret_count = count;
	return r && r != DB_END ? FOLD(r) : 0;
}

int store_differences_list(struct db *db, struct arena *arena, int64_t chart,
			   struct difference_told **ret_differences, size_t *ret_count)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	struct difference_told *list = arena_array(arena, CHART_FIELDS, sizeof *list);
	if (!list)
		return RAISE(ENOMEM);
	int r = db_query(
		db,
		"SELECT field, told, result_id, told_from, told_to FROM difference WHERE chart = $1"
		" ORDER BY field",
		DB_ARGS(db_int(chart)), &rows);
	if (!r)
		r = differences_fill(rows, arena, list, ret_count);
	if (r)
		return FOLD(r);
	*ret_differences = list;
	return 0;
}
