/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Driven by requests: a service that nobody asks has nothing to forget. A turn that fails is logged
 * and simply comes again.
 */
#include "server/api/housekeeping.h"

#include "lib/base/period.h"
#include "server/store/changes.h"
#include "server/store/sessions.h"

int housekeeping_months(struct service *service, int64_t now_ms)
{
	int month = period_month(now_ms);
	for (int i = 0; i < 2; i++) {
		int r = keys_month_make(service->keys, month + i);
		if (r)
			return FOLD(r);
	}
	return 0;
}

static int turn_run(void *ctx, struct db *db)
{
	struct service *service = ctx;
	int64_t now_ms = clock_now_ms(&service->clock);
	int r = housekeeping_months(service, now_ms);
	if (r)
		return PASS(r);
	r = store_changes_purge(db, now_ms - STORE_CHANGES_KEPT_MS);
	if (r)
		return FOLD(r);
	r = store_spent_purge(db, now_ms);
	return r ? FOLD(r) : 0;
}

static void turn_done(void *ctx, int result)
{
	const struct service *service = ctx;
	if (result < 0)
		LOG(&service->log, request_failed, log_id("call", STR("housekeeping")),
		    log_fault(result));
}

void housekeeping_due(struct service *service, int64_t now_ms)
{
	if (now_ms - service->kept_ms < HOUSEKEEPING_MS)
		return;
	struct db_job job = {.run = turn_run, .done = turn_done, .ctx = service};
	int r = db_writer_submit(service->writer, &job);
	if (r == 0)
		service->kept_ms = now_ms;
}
