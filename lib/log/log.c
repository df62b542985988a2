/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line is built on the stack and leaves in one write(2): pipes and files opened for appending
 * keep such lines whole. Every byte of foreign text that could end a line, close a quote or confuse
 * a terminal is escaped.
 */
#include "lib/log/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/number.h"
#include "lib/base/period.h"
#include "lib/base/utf8.h"

static const struct {
	const char *name;
	enum log_level level;
} events[LOG_EVENTS] = {
#define LOG_EVENT(name, level, sentence) [LOG_EVENT_##name] = {#name, LOG_LEVEL_##level},
#include "lib/log/events.def"
#undef LOG_EVENT
};

static const char *const levels[] = {"debug", "info", "warning", "error"};

/* What stands at the end when something did not fit; always fits, being kept free. */
static const struct str cut_mark = {" cut=1\n", 7};

/* Text grows until it is full; then it says so and stays as it is. */
struct line {
	char *text;
	size_t len;
	size_t bytes_max;
	bool full;
};

static void line_add(struct line *line, struct str text)
{
	if (line->full || text.len > line->bytes_max - line->len) {
		line->full = true;
		return;
	}
	if (text.len)
		memcpy(line->text + line->len, text.ptr, text.len);
	line->len += text.len;
}

__attribute__((format(printf, 2, 3))) static void line_print(struct line *line, const char *format,
							     ...)
{
	char text[64];
	va_list args;
	va_start(args, format);
	int len = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	assert(len >= 0 && (size_t)len < sizeof text);
	line_add(line, (struct str){text, (size_t)len});
}

static void line_add_number(struct line *line, int64_t number)
{
	char text[NUMBER_TEXT_BYTES];
	line_add(line, number_print(number, text));
}

static size_t point_bytes(struct str text)
{
	unsigned char first = (unsigned char)text.ptr[0];
	size_t bytes = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
	return bytes <= text.len && utf8_valid((struct str){text.ptr, bytes}) ? bytes : 0;
}

/* Characters that are seen only by what they do to others: directions, the byte order mark. */
static bool turns(struct str point)
{
	uint32_t at = utf8_next(&point);
	return at == 0x061C || at == 0x200E || at == 0x200F || at == 0xFEFF ||
	       (at >= 0x202A && at <= 0x202E) || (at >= 0x2066 && at <= 0x2069);
}

/* One character of foreign text; moves *rest past it. */
static void line_add_escaped(struct line *line, struct str *rest)
{
	size_t bytes = point_bytes(*rest);
	struct str point = {rest->ptr, bytes ? bytes : 1};
	unsigned char first = (unsigned char)rest->ptr[0];
	if (first == '"' || first == '\\')
		line_print(line, "\\%c", first);
	else if (bytes == 0 || (bytes == 1 && utf8_has_control(point)))
		line_print(line, "\\x%02x", first);
	else if (utf8_has_control(point) || turns(point)) {
		struct str again = point;
		line_print(line, "\\u%04x", (unsigned)utf8_next(&again));
	} else
		line_add(line, point);
	rest->ptr += point.len;
	rest->len -= point.len;
}

static void line_add_quoted(struct line *line, struct str text)
{
	const char *end =
		text.ptr + (text.len < LOG_TEXT_BYTES_MAX ? text.len : LOG_TEXT_BYTES_MAX);
	line_add(line, STR("\""));
	while (text.len && text.ptr < end)
		line_add_escaped(line, &text);
	line_add(line, text.len ? STR("…\"") : STR("\""));
}

static bool is_id(struct str text)
{
	static const char others[] = "-_.:/";
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool word =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!word && !memchr(others, c, sizeof others - 1))
			return false;
	}
	return text.len > 0 && text.len <= LOG_TEXT_BYTES_MAX;
}

static void line_add_fault(struct line *line, const struct log_field *field)
{
	char trace[LOG_TEXT_BYTES_MAX];
	const char *error = strerrordesc_np((int)-field->number);
	line_add_number(line, field->number);
	line_add(line, STR(" error="));
	line_add_quoted(line, str_of(error ? error : "?"));
	line_add(line, STR(" trace="));
	line_add_quoted(line, str_of(fault_trace(trace, sizeof trace)));
}

static void line_add_value(struct line *line, const struct log_field *field)
{
	switch (field->kind) {
	case LOG_FIELD_INT: line_add_number(line, field->number); break;
	case LOG_FIELD_TEXT: line_add_quoted(line, field->text); break;
	case LOG_FIELD_ID:
		if (is_id(field->text))
			line_add(line, field->text);
		else
			line_add_quoted(line, field->text);
		break;
	case LOG_FIELD_FAULT: line_add_fault(line, field); break;
	}
}

/* All of the field or nothing of it. */
static void line_add_field(struct line *line, const struct log_field *field)
{
	size_t before = line->len;
	line_add(line, STR(" "));
	line_add(line, str_of(field->name));
	line_add(line, STR("="));
	line_add_value(line, field);
	if (line->full)
		line->len = before;
}

static void line_add_time(struct line *line, int64_t now_ms)
{
	char text[PERIOD_UTC_BYTES];
	bool sane = now_ms >= 0 && now_ms < period_month_start_ms(PERIOD_MONTH_MAX);
	line_add(line, str_of(sane ? period_utc_print(now_ms, text) : "?"));
}

size_t log_line(const struct log *log, enum log_event event, const struct log_field *fields,
		size_t fields_count, char text[LOG_LINE_BYTES_MAX])
{
	assert(event < LOG_EVENTS && fields_count <= LOG_FIELDS_MAX);
	struct line line = {.text = text, .bytes_max = LOG_LINE_BYTES_MAX - cut_mark.len - 1};
	line_add_time(&line, clock_now_ms(log->clock));
	line_add(&line, STR(" "));
	line_add(&line, str_of(levels[events[event].level]));
	line_add(&line, STR(" "));
	line_add(&line, str_of(events[event].name));
	for (size_t i = 0; i < fields_count; i++)
		line_add_field(&line, &fields[i]);
	struct str end = line.full ? cut_mark : STR("\n");
	memcpy(text + line.len, end.ptr, end.len);
	text[line.len + end.len] = '\0';
	return line.len + end.len;
}

void log_write(const struct log *log, enum log_event event, const struct log_field *fields,
	       size_t fields_count)
{
	char text[LOG_LINE_BYTES_MAX];
	if (log->fd < 0 || events[event].level < log->level)
		return;
	size_t len = log_line(log, event, fields, fields_count, text);
	ssize_t written;
	do
		written = write(log->fd, text, len);
	while (written < 0 && errno == EINTR);
}

bool log_level_of(struct str word, enum log_level *ret_level)
{
	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
		if (str_equal(word, str_of(levels[i]))) {
			*ret_level = (enum log_level)i;
			return true;
		}
	return false;
}
