/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formedness by the table of RFC 3629 section 4: the second byte carries all special cases. */
#include "lib/base/utf8.h"

#include <assert.h>

/* Bytes of the sequence that begins at p, of which left are there; 0 when malformed. */
static size_t sequence_bytes(const unsigned char *p, size_t left)
{
	unsigned char first = p[0], low = 0x80, high = 0xBF;
	size_t bytes;
	if (first < 0x80)
		return 1;
	if (first < 0xC2 || first > 0xF4)
		return 0;
	bytes = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
	if (first == 0xE0)
		low = 0xA0;
	if (first == 0xED)
		high = 0x9F;
	if (first == 0xF0)
		low = 0x90;
	if (first == 0xF4)
		high = 0x8F;
	if (bytes > left || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < bytes; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return bytes;
}

bool utf8_valid(struct str text)
{
	const unsigned char *p = (const unsigned char *)text.ptr;
	for (size_t at = 0; at < text.len;) {
		size_t bytes = sequence_bytes(p + at, text.len - at);
		if (bytes == 0)
			return false;
		at += bytes;
	}
	return true;
}

uint32_t utf8_next(struct str *rest)
{
	const unsigned char *p = (const unsigned char *)rest->ptr;
	size_t bytes = sequence_bytes(p, rest->len);
	assert(bytes > 0);
	uint32_t point = bytes == 1 ? p[0] : p[0] & (0xFFu >> (bytes + 1));
	for (size_t i = 1; i < bytes; i++)
		point = point << 6 | (p[i] & 0x3F);
	rest->ptr += bytes;
	rest->len -= bytes;
	return point;
}

size_t utf8_count(struct str text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++)
		count += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
	return count;
}

bool utf8_has_control(struct str text)
{
	while (text.len) {
		uint32_t point = utf8_next(&text);
		if (point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 ||
		    point == 0x2029)
			return true;
	}
	return false;
}

static size_t point_columns(uint32_t point)
{
	if ((point >= 0x300 && point <= 0x36F) || (point >= 0x3099 && point <= 0x309A) ||
	    (point >= 0x200B && point <= 0x200F) || (point >= 0xFE00 && point <= 0xFE0F) ||
	    (point >= 0xE0100 && point <= 0xE01EF))
		return 0;
	if ((point >= 0x1100 && point <= 0x115F) || (point >= 0x2E80 && point <= 0xA4CF) ||
	    (point >= 0xAC00 && point <= 0xD7A3) || (point >= 0xF900 && point <= 0xFAFF) ||
	    (point >= 0xFE30 && point <= 0xFE6F) || (point >= 0xFF01 && point <= 0xFF60) ||
	    (point >= 0xFFE0 && point <= 0xFFE6) || (point >= 0x1F300 && point <= 0x1FAFF) ||
	    (point >= 0x20000 && point <= 0x3FFFD) || point == 0x25CF)
		return 2;
	return 1;
}

size_t utf8_columns(struct str text)
{
	size_t columns = 0;
	while (text.len)
		columns += point_columns(utf8_next(&text));
	return columns;
}
