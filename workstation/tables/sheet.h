/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list on its way into a file: rows become CSV in one charset, and what the charset cannot hold
 * is noted by row. Pure; as much memory as the file takes, twice.
 */
#pragma once

#include "workstation/tables/charset.h"
#include "workstation/tables/csv.h"

enum {
	SHEET_COLUMNS_MAX = 40,
	SHEET_LOST_MAX = 200, /* are told one by one */
};

struct sheet_heading {
	const char *const *titles;
	size_t count;	/* <= SHEET_COLUMNS_MAX */
	size_t name_at; /* the column that says who the row is about */
};

/* Characters that one cell loses. Texts in the sheet's arena. */
struct sheet_lost {
	int64_t row; /* as a spreadsheet counts them: the heading is 1 */
	struct str name, title, characters;
};

enum sheet_outcome {
	SHEET_LONG = 1, /* longer than bytes_max */
};

struct sheet_block; /* a piece of the file */

/* Sticky: put all, then ask sheet_end. Zeroed when it is not begun. */
struct sheet {
	const struct sheet_heading *heading;
	enum charset charset;
	struct arena *arena; /* borrowed: of what is told */
	struct arena line;   /* of the row at hand; texts of its cells may lie in it */
	struct arena pieces;
	struct sheet_block *first, *last;
	struct str cells[SHEET_COLUMNS_MAX];
	size_t cells_count;
	struct sheet_lost lost[SHEET_LOST_MAX];
	int64_t rows;	    /* written, without the heading */
	int64_t lost_cells; /* that lose something; the first of them in lost */
	size_t len;	    /* bytes */
	size_t bytes_max;
	int fault;
};

/* The heading is written. bytes_max: of the file. heading and arena are borrowed until the end. */
void sheet_begin(struct sheet *sheet, struct arena *arena, const struct sheet_heading *heading,
		 enum charset charset, size_t bytes_max);
/* The next cell of the row; borrowed until sheet_row_end. Absent: empty. */
void sheet_put(struct sheet *sheet, struct str cell);
void sheet_row_end(struct sheet *sheet);
/*
 * The file, in the sheet's arena; UTF-8 begins with a byte order mark, without which Excel takes it
 * for Shift_JIS. Outcome: SHEET_LONG. Fault: -ENOMEM.
 */
MUST_CHECK int sheet_end(struct sheet *sheet, struct str *ret_bytes);
void sheet_clear(struct sheet *sheet);
