/* SPDX-License-Identifier: Apache-2.0 */
/* Which column of a patient list is what: proposed from its heading, changed by a person. Pure. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "workstation/tables/csv.h"

enum import_column {
	IMPORT_NONE, /* left out */
#define COLUMN_ROW(symbol, name, title, headings) IMPORT_##symbol,
#include "workstation/import/columns.def"
#undef COLUMN_ROW
	IMPORT_COLUMNS,
};

/* Of each column of the file, by its place. A column is at one place at most. */
struct import_mapping {
	enum import_column columns[CSV_COLUMNS_MAX];
	size_t count;
};

/* As the page calls it, and as people do; "" for IMPORT_NONE. */
const char *import_column_name(enum import_column column);
const char *import_column_title(enum import_column column);
/* IMPORT_COLUMNS: no such name; "" is IMPORT_NONE. */
enum import_column import_column_of_name(struct str name);

/*
 * From a first line; of two headings that mean one thing the first counts. *ret_is_heading: at
 * least two were known, or the only one. Fault: -ENOMEM.
 */
MUST_CHECK int import_columns_guess(struct arena *arena, const struct csv_row *first,
				    struct import_mapping *ret_mapping, bool *ret_is_heading);

/* Where the column stands, from 0; -1: nowhere. */
int import_column_place(const struct import_mapping *mapping, enum import_column column);
