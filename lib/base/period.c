/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calendar arithmetic by day counts (the civil-from-days algorithm in Howard Hinnant's
 * "chrono-Compatible Low-Level Date Algorithms"): no time zone database, no libc calendar, so that
 * a host in any zone answers the same.
 */
#include "lib/base/period.h"

#include <assert.h>
#include <stdio.h>

#include "lib/base/number.h"

enum {
	DAY_MS = 24 * 60 * 60 * 1000,
	JST_OFFSET_MS = 9 * 60 * 60 * 1000,
	EPOCH_YEAR = 2020,
};

struct civil {
	int year;
	int month; /* 1..12 */
	int day;
};

static int64_t days_of_civil(struct civil civil)
{
	int64_t year = civil.year - (civil.month <= 2);
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year =
		(153 * (civil.month + (civil.month > 2 ? -3 : 9)) + 2) / 5 + civil.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

static struct civil civil_of_days(int64_t days)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t day_of_era = days - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;
	struct civil civil = {
		.year = (int)(year_of_era + era * 400 + (month >= 10)),
		.month = (int)(month < 10 ? month + 3 : month - 9),
		.day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
	};
	return civil;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static struct civil civil_of_day(int day)
{
	return (struct civil){day / 10000, day / 100 % 100, day % 100};
}

static struct civil civil_of_ms(int64_t at_ms)
{
	return civil_of_days(floor_div(at_ms + JST_OFFSET_MS, DAY_MS));
}

static int month_number(struct civil civil)
{
	return (civil.year - EPOCH_YEAR) * 12 + civil.month - 1;
}

int64_t period_month_start_ms(int month)
{
	int year = EPOCH_YEAR + (int)floor_div(month, 12);
	struct civil first = {year, month - (year - EPOCH_YEAR) * 12 + 1, 1};
	return days_of_civil(first) * DAY_MS - JST_OFFSET_MS;
}

int period_month(int64_t at_ms)
{
	if (at_ms < period_month_start_ms(0))
		return 0;
	if (at_ms >= period_month_start_ms(PERIOD_MONTH_MAX))
		return PERIOD_MONTH_MAX;
	return month_number(civil_of_ms(at_ms));
}

int64_t period_closes_ms(int64_t confirmed_ms)
{
	return period_month_start_ms(month_number(civil_of_ms(confirmed_ms)) + 2);
}

int64_t period_opens_ms(int64_t now_ms)
{
	return period_month_start_ms(month_number(civil_of_ms(now_ms)) - 1);
}

int period_day(int64_t at_ms)
{
	struct civil civil = civil_of_ms(at_ms);
	return civil.year * 10000 + civil.month * 100 + civil.day;
}

int64_t period_day_start_ms(int64_t at_ms)
{
	return floor_div(at_ms + JST_OFFSET_MS, DAY_MS) * DAY_MS - JST_OFFSET_MS;
}

bool period_day_valid(int day)
{
	if (day < 18680125 || day > 99991231)
		return false;
	struct civil civil = civil_of_day(day);
	struct civil again = civil_of_days(days_of_civil(civil));
	return civil.month >= 1 && civil.month <= 12 && civil.day >= 1 &&
	       again.month == civil.month && again.day == civil.day;
}

int period_age(int birth, int day)
{
	assert(period_day_valid(birth) && period_day_valid(day));
	return (day - birth) / 10000 - (day < birth);
}

int period_date_parse(struct str text, int *ret_day)
{
	if (!number_is_digits(text, 8))
		return PERIOD_MALFORMED;
	int day = (int)number_of_digits(text);
	if (!period_day_valid(day))
		return PERIOD_MALFORMED;
	*ret_day = day;
	return 0;
}

int period_utc_parse(struct str text, int64_t *ret_ms)
{
	if (!number_is_digits(text, 14))
		return PERIOD_MALFORMED;
	int day;
	int r = period_date_parse((struct str){text.ptr, 8}, &day);
	if (r)
		return r;
	int time = (int)number_of_digits((struct str){text.ptr + 8, 6});
	int hour = time / 10000, minute = time / 100 % 100, second = time % 100;
	if (day < 19700101 || hour > 23 || minute > 59 || second > 59)
		return PERIOD_MALFORMED;
	int64_t seconds = (hour * 60 + minute) * 60 + second;
	*ret_ms = days_of_civil(civil_of_day(day)) * DAY_MS + seconds * 1000;
	return 0;
}

int period_datetime_parse(struct str text, int64_t *ret_ms)
{
	int64_t utc_ms;
	int r = period_utc_parse(text, &utc_ms);
	if (r)
		return r;
	*ret_ms = utc_ms - JST_OFFSET_MS;
	return 0;
}

const char *period_date_print(int day, char text[PERIOD_DATE_BYTES])
{
	assert(period_day_valid(day));
	snprintf(text, PERIOD_DATE_BYTES, "%08u", (unsigned)day % 100000000u);
	return text;
}

/* number in exactly count digits at *place, which moves past them and past the mark behind. */
static void digits_put(char **place, size_t count, unsigned number, char mark)
{
	for (size_t i = count; i-- > 0; number /= 10)
		(*place)[i] = (char)('0' + number % 10);
	(*place)[count] = mark;
	*place += count + 1;
}

const char *period_datetime_print(int64_t at_ms, char text[PERIOD_DATETIME_BYTES])
{
	int64_t second = floor_div(at_ms + JST_OFFSET_MS, 1000) -
			 floor_div(at_ms + JST_OFFSET_MS, DAY_MS) * (DAY_MS / 1000);
	unsigned time = (unsigned)(second / 3600 * 10000 + second / 60 % 60 * 100 + second % 60);
	uint64_t digits = (unsigned)period_day(at_ms) % 100000000u * UINT64_C(1000000) + time;
	text[PERIOD_DATETIME_BYTES - 1] = '\0';
	for (size_t i = PERIOD_DATETIME_BYTES - 1; i-- > 0; digits /= 10)
		text[i] = (char)('0' + digits % 10);
	return text;
}

/* Newest first; the receipts' code of an era is its place from the end. */
static const struct era {
	int first_day;
	int year_before;
	const char *name, *short_name;
	char letter;
} eras[] = {
	{20190501, 2018, "令和", "令", 'R'}, {19890108, 1988, "平成", "平", 'H'},
	{19261225, 1925, "昭和", "昭", 'S'}, {19120730, 1911, "大正", "大", 'T'},
	{18680125, 1867, "明治", "明", 'M'},
};

enum { ERAS = sizeof eras / sizeof eras[0] };

const char *period_wareki_print(int day, char text[PERIOD_WAREKI_BYTES])
{
	assert(period_day_valid(day));
	struct civil civil = civil_of_day(day);
	size_t era = 0;
	while (day < eras[era].first_day)
		era++;
	int year = civil.year - eras[era].year_before;
	if (year == 1)
		snprintf(text, PERIOD_WAREKI_BYTES, "%s元年%d月%d日", eras[era].name, civil.month,
			 civil.day);
	else
		snprintf(text, PERIOD_WAREKI_BYTES, "%s%d年%d月%d日", eras[era].name, year,
			 civil.month, civil.day);
	return text;
}

/* --- as people write it --- */

static bool take(struct str *rest, const char *word)
{
	size_t len = strlen(word);
	if (!str_starts(*rest, (struct str){word, len}))
		return false;
	*rest = (struct str){rest->ptr + len, rest->len - len};
	return true;
}

/* NULL: none stands in front. */
static const struct era *era_take(struct str *rest)
{
	for (size_t i = 0; i < ERAS; i++) {
		const char upper[] = {eras[i].letter, '\0'};
		const char lower[] = {(char)(eras[i].letter - 'A' + 'a'), '\0'};
		if (take(rest, eras[i].name) || take(rest, eras[i].short_name) ||
		    take(rest, upper) || take(rest, lower))
			return &eras[i];
	}
	return NULL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* At most eight digits; how many. */
static size_t group_take(struct str *rest, int *ret_number)
{
	size_t len = 0;
	int number = 0;
	for (; len < rest->len && len < 8 && is_digit(rest->ptr[len]); len++)
		number = number * 10 + (rest->ptr[len] - '0');
	*rest = (struct str){rest->ptr + len, rest->len - len};
	*ret_number = number;
	return len;
}

/* What stands between the parts. */
static bool mark_take(struct str *rest)
{
	static const char *const marks[] = {"年", "月", "/", "-", ".", "、", "。", "・"};
	bool any = false;
	while (take(rest, " "))
		;
	for (size_t i = 0; !any && i < sizeof marks / sizeof marks[0]; i++)
		any = take(rest, marks[i]);
	while (take(rest, " "))
		;
	return any;
}

static int day_of_parts(const struct era *era, int year, int month, int date, int *ret_day)
{
	int full = era ? era->year_before + year : year;
	if (full < 1868 || full > 9999 || month > 12 || date > 31)
		return PERIOD_MALFORMED;
	int day = full * 10000 + month * 100 + date;
	if (!period_day_valid(day))
		return PERIOD_MALFORMED;
	/* A day before its era began, or after the next did, is a slip of the pen. */
	if (era && (day < era->first_day || (era > eras && day >= era[-1].first_day)))
		return PERIOD_MALFORMED;
	*ret_day = day;
	return 0;
}

/* One row of digits: 20250401, era and 070401, or 5070401 as receipts have it. */
static int day_of_row(const struct era *era, int number, size_t digits, int *ret_day)
{
	if (!era && digits == 7 && number / 1000000 >= 1 && number / 1000000 <= ERAS) {
		era = &eras[ERAS - number / 1000000];
		number %= 1000000;
	} else if (digits != (era ? 6u : 8u)) {
		return PERIOD_MALFORMED;
	}
	return day_of_parts(era, number / 10000, number / 100 % 100, number % 100, ret_day);
}

int period_written_parse(struct str text, int *ret_day)
{
	struct str rest = str_trim(text);
	int parts[3] = {1, 0, 0};
	const struct era *era = era_take(&rest);
	(void)take(&rest, " ");
	size_t digits = era && take(&rest, "元") ? 1 : group_take(&rest, &parts[0]);
	if (!rest.len)
		return day_of_row(era, parts[0], digits, ret_day);
	for (int i = 1; i < 3; i++)
		if (!mark_take(&rest) || !group_take(&rest, &parts[i]))
			return PERIOD_MALFORMED;
	(void)take(&rest, "日");
	/* Spreadsheets put a time behind it. */
	if (!digits || (!era && digits != 4) || (rest.len && rest.ptr[0] != ' '))
		return PERIOD_MALFORMED;
	return day_of_parts(era, parts[0], parts[1], parts[2], ret_day);
}

const char *period_mail_print(int64_t at_ms, char text[PERIOD_MAIL_BYTES])
{
	/* 1970-01-01 was a Thursday. */
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t jst_ms = at_ms + JST_OFFSET_MS;
	assert(at_ms >= 0 && jst_ms / DAY_MS < 2932897); /* 10000-01-01 */
	struct civil civil = civil_of_days(jst_ms / DAY_MS);
	int second = (int)(jst_ms % DAY_MS / 1000);
	snprintf(text, PERIOD_MAIL_BYTES, "%.3s, %02u %.3s %04u %02d:%02d:%02d +0900",
		 days + 3 * (jst_ms / DAY_MS % 7), (unsigned)civil.day % 100u,
		 months + 3 * (civil.month - 1), (unsigned)civil.year % 10000u, second / 3600 % 24,
		 second / 60 % 60, second % 60);
	return text;
}

const char *period_utc_print(int64_t at_ms, char text[PERIOD_UTC_BYTES])
{
	assert(at_ms >= 0 && at_ms / DAY_MS < 2932897); /* 10000-01-01 */
	struct civil civil = civil_of_days(at_ms / DAY_MS);
	unsigned ms = (unsigned)(at_ms % DAY_MS);
	char *place = text;
	digits_put(&place, 4, (unsigned)civil.year, '-');
	digits_put(&place, 2, (unsigned)civil.month, '-');
	digits_put(&place, 2, (unsigned)civil.day, 'T');
	digits_put(&place, 2, ms / 3600000, ':');
	digits_put(&place, 2, ms / 60000 % 60, ':');
	digits_put(&place, 2, ms / 1000 % 60, '.');
	digits_put(&place, 3, ms % 1000, 'Z');
	*place = '\0';
	return text;
}
