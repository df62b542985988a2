/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/reader/activate: password, activation code and a key's proof → a registered device. */
#include "server/auth/device.h"

#include "server/api/client.h"
#include "server/api/device.h"
#include "server/api/routes.h"

int device_problem(int r)
{
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	switch ((enum device_outcome)r) {
	case DEVICE_CREDENTIALS: return PROBLEM_CREDENTIALS_REFUSED;
	case DEVICE_CODE: return PROBLEM_ACTIVATION_REFUSED;
	case DEVICE_UNKNOWN: return PROBLEM_DEVICE_UNKNOWN;
	case DEVICE_PROOF: return PROBLEM_DEVICE_PROOF_REFUSED;
	case DEVICE_CLOSED: return PROBLEM_ACCOUNT_LOCKED;
	}
	return RAISE(ENOTRECOVERABLE);
}

/* One reply for a wrong password, a wrong code and too many guesses: none can be tried alone. */
static int refusal_of(int r)
{
	return r == DEVICE_CREDENTIALS || r == DEVICE_CLOSED ? PROBLEM_ACTIVATION_REFUSED
							     : device_problem(r);
}

int activate_run(struct api_call *call, struct db *db)
{
	struct wire_activation body;
	int r = wire_activate_request_decode(call->request->body, &call->input, &body);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct str client;
	r = client_admit(call, &body.client, &client);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct dpop_proof proof;
	r = request_proof(call, PROOF_OF_REQUEST, &proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct device_activation activation = {
		.login_id = body.login_id,
		.password = body.password,
		.code = body.activation_code,
		.name = body.device_name,
		.platform = wire_platform_name(body.platform),
	};
	struct device_activated *activated = arena_alloc(&call->arena, sizeof *activated);
	if (!activated)
		return RAISE(ENOMEM);
	call->work = activated;
	r = device_activate_check(&call->service->auth, db, &call->arena, &activation, &proof,
				  call->now_ms, activated);
	return refusal_of(r);
}

int activate_commit(struct api_call *call, struct db *db)
{
	const struct device_activated *activated = call->work;
	call->audit.facility_no = activated->device.facility_no;
	call->audit.account_no = activated->device.account_no;
	int r = refusal_of(
		device_activate_commit(&call->service->auth, db, activated, call->now_ms));
	if (r)
		return r < 0 ? PASS(r) : r;
	r = device_tell(call, db, activated->device.facility_no, activated->device.account_no);
	if (r)
		return PASS(r);
	struct wire_device device = {
		.facility_code = activated->facility.code,
		.facility_name = activated->facility.name,
	};
	r = encode_hex(&call->arena, str_bytes(activated->id, sizeof activated->id),
		       &device.device_id);
	if (r)
		return FOLD(r);
	struct str body;
	r = wire_activate_reply_encode(reply_arena(call), &device, &body);
	return r ? PASS(r) : reply_json(call, body);
}
