/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "cli/options.h"
#include "include/shikaku/shikaku.h"

enum { WORDS_MAX = 16 };

/* Reads the words behind the program's name, up to NULL. */
static int read_words(const char *const *words, struct cli_options *ret_options,
		      const char **ret_complaint)
{
	char *argv[WORDS_MAX] = {(char *)(uintptr_t) "shikaku"};
	int argc = 1;
	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	return options_read(argc, argv, ret_options, ret_complaint);
}

#define READ(options, complaint, ...) \
	read_words((const char *const[]){__VA_ARGS__, NULL}, (options), (complaint))

static void test_options_stand_before_and_behind_the_command(void **state)
{
	struct cli_options options;
	const char *complaint;
	(void)state;
	assert_int_equal(READ(&options, &complaint, "--session", "s", "count", "--from", "20261101",
			      "--to", "20261130", "--reference", "without", "--password-fd", "3"),
			 0);
	assert_int_equal(options.command, CLI_COUNT);
	assert_string_equal(options.session, "s");
	assert_string_equal(options.from, "20261101");
	assert_int_equal(options.reference, SHK_REFERENCE_WITHOUT);
	assert_int_equal(options.secret_fd, 3);
}

static void test_a_number_is_registered_or_taken_back_never_both(void **state)
{
	struct cli_options options;
	const char *complaint;
	(void)state;
	assert_int_equal(READ(&options, &complaint, "reference", "id", "7"), 0);
	assert_string_equal(options.result_id, "id");
	assert_string_equal(options.number, "7");
	assert_int_equal(READ(&options, &complaint, "reference", "id", "--clear", "--expected",
			      "7"),
			 0);
	assert_null(options.number);
	assert_int_equal(READ(&options, &complaint, "reference", "id"), OPTIONS_REFUSED);
	assert_int_equal(READ(&options, &complaint, "reference", "id", "7", "--clear"),
			 OPTIONS_REFUSED);
}

static void test_what_is_missing_or_unknown_is_named(void **state)
{
	struct cli_options options;
	const char *complaint;
	(void)state;
	assert_int_equal(READ(&options, &complaint, "--session", "s"), OPTIONS_REFUSED);
	assert_string_equal(complaint, "コマンド");
	assert_int_equal(READ(&options, &complaint, "login", "--service", "https://a", "--id", "i"),
			 OPTIONS_REFUSED);
	assert_string_equal(complaint, "--facility");
	assert_int_equal(READ(&options, &complaint, "count", "--from", "20261101"),
			 OPTIONS_REFUSED);
	assert_string_equal(complaint, "--to");
	assert_int_equal(READ(&options, &complaint, "logout", "now"), OPTIONS_REFUSED);
	assert_string_equal(complaint, "now");
	assert_int_equal(READ(&options, &complaint, "logout", "--session"), OPTIONS_REFUSED);
	assert_int_equal(READ(&options, &complaint, "version", "--reference", "some"),
			 OPTIONS_REFUSED);
	assert_int_equal(READ(&options, &complaint, "version", "--password-fd", "x"),
			 OPTIONS_REFUSED);
	/* There is no place for a password on a command line. */
	assert_int_equal(READ(&options, &complaint, "refresh", "--password", "secret"),
			 OPTIONS_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_stand_before_and_behind_the_command),
		cmocka_unit_test(test_a_number_is_registered_or_taken_back_never_both),
		cmocka_unit_test(test_what_is_missing_or_unknown_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
