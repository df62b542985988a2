/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/rules/periods.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

/* 1970-01-01 was a Thursday; Monday is 0. */
static int weekday(int64_t day_start_ms)
{
	int64_t days = (day_start_ms + INT64_C(9) * 60 * 60 * 1000) / DAY_MS;
	return (int)((days + 3) % 7);
}

struct str periods_name(enum periods_choice choice)
{
	switch (choice) {
	case PERIODS_TODAY: return STR("today");
	case PERIODS_WEEK: return STR("week");
	case PERIODS_MONTH: return STR("month");
	case PERIODS_LAST: return STR("last");
	case PERIODS_NEW: return STR("new");
	case PERIODS_BETWEEN: return STR("between");
	case PERIODS_CHOICES: break;
	}
	return (struct str){0};
}

enum periods_choice periods_of_name(struct str name)
{
	enum periods_choice choice = PERIODS_TODAY;
	while (choice < PERIODS_CHOICES && !str_equal(periods_name(choice), name))
		choice++;
	return choice;
}

int periods_first_day(int64_t now_ms)
{
	return period_day(period_opens_ms(now_ms));
}

int periods_days_left(int64_t now_ms)
{
	int64_t ends_ms = period_closes_ms(period_opens_ms(now_ms));
	return (int)((ends_ms - period_day_start_ms(now_ms)) / DAY_MS) - 1;
}

static int between(const struct periods_ask *ask, int today, int first, int *from, int *to)
{
	if (!period_day_valid(ask->from) || !period_day_valid(ask->to))
		return PERIODS_NO_SUCH_DAY;
	if (ask->from > ask->to)
		return PERIODS_BACKWARDS;
	if (ask->from > today)
		return PERIODS_AHEAD;
	if (ask->to < first)
		return PERIODS_GONE;
	*from = ask->from;
	*to = ask->to < today ? ask->to : today;
	return 0;
}

int periods_resolve(const struct periods_ask *ask, int64_t now_ms, struct period *ret_period)
{
	int64_t today_ms = period_day_start_ms(now_ms);
	int today = period_day(now_ms), first = periods_first_day(now_ms), r;
	int from = today, to = today;
	struct period period = {0};
	switch (ask->choice) {
	case PERIODS_NEW: *ret_period = period; return 0;
	case PERIODS_TODAY: break;
	case PERIODS_WEEK: from = period_day(today_ms - (int64_t)weekday(today_ms) * DAY_MS); break;
	case PERIODS_MONTH: from = today / 100 * 100 + 1; break;
	case PERIODS_LAST:
		from = first;
		to = period_day(period_month_start_ms(period_month(now_ms)) - 1);
		break;
	case PERIODS_BETWEEN:
		r = between(ask, today, first, &from, &to);
		if (r)
			return r;
		break;
	case PERIODS_CHOICES: return PERIODS_NO_SUCH_DAY;
	}
	period.clamped = from < first;
	period_date_print(period.clamped ? first : from, period.from);
	period_date_print(to, period.to);
	*ret_period = period;
	return 0;
}
