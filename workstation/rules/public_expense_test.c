/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/rules/public_expense.h"

#include "lib/base/test.h"

static void test_a_check_digit_is_told_and_a_length_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *number;
		size_t digits;
		enum public_expense_finding finding;
	} rows[] = {
		{"54016027", 8, PUBLIC_EXPENSE_FITS},
		{"54016028", 8, PUBLIC_EXPENSE_DOUBTFUL},
		{"45016027", 8, PUBLIC_EXPENSE_DOUBTFUL}, /* two digits changed places */
		{"5401602", 8, PUBLIC_EXPENSE_MALFORMED},
		{"540160277", 8, PUBLIC_EXPENSE_MALFORMED},
		{"5401602x", 8, PUBLIC_EXPENSE_MALFORMED},
		{"1234566", 7, PUBLIC_EXPENSE_FITS},
		{"1234567", 7, PUBLIC_EXPENSE_DOUBTFUL},
		{"123456", 7, PUBLIC_EXPENSE_MALFORMED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(public_expense_check(str_of(rows[i].number), rows[i].digits),
				 rows[i].finding);
	assert_int_equal(public_expense_check((struct str){0}, 8), PUBLIC_EXPENSE_ABSENT);
}

static void test_the_scheme_is_named_where_it_is_known(void **state)
{
	(void)state;
	assert_str_equal(public_expense_scheme(STR("12130012")), STR("生活保護"));
	assert_str_equal(public_expense_scheme(STR("54016027")), STR("難病"));
	assert_str_equal(public_expense_scheme(STR("83130012")), STR("地方公費"));
	assert_str_equal(public_expense_scheme(STR("41130012")), STR("地方公費"));
	assert_null(public_expense_scheme(STR("06130012")).ptr);
	assert_null(public_expense_scheme(STR("1")).ptr);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_check_digit_is_told_and_a_length_is_refused),
		cmocka_unit_test(test_the_scheme_is_named_where_it_is_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
