/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <stdbool.h>

#include "lib/terminal/command_line.h"

struct places {
	const char *text;
	bool flag;
	int number, word;
};

enum { HELP, DO };

static const char *const words[] = {NULL, "one", "two"};
static const struct option_row options[] = {
	{.name = "--text", .offset = offsetof(struct places, text)},
	{.name = "--flag", .offset = offsetof(struct places, flag), .kind = OPTION_FLAG},
	{.name = "--number",
	 .offset = offsetof(struct places, number),
	 .kind = OPTION_NUMBER,
	 .number_min = 1,
	 .number_max = 9,
	 .unit = 1000},
	{.name = "--word",
	 .offset = offsetof(struct places, word),
	 .kind = OPTION_WORD,
	 .words = words,
	 .words_count = 3},
};
static const struct command_row commands[] = {
	{.name = "--help", .command = HELP},
	{.name = "do",
	 .command = DO,
	 .positions_min = 1,
	 .positions_max = 2,
	 .position = "相手",
	 .needs = {"--text"}},
};
static const struct command_table table = {commands, 2, options, 4};

static int read_words(struct places *places, struct command_line *line, char *const *argv)
{
	int argc = 0;
	while (argv[argc])
		argc++;
	return command_line_read(&table, argc, (char **)argv, places, line);
}

#define READ(places, line, ...) \
	read_words((places), (line), (char *const[]){"program", __VA_ARGS__, NULL})

static void test_options_stand_anywhere_and_with_an_equals_sign(void **state)
{
	struct places places = {0};
	struct command_line line;
	(void)state;
	assert_int_equal(READ(&places, &line, "--text", "-", "do", "you", "--number=3", "--flag",
			      "me", "--word", "two"),
			 0);
	assert_int_equal(line.command, DO);
	assert_string_equal(line.positions[0], "you");
	assert_string_equal(line.positions[1], "me");
	assert_string_equal(places.text, "-");
	assert_true(places.flag);
	assert_int_equal(places.number, 3000);
	assert_int_equal(places.word, 2);
	assert_int_equal(READ(&places, &line, "do", "you", "--text="), 0);
	assert_string_equal(places.text, "");
	assert_null(line.positions[1]);
}

static void test_what_is_not_understood_is_the_complaint(void **state)
{
	static char *const bad[][6] = {
		{"program", "fly", NULL},
		{"program", "do", "--fly", "x", NULL},
		{"program", "do", "--number", "10", NULL},
		{"program", "do", "--number=0", NULL},
		{"program", "do", "--word", "three", NULL},
		{"program", "do", "--flag=1", NULL},

		{"program", "--text=a", "--word", "", NULL},
	};
	struct places places = {0};
	struct command_line line;
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(read_words(&places, &line, bad[i]), COMMAND_LINE_NOT_UNDERSTOOD);
		assert_non_null(line.complaint);
	}
	assert_int_equal(READ(&places, &line, "do", "--word", "three"),
			 COMMAND_LINE_NOT_UNDERSTOOD);
	assert_string_equal(line.complaint, "three");
	assert_int_equal(READ(&places, &line, "do", "a", "b", "c", "--text=x"),
			 COMMAND_LINE_NOT_UNDERSTOOD);
	assert_string_equal(line.complaint, "c");
}

static void test_what_is_missing_is_named(void **state)
{
	struct places places = {0};
	struct command_line line;
	(void)state;
	assert_int_equal(READ(&places, &line, "--flag"), COMMAND_LINE_INCOMPLETE);
	assert_string_equal(line.complaint, "コマンド");
	assert_int_equal(READ(&places, &line, "do", "--text=x"), COMMAND_LINE_INCOMPLETE);
	assert_string_equal(line.complaint, "相手");
	assert_int_equal(READ(&places, &line, "do", "you", "--text"), COMMAND_LINE_INCOMPLETE);
	assert_string_equal(line.complaint, "--text");
	assert_int_equal(READ(&places, &line, "do", "you"), COMMAND_LINE_INCOMPLETE);
	assert_string_equal(line.complaint, "--text");
}

static void test_help_is_given_wherever_it_is_asked_for(void **state)
{
	struct places places = {0};
	struct command_line line;
	(void)state;
	assert_int_equal(READ(&places, &line, "do", "--help"), 0);
	assert_int_equal(line.command, HELP);
	assert_int_equal(READ(&places, &line, "-h", "nonsense"), 0);
	assert_int_equal(line.command, HELP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_stand_anywhere_and_with_an_equals_sign),
		cmocka_unit_test(test_what_is_not_understood_is_the_complaint),
		cmocka_unit_test(test_what_is_missing_is_named),
		cmocka_unit_test(test_help_is_given_wherever_it_is_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
