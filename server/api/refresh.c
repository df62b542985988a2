/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/refresh: handle, login id and password → new tokens. */
#include "server/api/client.h"
#include "server/api/routes.h"
#include "server/api/tokens.h"

struct refresh_work {
	struct session_refresh request;
	struct dpop_proof proof;
};

/* A proof is needed by a device's session only; a wrong one is refused in any case. */
static int proof_read(struct api_call *call, struct refresh_work *work)
{
	work->request.thumbprint = work->proof.thumbprint;
	if (!call->request->dpop.ptr)
		return 0;
	return request_proof(call, PROOF_OF_REQUEST, &work->proof);
}

int refresh_run(struct api_call *call, struct db *db)
{
	(void)db;
	struct wire_refresh request;
	int r = wire_refresh_request_decode(call->request->body, &call->input, &request);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct refresh_work *work = arena_alloc(&call->arena, sizeof *work);
	if (!work)
		return RAISE(ENOMEM);
	call->work = work;
	work->request.handle = request.refresh_handle;
	work->request.login_id = request.login_id;
	work->request.password = request.password;
	r = request_idempotency_key(call, &work->request.idempotency_key);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = proof_read(call, work);
	return r < 0 ? PASS(r) : r;
}

static int refresh_problem(int r)
{
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	switch ((enum session_outcome)r) {
	case SESSION_REPLAYED: /* who replays it is not told more than who is late */
	case SESSION_ENDED: return PROBLEM_SESSION_ENDED;
	case SESSION_PASSWORD: return PROBLEM_CREDENTIALS_REFUSED;
	case SESSION_DEVICE: return PROBLEM_DEVICE_PROOF_REFUSED;
	}
	return RAISE(ENOTRECOVERABLE);
}

/* Somebody has what was another's: the operator wants to know whose. */
static void replay_tell(const struct api_call *call, const struct caller *caller)
{
	LOG(&call->service->log, refresh_replayed, log_int("facility", caller->facility_no),
	    log_int("account", caller->account_no), log_int("device", caller->device_no),
	    log_id("request", str_of(call->request->request_id)));
	alarm_inbox_put(call->service->alarms, ALARM_HANDLE_REPLAYED, caller->facility_no,
			caller->account_no);
}

int refresh_commit(struct api_call *call, struct db *db)
{
	const struct refresh_work *work = call->work;
	if (work->proof.until_ms) {
		int r = dpop_spend(db, &work->proof);
		if (r)
			return r < 0 ? PASS(r) : PROBLEM_DEVICE_PROOF_REFUSED;
	}
	struct session_refreshed refreshed;
	int r = session_refresh(&call->service->auth, db, &call->arena, &work->request,
				call->now_ms, &refreshed);
	if (r == SESSION_REPLAYED)
		replay_tell(call, &refreshed.caller);
	r = refresh_problem(r);
	if (r < 0)
		return PASS(r);
	call->caller = refreshed.caller;
	call->session_changed = r > 0;
	if (r)
		return r;
	if (client_is_refused(call, refreshed.client))
		return PROBLEM_CLIENT_REFUSED;
	const struct tokens_reply reply = {
		.tokens = &refreshed.tokens,
		.kind = refreshed.caller.kind,
		.facility_name = refreshed.facility_name,
		.device_id = refreshed.device_id,
		.client = refreshed.client,
	};
	return reply_tokens(call, &reply);
}
