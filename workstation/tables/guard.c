/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/tables/guard.h"

static size_t begins(struct str text, size_t at, const char *const *words, size_t count)
{
	const struct str rest = {text.ptr + at, text.len - at};
	for (size_t i = 0; i < count; i++)
		if (str_starts(rest, str_of(words[i])))
			return strlen(words[i]);
	return 0;
}

/* Calculated by Excel and its like; the wide and small forms are folded by some, and U+2212 is the
 * wide '-' in CP932. */
static bool is_sign(struct str cell, size_t at)
{
	static const char *const signs[] = {"=",  "+", "-",  "@",  "＝", "＋", "－",
					    "＠", "−", "﹦", "﹢", "﹣", "﹫"};
	return begins(cell, at, signs, sizeof signs / sizeof *signs) > 0;
}

/* What a program may take away before it looks: quotes, and blanks of every width. */
static size_t hiding(struct str cell, size_t at)
{
	static const char *const blanks[] = {
		" ",	  "'",	    "\"",     "\u3000", "\u00A0",
		"\u2002", "\u2003", "\u2009", "\u200B", "\uFEFF",
	};
	return begins(cell, at, blanks, sizeof blanks / sizeof *blanks);
}

static bool is_white(char c)
{
	return c == '\t' || c == '\r' || c == '\n';
}

static bool is_beginning(struct str cell, size_t at)
{
	return at == 0 || is_white(cell.ptr[at - 1]) || cell.ptr[at - 1] == ';';
}

static bool is_calculated(struct str cell, size_t at)
{
	const bool is_first = at == 0;
	for (size_t len; at < cell.len && (len = hiding(cell, at)) > 0;)
		at += len;
	return at < cell.len && (is_sign(cell, at) || (is_first && is_white(cell.ptr[at])));
}

size_t guard_next(struct str cell, size_t from)
{
	while (from < cell.len && !(is_beginning(cell, from) && is_calculated(cell, from)))
		from++;
	return from;
}

static size_t ours_next(struct str cell, size_t from)
{
	from = guard_next(cell, from);
	while (from < cell.len && cell.ptr[from] != '\'')
		from = guard_next(cell, from + 1);
	return from;
}

int guard_remove(struct arena *arena, struct str cell, struct str *ret_cell)
{
	size_t from = 0, ours = ours_next(cell, 0), len = 0;
	if (ours == cell.len) {
		*ret_cell = cell;
		return 0;
	}
	char *bytes = arena_bytes(arena, cell.len);
	if (!bytes)
		return RAISE(ENOMEM);
	for (; from < cell.len; ours = ours_next(cell, from)) {
		memcpy(bytes + len, cell.ptr + from, ours - from);
		len += ours - from;
		from = ours + (ours < cell.len);
	}
	*ret_cell = (struct str){bytes, len};
	return 0;
}
