/* SPDX-License-Identifier: Apache-2.0 */
/* 翌月末 from the desk's side. */
#include "workstation/rules/overdue.h"

#include "lib/base/period.h"

enum { DAY_MS = 24 * 60 * 60 * 1000 };

struct overdue overdue_of(int64_t received_ms, int64_t now_ms)
{
	/* What was confirmed just behind the last receipt is the first to go. */
	int64_t since_ms = received_ms ? received_ms : period_opens_ms(now_ms);
	int64_t closes_ms = period_closes_ms(since_ms);
	struct overdue overdue = {
		.since = period_day(since_ms),
		.last_day = period_day(closes_ms - 1),
	};
	if (now_ms >= closes_ms) {
		overdue.kind = OVERDUE_LOST;
		return overdue;
	}
	overdue.days = (int)((closes_ms - 1 - now_ms) / DAY_MS);
	overdue.kind = overdue.days < OVERDUE_DAYS ? OVERDUE_SOON : OVERDUE_NONE;
	return overdue;
}
