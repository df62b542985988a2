/* SPDX-License-Identifier: Apache-2.0 */
/* A second reader of log lines, written from lib/log/log.h alone: it believes nothing. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/str.h"

enum { LINE_FIELDS_MAX = 16 };

struct line_field {
	struct str name;
	struct str value; /* unescaped */
};

struct line {
	struct str time, level, event;
	struct line_field fields[LINE_FIELDS_MAX];
	size_t count;
};

/* A line without its end; NULL: it is well-formed, else what is wrong with it. */
const char *line_read(struct arena *arena, struct str text, struct line *ret_line);

/* Nothing in it moves a cursor, ends a line or turns the direction of what follows. */
bool line_is_quiet(struct str text);

/* The value of a field; absent when there is none. */
struct str line_value(const struct line *line, const char *name);
