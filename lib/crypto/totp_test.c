/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/crypto/crypto.h"

static const struct str seed = {"12345678901234567890", 20};

/* RFC 6238 appendix B, SHA-1, the last six of its eight digits. */
static const struct {
	int64_t seconds;
	const char *code;
} vectors[] = {
	{59, "287082"},		{1111111109, "081804"}, {1111111111, "050471"},
	{1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
};

static void test_the_codes_of_the_rfc(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		char code[TOTP_DIGITS + 1];
		int64_t step = 0;
		assert_int_equal(totp_code(seed, vectors[i].seconds / 30, code), 0);
		assert_string_equal(code, vectors[i].code);
		assert_int_equal(totp_verify(seed, str_of(vectors[i].code),
					     vectors[i].seconds * 1000, -1, &step),
				 0);
		assert_int_equal(step, vectors[i].seconds / 30);
	}
}

/* Step 1 is 30..59 s; its code is taken from step 0 to step 2, and in no other. */
static void test_the_window_is_one_step_either_way(void **state)
{
	(void)state;
	static const struct {
		int64_t now_ms;
		int outcome;
	} moments[] = {
		{0, 0}, {29999, 0}, {30000, 0}, {59999, 0}, {89999, 0}, {90000, TOTP_WRONG},
	};
	for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
		int64_t step = -1;
		assert_int_equal(totp_verify(seed, STR("287082"), moments[i].now_ms, -5, &step),
				 moments[i].outcome);
		assert_int_equal(step, moments[i].outcome ? -1 : 1);
	}
	int64_t step;
	char code[TOTP_DIGITS + 1];
	assert_int_equal(totp_code(seed, 4, code), 0);
	assert_int_equal(totp_verify(seed, str_of(code), 89999, -5, &step), TOTP_WRONG);
	assert_int_equal(totp_verify(seed, str_of(code), 90000, -5, &step), 0);
}

static void test_a_step_is_spent_once_and_takes_the_earlier_with_it(void **state)
{
	(void)state;
	int64_t step = 0;
	assert_int_equal(totp_verify(seed, STR("287082"), 59000, 0, &step), 0);
	assert_int_equal(step, 1);
	step = 0;
	assert_int_equal(totp_verify(seed, STR("287082"), 59000, 1, &step), TOTP_REUSED);
	assert_int_equal(totp_verify(seed, STR("287082"), 59000, 2, &step), TOTP_REUSED);
	assert_int_equal(step, 0);
}

/* Once in a million two steps have the same code: whoever gave the right pair is not sent away. */
static void test_a_pair_is_two_steps_that_follow(void **state)
{
	(void)state;
	static const struct {
		const char *seed;	      /* of the steps 99, 100 and 101 */
		bool same_before, same_after; /* the code of 100 is that of 99, of 101 */
	} rows[] = {
		{"12345678901234567890", false, false},
		{"collision 0001231245", true, false},
		{"collision 0003636138", false, true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str key = str_of(rows[i].seed);
		char text[3][TOTP_DIGITS + 1];
		for (int n = 0; n < 3; n++)
			assert_int_equal(totp_code(key, 99 + n, text[n]), 0);
		assert_int_equal(strcmp(text[0], text[1]) == 0, rows[i].same_before);
		assert_int_equal(strcmp(text[1], text[2]) == 0, rows[i].same_after);
		const struct str codes[] = {str_of(text[0]), str_of(text[1]), str_of(text[2])};
		int64_t step = 0;
		assert_int_equal(totp_verify_pair(key, codes, 100 * TOTP_STEP_MS, &step), 0);
		assert_int_equal(step, rows[i].same_after ? 101 : 100);
		assert_int_equal(totp_verify_pair(key, codes + 1, 100 * TOTP_STEP_MS, &step), 0);
		assert_int_equal(step, 101);
		assert_int_equal(totp_verify_pair(key, codes, 98 * TOTP_STEP_MS, &step),
				 TOTP_WRONG);
		const struct str apart[] = {codes[0], codes[2]}, back[] = {codes[2], codes[1]};
		if (rows[i].same_before || rows[i].same_after)
			continue;
		assert_int_equal(totp_verify_pair(key, apart, 100 * TOTP_STEP_MS, &step),
				 TOTP_WRONG);
		assert_int_equal(totp_verify_pair(key, back, 100 * TOTP_STEP_MS, &step),
				 TOTP_WRONG);
	}
}

static void test_no_other_text_is_a_code(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "28708", "2870821", "287083", "28708 ", "94287082"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		int64_t step;
		assert_int_equal(totp_verify(seed, str_of(texts[i]), 59000, -1, &step), TOTP_WRONG);
	}
}

static void test_a_code_of_another_time_is_found_up_to_ten_minutes_away(void **state)
{
	(void)state;
	int64_t step_ms = INT64_C(1000) * TOTP_STEP_MS;
	char code[TOTP_DIGITS + 1];
	assert_int_equal(totp_code(seed, 1000, code), 0);
	for (int64_t away = -TOTP_DRIFT_STEPS; away <= TOTP_DRIFT_STEPS; away++)
		assert_int_equal(totp_drift_find(seed, str_of(code), step_ms + away * TOTP_STEP_MS),
				 0);
	int64_t beyond = TOTP_DRIFT_STEPS + 1;
	assert_int_equal(totp_drift_find(seed, str_of(code), step_ms + beyond * TOTP_STEP_MS),
			 TOTP_WRONG);
	assert_int_equal(totp_drift_find(seed, str_of(code), step_ms - beyond * TOTP_STEP_MS),
			 TOTP_WRONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_codes_of_the_rfc),
		cmocka_unit_test(test_the_window_is_one_step_either_way),
		cmocka_unit_test(test_a_step_is_spent_once_and_takes_the_earlier_with_it),
		cmocka_unit_test(test_a_pair_is_two_steps_that_follow),
		cmocka_unit_test(test_no_other_text_is_a_code),
		cmocka_unit_test(test_a_code_of_another_time_is_found_up_to_ten_minutes_away),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
