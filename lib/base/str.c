/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing and cutting borrowed text. */
#include "lib/base/str.h"

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool ascii_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool str_equal(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

int str_compare(struct str a, struct str b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common ? memcmp(a.ptr, b.ptr, common) : 0;
	if (order)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str text, struct str prefix)
{
	return text.len >= prefix.len && str_equal((struct str){text.ptr, prefix.len}, prefix);
}

bool str_ends(struct str text, struct str suffix)
{
	return text.len >= suffix.len &&
	       str_equal((struct str){text.ptr + (text.len - suffix.len), suffix.len}, suffix);
}

bool str_equal_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (ascii_lower(a.ptr[i]) != ascii_lower(b.ptr[i]))
			return false;
	return true;
}

struct str str_trim(struct str text)
{
	while (text.len && ascii_space(text.ptr[0])) {
		text.ptr++;
		text.len--;
	}
	while (text.len && ascii_space(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

bool str_split(struct str *rest, char separator, struct str *ret_head)
{
	if (!rest->ptr)
		return false;
	const char *found = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;
	if (!found) {
		*ret_head = *rest;
		*rest = (struct str){0};
		return true;
	}
	size_t head_len = (size_t)(found - rest->ptr);
	*ret_head = (struct str){rest->ptr, head_len};
	*rest = (struct str){found + 1, rest->len - head_len - 1};
	return true;
}

int str_to_c(struct str text, char *buffer, size_t bytes)
{
	if (text.len >= bytes)
		return RAISE(ENAMETOOLONG);
	if (text.len && memchr(text.ptr, '\0', text.len))
		return RAISE(EINVAL);
	if (text.len)
		memcpy(buffer, text.ptr, text.len);
	buffer[text.len] = '\0';
	return 0;
}
