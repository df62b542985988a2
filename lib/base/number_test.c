/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/base/number.h"

struct number_case {
	const char *text;
	int64_t min, max;
	int r;
	int64_t number;
};

static const struct number_case cases[] = {
	{"0", 0, 9, 0, 0},
	{"9", 0, 9, 0, 9},
	{"10", 0, 9, NUMBER_OUT_OF_RANGE, 0},
	{"4", 5, 9, NUMBER_OUT_OF_RANGE, 0},
	{"-5", -5, 9, 0, -5},
	{"-6", -5, 9, NUMBER_OUT_OF_RANGE, 0},
	{"9223372036854775807", 0, INT64_MAX, 0, INT64_MAX},
	{"9223372036854775808", 0, INT64_MAX, NUMBER_OUT_OF_RANGE, 0},
	{"-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN},
	{"-9223372036854775809", INT64_MIN, INT64_MAX, NUMBER_OUT_OF_RANGE, 0},
	{"99999999999999999999999999999999", 0, INT64_MAX, NUMBER_OUT_OF_RANGE, 0},
	{"18446744073709551617", 0, INT64_MAX, NUMBER_OUT_OF_RANGE, 0}, /* 2^64 + 1 */
	{"", 0, 9, NUMBER_MALFORMED, 0},
	{"-", -9, 9, NUMBER_MALFORMED, 0},
	{"-0", -9, 9, NUMBER_MALFORMED, 0},
	{"-5", 0, 9, NUMBER_MALFORMED, 0},
	{"+5", 0, 9, NUMBER_MALFORMED, 0},
	{" 5", 0, 9, NUMBER_MALFORMED, 0},
	{"5 ", 0, 9, NUMBER_MALFORMED, 0},
	{"05", 0, 9, NUMBER_MALFORMED, 0},
	{"-05", -9, 9, NUMBER_MALFORMED, 0},
	{"0x5", 0, 99, NUMBER_MALFORMED, 0},
	{"5a", 0, 99, NUMBER_MALFORMED, 0},
	{"5.0", 0, 99, NUMBER_MALFORMED, 0},
	{"５", 0, 99, NUMBER_MALFORMED, 0},
	{"99999999999999999999999x", 0, 9, NUMBER_MALFORMED, 0},
};

static void test_a_number_has_one_spelling_and_a_range(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct number_case *c = &cases[i];
		int64_t number = 77;
		assert_int_equal(number_parse(str_of(c->text), c->min, c->max, &number), c->r);
		assert_int_equal(number, c->r ? 77 : c->number);
	}
}

static void test_absent_text_is_no_number(void **state)
{
	(void)state;
	int64_t number;
	assert_int_equal(number_parse((struct str){0}, -9, 9, &number), NUMBER_MALFORMED);
}

static void test_a_nul_is_no_digit(void **state)
{
	(void)state;
	int64_t number;
	assert_int_equal(number_parse((struct str){"1\0", 2}, 0, 99, &number), NUMBER_MALFORMED);
	assert_false(number_is_digits((struct str){"1\0", 2}, 2));
}

static void test_digits_are_counted_exactly(void **state)
{
	(void)state;
	assert_true(number_is_digits(STR("0123456789"), 10));
	assert_true(number_is_digits(STR(""), 0));
	assert_false(number_is_digits(STR("0123456789"), 9));
	assert_false(number_is_digits(STR("0123456789"), 11));
	assert_false(number_is_digits(STR("01234/"), 6));
	assert_false(number_is_digits(STR("01234:"), 6));
	assert_false(number_is_digits(STR("-12345"), 6));
}

static void test_digits_may_lead_with_zeros(void **state)
{
	(void)state;
	assert_int_equal(number_of_digits(STR("000")), 0);
	assert_int_equal(number_of_digits(STR("007")), 7);
	assert_int_equal(number_of_digits(STR("999999999999999999")), 999999999999999999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_number_has_one_spelling_and_a_range),
		cmocka_unit_test(test_absent_text_is_no_number),
		cmocka_unit_test(test_a_nul_is_no_digit),
		cmocka_unit_test(test_digits_are_counted_exactly),
		cmocka_unit_test(test_digits_may_lead_with_zeros),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
