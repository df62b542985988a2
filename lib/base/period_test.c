/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle counts day by day from 1 January 1970 with a table of month lengths: slow, and nothing
 * like the arithmetic it judges.
 */
#include "lib/base/test.h"

#include "lib/base/period.h"

#include <stdio.h>

enum { SECOND_MS = 1000, HOUR_MS = 3600 * 1000 };
static const int64_t day_ms = 24 * (int64_t)HOUR_MS;

struct date {
	int year, month, day;
};

static bool is_leap(int year)
{
	if (year % 400 == 0)
		return true;
	return year % 4 == 0 && year % 100 != 0;
}

static int month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return days[month - 1] + (month == 2 && is_leap(year));
}

static void date_advance(struct date *date)
{
	if (++date->day <= month_days(date->year, date->month))
		return;
	date->day = 1;
	if (++date->month <= 12)
		return;
	date->month = 1;
	date->year++;
}

/* Midnight in Japan at the beginning of a day. */
static int64_t oracle_ms(int year, int month, int day)
{
	struct date date = {1970, 1, 1};
	int64_t days = 0;
	for (; date.year != year || date.month != month || date.day != day; days++)
		date_advance(&date);
	return days * day_ms - 9 * (int64_t)HOUR_MS;
}

static int yyyymmdd(struct date date)
{
	return date.year * 10000 + date.month * 100 + date.day;
}

/* The first instant of the month that lies later months after the given one. */
static int64_t oracle_later_ms(int year, int month, int later)
{
	int months = year * 12 + month - 1 + later;
	return oracle_ms(months / 12, months % 12 + 1, 1);
}

static void test_the_anchors_are_right(void **state)
{
	(void)state;
	/* From `TZ=Asia/Tokyo date -d … +%s`. */
	assert_int_equal(oracle_ms(2026, 12, 1), 1796050800000);
	assert_int_equal(oracle_ms(2028, 3, 1), 1835449200000);
	assert_int_equal(period_month_start_ms(83), 1796050800000);
	assert_int_equal(period_month_start_ms(0), 1577804400000);
}

static void test_every_month_begins_and_ends_to_the_second(void **state)
{
	(void)state;
	for (int month = 72; month < 156; month++) { /* 2026-01 … 2032-12 */
		int year = 2020 + month / 12;
		int64_t start = oracle_ms(year, month % 12 + 1, 1);
		int64_t end = oracle_later_ms(year, month % 12 + 1, 1);
		assert_int_equal(period_month_start_ms(month), start);
		assert_int_equal(period_month(start - SECOND_MS), month - 1);
		assert_int_equal(period_month(start - 1), month - 1);
		assert_int_equal(period_month(start), month);
		assert_int_equal(period_month(start + SECOND_MS), month);
		assert_int_equal(period_month(end - SECOND_MS), month);
		assert_int_equal(period_month(end), month + 1);
	}
}

/* REQ seed-1.3-n5, seed-1.4.2-n2 */
static void test_a_result_closes_at_the_end_of_next_month(void **state)
{
	(void)state;
	for (int month = 72; month < 156; month++) {
		int year = 2020 + month / 12;
		int64_t start = oracle_ms(year, month % 12 + 1, 1);
		int64_t end = oracle_later_ms(year, month % 12 + 1, 1);
		int64_t closes = oracle_later_ms(year, month % 12 + 1, 2);
		assert_int_equal(period_closes_ms(start), closes);
		assert_int_equal(period_closes_ms(end - SECOND_MS), closes);
		assert_int_equal(period_closes_ms(end - 1), closes);
		assert_int_equal(period_closes_ms(start - SECOND_MS), end);
		assert_true(period_closes_ms(end) > closes);
	}
}

static void test_what_opens_and_what_closes_agree(void **state)
{
	(void)state;
	for (int month = 72; month < 156; month++) {
		int64_t closes = period_closes_ms(period_month_start_ms(month));
		/* One second before: the month can still be read; at the instant: no more. */
		assert_int_equal(period_opens_ms(closes - SECOND_MS), period_month_start_ms(month));
		assert_int_equal(period_opens_ms(closes - 1), period_month_start_ms(month));
		assert_int_equal(period_opens_ms(closes), period_month_start_ms(month + 1));
	}
}

static void test_months_outside_ten_bits_are_the_nearest_end(void **state)
{
	(void)state;
	assert_int_equal(period_month(0), 0);
	assert_int_equal(period_month(INT64_MIN), 0);
	assert_int_equal(period_month(period_month_start_ms(0) - 1), 0);
	assert_int_equal(period_month(period_month_start_ms(PERIOD_MONTH_MAX)), PERIOD_MONTH_MAX);
	assert_int_equal(period_month(period_month_start_ms(PERIOD_MONTH_MAX) - 1),
			 PERIOD_MONTH_MAX - 1);
	assert_int_equal(period_month(period_month_start_ms(PERIOD_MONTH_MAX + 1)),
			 PERIOD_MONTH_MAX);
	assert_int_equal(period_month(INT64_MAX), PERIOD_MONTH_MAX);
	assert_int_equal(period_month_start_ms(PERIOD_MONTH_MAX), oracle_ms(2105, 4, 1));
	assert_int_equal(period_month_start_ms(-1), oracle_ms(2019, 12, 1));
	assert_int_equal(period_month_start_ms(-13), oracle_ms(2018, 12, 1));
}

