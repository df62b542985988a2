/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/reader/nonces: what the card is to sign for one tap. */
#include "server/api/routes.h"
#include "server/eligibility/check.h"
#include "server/register/staff.h"

static int nonce_reply(struct api_call *call, const struct wire_nonce_request *request)
{
	const struct eligibility *eligibility = &call->service->eligibility;
	const struct check_nonce asked = {
		.purpose = request->purpose == WIRE_PURPOSE_REGISTRATION ? CHECK_REGISTRATION
									 : CHECK_CONFIRMATION,
		.method = request->method == WIRE_METHOD_VISUAL ? ELIGIBILITY_VISUAL
								: ELIGIBILITY_PIN,
		.staff = request->staff,
	};
	struct wire_nonce nonce = {
		.origin = eligibility->origin,
		.expires_in_s = CHECK_NONCE_MS / 1000,
	};
	int r = check_nonce_issue(eligibility, &call->arena, &call->caller, &asked, call->now_ms,
				  &nonce.nonce);
	if (r)
		return PASS(r);
	struct str body;
	r = wire_nonce_reply_encode(reply_arena(call), &nonce, &body);
	return r ? PASS(r) : reply_json(call, body);
}

int nonce_run(struct api_call *call, struct db *db)
{
	struct wire_nonce_request request;
	int r = wire_nonce_request_decode(call->request->body, &call->input, &request);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = caller_device_check(call, db);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = staff_check(db, &call->arena, call->caller.facility_no, request.staff);
	if (r)
		return r < 0 ? PASS(r) : PROBLEM_STAFF_UNKNOWN;
	return nonce_reply(call, &request);
}
