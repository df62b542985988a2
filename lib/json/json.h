/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict, bounded JSON reading (RFC 8259).
 *
 * json_read refuses what is not UTF-8, what nests deeper or holds more keys than the limits, and
 * duplicate keys, before a tree is built. json_decode then fills a C struct from one object by a
 * table that reads like the schema; what does not fit is an outcome naming the field.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

struct json; /* a node; borrowed from its document */

struct json_document {
	struct json *root;
};

struct json_limits {
	size_t bytes_max;
	size_t depth_max;
	size_t keys_max; /* members of all objects together */
};

/* 64 KiB, 8 levels, 256 keys: a request. */
extern const struct json_limits json_limits_request;

/* 32 MiB, 16 levels, 100,000 keys: a page of results. */
extern const struct json_limits json_limits_reply;

enum json_outcome {
	JSON_TOO_LARGE = 1, /* beyond bytes_max, depth_max or keys_max */
	JSON_NOT_UTF8,
	JSON_MALFORMED, /* also a duplicate key, a NUL in a string, text after the end */
};

/* Outcomes: enum json_outcome. The document is the caller's: json_clear. */
MUST_CHECK int json_read(struct str text, const struct json_limits *limits,
			 struct json_document *ret_document);

/* Wipes strings and frees; accepts a zeroed document. For AUTO(json_clear). */
void json_clear(struct json_document *document);

enum json_kind {
	JSON_TEXT,   /* struct str, borrowed from the document */
	JSON_LINES,  /* the same, and lines may end in it, by LF only */
	JSON_NUMBER, /* int64_t; a number without fraction or exponent */
	JSON_BOOL,   /* bool */
	JSON_OBJECT, /* struct json * */
	JSON_ARRAY,  /* struct json * */
};

enum json_presence {
	JSON_REQUIRED,
	JSON_OPTIONAL, /* absent: the place in the struct is left as it was */
	JSON_NULLABLE, /* required, but may be null: then left as it was */
};

/* One member of an object and its place in the struct that json_decode fills. */
struct json_field {
	const char *name;
	enum json_kind kind;
	enum json_presence presence;
	size_t offset;
	int64_t min; /* text: code points; number: value; array: elements */
	int64_t max;
};

#define JSON_FIELD(type, member, json_name, kind, presence, min, max)                 \
	{                                                                             \
		(json_name), (kind), (presence), offsetof(type, member), (min), (max) \
	}

enum json_reason {
	JSON_FIELD_MISSING = 1,
	JSON_FIELD_UNKNOWN,
	JSON_FIELD_TYPE,
	JSON_FIELD_SHORT, /* fewer than min code points or elements, or a number below min */
	JSON_FIELD_LONG,
	JSON_FIELD_CONTROL, /* a control character in a text */
};

/* What is wrong, and where: "client.vendor". field is borrowed from table or document. */
struct json_complaint {
	enum json_reason reason;
	struct str field;
};

/*
 * Fill *into from object by the table. Every member not in the table is a complaint.
 * Outcome: a reason > 0 (enum json_reason), with *ret_complaint set; into may be half filled.
 */
MUST_CHECK int json_decode(const struct json *object, const struct json_field *fields,
			   size_t fields_count, void *into, struct json_complaint *ret_complaint);

/* All complaints, as far as there is room. */
enum { JSON_COMPLAINTS_MAX = 8 };

struct json_complaints {
	struct json_complaint items[JSON_COMPLAINTS_MAX];
	size_t count;
};

/*
 * As json_decode, but goes on after a complaint, so that a form can be put right at once. Outcome:
 * the reason of the first.
 */
MUST_CHECK int json_decode_all(const struct json *object, const struct json_field *fields,
			       size_t fields_count, void *into,
			       struct json_complaints *ret_complaints);

/* As json_decode, but skips unknown members: for what a newer peer may have added to. */
MUST_CHECK int json_decode_open(const struct json *object, const struct json_field *fields,
				size_t fields_count, void *into,
				struct json_complaint *ret_complaint);

/* Tree access for what has no fixed shape (a result's body). NULL or absent when it is not there.
 */
const struct json *json_member(const struct json *object, const char *name);
struct str json_text(const struct json *node); /* absent when not a text */
size_t json_count(const struct json *array);   /* 0 when not an array */
const struct json *json_at(const struct json *array, size_t index);
bool json_is_object(const struct json *node);
bool json_is_array(const struct json *node);

/*
 * The next member of an object, in the order of the text; *place is NULL at first. False: no more,
 * or not an object.
 */
bool json_member_next(const struct json *object, void **place, struct str *ret_name,
		      const struct json **ret_value);

/*
 * Spans: the bytes of a value exactly as they came, borrowed from the text. Only for text that
 * json_read has accepted. A key spelt with escapes is not found.
 */
struct str json_span_member(struct str object, const char *name); /* absent: not there */

/* Take the next element of an array's span out of *rest (at first the whole span); false: no more.
 */
bool json_span_next(struct str *rest, struct str *ret_element);

/* How a text is to be spelt again. Names and texts come and go without their quotes, as they stand
 * in JSON: what would need an escape comes escaped, and must go so. */
struct json_renaming {
	/* What a member is called. */
	struct str (*name)(void *ctx, struct str name);
	/* What a member's text says; NULL: texts stay. name is the one in the text. */
	struct str (*text)(void *ctx, struct str name, struct str text);
	/* Is the member's value to stay byte for byte? NULL: none. */
	bool (*is_kept)(void *ctx, struct str name);
	void *ctx;
};

/*
 * The same JSON with other names, in the arena; all that is not renamed stays byte for byte. Only
 * for text that json_read has accepted. Fault: -ENOMEM.
 */
MUST_CHECK int json_rename(struct arena *arena, struct str text,
			   const struct json_renaming *renaming, struct str *ret_text);
