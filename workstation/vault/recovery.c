/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thirty-two characters without 0, 1, I and O. A group's check is a sum over GF(32) with another
 * weight for each place: one wrong character, and any two that changed places, are always found.
 */
#include "workstation/vault/recovery.h"

#include "lib/crypto/crypto.h"

enum { CHECKED_CHARS = RECOVERY_GROUP_CHARS - 1 };

static const char alphabet[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/* Times x in GF(2^5) over x^5 + x^2 + 1. */
static unsigned twice(unsigned value)
{
	return (value << 1) ^ (value & 16 ? 0x25 : 0);
}

static unsigned group_check(const unsigned char values[CHECKED_CHARS], unsigned group)
{
	unsigned sum = 0;
	for (unsigned i = 0; i < CHECKED_CHARS; i++)
		sum = twice(sum ^ values[i]);
	return sum ^ (group + 1);
}

void recovery_draw(struct secret *ret_text)
{
	secret_wipe(ret_text);
	for (unsigned group = 0; group < RECOVERY_GROUPS; group++) {
		unsigned char values[RECOVERY_GROUP_CHARS];
		random_bytes(values, sizeof values);
		for (size_t i = 0; i < CHECKED_CHARS; i++)
			values[i] &= 31;
		values[CHECKED_CHARS] = (unsigned char)group_check(values, group);
		if (group)
			ret_text->bytes[ret_text->len++] = '-';
		for (size_t i = 0; i < RECOVERY_GROUP_CHARS; i++)
			ret_text->bytes[ret_text->len++] = (unsigned char)alphabet[values[i]];
		explicit_bzero(values, sizeof values);
	}
}

/* --- reading --- */

/* The next character, a full-width form (U+FF01 to U+FF5E) as its plain one. 0: another. */
static char char_next(struct str *rest)
{
	const unsigned char *bytes = (const unsigned char *)rest->ptr;
	size_t len = 1;
	unsigned code = bytes[0];
	if (rest->len >= 3 && bytes[0] == 0xef) {
		unsigned wide = (bytes[1] & 0x3fu) << 6 | (bytes[2] & 0x3fu);
		len = 3;
		code = wide > 0xf00 && wide < 0xf5f ? wide - 0xf00 + ' ' : 0;
	} else if (rest->len >= 3 && bytes[0] == 0xe3 && bytes[1] == 0x80 && bytes[2] == 0x80) {
		len = 3;
		code = ' ';
	}
	rest->ptr += len;
	rest->len -= len;
	if (code >= 'a' && code <= 'z')
		code -= 'a' - 'A';
	return code < 0x80 ? (char)code : 0;
}

static bool is_space(char c)
{
	return c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The characters that count; those that are none of the alphabet are 32. */
static size_t values_read(struct str typed, unsigned char values[RECOVERY_CHARS])
{
	size_t count = 0;
	while (typed.len) {
		char c = char_next(&typed);
		const char *place = c ? strchr(alphabet, c) : NULL;
		if (is_space(c))
			continue;
		if (count < RECOVERY_CHARS)
			values[count] = place ? (unsigned char)(place - alphabet) : 32;
		count++;
	}
	return count;
}

static bool group_is_right(const unsigned char *values, unsigned group)
{
	for (size_t i = 0; i < RECOVERY_GROUP_CHARS; i++)
		if (values[i] == 32)
			return false;
	return group_check(values, group) == values[CHECKED_CHARS];
}

static void text_make(const unsigned char values[RECOVERY_CHARS], struct secret *ret_text)
{
	secret_wipe(ret_text);
	for (size_t i = 0; i < RECOVERY_CHARS; i++) {
		if (i && i % RECOVERY_GROUP_CHARS == 0)
			ret_text->bytes[ret_text->len++] = '-';
		ret_text->bytes[ret_text->len++] = (unsigned char)alphabet[values[i]];
	}
}

int recovery_read(struct str typed, struct secret *ret_text)
{
	unsigned char values[RECOVERY_CHARS];
	size_t count = values_read(typed, values);
	unsigned wrong = 0;
	for (unsigned group = 0; !wrong && group < RECOVERY_GROUPS; group++)
		if ((group + 1) * RECOVERY_GROUP_CHARS > count ||
		    !group_is_right(values + group * RECOVERY_GROUP_CHARS, group))
			wrong = group + 1;
	if (!wrong && count > RECOVERY_CHARS)
		wrong = RECOVERY_GROUPS + 1;
	if (!wrong)
		text_make(values, ret_text);
	explicit_bzero(values, sizeof values);
	return (int)wrong;
}
