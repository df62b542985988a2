/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a query string: few parameters, each searched for by name, nothing built in between. */
#include "lib/web/web.h"

#include "lib/base/utf8.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decode into out, which has room for text.len bytes; false: a bad escape. */
static bool percent_decode(struct str text, char *out, size_t *ret_len)
{
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '%') {
			out[len++] = text.ptr[i];
			continue;
		}
		bool whole = text.len - i > 2;
		int high = whole ? hex_value(text.ptr[i + 1]) : -1;
		int low = whole ? hex_value(text.ptr[i + 2]) : -1;
		if (high < 0 || low < 0)
			return false;
		out[len++] = (char)(high << 4 | low);
		i += 2;
	}
	*ret_len = len;
	return true;
}

/* The value as sent. Outcomes: ABSENT, MALFORMED (twice). */
static int value_find(struct str query, struct str name, struct str *ret_value)
{
	struct str pair, key, found = {0};
	while (str_split(&query, '&', &pair)) {
		str_split(&pair, '=', &key);
		if (!str_equal(key, name))
			continue;
		if (found.ptr)
			return WEB_PARAMETER_MALFORMED;
		found = pair.ptr ? pair : STR("");
	}
	if (!found.ptr)
		return WEB_PARAMETER_ABSENT;
	*ret_value = found;
	return 0;
}

int web_parameter(struct str query, struct str name, struct arena *arena, struct str *ret_value)
{
	struct str sent;
	int r = value_find(query, name, &sent);
	if (r)
		return r;
	char *text = arena_alloc(arena, sent.len + 1);
	if (!text)
		return RAISE(ENOMEM);
	struct str value = {text, 0};
	if (!percent_decode(sent, text, &value.len) || !utf8_valid(value))
		return WEB_PARAMETER_MALFORMED;
	*ret_value = value;
	return 0;
}

struct str web_parameter_unknown(struct str query, const struct str *names, size_t names_count)
{
	struct str pair, key;
	if (query.len == 0)
		return (struct str){0};
	while (str_split(&query, '&', &pair)) {
		bool known = false;
		str_split(&pair, '=', &key);
		for (size_t i = 0; i < names_count; i++)
			known = known || str_equal(key, names[i]);
		if (!known)
			return key;
	}
	return (struct str){0};
}
