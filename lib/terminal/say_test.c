/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/terminal/say.h"
#include "lib/terminal/text.h"

static void test_each_row_has_its_exit_status(void **state)
{
	static const int exits[SAY_ROWS] = {
		[SAY_USAGE] = 2,
		[SAY_UNEXPECTED] = 1,
		[SAY_FILE_UNUSABLE] = 1,
		[SAY_CANCELLED] = 17,
		[SAY_CHART_UNKNOWN] = 7,
		[SAY_RESULT_UNKNOWN] = 7,
		[SAY_REFERENCE_TAKEN] = 8,
		[SAY_PROOF_REFUSED] = 6,
		[SAY_PROOF_KEY_UNKNOWN] = 6,
		[SAY_DESK_SETUP_NEEDED] = 6,
		[SAY_DESK_SETUP_DONE] = 8,
		[SAY_DESK_PASSWORD_WRONG] = 3,
		[SAY_DESK_PASSWORD_WEAK] = 6,
		[SAY_DESK_WAIT] = 10,
		[SAY_DESK_STAFF_REFUSED] = 6,
		[SAY_DESK_VAULT_DAMAGED] = 1,
		[SAY_DESK_FACILITY_UNKNOWN] = 7,
		[SAY_DESK_CHARTS_FOREIGN] = 1,
		[SAY_DESK_RECOVERY_WRONG] = 3,
		[SAY_BACKUP_UNREACHABLE] = 1,
		[SAY_BACKUP_DISK_FULL] = 1,
		[SAY_BACKUP_BROKEN] = 1,
		[SAY_BACKUP_HOME_TAKEN] = 8,
	};
	(void)state;
	for (int i = 0; i < SAY_ROWS; i++)
		assert_int_equal(say_exit((enum say_row)i), exits[i]);
}

static void test_text_from_elsewhere_does_not_steer_the_terminal(void **state)
{
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{"山\x1b[2J●", "山?[2J●  "},
		/* An override cannot turn what follows, nor can what would end our isolate. */
		{"山\u202e12", "山?12     "},
		{"\u2069\u2068山", "??山      "},
		/* What is leftward by itself reads as it should, and turns nothing but itself. */
		{"\u05d0\u05d1 12", "\u2068\u05d0\u05d1 12\u2069     "},
		{"\u0661\u061c\u202e", "\u2068\u0661\u061c?\u2069       "},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *bytes = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&bytes, &len);
		assert_non_null(out);
		text_cell(out, str_of(rows[i].text), 10);
		assert_int_equal(fclose(out), 0);
		assert_string_equal(bytes, rows[i].shown);
		free(bytes);
	}
}

static void test_words_that_are_absent_are_not_said(void **state)
{
	char *bytes = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&bytes, &len);
	const struct say_words words = {.text = STR("だめです。"), .action = STR("待つ。")};
	(void)state;
	assert_non_null(out);
	say_text(out, "p", &words);
	say_rest(out, &words);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(bytes, "p: だめです。（?）\n  次にすること: 待つ。\n");
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_row_has_its_exit_status),
		cmocka_unit_test(test_text_from_elsewhere_does_not_steer_the_terminal),
		cmocka_unit_test(test_words_that_are_absent_are_not_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
