/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A patient list of unknown origin: bytes become text, text rows, a first row headings. Whatever
 * comes is read to its end, each row either whole or with an outcome; and what was read is the same
 * after it was written, with nothing in the file that a spreadsheet calculates.
 */
#include <stdlib.h>

#include "fuzz/fuzz.h"
#include "lib/base/utf8.h"
#include "workstation/import/columns.h"
#include "workstation/tables/charset.h"
#include "workstation/tables/csv.h"
#include "workstation/tables/guard.h"
#include "workstation/tables/sheet.h"

enum { ARENA_BYTES = 64 << 20, ROWS_MAX = 2000 };

#define MUST(condition)           \
	do {                      \
		if (!(condition)) \
			abort();  \
	} while (0)

/* One row out and in again, behind a heading: at the very beginning U+FEFF is a mark, not a text.
 */
static void row_returns(struct arena *arena, const struct csv_row *row)
{
	struct csv_writer writer;
	struct csv_reader reader;
	struct csv_row again;
	struct str text;
	csv_writer_init(&writer, arena);
	csv_put(&writer, STR("x"));
	csv_row_end(&writer);
	for (size_t i = 0; i < row->count; i++)
		csv_put(&writer, row->cells[i]);
	csv_row_end(&writer);
	MUST(csv_writer_end(&writer, &text) == 0);
	csv_reader_init(&reader, text);
	reader.separator = ',';
	MUST(csv_next(&reader, arena, &again) == 0);
	MUST(csv_next(&reader, arena, &again) == 0);
	MUST(again.count == row->count);
	for (size_t i = 0; i < row->count; i++)
		MUST(str_equal(again.cells[i], row->cells[i]));
	MUST(csv_next(&reader, arena, &again) == CSV_END);
}

/* In CP932 each character is there, or was named. */
static void row_is_told(struct arena *arena, const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++) {
		struct str bytes, text, missing;
		size_t lost, bad;
		MUST(charset_encode(arena, CHARSET_CP932, row->cells[i], &bytes, &lost) == 0);
		MUST(charset_missing(arena, CHARSET_CP932, row->cells[i], &missing) == 0);
		MUST((lost > 0) == (missing.len > 0) && utf8_valid(missing));
		MUST(charset_decode(arena, CHARSET_CP932, bytes, &text, &bad) == 0);
	}
}

/* What begins with a sign to a reader who drops blanks and quotes. */
static void row_is_guarded(struct arena *arena, const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++) {
		struct csv_writer writer;
		struct str text;
		csv_writer_init(&writer, arena);
		csv_put(&writer, row->cells[i]);
		MUST(csv_writer_end(&writer, &text) == 0);
		while (text.len && (*text.ptr == '"' || *text.ptr == ' '))
			text = (struct str){text.ptr + 1, text.len - 1};
		MUST(!text.len || !strchr("=+-@", *text.ptr));
	}
}

static void headings_are_guessed(struct arena *arena, const struct csv_row *row)
{
	struct import_mapping mapping;
	bool is_heading;
	MUST(import_columns_guess(arena, row, &mapping, &is_heading) == 0);
	MUST(mapping.count == row->count);
	for (int column = IMPORT_NONE + 1; column < IMPORT_COLUMNS; column++) {
		size_t places = 0;
		for (size_t i = 0; i < mapping.count; i++)
			places += mapping.columns[i] == (enum import_column)column;
		MUST(places <= 1);
	}
}

static void text_is_read(struct str text)
{
	struct csv_reader reader;
	csv_reader_init(&reader, text);
	for (int rows = 0; rows < ROWS_MAX; rows++) {
		AUTO(arena_clear) struct arena arena;
		struct csv_row row;
		const size_t left = reader.rest.len;
		arena_init(&arena, ARENA_BYTES);
		int r = csv_next(&reader, &arena, &row);
		MUST(r >= 0);
		if (r == CSV_END)
			break;
		MUST(reader.rest.len < left && reader.line <= reader.lines);
		if (r)
			continue;
		if (rows == 0)
			headings_are_guessed(&arena, &row);
		row_returns(&arena, &row);
		row_is_told(&arena, &row);
		row_is_guarded(&arena, &row);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO(arena_clear) struct arena arena;
	const struct str input = str_bytes(bytes, len);
	struct str text;
	size_t bad;
	arena_init(&arena, ARENA_BYTES);
	int r = charset_decode(&arena, charset_guess(input), input, &text, &bad);
	MUST(r >= 0 && bad <= len);
	if (r == 0) {
		MUST(utf8_valid(text));
		text_is_read(text);
	}
	return 0;
}
