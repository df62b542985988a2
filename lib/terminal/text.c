/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is written from right to left stands between FIRST STRONG ISOLATE and POP DIRECTIONAL
 * ISOLATE (Unicode UAX #9): it reads as it should and turns nothing around it, so that a name
 * cannot make the number beside it look like another. Marks that would reach out of such an isolate
 * have no place in a name and are shown as '?'.
 */
#include "lib/terminal/text.h"

#include "lib/base/utf8.h"

#define FIRST_STRONG_ISOLATE "\xe2\x81\xa8"
#define POP_ISOLATE	     "\xe2\x81\xa9"

/* Embeddings, overrides, isolates and what ends them. */
static bool point_steers(uint32_t point)
{
	return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

/* Letters from right to left, and the marks that stand for one. */
static bool point_is_leftward(uint32_t point)
{
	return (point >= 0x0590 && point <= 0x08FF) || point == 0x200F ||
	       (point >= 0xFB1D && point <= 0xFDFF) || (point >= 0xFE70 && point <= 0xFEFE) ||
	       (point >= 0x10800 && point <= 0x10FFF) || (point >= 0x1E800 && point <= 0x1EFFF);
}

static bool text_is_leftward(struct str text)
{
	while (text.len)
		if (point_is_leftward(utf8_next(&text)))
			return true;
	return false;
}

void text_put(FILE *out, struct str text)
{
	bool isolated = text_is_leftward(text);
	if (isolated)
		(void)fputs(FIRST_STRONG_ISOLATE, out);
	while (text.len) {
		struct str rest = text;
		uint32_t point = utf8_next(&rest);
		struct str character = {text.ptr, text.len - rest.len};
		if (utf8_has_control(character) || point_steers(point))
			(void)fputc('?', out);
		else
			(void)fwrite(character.ptr, 1, character.len, out);
		text = rest;
	}
	if (isolated)
		(void)fputs(POP_ISOLATE, out);
}

void text_cell(FILE *out, struct str text, size_t columns)
{
	size_t width = utf8_columns(text);
	text_put(out, text);
	(void)fprintf(out, "%*s", (int)(width < columns ? columns - width : 0), "");
}
