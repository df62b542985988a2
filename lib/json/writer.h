/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streaming JSON writing into an arena. Errors are sticky: write all, then ask json_writer_end
 * once. Commas and colons come by themselves. Stored JSON is spliced in unread by json_raw.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

struct json_writer {
	struct arena *arena;
	char *bytes;
	size_t len, capacity;
	unsigned depth;
	bool comma;  /* the next value or key needs one before it */
	bool failed; /* no memory */
};

/* bytes_hint: about how long it will get; 0 when unknown. */
void json_writer_init(struct json_writer *writer, struct arena *arena, size_t bytes_hint);

void json_object_open(struct json_writer *writer);
void json_object_close(struct json_writer *writer);
void json_array_open(struct json_writer *writer);
void json_array_close(struct json_writer *writer);

/* The key of the next value; a literal of ours, written as it is. */
void json_key(struct json_writer *writer, const char *name);

/* As json_key for a name that is not ours: valid UTF-8, escaped. */
void json_put_key(struct json_writer *writer, struct str name);

/* text is valid UTF-8; escaped as RFC 8785 does (only what must be). */
void json_put_text(struct json_writer *writer, struct str text);
void json_put_number(struct json_writer *writer, int64_t number);
void json_put_bool(struct json_writer *writer, bool value);
void json_put_null(struct json_writer *writer);

/* A whole value that is known to be good JSON. */
void json_put_raw(struct json_writer *writer, struct str json);

/* key and text in one; leaves the member out when text is absent (ptr == NULL). */
void json_put_member(struct json_writer *writer, const char *name, struct str text);
void json_put_member_number(struct json_writer *writer, const char *name, int64_t number);

/* The text, in the arena (a NUL stands behind it). Fault: -ENOMEM. */
MUST_CHECK int json_writer_end(struct json_writer *writer, struct str *ret_text);
