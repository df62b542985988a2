/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/base/period.h"
#include "server/store/rid.h"

enum { FACILITY = 7 };

static const int64_t at_ms = INT64_C(1795311645678); /* 2026-11-22 10:40:45.678 JST */

static void test_a_rid_holds_the_second_of_its_confirmation(void **state)
{
	(void)state;
	int64_t rid = rid_first(FACILITY, at_ms);
	assert_int_equal(rid_confirmed_ms(rid), at_ms - at_ms % 1000);
	assert_int_equal(rid_confirmed_ms(rid_last(FACILITY, at_ms)), at_ms - at_ms % 1000);
	assert_int_equal(rid_month(rid), period_month(at_ms));
}

static void test_rids_of_a_facility_rise_with_time(void **state)
{
	(void)state;
	assert_true(rid_last(FACILITY, at_ms) < rid_first(FACILITY, at_ms + 1000));
	int64_t next_month_ms = period_month_start_ms(period_month(at_ms) + 1);
	assert_true(rid_last(FACILITY, next_month_ms - 1) < rid_first(FACILITY, next_month_ms));
}

static void test_facilities_do_not_share_a_rid(void **state)
{
	(void)state;
	assert_true(rid_last(FACILITY, at_ms) < rid_first(FACILITY + 1, at_ms));
	int64_t month_end_ms = period_month_start_ms(period_month(at_ms) + 1) - 1;
	int64_t month_start_ms = period_month_start_ms(period_month(at_ms));
	assert_true(rid_last(FACILITY, month_end_ms) < rid_first(FACILITY + 1, month_start_ms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_rid_holds_the_second_of_its_confirmation),
		cmocka_unit_test(test_rids_of_a_facility_rise_with_time),
		cmocka_unit_test(test_facilities_do_not_share_a_rid),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
