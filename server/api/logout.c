/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/logout: the session ends, and with it every token of it. */
#include "server/api/routes.h"

int logout_run(struct api_call *call, struct db *db)
{
	(void)db;
	int r = wire_logout_request_decode(call->request->body, &call->input);
	return r < 0 ? PASS(r) : r;
}

int logout_commit(struct api_call *call, struct db *db)
{
	struct str id = str_bytes(call->caller.session_id, sizeof call->caller.session_id);
	int r = store_session_end(db, id, call->now_ms);
	if (r < 0)
		return PASS(r);
	call->session_changed = true;
	return r ? PROBLEM_SESSION_ENDED : reply_empty(call);
}
