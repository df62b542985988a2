/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/rules/fold.h"

#include <stdint.h>

#include "lib/base/utf8.h"
#include "lib/record/names.h"

enum {
	UNREADABLE = 0x25CF, /* ●: a character that the insurer could not encode */
	IDEOGRAPHIC_SPACE = 0x3000,
};

static struct str or_absent(struct str text)
{
	return text.len ? text : (struct str){0};
}

int fold_name(struct arena *arena, struct str name, struct str *ret_fold)
{
	int r = name_fold(arena, name, ret_fold);
	if (r)
		return PASS(r);
	*ret_fold = or_absent(*ret_fold);
	return 0;
}

static void append(char *bytes, size_t *len, struct str piece)
{
	memcpy(bytes + *len, piece.ptr, piece.len);
	*len += piece.len;
}

/* Old programs write a hyphen for ー, and foreign names with or without ・. */
int fold_kana(struct arena *arena, struct str kana, struct str *ret_fold)
{
	const struct str long_mark = STR("ー"), middle_dot = STR("・");
	struct str rest;
	int r = name_fold(arena, kana, &rest);
	if (r)
		return PASS(r);
	char *bytes = arena_bytes(arena, rest.len * long_mark.len + 1);
	if (!bytes)
		return RAISE(ENOMEM);
	size_t len = 0;
	while (rest.len) {
		struct str piece = rest;
		(void)utf8_next(&rest);
		piece.len -= rest.len;
		if (str_equal(piece, STR("-")))
			append(bytes, &len, long_mark);
		else if (!str_equal(piece, middle_dot))
			append(bytes, &len, piece);
	}
	*ret_fold = or_absent((struct str){bytes, len});
	return 0;
}

int fold_plain(struct arena *arena, struct str text, struct str *ret_fold)
{
	struct str folded;
	int r = width_fold(arena, text, &folded);
	if (!r)
		r = arena_copy_without(arena, folded, " -", &folded);
	if (r)
		return PASS(r);
	*ret_fold = or_absent(folded);
	return 0;
}

int fold_given(struct arena *arena, struct str name, struct str *ret_fold)
{
	struct str rest = name, given = {0};
	while (rest.len) {
		uint32_t point = utf8_next(&rest);
		if (rest.len && (point == ' ' || point == IDEOGRAPHIC_SPACE))
			given = rest;
	}
	if (!given.ptr) {
		*ret_fold = (struct str){0};
		return 0;
	}
	int r = fold_kana(arena, given, ret_fold);
	return r ? PASS(r) : 0;
}

enum fold_fit fold_compare(struct str a, struct str b)
{
	size_t same = 0, unreadable = 0;
	bool is_different = false;
	if (!a.len || !b.len)
		return FOLD_NOTHING;
	while (a.len && b.len && !is_different) {
		uint32_t left = utf8_next(&a), right = utf8_next(&b);
		if (left == UNREADABLE || right == UNREADABLE)
			unreadable++;
		else if (left == right)
			same++;
		else
			is_different = true;
	}
	if (is_different || a.len || b.len)
		return FOLD_DIFFERENT;
	if (!same)
		return FOLD_NOTHING;
	return unreadable ? FOLD_SAME_BUT_UNREADABLE : FOLD_SAME;
}
