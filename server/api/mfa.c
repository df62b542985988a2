/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/mfa: challenge and passcode → tokens. */
#include "server/auth/mfa.h"

#include "server/api/routes.h"
#include "server/api/temporary.h"
#include "server/api/tokens.h"

/* Without the account's own device nobody learns which cause it was. */
static int mfa_problem(const struct mfa *mfa, int r)
{
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	if (!mfa->told)
		return PROBLEM_PASSCODE_REFUSED;
	switch ((enum mfa_outcome)r) {
	case MFA_CHALLENGE_REFUSED: return PROBLEM_CHALLENGE_EXPIRED;
	case MFA_AUTHENTICATOR_ABSENT: return PROBLEM_AUTHENTICATOR_ABSENT;
	case MFA_PASSCODE_WRONG: return PROBLEM_PASSCODE_REFUSED;
	case MFA_PASSCODE_DRIFTED: return PROBLEM_PASSCODE_DRIFTED;
	case MFA_PASSCODE_REUSED: return PROBLEM_PASSCODE_REUSED;
	case MFA_CLOSED: return PROBLEM_ACCOUNT_LOCKED;
	case MFA_PROOF: return PROBLEM_DEVICE_PROOF_REFUSED;
	}
	return RAISE(ENOTRECOVERABLE);
}

int mfa_run(struct api_call *call, struct db *db)
{
	struct wire_mfa body;
	int r = wire_mfa_request_decode(call->request->body, &call->input, &body);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct mfa_request request = {.challenge = body.challenge, .passcode = body.passcode};
	r = request_proof_optional(call, &request.proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct mfa *mfa = arena_alloc(&call->arena, sizeof *mfa);
	if (!mfa)
		return RAISE(ENOMEM);
	call->work = mfa;
	r = mfa_check(&call->service->auth, db, &call->arena, &request, call->now_ms, mfa);
	return mfa_problem(mfa, r);
}

int mfa_commit_run(struct api_call *call, struct db *db)
{
	struct mfa *mfa = call->work;
	call->audit.facility_no = mfa->challenge.facility_no;
	call->audit.account_no = mfa->challenge.account_no;
	call->audit.device_no = mfa->challenge.device_no;
	int outcome = mfa_commit(db, mfa, call->now_ms);
	if (outcome == MFA_PASSCODE_REUSED)
		alarm_inbox_put(call->service->alarms, ALARM_PASSCODE_REPLAYED,
				mfa->challenge.facility_no, mfa->challenge.account_no);
	int r = mfa_problem(mfa, outcome);
	if (r == PROBLEM_ACCOUNT_LOCKED)
		call->retry_after_s = retry_after_s(mfa->wait_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = temporary_session_opened(call, db, mfa);
	if (r)
		return PASS(r);
	const struct tokens_reply reply = {
		.tokens = &mfa->tokens,
		.kind = mfa->kind,
		.facility_name = mfa->facility.name,
		.device_id = mfa->device_id,
		.client = mfa->session.client,
	};
	return reply_tokens(call, &reply);
}
