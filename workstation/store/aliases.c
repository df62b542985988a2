/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/store/aliases.h"

#include "workstation/rules/fold.h"
#include "workstation/store/rows.h"

static int fold_of(struct arena *arena, const struct candidate_alias *alias, struct str *ret_fold)
{
	int r = alias->is_kana ? fold_kana(arena, alias->text, ret_fold)
			       : fold_name(arena, alias->text, ret_fold);
	return r ? PASS(r) : 0;
}

int store_alias_add(struct db *db, struct arena *arena, int64_t chart,
		    const struct candidate_alias *alias)
{
	struct str fold;
	int r = fold_of(arena, alias, &fold);
	if (!r && fold.ptr)
		r = db_run(db,
			   "INSERT INTO chart_alias (chart, is_kana, text, fold)"
			   " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
			   DB_ARGS(db_int(chart), db_int(alias->is_kana), db_text(alias->text),
				   db_text(fold)),
			   NULL);
	return r ? FOLD(r) : 0;
}

int store_alias_remove(struct db *db, int64_t chart, const struct candidate_alias *alias)
{
	int r = db_run(db,
		       "DELETE FROM chart_alias WHERE chart = $1 AND is_kana = $2 AND text = $3",
		       DB_ARGS(db_int(chart), db_int(alias->is_kana), db_text(alias->text)), NULL);
	return r ? FOLD(r) : 0;
}

static int aliases_fill(struct db_rows *rows, struct arena *arena, struct candidate_alias *list,
			size_t *ret_count)
{
	size_t count = 0;
	int r;
	while ((r = db_next(rows)) == 0 && count < STORE_ALIASES_MAX) {
		struct str *const texts[] = {&list[count].text};
		list[count] = (struct candidate_alias){.is_kana = db_column_int(rows, 0) != 0,
						       .text = db_column_text(rows, 1)};
		r = store_keep(arena, texts, 1);
		if (r)
			return PASS(r);
		count++;
	}
	*ret_count = count;
	return r && r != DB_END ? FOLD(r) : 0;
}

int store_aliases_list(struct db *db, struct arena *arena, int64_t chart,
		       struct candidate_alias **ret_aliases, size_t *ret_count)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	struct candidate_alias *list = arena_array(arena, STORE_ALIASES_MAX, sizeof *list);
	if (!list)
		return RAISE(ENOMEM);
	int r = db_query(db,
			 "SELECT is_kana, text FROM chart_alias WHERE chart = $1"
			 " ORDER BY is_kana DESC, text",
			 DB_ARGS(db_int(chart)), &rows);
	if (!r)
		r = aliases_fill(rows, arena, list, ret_count);
	if (r)
		return FOLD(r);
	*ret_aliases = list;
	return 0;
}

int store_alias_has(struct db *db, struct arena *arena, int64_t chart,
		    const struct candidate_alias *alias, bool *ret_has)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	struct str fold;
	int r = fold_of(arena, alias, &fold);
	if (!r)
		r = db_query(db,
			     "SELECT 1 FROM chart_alias WHERE chart = $1 AND is_kana = $2"
			     " AND fold = $3",
			     DB_ARGS(db_int(chart), db_int(alias->is_kana), db_text(fold)), &rows);
	if (!r)
		r = db_next(rows);
	if (r && r != DB_END)
		return FOLD(r);
	*ret_has = r == 0;
	return 0;
}
