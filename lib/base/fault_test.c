/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/base/fault.h"

static int begins(void)
{
	return RAISE(EIO);
}

static int passes(void)
{
	int r = begins();
	return PASS(r);
}

static void test_a_fault_keeps_its_number_and_its_way(void **state)
{
	(void)state;
	char text[200];
	assert_int_equal(passes(), -EIO);
	fault_trace(text, sizeof text);
	assert_non_null(strstr(text, "lib/base/fault_test.c:"));
	assert_non_null(strstr(text, " < lib/base/fault_test.c:"));
}

static void test_an_unexpected_outcome_becomes_a_fault(void **state)
{
	(void)state;
	assert_int_equal(FOLD(3), -ENOTRECOVERABLE);
	assert_int_equal(FOLD(-EIO), -EIO);
}

static void test_a_long_trace_is_cut(void **state)
{
	(void)state;
	char text[8];
	assert_int_equal(passes(), -EIO);
	assert_int_equal(strlen(fault_trace(text, sizeof text)), sizeof text - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_fault_keeps_its_number_and_its_way),
		cmocka_unit_test(test_an_unexpected_outcome_becomes_a_fault),
		cmocka_unit_test(test_a_long_trace_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
