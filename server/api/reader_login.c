/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/reader/login: password and the registered device's proof → tokens of a W account. */
#include "server/api/client.h"
#include "server/api/device.h"
#include "server/api/routes.h"
#include "server/api/tokens.h"
#include "server/auth/device.h"

int reader_login_run(struct api_call *call, struct db *db)
{
	struct wire_login body;
	int r = wire_reader_login_request_decode(call->request->body, &call->input, &body);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct dpop_proof proof;
	r = request_proof(call, PROOF_OF_REQUEST, &proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct str client;
	r = client_admit(call, &body.client, &client);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct password_claim claim = {
		.login_id = body.login_id,
		.kind = ACCOUNT_READER,
		.password = body.password,
	};
	struct device_login *login = arena_alloc(&call->arena, sizeof *login);
	if (!login)
		return RAISE(ENOMEM);
	call->work = login;
	return device_problem(device_login_check(&call->service->auth, db, &call->arena, &claim,
						 client, &proof, call->now_ms, login));
}

int reader_login_commit(struct api_call *call, struct db *db)
{
	struct device_login *login = call->work;
	call->audit.facility_no = login->facility_no;
	call->audit.account_no = login->account_no;
	call->audit.device_no = login->session.device_no;
	int r = device_problem(device_login_commit(db, login, call->now_ms));
	if (r == PROBLEM_ACCOUNT_LOCKED)
		call->retry_after_s = retry_after_s(login->wait_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct tokens_reply reply = {
		.tokens = &login->tokens,
		.kind = ACCOUNT_READER,
		.facility_name = login->facility_name,
		.device_id = login->device_id,
		.client = login->session.client,
	};
	return reply_tokens(call, &reply);
}
