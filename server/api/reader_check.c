/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /v1/reader/checks, POST /v1/reader/registrations: one tap of a card. Checked on the net lane
 * (revocation waits for the authority), recorded with its audit row in one transaction, then
 * answered.
 */
#include "server/eligibility/check.h"

#include "server/api/routes.h"

static enum wire_problem check_problem(enum check_outcome outcome)
{
	switch (outcome) {
	case CHECK_NONCE_REFUSED: return PROBLEM_NONCE_REFUSED;
	case CHECK_STAFF_UNKNOWN: return PROBLEM_STAFF_UNKNOWN;
	case CHECK_CERTIFICATE_MALFORMED: return PROBLEM_CERTIFICATE_MALFORMED;
	case CHECK_CERTIFICATE_UNTRUSTED: return PROBLEM_CERTIFICATE_UNTRUSTED;
	case CHECK_CERTIFICATE_EXPIRED: return PROBLEM_CERTIFICATE_EXPIRED;
	case CHECK_CERTIFICATE_REVOKED: return PROBLEM_CERTIFICATE_REVOKED;
	case CHECK_CERTIFICATE_WRONG_USE: return PROBLEM_CERTIFICATE_WRONG_USE;
	case CHECK_REVOCATION_UNAVAILABLE: return PROBLEM_REVOCATION_UNAVAILABLE;
	case CHECK_REVOCATION_UNTRUSTED: return PROBLEM_REVOCATION_UNTRUSTED;
	case CHECK_CERTIFICATE_UNKNOWN: return PROBLEM_CERTIFICATE_UNKNOWN;
	case CHECK_POSSESSION_REFUSED: return PROBLEM_POSSESSION_REFUSED;
	case CHECK_ORGANISATION_REFUSED: return PROBLEM_ORGANISATION_PROOF_REFUSED;
	case CHECK_PERSON_UNKNOWN: return PROBLEM_PERSON_UNKNOWN;
	case CHECK_NOT_REGISTERED: return PROBLEM_CARD_NOT_REGISTERED;
	case CHECK_PROOF_REFUSED: return PROBLEM_DEVICE_PROOF_REFUSED;
	}
	return PROBLEM_INTERNAL;
}

/* base64 of one member; text absent stays absent. */
static int base64_read(struct api_call *call, struct str field, struct str text,
		       struct str *ret_bytes)
{
	if (!text.ptr)
		return 0;
	int r = decode_base64(&call->arena, text, ret_bytes);
	if (r < 0)
		return PASS(r);
	if (r) {
		wire_complain(&call->input.complaints, field, WIRE_REASON_FORMAT);
		return PROBLEM_FIELD_INVALID;
	}
	return 0;
}

static int request_read(struct api_call *call, struct check_request *request)
{
	bool registers = call->name == WIRE_REGISTRATION;
	struct wire_check body;
	int r = wire_check_request_decode(call->request->body,
					  registers ? WIRE_PURPOSE_REGISTRATION
						    : WIRE_PURPOSE_CHECK,
					  &call->input, &body);
	if (r)
		return r < 0 ? PASS(r) : r;
	request->purpose = registers ? CHECK_REGISTRATION : CHECK_CONFIRMATION;
	request->nonce = body.nonce;
	request->method = body.method == WIRE_METHOD_VISUAL ? ELIGIBILITY_VISUAL : ELIGIBILITY_PIN;
	request->staff = body.staff;
	request->organisation_profile = body.organisation_profile;
	r = base64_read(call, STR("certificate"), body.certificate, &request->certificate);
	if (r == 0)
		r = base64_read(call, STR("signature"), body.signature, &request->signature);
	if (r == 0)
		r = base64_read(call, STR("organisation_proof.signature"),
				body.organisation_signature, &request->organisation_signature);
	return r < 0 ? PASS(r) : r;
}

/* The proof must be of the device that the token was given to. */
static int proof_read(struct api_call *call, struct dpop_proof *ret_proof)
{
	int r = request_proof(call, PROOF_OF_TOKEN_AND_BODY, ret_proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!str_equal(str_of(ret_proof->thumbprint), str_of(call->caller.thumbprint)))
		return PROBLEM_DEVICE_PROOF_REFUSED;
	return 0;
}

/* The desk is told what to do about it; the operator needs to know what it is. */
static void unsure_tell(const struct api_call *call, const struct check *check)
{
	if (check->unsure_cause)
		LOG(&call->service->log, revocation_unavailable,
		    log_id("cause", str_of(check->unsure_cause)),
		    log_id("request", str_of(call->request->request_id)));
}

int check_run(struct api_call *call, struct db *db)
{
	struct check_request request = {0};
	int r = request_read(call, &request);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct dpop_proof proof;
	r = proof_read(call, &proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = caller_device_check(call, db);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct check *check = arena_alloc(&call->arena, sizeof *check);
	if (!check)
		return RAISE(ENOMEM);
	call->work = check;
	r = check_verify(&call->service->eligibility, db, &call->arena, &call->caller, &request,
			 &proof, call->now_ms, check);
	if (r)
		return r < 0 ? PASS(r) : (int)check_problem((enum check_outcome)r);
	unsure_tell(call, check);
	return 0;
}

static int confirmation_reply(struct api_call *call, const struct check_confirmation *confirmation)
{
	struct wire_confirmation reply = {
		.confirmed_ms = confirmation->confirmed_ms,
		.reference_number = confirmation->reference,
		.proof = confirmation->evidence.proof,
		.result = confirmation->evidence.body,
	};
	int r = encode_hex(&call->arena, str_bytes(confirmation->id, sizeof confirmation->id),
			   &reply.id);
	if (r)
		return FOLD(r);
	struct str body;
	r = wire_check_reply_encode(reply_arena(call), &reply, &body);
	return r ? PASS(r) : reply_json(call, body);
}

int check_commit_run(struct api_call *call, struct db *db)
{
	const struct check *check = call->work;
	struct check_confirmation confirmation;
	int outcome = check_commit(&call->service->eligibility, db, &call->arena, &call->caller,
				   check, call->now_ms, &confirmation);
	if (outcome < 0)
		return PASS(outcome);
	call->audit.staff = check->request.staff;
	if (outcome)
		return check_problem((enum check_outcome)outcome);
	int r = arena_copy(&call->arena, str_bytes(confirmation.item, sizeof confirmation.item),
			   &call->audit.items);
	return r ? PASS(r) : confirmation_reply(call, &confirmation);
}
