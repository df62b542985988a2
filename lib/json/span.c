/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a value lies in the text. The text has been through json_read, so that this only has to
 * tell strings from structure; it still never looks past the end.
 */
#include "lib/json/span.h"

static bool is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static void skip(struct str *text, size_t bytes)
{
	text->ptr += bytes;
	text->len -= bytes;
}

void span_skip_space(struct str *text)
{
	while (text->len && is_space(text->ptr[0]))
		skip(text, 1);
}

/* Bytes of the string that text begins with, quotes included. */
static size_t string_bytes(struct str text)
{
	for (size_t i = 1; i < text.len; i++) {
		if (text.ptr[i] == '\\')
			i++;
		else if (text.ptr[i] == '"')
			return i + 1;
	}
	return text.len;
}

static size_t container_bytes(struct str text)
{
	size_t depth = 0;
	for (size_t i = 0; i < text.len; i++) {
		char byte = text.ptr[i];
		if (byte == '"')
			i += string_bytes((struct str){text.ptr + i, text.len - i}) - 1;
		else if (byte == '{' || byte == '[')
			depth++;
		else if ((byte == '}' || byte == ']') && --depth == 0)
			return i + 1;
	}
	return text.len;
}

static size_t plain_bytes(struct str text)
{
	size_t i = 0;
	while (i < text.len && !is_space(text.ptr[i]) && text.ptr[i] != ',' && text.ptr[i] != '}' &&
	       text.ptr[i] != ']')
		i++;
	return i;
}

struct str span_take(struct str *text)
{
	if (text->len == 0)
		return (struct str){0};
	char first = text->ptr[0];
	size_t bytes = first == '"'		      ? string_bytes(*text)
		       : first == '{' || first == '[' ? container_bytes(*text)
						      : plain_bytes(*text);
	struct str value = {text->ptr, bytes};
	skip(text, bytes);
	return value;
}

/* Step over one punctuation mark and the space around it; false: another byte stands there. */
static bool mark_take(struct str *text, char mark)
{
	span_skip_space(text);
	if (text->len == 0 || text->ptr[0] != mark)
		return false;
	skip(text, 1);
	span_skip_space(text);
	return true;
}

struct str json_span_member(struct str object, const char *name)
{
	struct str wanted = str_of(name);
	if (!mark_take(&object, '{'))
		return (struct str){0};
	while (object.len && object.ptr[0] == '"') {
		struct str key = span_take(&object);
		if (!mark_take(&object, ':'))
			break;
		struct str value = span_take(&object);
		if (str_equal((struct str){key.ptr + 1, key.len - 2}, wanted))
			return value;
		(void)mark_take(&object, ',');
	}
	return (struct str){0};
}

bool json_span_next(struct str *rest, struct str *ret_element)
{
	if (!mark_take(rest, '[') && !mark_take(rest, ','))
		return false;
	if (rest->len == 0 || rest->ptr[0] == ']')
		return false;
	*ret_element = span_take(rest);
	return true;
}