static void test_every_day_of_two_centuries(void **state)
{
	(void)state;
	struct date date = {1970, 1, 1};
	for (int64_t start = -9 * (int64_t)HOUR_MS; date.year < 2170; start += day_ms) {
		char text[PERIOD_DATETIME_BYTES], expect[PERIOD_DATETIME_BYTES];
		assert_int_equal(period_day(start), yyyymmdd(date));
		assert_int_equal(period_day(start + day_ms - 1), yyyymmdd(date));
		assert_true(period_day_valid(yyyymmdd(date)));
		snprintf(expect, sizeof expect, "%d235959", yyyymmdd(date));
		assert_string_equal(period_datetime_print(start + day_ms - 1, text), expect);
		date_advance(&date);
	}
}

static void test_there_are_no_other_days(void **state)
{
	(void)state;
	static const int wrong[] = {
		0,	  -20260101, 18680124, 20260100, 20260132, 20260001, 20261301,	20260229,
		20270229, 20280230,  21000229, 20260431, 20269999, 99991232, 100000101,
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(period_day_valid(wrong[i]));
	assert_true(period_day_valid(18680125));
	assert_true(period_day_valid(20000229));
	assert_true(period_day_valid(20280229));
	assert_true(period_day_valid(99991231));
}

static void test_age_counts_full_years(void **state)
{
	(void)state;
	static const struct {
		int birth, day, age;
	} cases[] = {
		{19510401, 20260331, 74}, {19510401, 20260401, 75}, {19510401, 20260402, 75},
		{20260101, 20260101, 0},  {20251231, 20260101, 0},  {20251231, 20261230, 0},
		{20251231, 20261231, 1},  {20040229, 20260228, 21}, {20040229, 20260301, 22},
		{20040229, 20280228, 23}, {20040229, 20280229, 24}, {20280229, 20290228, 0},
		{20280229, 20290301, 1},  {19001231, 20000101, 99},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(period_age(cases[i].birth, cases[i].day), cases[i].age);
}

static void test_dates_are_read_strictly(void **state)
{
	(void)state;
	static const char *const wrong[] = {"",		"2026112",   "202611220", "2026-1-1",
					    "20261131", "2026112x",  " 2026112",  "20270229",
					    "00000000", "２０２６０"};
	int day = 7;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(period_date_parse(str_of(wrong[i]), &day), PERIOD_MALFORMED);
	assert_int_equal(day, 7);
	assert_int_equal(period_date_parse(STR("20280229"), &day), 0);
	assert_int_equal(day, 20280229);
}

static void test_times_are_read_strictly(void **state)
{
	(void)state;
	static const char *const wrong[] = {"",
					    "20261122",
					    "20261122240000",
					    "20261122236000",
					    "20261122235960",
					    "20261131000000",
					    "19691231235959",
					    "202611221030000",
					    "2026112210300",
					    "2026112210300x",
					    "20261122T10300"};
	int64_t at_ms = 7;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(period_datetime_parse(str_of(wrong[i]), &at_ms), PERIOD_MALFORMED);
	assert_int_equal(at_ms, 7);
}

static void test_times_go_there_and_back(void **state)
{
	(void)state;
	static const char *const texts[] = {"20261122103000", "19700101000000", "19700101085959",
					    "20280229235959", "20261231235959", "20270101000000"};
	char again[PERIOD_DATETIME_BYTES];
	int64_t at_ms;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_int_equal(period_datetime_parse(str_of(texts[i]), &at_ms), 0);
		assert_string_equal(period_datetime_print(at_ms, again), texts[i]);
		assert_string_equal(period_datetime_print(at_ms + 999, again), texts[i]);
	}
	assert_int_equal(period_datetime_parse(STR("20261201000000"), &at_ms), 0);
	assert_int_equal(at_ms, oracle_ms(2026, 12, 1));
}

static void test_a_date_is_printed_with_eight_digits(void **state)
{
	(void)state;
	char text[PERIOD_DATE_BYTES];
	assert_string_equal(period_date_print(20260105, text), "20260105");
}

static void test_eras_change_on_their_day(void **state)
{
	(void)state;
	static const struct {
		int day;
		const char *text;
	} cases[] = {
		{20250401, "令和7年4月1日"},	{20190501, "令和元年5月1日"},
		{20191231, "令和元年12月31日"}, {20200101, "令和2年1月1日"},
		{20190430, "平成31年4月30日"},	{19890108, "平成元年1月8日"},
		{19890107, "昭和64年1月7日"},	{19800302, "昭和55年3月2日"},
		{19261225, "昭和元年12月25日"}, {19261224, "大正15年12月24日"},
		{19120730, "大正元年7月30日"},	{19120729, "明治45年7月29日"},
		{18680125, "明治元年1月25日"},	{99991231, "令和7981年12月31日"},
	};
	char text[PERIOD_WAREKI_BYTES];
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(period_wareki_print(cases[i].day, text), cases[i].text);
}

static void test_logs_are_written_in_utc(void **state)
{
	(void)state;
	char text[PERIOD_UTC_BYTES];
	assert_string_equal(period_utc_print(0, text), "1970-01-01T00:00:00.000Z");
	assert_string_equal(period_utc_print(oracle_ms(2026, 12, 1) - 1, text),
			    "2026-11-30T14:59:59.999Z");
	assert_string_equal(period_utc_print(oracle_ms(2028, 3, 1) - 15 * (int64_t)HOUR_MS, text),
			    "2028-02-29T00:00:00.000Z");
	assert_string_equal(period_utc_print(253402300799999, text), "9999-12-31T23:59:59.999Z");
}

static void test_certificates_are_read_in_utc(void **state)
{
	(void)state;
	int64_t at_ms = 7;
	assert_int_equal(period_utc_parse(STR("20261130150000"), &at_ms), 0);
	assert_int_equal(at_ms, oracle_ms(2026, 12, 1));
	assert_int_equal(period_utc_parse(STR("19700101000000"), &at_ms), 0);
	assert_int_equal(at_ms, 0);
	assert_int_equal(period_utc_parse(STR("20261130240000"), &at_ms), PERIOD_MALFORMED);
	assert_int_equal(at_ms, 0);
}

static void test_the_date_of_a_mail_is_in_jst(void **state)
{
	static const struct {
		int64_t at_ms;
		const char *text;
	} rows[] = {
		{0, "Thu, 01 Jan 1970 09:00:00 +0900"},
		{INT64_C(1795316400000), "Sun, 22 Nov 2026 12:00:00 +0900"},
		{INT64_C(1795359599999), "Sun, 22 Nov 2026 23:59:59 +0900"},
		{INT64_C(1795359600000), "Mon, 23 Nov 2026 00:00:00 +0900"},
		{INT64_C(1709132400000), "Thu, 29 Feb 2024 00:00:00 +0900"},
	};
	char text[PERIOD_MAIL_BYTES];
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(period_mail_print(rows[i].at_ms, text), rows[i].text);
}

static void test_a_day_is_read_as_people_write_it(void **state)
{
	static const struct {
		const char *text;
		int day;
	} rows[] = {
		{"20250401", 20250401},		{"2025-04-01", 20250401},
		{"2025/4/1", 20250401},		{"2025.04.01", 20250401},
		{"2025年4月1日", 20250401},	{" 1985/01/02 0:00:00 ", 19850102},
		{"R7.4.1", 20250401},		{"r7/4/1", 20250401},
		{"令7.4.1", 20250401},		{"令和7年4月1日", 20250401},
		{"令和元年5月1日", 20190501},	{"R1.5.1", 20190501},
		{"平成31年4月30日", 20190430},	{"S60-1-2", 19850102},
		{"S600102", 19850102},		{"3600102", 19850102},
		{"5070401", 20250401},		{"昭和 60年 1月 2日", 19850102},
		{"大正15年12月24日", 19261224}, {"M1.1.25", 18680125},
		{"2024/2/29", 20240229},
	};
	static const char *const none[] = {
		"",	      "0",	   "1985",	 "19850230",	"2025/13/1", "2025/4",
		"25/4/1",     "R1.4.30",   "H31.5.1",	 "S65.1.1",	"R7.4",	     "R",
		"元年5月1日", "6010101",   "0010101",	 "2025/4/1x",	"昭和",	     "20250401x",
		"2025//1",    "99999/1/1", "1867/12/31", "2025年4月日", "X1.1.1",
	};
	int day;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(period_written_parse(str_of(rows[i].text), &day), 0);
		assert_int_equal(day, rows[i].day);
	}
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		if (period_written_parse(str_of(none[i]), &day) != PERIOD_MALFORMED)
			fail_msg("'%s' was read as %d", none[i], day);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_date_of_a_mail_is_in_jst),
		cmocka_unit_test(test_the_anchors_are_right),
		cmocka_unit_test(test_every_month_begins_and_ends_to_the_second),
		cmocka_unit_test(test_a_result_closes_at_the_end_of_next_month),
		cmocka_unit_test(test_what_opens_and_what_closes_agree),
		cmocka_unit_test(test_months_outside_ten_bits_are_the_nearest_end),
		cmocka_unit_test(test_every_day_of_two_centuries),
		cmocka_unit_test(test_there_are_no_other_days),
		cmocka_unit_test(test_age_counts_full_years),
		cmocka_unit_test(test_dates_are_read_strictly),
		cmocka_unit_test(test_times_are_read_strictly),
		cmocka_unit_test(test_times_go_there_and_back),
		cmocka_unit_test(test_a_date_is_printed_with_eight_digits),
		cmocka_unit_test(test_eras_change_on_their_day),
		cmocka_unit_test(test_a_day_is_read_as_people_write_it),
		cmocka_unit_test(test_certificates_are_read_in_utc),
		cmocka_unit_test(test_logs_are_written_in_utc),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
