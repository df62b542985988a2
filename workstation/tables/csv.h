/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV (RFC 4180) in and out. Pure.
 *
 * Out: what a spreadsheet would calculate gets an apostrophe in front (guard.h), so that a name
 * that begins with '=' stays a name; in: that apostrophe is taken away again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

enum {
	CSV_COLUMNS_MAX = 200,
	CSV_CELL_BYTES_MAX = 64 * 1024,
};

enum csv_outcome {
	CSV_END = 1,
	CSV_QUOTE,   /* a quote that is never closed, or text behind a closed one */
	CSV_COLUMNS, /* more than CSV_COLUMNS_MAX */
	CSV_LONG,    /* a cell longer than CSV_CELL_BYTES_MAX */
	CSV_CONTROL, /* a NUL or another control character beside line ends and tabs */
};

/* What is wrong, in Japanese, a sentence; "" for CSV_END and 0. */
const char *csv_outcome_text(enum csv_outcome outcome);

struct csv_reader {
	struct str rest; /* UTF-8 */
	char separator;	 /* ',' or '\t' */
	int64_t line;	 /* of the row that was read last, from 1 */
	int64_t lines;	 /* read so far */
};

/* A byte order mark is skipped. The separator is the one that the first line has more of. */
void csv_reader_init(struct csv_reader *reader, struct str text);

struct csv_row {
	struct str cells[CSV_COLUMNS_MAX]; /* "" is empty, never absent */
	size_t count;
};

/*
 * The next row that is not blank; its cells point into the text or lie in the arena. Line ends may
 * be CRLF, LF or CR. Outcomes: enum csv_outcome; behind a bad row (reader->line) the next begins
 * with the next line.
 * Fault: -ENOMEM.
 */
MUST_CHECK int csv_next(struct csv_reader *reader, struct arena *arena, struct csv_row *ret_row);

/* Sticky: write all, then ask csv_writer_end. */
struct csv_writer {
	struct arena *arena;
	char *bytes;
	size_t len, size;
	bool in_row, failed;
};

void csv_writer_init(struct csv_writer *writer, struct arena *arena);
void csv_put(struct csv_writer *writer, struct str cell); /* absent: empty */
void csv_row_end(struct csv_writer *writer);
/* UTF-8 without a byte order mark, lines end in CRLF; in the arena. Fault: -ENOMEM. */
MUST_CHECK int csv_writer_end(struct csv_writer *writer, struct str *ret_text);
