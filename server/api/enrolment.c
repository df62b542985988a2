/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/enrolment and /v1/enrolment/confirm: taking over an authenticator's seed. */
#include "server/auth/enrolment.h"

#include "server/api/routes.h"

int enrolment_begin_run(struct api_call *call, struct db *db)
{
	struct str code, body;
	int r = wire_enrolment_request_decode(call->request->body, &call->input, &code);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct enrolment *enrolment = arena_alloc(&call->arena, sizeof *enrolment);
	if (!enrolment)
		return RAISE(ENOMEM);
	call->work = enrolment;
	r = enrolment_show(&call->service->auth, db, &call->arena, code, call->now_ms, enrolment);
	if (r)
		return r < 0 ? PASS(r) : PROBLEM_ENROLMENT_REFUSED;
	struct wire_enrolment reply = {
		.login_id = enrolment->account.login_id,
		.facility_name = enrolment->facility.name,
		.secret = enrolment->secret,
		.otpauth_uri = enrolment->uri,
	};
	r = wire_enrolment_reply_encode(reply_arena(call), &reply, &body);
	return r ? PASS(r) : reply_json(call, body);
}

/* A seed is shown only after its row in the audit trail. */
int enrolment_begin_commit(struct api_call *call, struct db *db)
{
	(void)db;
	const struct enrolment *enrolment = call->work;
	call->audit.account_no = enrolment->account.no;
	call->audit.facility_no = enrolment->account.facility_no;
	return 0;
}

int enrolment_confirm_run(struct api_call *call, struct db *db)
{
	(void)db;
	struct wire_enrolment_confirm body;
	int r = wire_enrolment_confirm_request_decode(call->request->body, &call->input, &body);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct enrolment_confirm *confirm = arena_alloc(&call->arena, sizeof *confirm);
	if (!confirm)
		return RAISE(ENOMEM);
	*confirm = (struct enrolment_confirm){
		.code = body.code,
		.passcodes = {body.passcode_1, body.passcode_2},
	};
	call->work = confirm;
	return 0;
}

int enrolment_confirm_commit(struct api_call *call, struct db *db)
{
	struct enrolment_confirm *confirm = call->work;
	int r = enrolment_confirm(&call->service->auth, db, &call->arena, confirm, call->now_ms);
	call->audit.account_no = confirm->account_no;
	call->audit.facility_no = confirm->facility_no;
	if (r <= 0)
		return r < 0 ? PASS(r) : reply_empty(call);
	switch ((enum enrolment_outcome)r) {
	case ENROLMENT_REFUSED: return PROBLEM_ENROLMENT_REFUSED;
	case ENROLMENT_CODES: return PROBLEM_ENROLMENT_CODES_REFUSED;
	}
	return RAISE(ENOTRECOVERABLE);
}
