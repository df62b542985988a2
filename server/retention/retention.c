/* SPDX-License-Identifier: Apache-2.0 */
#include "server/retention/retention.h"

#include "lib/base/period.h"

int retention_due(struct db *db, int64_t now_ms, struct retention_due *ret_due)
{
	struct retention_due due = {0};
	int month_open = period_month(period_opens_ms(now_ms));
	int r = store_results_months(db, month_open, due.months, RETENTION_MONTHS_MAX, &due.count);
	if (r)
		return FOLD(r);
	*ret_due = due;
	return 0;
}
