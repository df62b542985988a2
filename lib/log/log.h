/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The doors' voice: one line per event, key=value, from one write(2).
 *
 *	2026-11-22T01:30:00.123Z info request_done call=count status=200 took_us=812 request=0f3a…
 *
 * Only main, web and api log; libraries return. Never a name, number, birth date, card byte or
 * token: a record is its id, a person is not named at all. No field takes a struct secret, and
 * nobody may pull one open to pass it here. The audit trail is not a log.
 */
#pragma once

#include <stdint.h>

#include "lib/base/clock.h"
#include "lib/base/str.h"

enum {
	LOG_FIELDS_MAX = 16,
	LOG_TEXT_BYTES_MAX = 256, /* longer text is cut, and ends in … */
	LOG_LINE_BYTES_MAX = 2048,
};

enum log_level {
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_INFO,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_ERROR,
};

/* LOG_EVENT_request_done, …: a name, a level and a sentence each, in events.def. */
enum log_event {
#define LOG_EVENT(name, level, sentence) LOG_EVENT_##name,
#include "lib/log/events.def"
#undef LOG_EVENT
	LOG_EVENTS,
};

/* Passed to whoever logs; a plain value, made by the program. */
struct log {
	int fd;			   /* where lines go; -1: nowhere (tests) */
	enum log_level level;	   /* events below it are dropped */
	const struct clock *clock; /* must outlive the log */
};

enum log_field_kind {
	LOG_FIELD_INT,
	LOG_FIELD_TEXT,
	LOG_FIELD_ID,
	LOG_FIELD_FAULT,
};

/* One typed field; made by the functions below. name is a lower-case word and a literal. */
struct log_field {
	const char *name;
	enum log_field_kind kind;
	int64_t number;
	struct str text;
};

/* name=-12 */
static inline struct log_field log_int(const char *name, int64_t number)
{
	return (struct log_field){.name = name, .kind = LOG_FIELD_INT, .number = number};
}

/* name="…": quoted and escaped, whatever the bytes are, so that one event stays one line. */
static inline struct log_field log_text(const char *name, struct str text)
{
	return (struct log_field){.name = name, .kind = LOG_FIELD_TEXT, .text = text};
}

/*
 * name=0f3a…: an id or a word of ours (letters, digits, - _ . : /), without quotes. Anything else
 * in it is written as log_text does.
 */
static inline struct log_field log_id(const char *name, struct str id)
{
	return (struct log_field){.name = name, .kind = LOG_FIELD_ID, .text = id};
}

/* fault=-5 error="Input/output error" trace="file:line < file:line": this thread's trace. */
static inline struct log_field log_fault(int fault)
{
	return (struct log_field){.name = "fault", .kind = LOG_FIELD_FAULT, .number = fault};
}

/*
 * Write one line. Fields that no longer fit into LOG_LINE_BYTES_MAX are left out and cut=1 stands
 * in their place. A failing write is nobody's to handle: the line is lost. Callable from any
 * thread; lines never mix.
 */
void log_write(const struct log *log, enum log_event event, const struct log_field *fields,
	       size_t fields_count);

/* LOG(log, request_done, log_int("status", 200), …) with at least one field. */
#define LOG(log, event, ...)                                                         \
	log_write((log), LOG_EVENT_##event, (const struct log_field[]){__VA_ARGS__}, \
		  sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

/*
 * The same line into text (NUL-terminated, with its line end); for tests and for those who write
 * elsewhere. Returns its length.
 */
size_t log_line(const struct log *log, enum log_event event, const struct log_field *fields,
		size_t fields_count, char text[LOG_LINE_BYTES_MAX]);

/* "debug", "info", "warning" or "error" to its level; false: none of them. */
bool log_level_of(struct str word, enum log_level *ret_level);
