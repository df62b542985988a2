/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/import/columns.h"

#include "lib/record/names.h"

static const struct {
	const char *name, *title, *headings;
} columns[IMPORT_COLUMNS] = {
	[IMPORT_NONE] = {"", "", ""},
#define COLUMN_ROW(symbol, name, title, headings) [IMPORT_##symbol] = {(name), (title), (headings)},
#include "workstation/import/columns.def"
#undef COLUMN_ROW
};

const char *import_column_name(enum import_column column)
{
	return columns[column].name;
}

const char *import_column_title(enum import_column column)
{
	return columns[column].title;
}

enum import_column import_column_of_name(struct str name)
{
	int column = IMPORT_NONE;
	while (column < IMPORT_COLUMNS && !str_equal(str_of(columns[column].name), name))
		column++;
	return (enum import_column)column;
}

/* A name's fold, without what people put between the parts of a heading. */
static int heading_fold(struct arena *arena, struct str heading, struct str *ret_fold)
{
	struct str fold;
	int r = name_fold(arena, heading, &fold);
	if (r)
		return PASS(r);
	r = arena_copy_without(arena, fold, "()[]_-./:*#", ret_fold);
	return r ? PASS(r) : 0;
}

static int column_means(struct arena *arena, enum import_column column, struct str heading,
			bool *ret_means)
{
	struct str rest = str_of(columns[column].headings), known, fold;
	bool means = false;
	while (!means && str_split(&rest, '|', &known)) {
		int r = heading_fold(arena, known, &fold);
		if (r)
			return PASS(r);
		means = str_equal(fold, heading);
	}
	*ret_means = means;
	return 0;
}

static int column_guess(struct arena *arena, struct str cell, enum import_column *ret_column)
{
	struct str heading;
	bool means = false;
	int r = heading_fold(arena, cell, &heading);
	*ret_column = IMPORT_NONE;
	for (int one = IMPORT_NONE + 1; !r && !means && heading.len && one < IMPORT_COLUMNS;
	     one++) {
		r = column_means(arena, (enum import_column)one, heading, &means);
		if (means)
			*ret_column = (enum import_column)one;
	}
	return r ? PASS(r) : 0;
}

int import_column_place(const struct import_mapping *mapping, enum import_column column)
{
	for (size_t i = 0; i < mapping->count; i++)
		if (mapping->columns[i] == column)
			return (int)i;
	return -1;
}

int import_columns_guess(struct arena *arena, const struct csv_row *first,
			 struct import_mapping *ret_mapping, bool *ret_is_heading)
{
	struct import_mapping mapping = {.count = 0};
	size_t known = 0;
	for (size_t i = 0; i < first->count; i++) {
		enum import_column column;
		int r = column_guess(arena, first->cells[i], &column);
		if (r)
			return PASS(r);
		known += column != IMPORT_NONE;
		if (import_column_place(&mapping, column) >= 0)
			column = IMPORT_NONE;
		mapping.columns[mapping.count++] = column;
	}
	*ret_mapping = mapping;
	*ret_is_heading = known >= 2 || (known == 1 && first->count == 1);
	return 0;
}
