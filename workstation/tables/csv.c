/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/tables/csv.h"

#include <string.h>

#include "workstation/tables/guard.h"

enum { WRITER_BYTES = 1024 };

const char *csv_outcome_text(enum csv_outcome outcome)
{
	switch (outcome) {
	case CSV_QUOTE: return "「\"」の閉じ忘れがあるか、閉じたあとに文字が続いています。";
	case CSV_COLUMNS: return "列が多すぎます（200列まで）。";
	case CSV_LONG: return "一つの欄の文字が多すぎます。";
	case CSV_CONTROL: return "読めない文字（制御文字）が入っています。";
	case CSV_END: break;
	}
	return "";
}

/* --- in --- */

static size_t count_of(struct str line, char mark)
{
	size_t count = 0;
	for (size_t i = 0; i < line.len && line.ptr[i] != '\n' && line.ptr[i] != '\r'; i++)
		count += line.ptr[i] == mark;
	return count;
}

void csv_reader_init(struct csv_reader *reader, struct str text)
{
	static const char mark[] = "\xEF\xBB\xBF";
	if (str_starts(text, str_of(mark)))
		text = (struct str){text.ptr + 3, text.len - 3};
	*reader = (struct csv_reader){
		.rest = text,
		.separator = count_of(text, '\t') > count_of(text, ',') ? '\t' : ',',
	};
}

static char first(const struct csv_reader *reader)
{
	return reader->rest.len ? reader->rest.ptr[0] : '\0';
}

static void skip(struct csv_reader *reader, size_t count)
{
	reader->rest = (struct str){reader->rest.ptr + count, reader->rest.len - count};
}

static bool at_line_end(const struct csv_reader *reader)
{
	return !reader->rest.len || first(reader) == '\n' || first(reader) == '\r';
}

static void line_end_skip(struct csv_reader *reader)
{
	bool is_return = first(reader) == '\r';
	if (reader->rest.len)
		skip(reader, 1);
	if (is_return && first(reader) == '\n')
		skip(reader, 1);
	reader->lines++;
}

static bool is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

static bool ends_line(struct str text, size_t at)
{
	bool pair = at + 1 < text.len && text.ptr[at + 1] == '\n';
	return text.ptr[at] == '\n' || (text.ptr[at] == '\r' && !pair);
}

/* Inside quotes; the text before each doubled quote is copied with one. */
static int quoted_read(struct csv_reader *reader, struct arena *arena, struct str *ret_cell)
{
	const char *quote;
	size_t len = 0;
	skip(reader, 1);
	const struct str text = reader->rest;
	while ((quote = memchr(reader->rest.ptr, '"', reader->rest.len))) {
		skip(reader, (size_t)(quote - reader->rest.ptr) + 1);
		if (first(reader) != '"')
			break;
		skip(reader, 1);
	}
	if (!quote)
		return CSV_QUOTE;
	const struct str raw = {text.ptr, (size_t)(quote - text.ptr)};
	if (raw.len > CSV_CELL_BYTES_MAX)
		return CSV_LONG;
	char *bytes = arena_alloc(arena, raw.len + 1);
	if (!bytes)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < raw.len; i++) {
		bytes[len++] = raw.ptr[i];
		reader->lines += ends_line(raw, i);
		i += raw.ptr[i] == '"';
	}
	*ret_cell = (struct str){bytes, len};
	return 0;
}

static int plain_read(struct csv_reader *reader, struct str *ret_cell)
{
	const struct str text = reader->rest;
	while (!at_line_end(reader) && first(reader) != reader->separator) {
		if (is_control(first(reader)))
			return CSV_CONTROL;
		skip(reader, 1);
	}
	*ret_cell = (struct str){text.ptr, text.len - reader->rest.len};
	return ret_cell->len > CSV_CELL_BYTES_MAX ? CSV_LONG : 0;
}

