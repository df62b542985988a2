/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/trail.h"

#include "server/audit/tally.h"

enum { STATUS_NOT_MODIFIED = 304 };

/* What a session has added to the tally, between being taken out and being in the store. */
struct taken {
	size_t count;
	struct tally_call calls[TALLY_SESSION_MAX];
};

static struct str outcome_of(const struct api_call *call, int result)
{
	if (result == 0)
		return call->exchange->reply.status == STATUS_NOT_MODIFIED ? STR("not_modified")
									   : STR("ok");
	enum wire_problem problem =
		result < 0 ? problem_of_fault(result) : (enum wire_problem)result;
	return str_of(wire_problem_row(problem)->code);
}

/* --- a row of its own --- */

static int64_t first_of(int64_t a, int64_t b)
{
	return a ? a : b;
}

static int row_add(struct api_call *call, struct db *db, int answer)
{
	const struct caller *caller = &call->caller;
	const struct audit_entry *entry = &call->audit;
	const struct store_audit row = {
		.at_ms = call->now_ms,
		.facility_no = first_of(caller->facility_no, entry->facility_no),
		.account_no = first_of(caller->account_no, entry->account_no),
		.device_no = first_of(caller->device_no, entry->device_no),
		.staff = entry->staff,
		.call = str_of(wire_call_row(call->name)->operation),
		.outcome = outcome_of(call, answer),
		.request_id = str_of(call->request->request_id),
		.n = (int64_t)(entry->items.len / AUDIT_ITEM_BYTES),
		.items = entry->items,
	};
	int r = audit_add(db, &row);
	return r ? PASS(r) : 0;
}

/* Taken once, however often the transaction is tried. */
static int session_take(struct api_call *call)
{
	if (call->taken)
		return 0;
	struct taken *taken = arena_alloc(&call->arena, sizeof *taken);
	if (!taken)
		return RAISE(ENOMEM);
	taken->count = tally_take_session(call->service->tally, call->caller.session_id,
					  taken->calls, TALLY_SESSION_MAX);
	call->taken = taken;
	return 0;
}

/* What a session counted stands before what ended it. */
static int session_write(struct api_call *call, struct db *db)
{
	int r = session_take(call);
	for (size_t i = 0; r == 0 && i < call->taken->count; i++)
		r = tally_write(db, &call->taken->calls[i]);
	return r ? PASS(r) : 0;
}

int trail_commit(struct api_call *call, struct db *db, int answer)
{
	int r = call->session_changed ? session_write(call, db) : 0;
	if (r == 0)
		r = row_add(call, db, answer);
	return r ? PASS(r) : 0;
}

void trail_settle(struct api_call *call, int result)
{
	call->has_row = result >= 0;
	for (size_t i = 0; result < 0 && call->taken && i < call->taken->count; i++)
		/* Where there is no room the tally was full of others, and they were refused. */
		if (tally_add(call->service->tally, &call->taken->calls[i]))
			LOG(&call->service->log, audit_lost,
			    log_int("calls", call->taken->calls[i].calls));
}

/* --- counted --- */

static bool is_counted(const struct api_call *call)
{
	/* Nor what tells nothing of anybody, however often a watch asks for it. */
	return !call->has_row && call->route && call->name != WIRE_READY &&
	       wire_call_row(call->name)->lane != WIRE_LANE_LOOP;
}

static int call_count(const struct api_call *call, int result)
{
	const struct caller *caller = &call->caller;
	struct tally_call counted = {
		.facility_no = caller->facility_no,
		.account_no = caller->account_no,
		.device_no = caller->device_no,
		.call = str_of(wire_call_row(call->name)->operation),
		.outcome = outcome_of(call, result),
		.at_ms = call->now_ms,
		.ends_ms = caller->until_ms,
		.calls = 1,
	};
	memcpy(counted.session, caller->session_id, sizeof counted.session);
	memcpy(counted.request_id, call->request->request_id, sizeof counted.request_id);
	return tally_add(call->service->tally, &counted);
}

int trail_finish(struct api_call *call, int result)
{
	if (!is_counted(call))
		return result;
	struct tally *tally = call->service->tally;
	if (result == 0 && !tally_is_open(tally))
		result = RAISE(EIO);
	if (call_count(call, result) && result == 0)
		result = RAISE(EBUSY);
	return result;
}

bool trail_wants_row(const struct api_call *call)
{
	return call->route->commit && call->caller.account_no;
}
