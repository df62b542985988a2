/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of 照会番号, row by row: CSV (RFC 4180, without line breaks inside a field) or JSON lines,
 * told apart by the first byte.
 *
 *   result_id,reference_number,expected          a header is optional; an empty field is "none"
 *   {"result_id":"…","reference_number":"…","expected":null}
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "lib/base/fault.h"
#include "lib/json/json.h"

enum { ROWS_FIELD_BYTES = 256 }; /* more than 50 characters, escaped */

struct row {
	char result_id[ROWS_FIELD_BYTES];
	char number[ROWS_FIELD_BYTES]; /* "": none */
	char expected[ROWS_FIELD_BYTES];
};

struct rows {
	FILE *file; /* the caller's */
	char *line;
	size_t line_bytes;
	int64_t number; /* of the row that was read last, from 1; the header is none */
	bool is_json;
	bool begun;
};

/* For AUTO(rows_clear); accepts a zeroed one. */
void rows_clear(struct rows *rows);

enum rows_outcome {
	ROWS_END = 1,
	ROWS_MALFORMED, /* this row; the next may be good */
};

/* Outcomes: enum rows_outcome. Faults: -EIO, -ENOMEM. */
MUST_CHECK int rows_next(struct rows *rows, struct row *ret_row);
