/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What disappears at the service before this desk has received it. Results can be received until
 * 翌月末; a desk that was without network for long is told three days before, and told honestly
 * afterwards.
 */
#pragma once

#include <stdint.h>

enum { OVERDUE_DAYS = 3 };

enum overdue_kind {
	OVERDUE_NONE,
	OVERDUE_SOON, /* something disappears in the next three days */
	OVERDUE_LOST, /* something may have disappeared */
};

struct overdue {
	enum overdue_kind kind;
	int since;    /* the first day, yyyymmdd, whose results may be missing here */
	int last_day; /* the last day on which they can be received, or could */
	int days;     /* SOON: whole days left, 0 on the last_day */
};

/*
 * received_ms: when all there was had been received; 0: never - then nothing is known to be lost.
 */
struct overdue overdue_of(int64_t received_ms, int64_t now_ms);
