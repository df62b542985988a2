/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/login: facility code, login id, password → challenge. On the hash lane. */
#include "lib/record/insurer.h"
#include "server/api/client.h"
#include "server/api/routes.h"
#include "server/api/temporary.h"
#include "server/auth/login.h"

/* As the register spells it; what cannot be a code stays as it is, and fits no facility. */
static int facility_code_read(struct api_call *call, struct str typed, struct str *ret_code)
{
	*ret_code = typed;
	int r = facility_code_fold(&call->arena, typed, ret_code);
	return r < 0 ? PASS(r) : 0;
}

static int request_read(struct api_call *call, struct login_request *request)
{
	struct wire_login login;
	int r = wire_login_request_decode(call->request->body, &call->input, &login);
	if (r)
		return r < 0 ? PASS(r) : r;
	request->claim.login_id = login.login_id;
	request->claim.kind = ACCOUNT_RECEIPT;
	request->claim.password = login.password;
	r = facility_code_read(call, login.facility_code, &request->claim.facility_code);
	if (r)
		return PASS(r);
	r = client_admit(call, &login.client, &request->client);
	return r < 0 ? PASS(r) : r;
}

int login_run(struct api_call *call, struct db *db)
{
	struct login_request request = {0};
	int r = request_read(call, &request);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = request_proof_optional(call, &request.proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	/* Whoever it is: nothing was looked up. A key not registered yet may go on, to be so. */
	if (!request.proof && call->service->config->clients.allow_bare == CONFIG_BARE_REFUSED)
		return PROBLEM_DEVICE_REQUIRED;
	struct login *login = arena_alloc(&call->arena, sizeof *login);
	if (!login)
		return RAISE(ENOMEM);
	call->work = login;
	r = login_check(&call->service->auth, db, &call->arena, &request, call->now_ms, login);
	return r ? PASS(r) : 0;
}

/* Without the account's own device nobody learns which cause it was. */
static int login_problem(const struct login *login, int r)
{
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	switch ((enum login_outcome)r) {
	case LOGIN_REFUSED: return PROBLEM_CREDENTIALS_REFUSED;
	case LOGIN_CLOSED:
		return login->device_no ? PROBLEM_ACCOUNT_LOCKED : PROBLEM_CREDENTIALS_REFUSED;
	case LOGIN_PROOF: return PROBLEM_DEVICE_PROOF_REFUSED;
	}
	return RAISE(ENOTRECOVERABLE);
}

int login_commit_run(struct api_call *call, struct db *db)
{
	struct login *login = call->work;
	call->audit.facility_no = login->facility_no;
	call->audit.account_no = login->account_no;
	call->audit.device_no = login->device_no;
	int r = login_problem(login, login_commit(db, login, call->now_ms));
	if (r == PROBLEM_ACCOUNT_LOCKED)
		call->retry_after_s = retry_after_s(login->wait_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = temporary_code_send(call, db, login);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct wire_challenge challenge = {
		.challenge = login->challenge,
		.expires_in_s = (login->challenge_until_ms - call->now_ms) / 1000,
		.passcode =
			login->facility.no ? WIRE_PASSCODE_BY_MAIL : WIRE_PASSCODE_AUTHENTICATOR,
	};
	struct str body;
	r = wire_login_reply_encode(reply_arena(call), &challenge, &body);
	return r ? PASS(r) : reply_json(call, body);
}
