/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The buffer doubles inside the arena, which does not take the old halves back: what is written
 * costs at most twice its size. A good bytes_hint makes that once.
 */
#include "lib/json/writer.h"

#include <assert.h>
#include <stdio.h>

#include "lib/base/number.h"

enum { FIRST_BYTES = 256 };

void json_writer_init(struct json_writer *writer, struct arena *arena, size_t bytes_hint)
{
	*writer = (struct json_writer){.arena = arena};
	size_t bytes = bytes_hint ? bytes_hint + 1 : FIRST_BYTES;
	writer->bytes = arena_bytes(arena, bytes);
	writer->capacity = bytes;
	writer->failed = !writer->bytes;
}

/* Room for some bytes and the NUL at the end. */
static bool reserve(struct json_writer *writer, size_t bytes)
{
	if (writer->failed)
		return false;
	if (writer->capacity - writer->len > bytes)
		return true;
	size_t wanted = writer->capacity;
	while (wanted - writer->len <= bytes && wanted <= SIZE_MAX / 2)
		wanted *= 2;
	char *grown = wanted - writer->len > bytes ? arena_bytes(writer->arena, wanted) : NULL;
	if (!grown) {
		writer->failed = true;
		return false;
	}
	memcpy(grown, writer->bytes, writer->len);
	writer->bytes = grown;
	writer->capacity = wanted;
	return true;
}

static void put(struct json_writer *writer, struct str text)
{
	if (text.len == 0 || !reserve(writer, text.len))
		return;
	memcpy(writer->bytes + writer->len, text.ptr, text.len);
	writer->len += text.len;
}

/* Before a key or a value. */
static void begin(struct json_writer *writer)
{
	if (writer->comma)
		put(writer, STR(","));
	writer->comma = true;
}

static void container_open(struct json_writer *writer, struct str mark)
{
	begin(writer);
	put(writer, mark);
	writer->comma = false;
	writer->depth++;
}

static void container_close(struct json_writer *writer, struct str mark)
{
	assert(writer->depth > 0);
	put(writer, mark);
	writer->comma = true;
	writer->depth--;
}

void json_object_open(struct json_writer *writer)
{
	container_open(writer, STR("{"));
}

void json_object_close(struct json_writer *writer)
{
	container_close(writer, STR("}"));
}

void json_array_open(struct json_writer *writer)
{
	container_open(writer, STR("["));
}

void json_array_close(struct json_writer *writer)
{
	container_close(writer, STR("]"));
}

static bool must_escape(char byte)
{
	return (unsigned char)byte < 0x20 || byte == '"' || byte == '\\';
}

static void put_escaped(struct json_writer *writer, char byte)
{
	static const char short_of[0x20] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
	};
	char text[7];
	if (byte == '"' || byte == '\\' || short_of[(unsigned char)byte])
		snprintf(text, sizeof text, "\\%c",
			 (unsigned char)byte < 0x20 ? short_of[(unsigned char)byte] : byte);
	else
		snprintf(text, sizeof text, "\\u%04x", (unsigned)byte & 0xFF);
	put(writer, str_of(text));
}

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

/* Is one of the eight bytes zero? The high bit of each that is, and perhaps of its neighbour. */
static uint64_t zero_bytes(uint64_t eight)
{
	return (eight - EACH_BYTE(1)) & ~eight & EACH_BYTE(0x80);
}

/* Eight bytes at once: none is a quote, a backslash or below 0x20. */
static bool eight_are_plain(const char *bytes)
{
	uint64_t eight;
	memcpy(&eight, bytes, sizeof eight);
	uint64_t low = (eight - EACH_BYTE(0x20)) & ~eight & EACH_BYTE(0x80);
	return !(low | zero_bytes(eight ^ EACH_BYTE('"')) | zero_bytes(eight ^ EACH_BYTE('\\')));
}

/* How many bytes from here need no escape? */
static size_t plain_bytes(struct str text)
{
	size_t i = 0;
	while (text.len - i >= 8 && eight_are_plain(text.ptr + i))
		i += 8;
	while (i < text.len && !must_escape(text.ptr[i]))
		i++;
	return i;
}

static void put_string(struct json_writer *writer, struct str text)
{
	put(writer, STR("\""));
	while (text.len) {
		size_t plain = plain_bytes(text);
		put(writer, (struct str){text.ptr, plain});
		text = (struct str){text.ptr + plain, text.len - plain};
		if (text.len == 0)
			break;
		put_escaped(writer, text.ptr[0]);
		text = (struct str){text.ptr + 1, text.len - 1};
	}
	put(writer, STR("\""));
}

void json_key(struct json_writer *writer, const char *name)
{
	begin(writer);
	put(writer, STR("\""));
	put(writer, str_of(name));
	put(writer, STR("\":"));
	writer->comma = false;
}

void json_put_key(struct json_writer *writer, struct str name)
{
	begin(writer);
	put_string(writer, name);
	put(writer, STR(":"));
	writer->comma = false;
}

void json_put_text(struct json_writer *writer, struct str text)
{
	begin(writer);
	put_string(writer, text);
}

void json_put_number(struct json_writer *writer, int64_t number)
{
	char text[NUMBER_TEXT_BYTES];
	begin(writer);
	put(writer, number_print(number, text));
}

void json_put_bool(struct json_writer *writer, bool value)
{
	json_put_raw(writer, value ? STR("true") : STR("false"));
}

void json_put_null(struct json_writer *writer)
{
	json_put_raw(writer, STR("null"));
}

void json_put_raw(struct json_writer *writer, struct str json)
{
	begin(writer);
	put(writer, json);
}

void json_put_member(struct json_writer *writer, const char *name, struct str text)
{
	if (!text.ptr)
		return;
	json_key(writer, name);
	json_put_text(writer, text);
}

void json_put_member_number(struct json_writer *writer, const char *name, int64_t number)
{
	json_key(writer, name);
	json_put_number(writer, number);
}

int json_writer_end(struct json_writer *writer, struct str *ret_text)
{
	assert(writer->depth == 0);
	if (!reserve(writer, 0))
		return RAISE(ENOMEM);
	writer->bytes[writer->len] = '\0';
	*ret_text = (struct str){writer->bytes, writer->len};
	return 0;
}
