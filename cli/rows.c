/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rows.h"

#include <stdlib.h>

void rows_clear(struct rows *rows)
{
	if (rows->line)
		explicit_bzero(rows->line, rows->line_bytes);
	free(rows->line);
	*rows = (struct rows){0};
}

/* --- CSV --- */

/* A quoted field: up to the quote that is not doubled. */
static bool quoted_take(struct str *rest, char *field)
{
	size_t len = 0, at = 1;
	bool closed = false;
	for (; at < rest->len && !closed; at++) {
		bool quote = rest->ptr[at] == '"';
		closed = quote && (at + 1 == rest->len || rest->ptr[at + 1] != '"');
		if (closed)
			continue;
		if (len == ROWS_FIELD_BYTES - 1)
			return false;
		at += quote;
		field[len++] = rest->ptr[at];
	}
	field[len] = '\0';
	struct str after = {rest->ptr + at, rest->len - at}, nothing;
	*rest = after.len ? after : (struct str){0};
	return closed && (!after.len || (str_split(rest, ',', &nothing) && !nothing.len));
}

static bool field_take(struct str *rest, char *field)
{
	struct str plain;
	if (rest->len && rest->ptr[0] == '"')
		return quoted_take(rest, field);
	return str_split(rest, ',', &plain) && str_to_c(plain, field, ROWS_FIELD_BYTES) == 0;
}

static int csv_read(struct str line, struct row *ret_row)
{
	struct row row = {0};
	bool good = field_take(&line, row.result_id) && field_take(&line, row.number) &&
		    field_take(&line, row.expected);
	if (!good || line.ptr)
		return ROWS_MALFORMED;
	*ret_row = row;
	return 0;
}

/* --- JSON lines --- */

struct form {
	struct str result_id, number, expected;
};

static int json_line_read(struct str line, struct row *ret_row)
{
	static const struct json_field fields[] = {
		JSON_FIELD(struct form, result_id, "result_id", JSON_TEXT, JSON_REQUIRED, 1, 32),
		JSON_FIELD(struct form, number, "reference_number", JSON_TEXT, JSON_NULLABLE, 1,
			   50),
		JSON_FIELD(struct form, expected, "expected", JSON_TEXT, JSON_NULLABLE, 1, 50),
	};
	AUTO(json_clear) struct json_document document = {0};
	struct json_complaint complaint;
	struct form form = {.result_id = {0}};
	struct row row = {.result_id = ""};
	int r = json_read(line, &json_limits_request, &document);
	if (r == 0 && !json_is_object(document.root))
		return ROWS_MALFORMED;
	if (r == 0)
		r = json_decode(document.root, fields, sizeof fields / sizeof *fields, &form,
				&complaint);
	if (r)
		return r < 0 ? PASS(r) : ROWS_MALFORMED;
	if (str_to_c(form.result_id, row.result_id, sizeof row.result_id) ||
	    str_to_c(form.number, row.number, sizeof row.number) ||
	    str_to_c(form.expected, row.expected, sizeof row.expected))
		return ROWS_MALFORMED;
	*ret_row = row;
	return 0;
}

/* --- lines --- */

/* The next line with something in it, without its end. */
static int line_next(struct rows *rows, struct str *ret_line)
{
	struct str line = {0};
	while (!line.len) {
		ssize_t len = getline(&rows->line, &rows->line_bytes, rows->file);
		if (len < 0)
			return ferror(rows->file) ? RAISE(EIO) : ROWS_END;
		line = str_trim((struct str){rows->line, (size_t)len});
		if (!rows->begun && str_starts(line, STR("\xef\xbb\xbf")))
			line = (struct str){line.ptr + 3, line.len - 3};
	}
	*ret_line = line;
	return 0;
}

static int begin(struct rows *rows, struct str *line)
{
	rows->begun = true;
	rows->is_json = line->ptr[0] == '{';
	if (rows->is_json || !str_starts(*line, STR("result_id,")))
		return 0;
	int r = line_next(rows, line);
	return r < 0 ? PASS(r) : r;
}

int rows_next(struct rows *rows, struct row *ret_row)
{
	struct str line;
	int r = line_next(rows, &line);
	if (r == 0 && !rows->begun)
		r = begin(rows, &line);
	if (r)
		return r < 0 ? PASS(r) : r;
	rows->number++;
	r = rows->is_json ? json_line_read(line, ret_row) : csv_read(line, ret_row);
	return r < 0 ? PASS(r) : r;
}