static int cell_read(struct csv_reader *reader, struct arena *arena, struct str *ret_cell)
{
	int r = first(reader) == '"' && reader->rest.len ? quoted_read(reader, arena, ret_cell)
							 : plain_read(reader, ret_cell);
	if (r)
		return r < 0 ? PASS(r) : r;
	for (size_t i = 0; i < ret_cell->len; i++)
		if (is_control(ret_cell->ptr[i]))
			return CSV_CONTROL;
	if (!at_line_end(reader) && first(reader) != reader->separator)
		return CSV_QUOTE;
	r = guard_remove(arena, *ret_cell, ret_cell);
	return r ? PASS(r) : 0;
}

static int row_read(struct csv_reader *reader, struct arena *arena, struct csv_row *row)
{
	row->count = 0;
	reader->line = reader->lines + 1;
	for (;;) {
		if (row->count == CSV_COLUMNS_MAX)
			return CSV_COLUMNS;
		int r = cell_read(reader, arena, &row->cells[row->count]);
		if (r)
			return r < 0 ? PASS(r) : r;
		row->count++;
		if (at_line_end(reader))
			break;
		skip(reader, 1);
	}
	line_end_skip(reader);
	return 0;
}

static bool is_blank(const struct csv_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (str_trim(row->cells[i]).len)
			return false;
	return true;
}

int csv_next(struct csv_reader *reader, struct arena *arena, struct csv_row *ret_row)
{
	while (reader->rest.len) {
		int r = row_read(reader, arena, ret_row);
		if (r) {
			while (!at_line_end(reader))
				skip(reader, 1);
			line_end_skip(reader);
			return r < 0 ? PASS(r) : r;
		}
		if (!is_blank(ret_row))
			return 0;
	}
	return CSV_END;
}

/* --- out --- */

void csv_writer_init(struct csv_writer *writer, struct arena *arena)
{
	*writer = (struct csv_writer){.arena = arena};
}

static void bytes_put(struct csv_writer *writer, const char *bytes, size_t len)
{
	if (writer->failed)
		return;
	if (writer->size - writer->len < len) {
		size_t size = writer->size * 2 + len + WRITER_BYTES;
		char *larger = arena_bytes(writer->arena, size);
		if (!larger) {
			writer->failed = true;
			return;
		}
		if (writer->len)
			memcpy(larger, writer->bytes, writer->len);
		writer->bytes = larger;
		writer->size = size;
	}
	if (len)
		memcpy(writer->bytes + writer->len, bytes, len);
	writer->len += len;
}

static bool needs_quotes(struct str cell)
{
	for (size_t i = 0; i < cell.len; i++)
		if (memchr("\",;\t\r\n", cell.ptr[i], 6))
			return true;
	return cell.len && (cell.ptr[0] == ' ' || cell.ptr[cell.len - 1] == ' ');
}

/* Quotes are doubled, whether or not some stand around the cell: it has none otherwise. */
static void guarded_put(struct csv_writer *writer, struct str cell)
{
	size_t guard = guard_next(cell, 0);
	for (size_t i = 0; i < cell.len; i++) {
		if (i == guard) {
			bytes_put(writer, "'", 1);
			guard = guard_next(cell, i + 1);
		}
		if (cell.ptr[i] == '"')
			bytes_put(writer, "\"", 1);
		bytes_put(writer, &cell.ptr[i], 1);
	}
}

void csv_put(struct csv_writer *writer, struct str cell)
{
	const bool quoted = needs_quotes(cell);
	if (writer->in_row)
		bytes_put(writer, ",", 1);
	writer->in_row = true;
	bytes_put(writer, "\"", quoted);
	guarded_put(writer, cell);
	bytes_put(writer, "\"", quoted);
}

void csv_row_end(struct csv_writer *writer)
{
	bytes_put(writer, "\r\n", 2);
	writer->in_row = false;
}

int csv_writer_end(struct csv_writer *writer, struct str *ret_text)
{
	if (writer->failed)
		return RAISE(ENOMEM);
	*ret_text = (struct str){writer->bytes ? writer->bytes : "", writer->len};
	return 0;
}
