/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: what the calls' files share. */
#pragma once

#include "lib/json/json.h"
#include "lib/json/writer.h"
#include "lib/wire/wire.h"

#define COUNT_OF(table) (sizeof(table) / sizeof(table)[0])

/* A required or optional text with the limits of a schema of openapi.yaml. */
#define TEXT(type, member, name, limit)                                              \
	JSON_FIELD(type, member, name, JSON_TEXT, JSON_REQUIRED, WIRE_##limit##_MIN, \
		   WIRE_##limit##_MAX)
#define TEXT_OPTIONAL(type, member, name, limit)                                     \
	JSON_FIELD(type, member, name, JSON_TEXT, JSON_OPTIONAL, WIRE_##limit##_MIN, \
		   WIRE_##limit##_MAX)
#define TEXT_NULLABLE(type, member, name, limit)                                     \
	JSON_FIELD(type, member, name, JSON_TEXT, JSON_NULLABLE, WIRE_##limit##_MIN, \
		   WIRE_##limit##_MAX)
#define WORD(type, member, name) JSON_FIELD(type, member, name, JSON_TEXT, JSON_REQUIRED, 0, 32)
#define WORD_OPTIONAL(type, member, name) \
	JSON_FIELD(type, member, name, JSON_TEXT, JSON_OPTIONAL, 0, 32)
#define NUMBER(type, member, name) \
	JSON_FIELD(type, member, name, JSON_NUMBER, JSON_REQUIRED, 0, WIRE_NUMBER_MAX)
#define OBJECT(type, member, name) JSON_FIELD(type, member, name, JSON_OBJECT, JSON_REQUIRED, 0, 0)

#define WIRE_NUMBER_MAX INT64_C(9007199254740991) /* what every JSON reader keeps exact */

/* --- requests: read, take the fields of each object, judge formats, finish --- */

/* 0, a fault, or a problem: the body is now input->document. */
MUST_CHECK int request_read(struct str body, struct wire_input *input);

/*
 * Take the fields of one object; what is wrong is noted in the input, under prefix ("client." or
 * ""). object may be NULL: it was complained of before.
 */
void request_fields(struct wire_input *input, const struct json *object, const char *prefix,
		    const struct json_field *fields, size_t fields_count, void *into);

/* Note it unless text is absent or consists of the characters of set, '-' not being special. */
void request_format(struct wire_input *input, struct str text, const char *set, const char *field);

void request_client(struct wire_input *input, const struct json *object,
		    struct wire_client *ret_client);

/* 0 or PROBLEM_FIELD_INVALID. */
MUST_CHECK int request_finish(const struct wire_input *input);

/* --- replies: one table, unknown members skipped --- */

/* 0, a fault, or PROBLEM_REPLY_MALFORMED. */
MUST_CHECK int reply_read(struct str body, struct wire_input *input);
MUST_CHECK int reply_fields(const struct json *object, const struct json_field *fields,
			    size_t fields_count, void *into);
MUST_CHECK int reply_decode(struct str body, struct wire_input *input,
			    const struct json_field *fields, size_t fields_count, void *into);

/* 14 digits; 0 or PROBLEM_REPLY_MALFORMED. */
MUST_CHECK int reply_time(struct str text, int64_t *ret_ms);

/* --- words --- */
int method_of(struct str word);	  /* enum wire_method; 0: none */
int account_of(struct str word);  /* enum wire_account; 0: none */
int passcode_of(struct str word); /* enum wire_passcode; 0: none */
struct str passcode_name(enum wire_passcode passcode);
int platform_of(struct str word); /* enum wire_platform; 0: none */

#define CHARS_DIGITS  "0123456789"
#define CHARS_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define CHARS_TOKEN   CHARS_LETTERS CHARS_DIGITS "._~-"
#define CHARS_CODE    CHARS_LETTERS CHARS_DIGITS "_-"
#define CHARS_HEX     "0123456789abcdef"
#define CHARS_BASE64  CHARS_LETTERS CHARS_DIGITS "+/"

bool chars_only(struct str text, const char *set);

/* Base64 with its padding (RFC 4648 section 4)? */
bool base64_formed(struct str text);

/* --- writing --- */
void put_time(struct json_writer *writer, const char *name, int64_t at_ms);
void put_nullable(struct json_writer *writer, const char *name, struct str text);
void put_client(struct json_writer *writer, const struct wire_client *client);
