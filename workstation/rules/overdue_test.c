/* SPDX-License-Identifier: Apache-2.0 */
/* At the ends of months and years. */
#include "lib/base/test.h"

#include "lib/base/period.h"
#include "workstation/rules/overdue.h"

static int64_t at(const char *digits)
{
	int64_t ms;
	assert_int_equal(period_datetime_parse(str_of(digits), &ms), 0);
	return ms;
}

static void test_three_days_before_they_go_the_desk_is_warned(void **state)
{
	static const struct {
		const char *received, *now;
		enum overdue_kind kind;
		int since, last_day, days;
	} rows[] = {
		{"20261122120000", "20261122130000", OVERDUE_NONE, 20261122, 20261231, 39},
		{"20261031235959", "20261127235959", OVERDUE_NONE, 20261031, 20261130, 3},
		{"20261031235959", "20261128000000", OVERDUE_SOON, 20261031, 20261130, 2},
		{"20261031235959", "20261130235959", OVERDUE_SOON, 20261031, 20261130, 0},
		{"20261031235959", "20261201000000", OVERDUE_LOST, 20261031, 20261130, 0},
		/* One second later it is another month's. */
		{"20261101000000", "20261201000000", OVERDUE_NONE, 20261101, 20261231, 30},
		/* Over the year, and in a leap February. */
		{"20261130180000", "20261229000000", OVERDUE_SOON, 20261130, 20261231, 2},
		{"20261215180000", "20270129090000", OVERDUE_SOON, 20261215, 20270131, 2},
		{"20280110090000", "20280227000000", OVERDUE_SOON, 20280110, 20280229, 2},
		{"20280110090000", "20280226235959", OVERDUE_NONE, 20280110, 20280229, 3},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct overdue overdue = overdue_of(at(rows[i].received), at(rows[i].now));
		assert_int_equal(overdue.kind, rows[i].kind);
		assert_int_equal(overdue.since, rows[i].since);
		assert_int_equal(overdue.last_day, rows[i].last_day);
		if (rows[i].kind != OVERDUE_LOST)
			assert_int_equal(overdue.days, rows[i].days);
	}
}

/* A new desk has lost nothing, but last month's results go all the same. */
static void test_a_desk_that_never_received_is_warned_at_the_end_of_a_month(void **state)
{
	(void)state;
	assert_int_equal(overdue_of(0, at("20261115090000")).kind, OVERDUE_NONE);
	struct overdue overdue = overdue_of(0, at("20261129090000"));
	assert_int_equal(overdue.kind, OVERDUE_SOON);
	assert_int_equal(overdue.since, 20261001);
	assert_int_equal(overdue.last_day, 20261130);
	assert_int_equal(overdue_of(0, at("20261201000000")).kind, OVERDUE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_days_before_they_go_the_desk_is_warned),
		cmocka_unit_test(test_a_desk_that_never_received_is_warned_at_the_end_of_a_month),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
