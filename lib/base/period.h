/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calendar rules, all in Japan Standard Time (UTC+9, no summer time), whatever the host's zone.
 *
 * A month is a number: 0 is January 2020, 1023 the last (10 bits of a result's rid). A day is the
 * number yyyymmdd. Instants are milliseconds since 1970 UTC.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/fault.h"
#include "lib/base/str.h"

enum {
	PERIOD_MONTH_MAX = 1023,
	PERIOD_DATE_BYTES = 9,	    /* yyyyMMdd and a NUL */
	PERIOD_DATETIME_BYTES = 15, /* yyyyMMddHHmmss and a NUL */
	PERIOD_WAREKI_BYTES = 40,   /* 令和元年12月31日 and a NUL */
	PERIOD_MAIL_BYTES = 32,	    /* Sun, 22 Nov 2026 12:00:00 +0900 and a NUL */
	PERIOD_UTC_BYTES = 25,	    /* 2026-11-22T01:30:00.000Z and a NUL */
};

enum period_outcome {
	PERIOD_MALFORMED = 1, /* not that many digits, or no such day or time */
};

/* The month of an instant between 2020-01-01 and 2105-04-30 JST; outside: the nearest end. */
int period_month(int64_t at_ms);

/* The first instant of a month; month may lie outside 0..PERIOD_MONTH_MAX. */
int64_t period_month_start_ms(int month);

/*
 * 翌月末: a result confirmed at confirmed_ms may be read while now < this instant, the first of the
 * month after the next (seed 1.4.2 no. 5, table 1.3).
 */
int64_t period_closes_ms(int64_t confirmed_ms);

/* The earliest confirmation that is still readable at now_ms: the first instant of last month. */
int64_t period_opens_ms(int64_t now_ms);

/* The day of an instant, yyyymmdd. */
int period_day(int64_t at_ms);

/* The first instant of an instant's day. */
int64_t period_day_start_ms(int64_t at_ms);

/* Is there such a day (1868-01-25 and later, year ≤ 9999)? */
bool period_day_valid(int day);

/* Full years from birth to day, both valid yyyymmdd; a birthday on 29 February falls on 1 March. */
int period_age(int birth, int day);

/* Outcome: PERIOD_MALFORMED. text is yyyyMMdd; the day is valid. */
MUST_CHECK int period_date_parse(struct str text, int *ret_day);

/* Outcome: PERIOD_MALFORMED. text is yyyyMMddHHmmss in JST, year 1970 or later. */
MUST_CHECK int period_datetime_parse(struct str text, int64_t *ret_ms);

/* yyyyMMdd and a NUL; returns text. */
const char *period_date_print(int day, char text[PERIOD_DATE_BYTES]);

/* yyyyMMddHHmmss in JST and a NUL; returns text. */
const char *period_datetime_print(int64_t at_ms, char text[PERIOD_DATETIME_BYTES]);

/*
 * A day as people and their programs write it, widths folded (lib/record/names.h): 2025-04-01,
 * 2025/4/1 0:00, 2025年4月1日, R7.4.1, 令7/4/1, 令和元年5月1日, 20250401, S450102, and 5070401 as
 * receipts do. A day that its era did not have is none. Outcome: PERIOD_MALFORMED.
 */
MUST_CHECK int period_written_parse(struct str text, int *ret_day);

/* 令和7年4月1日 and a NUL for a valid day; returns text. */
const char *period_wareki_print(int day, char text[PERIOD_WAREKI_BYTES]);

/* Outcome: PERIOD_MALFORMED. As period_datetime_parse, but in UTC (certificates). */
MUST_CHECK int period_utc_parse(struct str text, int64_t *ret_ms);

/* The Date of a mail (RFC 5322 section 3.3), in JST, and a NUL; returns text. Years 1970..9999. */
const char *period_mail_print(int64_t at_ms, char text[PERIOD_MAIL_BYTES]);

/* The one text printed in UTC, for logs (RFC 3339): 2026-11-22T01:30:00.000Z and a NUL; years
 * 1970..9999.
 */
const char *period_utc_print(int64_t at_ms, char text[PERIOD_UTC_BYTES]);
