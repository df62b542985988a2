/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/rules/periods.h"

#include "lib/base/test.h"

/* 2026-11-22 is a Sunday. */
static int64_t at(const char *text)
{
	int64_t ms;
	assert_int_equal(period_datetime_parse(str_of(text), &ms), 0);
	return ms;
}

static void test_each_choice_has_its_days(void **state)
{
	(void)state;
	static const struct {
		const char *now;
		enum periods_choice choice;
		const char *from, *to;
	} rows[] = {
		{"20261122103000", PERIODS_TODAY, "20261122", "20261122"},
		{"20261122103000", PERIODS_WEEK, "20261116", "20261122"},
		{"20261123000000", PERIODS_WEEK, "20261123", "20261123"},
		{"20261101235959", PERIODS_WEEK, "20261026", "20261101"},
		{"20261122103000", PERIODS_MONTH, "20261101", "20261122"},
		{"20261122103000", PERIODS_LAST, "20261001", "20261031"},
		{"20270101000000", PERIODS_LAST, "20261201", "20261231"},
		{"20270101000000", PERIODS_WEEK, "20261228", "20270101"},
		{"20280301083000", PERIODS_LAST, "20280201", "20280229"},
		{"20261122103000", PERIODS_NEW, "", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct period period;
		const struct periods_ask ask = {.choice = rows[i].choice};
		assert_int_equal(periods_resolve(&ask, at(rows[i].now), &period), 0);
		assert_str_equal(str_of(period.from), str_of(rows[i].from));
		assert_str_equal(str_of(period.to), str_of(rows[i].to));
		assert_false(period.clamped);
	}
}

static void test_typed_days_are_held_to_what_can_still_be_received(void **state)
{
	(void)state;
	static const struct {
		int from, to, outcome;
		const char *says_from, *says_to;
		bool clamped;
	} rows[] = {
		{20261005, 20261110, 0, "20261005", "20261110", false},
		{20260905, 20261110, 0, "20261001", "20261110", true},
		{20261005, 20271231, 0, "20261005", "20261122", false},
		{20261001, 20261001, 0, "20261001", "20261001", false},
		{20260905, 20260930, PERIODS_GONE, "", "", false},
		{20261110, 20261105, PERIODS_BACKWARDS, "", "", false},
		{20261123, 20261124, PERIODS_AHEAD, "", "", false},
		{20260231, 20261105, PERIODS_NO_SUCH_DAY, "", "", false},
		{20261101, 0, PERIODS_NO_SUCH_DAY, "", "", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct period period = {0};
		const struct periods_ask ask = {PERIODS_BETWEEN, rows[i].from, rows[i].to};
		assert_int_equal(periods_resolve(&ask, at("20261122103000"), &period),
				 rows[i].outcome);
		assert_str_equal(str_of(period.from), str_of(rows[i].says_from));
		assert_str_equal(str_of(period.to), str_of(rows[i].says_to));
		assert_int_equal(period.clamped, rows[i].clamped);
	}
}

static void test_the_days_that_are_left_end_with_the_month(void **state)
{
	(void)state;
	static const struct {
		const char *now;
		int first, left;
	} rows[] = {
		{"20261101000000", 20261001, 29}, {"20261128000000", 20261001, 2},
		{"20261130000000", 20261001, 0},  {"20261130235959", 20261001, 0},
		{"20261201000000", 20261101, 30}, {"20270131120000", 20261201, 0},
		{"20280226120000", 20280101, 3},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(periods_first_day(at(rows[i].now)), rows[i].first);
		assert_int_equal(periods_days_left(at(rows[i].now)), rows[i].left);
	}
}

static void test_a_choice_is_found_by_its_name(void **state)
{
	(void)state;
	for (enum periods_choice choice = PERIODS_TODAY; choice < PERIODS_CHOICES; choice++)
		assert_int_equal(periods_of_name(periods_name(choice)), choice);
	assert_int_equal(periods_of_name(STR("yesterday")), PERIODS_CHOICES);
	assert_int_equal(periods_of_name((struct str){0}), PERIODS_CHOICES);
	struct period period;
	const struct periods_ask ask = {.choice = PERIODS_CHOICES};
	assert_int_equal(periods_resolve(&ask, at("20261122103000"), &period), PERIODS_NO_SUCH_DAY);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_choice_has_its_days),
		cmocka_unit_test(test_typed_days_are_held_to_what_can_still_be_received),
		cmocka_unit_test(test_the_days_that_are_left_end_with_the_month),
		cmocka_unit_test(test_a_choice_is_found_by_its_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
