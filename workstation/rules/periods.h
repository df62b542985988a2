/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which results are asked for: what somebody presses becomes a period within what the service still
 * shows (翌月末, seed 1.4.2 no. 4). All JST; days are yyyymmdd.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/fault.h"
#include "lib/base/period.h"
#include "lib/base/str.h"

enum periods_choice {
	PERIODS_TODAY = 1,
	PERIODS_WEEK,	 /* from Monday */
	PERIODS_MONTH,	 /* this month so far */
	PERIODS_LAST,	 /* last month, the whole of it */
	PERIODS_NEW,	 /* since the last time: no period */
	PERIODS_BETWEEN, /* from and to as typed */
	PERIODS_CHOICES,
};

/* "today", "week", "month", "last", "new", "between"; absent: no such choice. */
struct str periods_name(enum periods_choice choice);
/* PERIODS_CHOICES: no such name. */
enum periods_choice periods_of_name(struct str name);

struct periods_ask {
	enum periods_choice choice;
	int from, to; /* PERIODS_BETWEEN only */
};

struct period {
	/* For the service: yyyyMMdd and a NUL; both empty for PERIODS_NEW. */
	char from[PERIOD_DATE_BYTES], to[PERIOD_DATE_BYTES];
	bool clamped; /* it began before what can still be received, and begins there now */
};

enum periods_outcome {
	PERIODS_NO_SUCH_DAY = 1, /* from or to */
	PERIODS_BACKWARDS,	 /* from is after to */
	PERIODS_GONE,		 /* to is before what can still be received */
	PERIODS_AHEAD,		 /* from is after today */
};

/* Outcomes: enum periods_outcome. A last day after today is today. */
MUST_CHECK int periods_resolve(const struct periods_ask *ask, int64_t now_ms,
			       struct period *ret_period);

/* The first day that can still be received. */
int periods_first_day(int64_t now_ms);

/*
 * Whole days until the oldest results that can still be received disappear, 0 on the last of them:
 * at the end of the month those of the month before do.
 */
int periods_days_left(int64_t now_ms);
