/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/login: facility code, login id, password → challenge. On the hash lane. */
#include "lib/record/insurer.h"
#include "server/api/routes.h"
#include "server/auth/login.h"

/* As the register spells it; what cannot be a code stays as it is, and fits no facility. */
static int facility_code_read(struct api_call *call, struct str typed, struct str *ret_code)
{
	*ret_code = typed;
	int r = facility_code_fold(&call->arena, typed, ret_code);
	return r < 0 ? PASS(r) : 0;
}

int login_run(struct api_call *call, struct db *db)
{
	struct wire_login login;
	int r = wire_login_request_decode(call->request->body, &call->input, &login);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct password_claim claim = {
		.login_id = login.login_id,
		.kind = ACCOUNT_RECEIPT,
		.password = login.password,
	};
	r = facility_code_read(call, login.facility_code, &claim.facility_code);
	if (r)
		return PASS(r);
	struct str client, body;
	r = client_text(call, &login.client, &client);
	if (r)
		return PASS(r);
	struct wire_challenge challenge = {.expires_in_s = AUTH_CHALLENGE_MS / 1000};
	r = login_check(&call->service->auth, db, &call->arena, &claim, client, call->now_ms,
			&challenge.challenge);
	if (r)
		return r < 0 ? PASS(r) : PROBLEM_CREDENTIALS_REFUSED;
	r = wire_login_reply_encode(reply_arena(call), &challenge, &body);
	return r ? PASS(r) : reply_json(call, body);
}
