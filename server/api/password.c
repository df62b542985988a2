/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/password: old and new password → new tokens; every other session ends. */
#include "server/api/routes.h"
#include "server/api/tokens.h"
#include "server/auth/password_change.h"

int password_run(struct api_call *call, struct db *db)
{
	struct wire_password_change body;
	int r = wire_password_change_request_decode(call->request->body, &call->input, &body);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct password_change *change = arena_alloc(&call->arena, sizeof *change);
	if (!change)
		return RAISE(ENOMEM);
	call->work = change;
	const struct password_change_request request = {body.old_password, body.new_password};
	r = password_change_check(&call->service->auth, db, &call->arena, &call->caller, &request,
				  call->now_ms, change);
	return r < 0 ? PASS(r) : r ? PROBLEM_SESSION_ENDED : 0;
}

/* One reason a line, of the field that holds the new password. */
static void flaws_complain(struct api_call *call, unsigned flaws)
{
	static const struct {
		enum password_flaw flaw;
		enum wire_reason reason;
	} rows[] = {
		{PASSWORD_TOO_SHORT, WIRE_REASON_TOO_SHORT},
		{PASSWORD_TOO_LONG, WIRE_REASON_TOO_LONG},
		{PASSWORD_UNREADABLE, WIRE_REASON_CONTROL},
		{PASSWORD_FEW_KINDS, WIRE_REASON_FEW_KINDS},
		{PASSWORD_COMMON, WIRE_REASON_COMMON},
		{PASSWORD_CONTEXT, WIRE_REASON_CONTEXT},
		{PASSWORD_USED, WIRE_REASON_USED},
		{PASSWORD_SHARED, WIRE_REASON_SHARED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (flaws & rows[i].flaw)
			wire_complain(&call->input.complaints, STR("new_password"), rows[i].reason);
}

static int change_problem(struct api_call *call, unsigned flaws, int r)
{
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	switch ((enum password_change_outcome)r) {
	case PASSWORD_CHANGE_ENDED: return PROBLEM_SESSION_ENDED;
	case PASSWORD_CHANGE_CLOSED: return PROBLEM_ACCOUNT_LOCKED;
	case PASSWORD_CHANGE_WRONG: return PROBLEM_PASSWORD_WRONG;
	case PASSWORD_CHANGE_UNFIT: flaws_complain(call, flaws); return PROBLEM_FIELD_INVALID;
	}
	return RAISE(ENOTRECOVERABLE);
}

int password_commit(struct api_call *call, struct db *db)
{
	const struct password_change *change = call->work;
	int r = change_problem(call, change->flaws,
			       password_change_commit(db, &call->arena, &call->caller, change,
						      call->now_ms));
	if (r)
		return r < 0 ? PASS(r) : r;
	call->session_changed = true; /* its old token; the new ones are known by the store */
	const struct tokens_reply reply = {
		.tokens = &change->tokens,
		.kind = change->account.kind,
		.facility_name = change->facility_name,
		.device_id = change->device.id,
		.client = change->session.client,
	};
	return reply_tokens(call, &reply);
}
