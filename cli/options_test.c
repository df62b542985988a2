/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "cli/options.h"

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
	assert_string_equal(options.link.session, "s");
	assert_string_equal(options.from, "20261101");
	assert_int_equal(options.reference, SHK_REFERENCE_WITHOUT);
	assert_int_equal(options.link.secret_fd, 3);
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
	assert_int_equal(READ(&options, &complaint, "reference", "id"), COMMAND_LINE_INCOMPLETE);
	assert_int_equal(READ(&options, &complaint, "reference", "id", "7", "--clear"),
			 COMMAND_LINE_INCOMPLETE);
}

static void test_a_file_stands_for_itself(void **state)
{
	struct cli_options options;
	const char *complaint;
	(void)state;
	assert_int_equal(READ(&options, &complaint, "reference", "--file", "numbers.csv"), 0);
	assert_string_equal(options.file, "numbers.csv");
	assert_int_equal(READ(&options, &complaint, "reference", "id", "7", "--file", "x"),
			 COMMAND_LINE_NOT_UNDERSTOOD);
	assert_int_equal(READ(&options, &complaint, "reference"), COMMAND_LINE_INCOMPLETE);
	assert_string_equal(complaint, "結果のID");
}

static void test_a_download_has_a_period_or_a_place_to_go_on_from(void **state)
{
	struct cli_options options;
	const char *complaint;
	(void)state;
	assert_int_equal(READ(&options, &complaint, "download", "--to", "20261130"),
			 COMMAND_LINE_INCOMPLETE);
	assert_string_equal(complaint, "--from");
	assert_int_equal(READ(&options, &complaint, "download", "--new"), COMMAND_LINE_INCOMPLETE);
	assert_string_equal(complaint, "--state");
	assert_int_equal(READ(&options, &complaint, "download", "--new", "--state", "f",
			      "--validity", "2", "--card-class", "07", "--wait", "30"),
			 0);
	assert_true(options.is_new);
	assert_string_equal(options.state, "f");
	assert_int_equal(options.validity, 2);
	assert_string_equal(options.card_class, "07");
	assert_int_equal(options.wait_s, 30);
	assert_int_equal(READ(&options, &complaint, "watch"), COMMAND_LINE_INCOMPLETE);
	assert_int_equal(READ(&options, &complaint, "watch", "--state", "f", "--validity", "7"),
			 COMMAND_LINE_NOT_UNDERSTOOD);
}

static void test_what_is_missing_or_unknown_is_named(void **state)
{
	struct cli_options options;
	const char *complaint;
	(void)state;
	assert_int_equal(READ(&options, &complaint, "--session", "s"), COMMAND_LINE_INCOMPLETE);
	assert_string_equal(complaint, "コマンド");
	assert_int_equal(READ(&options, &complaint, "login", "--service", "https://a", "--id", "i"),
			 COMMAND_LINE_INCOMPLETE);
	assert_string_equal(complaint, "--facility");
	assert_int_equal(READ(&options, &complaint, "count", "--from", "20261101"),
			 COMMAND_LINE_INCOMPLETE);
	assert_string_equal(complaint, "--to");
	assert_int_equal(READ(&options, &complaint, "logout", "now"), COMMAND_LINE_NOT_UNDERSTOOD);
	assert_string_equal(complaint, "now");
	assert_int_equal(READ(&options, &complaint, "logout", "--session"),
			 COMMAND_LINE_INCOMPLETE);
	assert_int_equal(READ(&options, &complaint, "version", "--reference", "some"),
			 COMMAND_LINE_NOT_UNDERSTOOD);
	assert_int_equal(READ(&options, &complaint, "version", "--password-fd", "x"),
			 COMMAND_LINE_NOT_UNDERSTOOD);
	/* There is no place for a password on a command line. */
	assert_int_equal(READ(&options, &complaint, "refresh", "--password", "secret"),
			 COMMAND_LINE_NOT_UNDERSTOOD);
}

static void test_accesses_are_those_of_a_period(void **state)
{
	struct cli_options options;
	const char *complaint;
	(void)state;
	assert_int_equal(READ(&options, &complaint, "accesses", "--from", "20261101", "--to",
			      "20261130"),
			 0);
	assert_int_equal(options.command, CLI_ACCESSES);
	assert_int_equal(READ(&options, &complaint, "accesses", "--from", "20261101"),
			 COMMAND_LINE_INCOMPLETE);
}

static void test_devices_are_listed_registered_and_closed(void **state)
{
	struct cli_options options;
	const char *complaint;
	(void)state;
	assert_int_equal(READ(&options, &complaint, "device", "list"), 0);
	assert_int_equal(options.action, CLI_DEVICE_LIST);
	assert_int_equal(READ(&options, &complaint, "device", "register", "--name", "n", "--code"),
			 0);
	assert_int_equal(options.action, CLI_DEVICE_REGISTER);
	assert_true(options.code);
	assert_int_equal(READ(&options, &complaint, "device", "close", "id"), 0);
	assert_string_equal(options.device_id, "id");
	assert_int_equal(READ(&options, &complaint, "device"), COMMAND_LINE_INCOMPLETE);
	assert_int_equal(READ(&options, &complaint, "device", "close"), COMMAND_LINE_INCOMPLETE);
	assert_int_equal(READ(&options, &complaint, "device", "sell"), COMMAND_LINE_NOT_UNDERSTOOD);
	assert_string_equal(complaint, "sell");
	assert_int_equal(READ(&options, &complaint, "device", "list", "id"),
			 COMMAND_LINE_NOT_UNDERSTOOD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_stand_before_and_behind_the_command),
		cmocka_unit_test(test_a_number_is_registered_or_taken_back_never_both),
		cmocka_unit_test(test_a_file_stands_for_itself),
		cmocka_unit_test(test_a_download_has_a_period_or_a_place_to_go_on_from),
		cmocka_unit_test(test_what_is_missing_or_unknown_is_named),
		cmocka_unit_test(test_accesses_are_those_of_a_period),
		cmocka_unit_test(test_devices_are_listed_registered_and_closed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
