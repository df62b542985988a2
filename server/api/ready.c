/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/ready: would a call be served now? For whoever sends requests here or elsewhere (a load
 * balancer, the operator's watch): the store answers, this month's key is there, the changes of
 * other processes are read, the clock is believed. Health only says that the process lives.
 */
#include "lib/base/period.h"
#include "server/api/routes.h"
#include "server/store/changes.h"

static int month_key_check(struct api_call *call)
{
	struct str sealed;
	int month = period_month(call->now_ms);
	int r = keys_seal_month(call->service->keys, &call->arena, month, STR("ready"), STR(""),
				&sealed);
	if (r < 0)
		return PASS(r);
	return r ? PROBLEM_MONTH_KEY_ABSENT : 0;
}

int ready_run(struct api_call *call, struct db *db)
{
	int64_t no;
	struct str body;
	if (!tail_is_fresh(call->service->tail))
		return PROBLEM_CHANGES_UNREAD;
	if (!clock_guard_agrees(&call->service->clock_guard))
		return PROBLEM_CLOCK_UNTRUSTED;
	int r = month_key_check(call);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = store_change_last(db, &no);
	if (r)
		return FOLD(r);
	r = wire_ready_reply_encode(reply_arena(call), &body);
	return r ? PASS(r) : reply_json(call, body);
}
