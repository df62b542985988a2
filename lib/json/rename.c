/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two passes over the text: the first counts, the second writes. A string is a name when a colon
 * follows it; nothing else of the structure matters here.
 */
#include "lib/json/span.h"

struct rename {
	const struct json_renaming *how;
	char *bytes; /* NULL while counting */
	size_t len;
};

static void put(struct rename *rename, struct str text)
{
	if (rename->bytes && text.len)
		memcpy(rename->bytes + rename->len, text.ptr, text.len);
	rename->len += text.len;
}

static void put_quoted(struct rename *rename, struct str text)
{
	put(rename, STR("\""));
	put(rename, text);
	put(rename, STR("\""));
}

/* Everything up to the next string. */
static void plain_put(struct rename *rename, struct str *text)
{
	size_t len = 0;
	while (len < text->len && text->ptr[len] != '"')
		len++;
	put(rename, (struct str){text->ptr, len});
	*text = (struct str){text->ptr + len, text->len - len};
}

static struct str unquoted(struct str string)
{
	return string.len < 2 ? (struct str){"", 0} : (struct str){string.ptr + 1, string.len - 2};
}

static bool is_name(struct str text)
{
	span_skip_space(&text);
	return text.len && text.ptr[0] == ':';
}

/* The colon between name and value, with the space around it. */
static void colon_put(struct rename *rename, struct str *text)
{
	struct str rest = *text;
	span_skip_space(&rest);
	rest = (struct str){rest.ptr + 1, rest.len - 1};
	span_skip_space(&rest);
	put(rename, (struct str){text->ptr, text->len - rest.len});
	*text = rest;
}

static void member_put(struct rename *rename, struct str string, struct str *text)
{
	const struct json_renaming *how = rename->how;
	struct str name = unquoted(string);
	put_quoted(rename, how->name(how->ctx, name));
	colon_put(rename, text);
	if (how->is_kept && how->is_kept(how->ctx, name))
		put(rename, span_take(text));
	else if (how->text && text->len && text->ptr[0] == '"')
		put_quoted(rename, how->text(how->ctx, name, unquoted(span_take(text))));
}

static void text_put(struct rename *rename, struct str text)
{
	while (text.len) {
		plain_put(rename, &text);
		struct str string = span_take(&text);
		if (is_name(text))
			member_put(rename, string, &text);
		else
			put(rename, string);
	}
}

int json_rename(struct arena *arena, struct str text, const struct json_renaming *renaming,
		struct str *ret_text)
{
	struct rename rename = {.how = renaming};
	text_put(&rename, text);
	rename.bytes = arena_bytes(arena, rename.len + 1);
	if (!rename.bytes)
		return RAISE(ENOMEM);
	rename.len = 0;
	text_put(&rename, text);
	rename.bytes[rename.len] = '\0';
	*ret_text = (struct str){rename.bytes, rename.len};
	return 0;
}
