/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/tables/sheet.h"

#include <assert.h>

enum {
	LINE_BYTES_MAX = 4 * 1024 * 1024,
	PIECE_BYTES = 256 * 1024,
};

struct sheet_block {
	struct sheet_block *next;
	size_t len, size;
	char bytes[];
};

static void fault_keep(struct sheet *sheet, int r)
{
	if (!sheet->fault)
		sheet->fault = r;
}

/* --- bytes --- */

static struct sheet_block *block_with_room(struct sheet *sheet, size_t len)
{
	struct sheet_block *last = sheet->last;
	if (last && last->size - last->len >= len)
		return last;
	size_t size = len > PIECE_BYTES ? len : PIECE_BYTES;
	struct sheet_block *block = arena_bytes(&sheet->pieces, sizeof *block + size);
	if (!block)
		return NULL;
	block->next = NULL;
	block->len = 0;
	block->size = size;
	if (last)
		last->next = block;
	else
		sheet->first = block;
	sheet->last = block;
	return block;
}

/* What is too long is only counted. */
static void bytes_add(struct sheet *sheet, struct str bytes)
{
	sheet->len += bytes.len;
	if (sheet->len > sheet->bytes_max)
		return;
	struct sheet_block *block = block_with_room(sheet, bytes.len);
	if (!block) {
		fault_keep(sheet, RAISE(ENOMEM));
		return;
	}
	memcpy(block->bytes + block->len, bytes.ptr, bytes.len);
	block->len += bytes.len;
}

/* --- a row --- */

static int lost_note(struct sheet *sheet, size_t at, struct str characters)
{
	if (sheet->lost_cells++ >= SHEET_LOST_MAX)
		return 0;
	struct sheet_lost *lost = &sheet->lost[sheet->lost_cells - 1];
	*lost = (struct sheet_lost){.row = sheet->rows + 1,
				    .title = str_of(sheet->heading->titles[at])};
	int r = arena_copy(sheet->arena, sheet->cells[sheet->heading->name_at], &lost->name);
	if (!r)
		r = arena_copy(sheet->arena, characters, &lost->characters);
	return r ? PASS(r) : 0;
}

static int lost_find(struct sheet *sheet)
{
	int r = 0;
	for (size_t i = 0; !r && i < sheet->cells_count; i++) {
		struct str characters;
		r = charset_missing(&sheet->line, sheet->charset, sheet->cells[i], &characters);
		if (!r && characters.len)
			r = lost_note(sheet, i, characters);
	}
	return r ? PASS(r) : 0;
}

static int row_write(struct sheet *sheet)
{
	struct csv_writer writer;
	struct str text, bytes;
	size_t lost;
	csv_writer_init(&writer, &sheet->line);
	for (size_t i = 0; i < sheet->cells_count; i++)
		csv_put(&writer, sheet->cells[i]);
	csv_row_end(&writer);
	int r = csv_writer_end(&writer, &text);
	if (!r)
		r = charset_encode(&sheet->line, sheet->charset, text, &bytes, &lost);
	if (!r && lost)
		r = lost_find(sheet);
	if (r)
		return PASS(r);
	bytes_add(sheet, bytes);
	return 0;
}

void sheet_put(struct sheet *sheet, struct str cell)
{
	assert(sheet->cells_count < sheet->heading->count);
	sheet->cells[sheet->cells_count++] = cell;
}

void sheet_row_end(struct sheet *sheet)
{
	assert(sheet->cells_count == sheet->heading->count);
	sheet->rows++;
	int r = sheet->fault ? 0 : row_write(sheet);
	if (r)
		fault_keep(sheet, PASS(r));
	sheet->cells_count = 0;
	arena_clear(&sheet->line);
}

/* --- the whole --- */

void sheet_begin(struct sheet *sheet, struct arena *arena, const struct sheet_heading *heading,
		 enum charset charset, size_t bytes_max)
{
	assert(heading->count <= SHEET_COLUMNS_MAX && heading->name_at < heading->count);
	*sheet = (struct sheet){.heading = heading,
				.charset = charset,
				.arena = arena,
				.bytes_max = bytes_max};
	arena_init(&sheet->line, LINE_BYTES_MAX);
	arena_init(&sheet->pieces, bytes_max * 2 + PIECE_BYTES); /* pieces are not filled up */
	if (charset == CHARSET_UTF8)
		bytes_add(sheet, STR("\xEF\xBB\xBF"));
	for (size_t i = 0; i < heading->count; i++)
		sheet_put(sheet, str_of(heading->titles[i]));
	sheet_row_end(sheet);
	sheet->rows = 0;
}

int sheet_end(struct sheet *sheet, struct str *ret_bytes)
{
	size_t len = 0;
	if (sheet->fault)
		return PASS(sheet->fault);
	if (sheet->len > sheet->bytes_max)
		return SHEET_LONG;
	char *bytes = arena_bytes(sheet->arena, sheet->len + 1);
	if (!bytes)
		return RAISE(ENOMEM);
	for (const struct sheet_block *block = sheet->first; block; block = block->next) {
		memcpy(bytes + len, block->bytes, block->len);
		len += block->len;
	}
	*ret_bytes = (struct str){bytes, len};
	return 0;
}

void sheet_clear(struct sheet *sheet)
{
	arena_clear(&sheet->line);
	arena_clear(&sheet->pieces);
	*sheet = (struct sheet){0};
}
