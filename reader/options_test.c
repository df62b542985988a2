/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "reader/options.h"

static int reads(struct options *options, const char **complaint, char *const *argv)
{
	int argc = 0;
	while (argv[argc])
		argc++;
	return options_read(argc, (char **)argv, options, complaint);
}

#define READS(options, complaint, ...) \
	reads((options), (complaint), (char *const[]){"shikaku-reader", __VA_ARGS__, NULL})

static void test_a_check_names_method_and_staff(void **state)
{
	(void)state;
	struct options options;
	const char *complaint = NULL;
	assert_int_equal(READS(&options, &complaint, "--state", "S", "check", "--method", "visual",
			       "--staff", "sato", "--face-checked", "--wait", "5"),
			 0);
	assert_int_equal(options.command, COMMAND_CHECK);
	assert_int_equal(options.method, WIRE_METHOD_VISUAL);
	assert_string_equal(options.staff, "sato");
	assert_string_equal(options.state, "S");
	assert_int_equal(options.wait_ms, 5000);
	assert_true(options.face_checked);
	assert_false(options.last_try);
	assert_int_equal(options.secret_fd, -1);
}

static void test_what_is_missing_is_named(void **state)
{
	(void)state;
	struct options options;
	const char *complaint = NULL;
	assert_int_equal(READS(&options, &complaint, "check", "--method", "pin"),
			 COMMAND_LINE_INCOMPLETE);
	assert_string_equal(complaint, "--staff");
	assert_int_equal(READS(&options, &complaint, "check", "--staff", "a"),
			 COMMAND_LINE_INCOMPLETE);
	assert_string_equal(complaint, "--method");
	assert_int_equal(READS(&options, &complaint, "login"), COMMAND_LINE_INCOMPLETE);
	assert_string_equal(complaint, "--id");
	assert_int_equal(READS(&options, &complaint, "activate", "--id", "W1"),
			 COMMAND_LINE_INCOMPLETE);
	assert_string_equal(complaint, "--service");
	assert_int_equal(READS(&options, &complaint, "--state", "S"), COMMAND_LINE_INCOMPLETE);
	assert_string_equal(complaint, "コマンド");
}

static void test_what_is_not_understood_is_shown(void **state)
{
	(void)state;
	struct options options;
	const char *complaint = NULL;
	assert_int_equal(READS(&options, &complaint, "fly"), COMMAND_LINE_NOT_UNDERSTOOD);
	assert_string_equal(complaint, "fly");
	assert_int_equal(READS(&options, &complaint, "check", "--method", "nfc"),
			 COMMAND_LINE_NOT_UNDERSTOOD);
	assert_int_equal(READS(&options, &complaint, "check", "--wait", "3601"),
			 COMMAND_LINE_NOT_UNDERSTOOD);
	assert_int_equal(READS(&options, &complaint, "check", "--pin", "1234"),
			 COMMAND_LINE_NOT_UNDERSTOOD);
	assert_int_equal(READS(&options, &complaint, "check", "1234"), COMMAND_LINE_NOT_UNDERSTOOD);
	assert_int_equal(READS(&options, &complaint, "check", "--staff"), COMMAND_LINE_INCOMPLETE);
	/* There is no place for a password on a command line. */
	assert_int_equal(READS(&options, &complaint, "password", "secret"),
			 COMMAND_LINE_NOT_UNDERSTOOD);
	assert_int_equal(READS(&options, &complaint, "password"), 0);
	assert_int_equal(options.command, COMMAND_PASSWORD);
	assert_int_equal(READS(&options, &complaint, "login", "check"),
			 COMMAND_LINE_NOT_UNDERSTOOD);
}

static void test_the_methods_have_the_names_of_the_wire(void **state)
{
	(void)state;
	static const enum wire_method methods[] = {WIRE_METHOD_PIN, WIRE_METHOD_VISUAL};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
		struct options options;
		const char *complaint = NULL;
		char name[16];
		assert_int_equal(str_to_c(wire_method_name(methods[i]), name, sizeof name), 0);
		assert_int_equal(READS(&options, &complaint, "check", "--staff", "a", "--method",
				       name),
				 0);
		assert_int_equal(options.method, methods[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_check_names_method_and_staff),
		cmocka_unit_test(test_what_is_missing_is_named),
		cmocka_unit_test(test_what_is_not_understood_is_shown),
		cmocka_unit_test(test_the_methods_have_the_names_of_the_wire),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
