/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the pairs for each question: a query has a handful of them. */
#include "lib/wire/query.h"

#include "lib/base/utf8.h"

static int hex_digit(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'A' && byte <= 'F')
		return byte - 'A' + 10;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static int percent_decode(struct arena *arena, struct str text, struct str *ret_text)
{
	char *bytes = arena_alloc(arena, text.len + 1);
	if (!bytes)
		return RAISE(ENOMEM);
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '%') {
			bytes[len++] = text.ptr[i];
			continue;
		}
		int high = text.len - i > 2 ? hex_digit(text.ptr[i + 1]) : -1;
		int low = text.len - i > 2 ? hex_digit(text.ptr[i + 2]) : -1;
		if (high < 0 || low < 0)
			return WIRE_QUERY_MALFORMED;
		bytes[len++] = (char)(high << 4 | low);
		i += 2;
	}
	struct str decoded = {bytes, len};
	if (!utf8_valid(decoded) || utf8_has_control(decoded))
		return WIRE_QUERY_MALFORMED;
	*ret_text = decoded;
	return 0;
}

/* Take the next pair; a name without '=' has an empty value. False: no more. */
static bool pair_next(struct str *rest, struct str *ret_name, struct str *ret_value)
{
	struct str pair;
	if (!str_split(rest, '&', &pair))
		return false;
	*ret_value = pair;
	(void)str_split(ret_value, '=', ret_name);
	return true;
}

int wire_query_get(struct str query, struct str name, struct arena *arena, struct str *ret_value)
{
	struct str found = {0}, pair_name, value;
	size_t times = 0;
	while (pair_next(&query, &pair_name, &value)) {
		if (!str_equal(pair_name, name))
			continue;
		found = value;
		times++;
	}
	if (times != 1)
		return times ? WIRE_QUERY_REPEATED : WIRE_QUERY_ABSENT;
	int r = percent_decode(arena, found, ret_value);
	return r < 0 ? PASS(r) : r;
}

struct str wire_query_unknown(struct str query, const struct str *names, size_t names_count)
{
	struct str name, value;
	if (query.len == 0)
		return (struct str){0};
	while (pair_next(&query, &name, &value)) {
		bool known = false;
		for (size_t i = 0; i < names_count; i++)
			known = known || str_equal(name, names[i]);
		if (!known)
			return name;
	}
	return (struct str){0};
}

static bool unreserved(char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '.' || byte == '_' ||
	       byte == '~';
}

int wire_percent_encode(struct arena *arena, struct str text, struct str *ret_text)
{
	static const char hex[] = "0123456789ABCDEF";
	char *bytes = arena_array(arena, text.len + 1, 3);
	if (!bytes)
		return RAISE(ENOMEM);
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.ptr[i];
		if (unreserved(text.ptr[i])) {
			bytes[len++] = text.ptr[i];
			continue;
		}
		bytes[len++] = '%';
		bytes[len++] = hex[byte >> 4];
		bytes[len++] = hex[byte & 15];
	}
	*ret_text = (struct str){bytes, len};
	return 0;
}
