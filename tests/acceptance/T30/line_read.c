/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/acceptance/T30/line_read.h"

#include "lib/base/utf8.h"

static int digit_of(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *place = c ? strchr(digits, c) : NULL;
	return place ? (int)(place - digits) : -1;
}

/* n hexadecimal digits from the front. */
static bool digits_take(struct str *rest, size_t n, unsigned *ret_number)
{
	unsigned number = 0;
	for (size_t i = 0; i < n; i++, rest->ptr++, rest->len--) {
		int digit = rest->len ? digit_of(rest->ptr[0]) : -1;
		if (digit < 0)
			return false;
		number = number << 4 | (unsigned)digit;
	}
	*ret_number = number;
	return true;
}

static size_t point_put(char *out, unsigned point)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xC0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3F));
		return 2;
	}
	out[0] = (char)(0xE0 | point >> 12);
	out[1] = (char)(0x80 | (point >> 6 & 0x3F));
	out[2] = (char)(0x80 | (point & 0x3F));
	return 3;
}

static bool escape_take(struct str *rest, char *out, size_t *len)
{
	unsigned number;
	if (rest->len == 0)
		return false;
	char kind = rest->ptr[0];
	rest->ptr++;
	rest->len--;
	switch (kind) {
	case '"':
	case '\\': out[(*len)++] = kind; return true;
	case 'x':
		if (!digits_take(rest, 2, &number))
			return false;
		out[(*len)++] = (char)number;
		return true;
	case 'u':
		if (!digits_take(rest, 4, &number))
			return false;
		*len += point_put(out + *len, number);
		return true;
	default: return false;
	}
}

/* After the opening quote, up to and with the closing one. */
static bool quoted_take(struct arena *arena, struct str *rest, struct str *ret_value)
{
	char *out = arena_alloc(arena, rest->len + 4);
	size_t len = 0;
	while (rest->len) {
		char c = rest->ptr[0];
		rest->ptr++;
		rest->len--;
		if (c == '"') {
			*ret_value = (struct str){out, len};
			return true;
		}
		if (c != '\\')
			out[len++] = c;
		else if (!escape_take(rest, out, &len))
			return false;
	}
	return false;
}

static bool bare_take(struct str *rest, struct str *ret_value)
{
	size_t len = 0;
	while (len < rest->len && rest->ptr[len] != ' ' && rest->ptr[len] != '"')
		len++;
	*ret_value = (struct str){rest->ptr, len};
	rest->ptr += len;
	rest->len -= len;
	return len > 0 && (rest->len == 0 || rest->ptr[0] == ' ');
}

static const char *field_take(struct arena *arena, struct str *rest, struct line_field *ret_field)
{
	size_t len = 0;
	while (len < rest->len &&
	       (rest->ptr[len] == '_' || (rest->ptr[len] >= 'a' && rest->ptr[len] <= 'z')))
		len++;
	if (len == 0 || len == rest->len || rest->ptr[len] != '=')
		return "no name";
	ret_field->name = (struct str){rest->ptr, len};
	rest->ptr += len + 1;
	rest->len -= len + 1;
	if (rest->len == 0 || rest->ptr[0] != '"')
		return bare_take(rest, &ret_field->value) ? NULL : "no value";
	rest->ptr++;
	rest->len--;
	return quoted_take(arena, rest, &ret_field->value) ? NULL : "no end of a quoted value";
}

const char *line_read(struct arena *arena, struct str text, struct line *ret_line)
{
	struct line line = {.count = 0};
	if (!line_is_quiet(text))
		return "a control character";
	if (!str_split(&text, ' ', &line.time) || !str_split(&text, ' ', &line.level) ||
	    !str_split(&text, ' ', &line.event))
		return "no head";
	while (text.ptr && text.len) {
		if (line.count == LINE_FIELDS_MAX)
			return "too many fields";
		const char *wrong = field_take(arena, &text, &line.fields[line.count++]);
		if (wrong)
			return wrong;
		if (text.len && text.ptr[0] != ' ')
			return "no blank between fields";
		if (text.len) {
			text.ptr++;
			text.len--;
		}
	}
	*ret_line = line;
	return NULL;
}

bool line_is_quiet(struct str text)
{
	if (!utf8_valid(text))
		return false;
	while (text.len) {
		unsigned point = (unsigned)utf8_next(&text);
		bool control = point < 0x20 || (point >= 0x7F && point < 0xA0);
		bool breaks = point == 0x2028 || point == 0x2029;
		bool turns = point == 0x061C || point == 0x200E || point == 0x200F ||
			     (point >= 0x202A && point <= 0x202E) ||
			     (point >= 0x2066 && point <= 0x2069);
		if (control || breaks || turns || point == 0xFEFF)
			return false;
	}
	return true;
}

struct str line_value(const struct line *line, const char *name)
{
	for (size_t i = 0; i < line->count; i++)
		if (str_equal(line->fields[i].name, str_of(name)))
			return line->fields[i].value;
	return (struct str){0};
}
