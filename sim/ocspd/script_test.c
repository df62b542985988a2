/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/base/period.h"
#include "sim/ocspd/script.h"
#include "sim/ocspd/status.h"

static void test_words_add_up(void **state)
{
	(void)state;
	struct script script;
	assert_int_equal(script_parse(STR("slow:500 revoked  wrong-nonce\n"), &script), 0);
	assert_int_equal(script.slow_ms, 500);
	assert_true(script.forced);
	assert_int_equal(script.status, ANSWER_REVOKED);
	assert_int_equal(script.fault, ANSWER_WRONG_NONCE);
	assert_false(script.drop || script.try_later);
	assert_int_equal(script_parse(STR("drop tryLater"), &script), 0);
	assert_true(script.drop && script.try_later);
}

static void test_no_word_means_the_index(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "\n", "index\n"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct script script = {.drop = true};
		assert_int_equal(script_parse(str_of(texts[i]), &script), 0);
		assert_false(script.forced || script.drop || script.try_later);
		assert_int_equal(script.fault, ANSWER_HONEST);
	}
}

static void test_another_word_is_malformed(void **state)
{
	(void)state;
	static const char *const texts[] = {"Good",    "slow",	      "slow:",
					    "slow:-1", "slow:600001", "good,stale"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct script script;
		assert_int_equal(script_parse(str_of(texts[i]), &script), SCRIPT_MALFORMED);
	}
}

static const char list[] = "aa 01 good\n"
			   "aa 02 good\n"
			   "bb 01 revoked 4 20261122120000\n"
			   "aa 03 revoked\n"
			   "aa 02 revoked 1 20261123000000\n";

static void test_the_last_line_about_a_certificate_counts(void **state)
{
	(void)state;
	int64_t at_ms;
	assert_int_equal(period_datetime_parse(STR("20261123000000"), &at_ms), 0);
	assert_int_equal(status_find(str_of(list), STR("aa"), STR("01")).status, ANSWER_GOOD);
	assert_int_equal(status_find(str_of(list), STR("bb"), STR("01")).reason, 4);
	struct answer answer = status_find(str_of(list), STR("AA"), STR("02"));
	assert_int_equal(answer.status, ANSWER_REVOKED);
	assert_int_equal(answer.reason, 1);
	assert_true(answer.revoked_ms == at_ms);
}

static void test_what_is_not_listed_or_not_readable_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(status_find(str_of(list), STR("bb"), STR("02")).status, ANSWER_UNKNOWN);
	assert_int_equal(status_find(str_of(list), STR("aa"), STR("03")).status, ANSWER_UNKNOWN);
	assert_int_equal(status_find(STR(""), STR("aa"), STR("01")).status, ANSWER_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_add_up),
		cmocka_unit_test(test_no_word_means_the_index),
		cmocka_unit_test(test_another_word_is_malformed),
		cmocka_unit_test(test_the_last_line_about_a_certificate_counts),
		cmocka_unit_test(test_what_is_not_listed_or_not_readable_is_unknown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
