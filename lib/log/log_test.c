/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/log/log.h"

static struct clock_fake noon = {.now_ms = 1795311000123}; /* 2026-11-22T01:30:00.123Z */

static struct log log_make(const struct clock *clock)
{
	return (struct log){.fd = -1, .level = LOG_LEVEL_INFO, .clock = clock};
}

/* The line without its time, level and event. */
static const char *line_of(struct log_field field, char text[LOG_LINE_BYTES_MAX])
{
	struct clock clock = clock_of_fake(&noon);
	struct log log = log_make(&clock);
	log_line(&log, LOG_EVENT_request_done, &field, 1, text);
	return strstr(text, "request_done ") + strlen("request_done ");
}

static void test_a_line_has_time_level_event_and_fields(void **state)
{
	(void)state;
	char text[LOG_LINE_BYTES_MAX];
	struct clock clock = clock_of_fake(&noon);
	struct log log = log_make(&clock);
	const struct log_field fields[] = {log_int("status", 200), log_id("call", STR("count"))};
	size_t len = log_line(&log, LOG_EVENT_request_done, fields, 2, text);
	assert_string_equal(text,
			    "2026-11-22T01:30:00.123Z info request_done status=200 call=count\n");
	assert_int_equal(len, strlen(text));
}

static void test_text_can_neither_end_its_line_nor_its_quotes(void **state)
{
	(void)state;
	const struct {
		struct str in;
		const char *out;
	} rows[] = {
		{STR("plain"), "x=\"plain\"\n"},
		{STR(""), "x=\"\"\n"},
		{STR("a\nb\r\t"), "x=\"a\\x0ab\\x0d\\x09\"\n"},
		{STR("\" y=\"1\\"), "x=\"\\\" y=\\\"1\\\\\"\n"},
		{STR("漢字●"), "x=\"漢字●\"\n"},
		{STR("\xE2\x80\xA8"), "x=\"\\u2028\"\n"},
		{STR("\xC2\x9B"), "x=\"\\u009b\"\n"},
		{STR("\xFF\xC3"), "x=\"\\xff\\xc3\"\n"},
		{STR("\x1B[31m\x7F"), "x=\"\\x1b[31m\\x7f\"\n"},
		{STR("a\xE2\x80\xAE"
		     "b\xEF\xBB\xBF"),
		 "x=\"a\\u202eb\\ufeff\"\n"},
		{{"a\0b", 3}, "x=\"a\\x00b\"\n"},
	};
	char text[LOG_LINE_BYTES_MAX];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(line_of(log_text("x", rows[i].in), text), rows[i].out);
}

static void test_an_id_stands_bare_and_anything_else_is_quoted(void **state)
{
	(void)state;
	char text[LOG_LINE_BYTES_MAX];
	assert_string_equal(line_of(log_id("id", STR("0f-a_1.b:2/3")), text), "id=0f-a_1.b:2/3\n");
	assert_string_equal(line_of(log_id("id", STR("a b")), text), "id=\"a b\"\n");
	assert_string_equal(line_of(log_id("id", STR("")), text), "id=\"\"\n");
}

static void test_long_text_is_cut_and_says_so(void **state)
{
	(void)state;
	char text[LOG_LINE_BYTES_MAX], long_text[LOG_TEXT_BYTES_MAX + 1];
	memset(long_text, 'a', sizeof long_text);
	const char *line = line_of(log_text("x", (struct str){long_text, sizeof long_text}), text);
	assert_int_equal(strlen(line), strlen("x=\"\"\n") + LOG_TEXT_BYTES_MAX + strlen("…"));
	assert_non_null(strstr(line, "a…\"\n"));
	line = line_of(log_text("x", (struct str){long_text, LOG_TEXT_BYTES_MAX}), text);
	assert_null(strstr(line, "…"));
}

static void test_fields_that_do_not_fit_are_left_out_whole(void **state)
{
	(void)state;
	char text[LOG_LINE_BYTES_MAX], controls[LOG_TEXT_BYTES_MAX];
	struct clock clock = clock_of_fake(&noon);
	struct log log = log_make(&clock);
	memset(controls, 1, sizeof controls);
	struct log_field fields[LOG_FIELDS_MAX];
	for (size_t i = 0; i < LOG_FIELDS_MAX; i++)
		fields[i] = log_text("x", (struct str){controls, sizeof controls});
	size_t len = log_line(&log, LOG_EVENT_request_done, fields, LOG_FIELDS_MAX, text);
	assert_true(len < LOG_LINE_BYTES_MAX);
	assert_string_equal(text + len - 8, "\" cut=1\n");
	assert_ptr_equal(strchr(text, '\n'), text + len - 1);
}

static int fails(void)
{
	return RAISE(EIO);
}

static void test_a_fault_shows_its_number_and_its_way(void **state)
{
	(void)state;
	char text[LOG_LINE_BYTES_MAX];
	const char *line = line_of(log_fault(fails()), text);
	assert_ptr_equal(strstr(line, "fault=-5 error=\"Input/output error\" trace=\"lib/log/"),
			 line);
}

static size_t bytes_written(enum log_level level, enum log_event event)
{
	char text[LOG_LINE_BYTES_MAX];
	int ends[2];
	struct clock clock = clock_of_fake(&noon);
	assert_int_equal(pipe(ends), 0);
	struct log log = {.fd = ends[1], .level = level, .clock = &clock};
	log_write(&log, event, &(struct log_field){.name = "n"}, 1);
	close(ends[1]);
	ssize_t len = read(ends[0], text, sizeof text);
	close(ends[0]);
	assert_true(len >= 0);
	return (size_t)len;
}

static void test_events_below_the_level_are_dropped(void **state)
{
	(void)state;
	assert_int_not_equal(bytes_written(LOG_LEVEL_INFO, LOG_EVENT_request_done), 0);
	assert_int_equal(bytes_written(LOG_LEVEL_WARNING, LOG_EVENT_request_done), 0);
	assert_int_not_equal(bytes_written(LOG_LEVEL_ERROR, LOG_EVENT_request_failed), 0);
}

static void test_a_level_is_one_of_four_words(void **state)
{
	(void)state;
	enum log_level level;
	assert_true(log_level_of(STR("warning"), &level));
	assert_int_equal(level, LOG_LEVEL_WARNING);
	assert_false(log_level_of(STR("WARNING"), &level));
	assert_false(log_level_of(STR(""), &level));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_line_has_time_level_event_and_fields),
		cmocka_unit_test(test_text_can_neither_end_its_line_nor_its_quotes),
		cmocka_unit_test(test_an_id_stands_bare_and_anything_else_is_quoted),
		cmocka_unit_test(test_long_text_is_cut_and_says_so),
		cmocka_unit_test(test_fields_that_do_not_fit_are_left_out_whole),
		cmocka_unit_test(test_a_fault_shows_its_number_and_its_way),
		cmocka_unit_test(test_events_below_the_level_are_dropped),
		cmocka_unit_test(test_a_level_is_one_of_four_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
