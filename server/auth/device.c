/* SPDX-License-Identifier: Apache-2.0 */
/* Checks on a read connection first; the writes then decide what was used before. */
#include "server/auth/device.h"

#include "server/auth/code.h"

int device_activate_check(const struct auth *auth, struct db *db, struct arena *arena,
			  const struct device_activation *activation,
			  const struct dpop_proof *proof, int64_t now_ms,
			  struct device_activated *ret_activated)
{
	struct password_claim claim = {
		.login_id = activation->login_id,
		.kind = ACCOUNT_READER,
		.password = activation->password,
	};
	struct password_answer answer;
	int r = password_check(auth, db, arena, &claim, &answer);
	if (r)
		return PASS(r);
	const struct store_account *account = &answer.account;
	struct store_code code;
	r = code_find(auth, db, STORE_CODE_ACTIVATION, activation->code, now_ms, &code);
	if (r < 0)
		return PASS(r);
	if (r || !account->no || code.account_no != account->no)
		return DEVICE_CODE;
	struct device_activated *activated = ret_activated;
	*activated = (struct device_activated){
		.code = activation->code,
		.facility = answer.facility,
		.proof = *proof,
		.lane = {account->no, LANE_ACTIVATION},
		.right = answer.right,
	};
	random_bytes(activated->id, sizeof activated->id);
	activated->device = (struct store_device){
		.id = str_bytes(activated->id, sizeof activated->id),
		.facility_no = account->facility_no,
		.account_no = account->no,
		.thumbprint = str_of(activated->proof.thumbprint),
		.platform = activation->platform,
		.name = activation->name,
	};
	return 0;
}

static int proof_spend(struct db *db, const struct dpop_proof *proof)
{
	int r = dpop_spend(db, proof);
	if (r < 0)
		return PASS(r);
	return r ? DEVICE_PROOF : 0;
}

int device_activate_commit(const struct auth *auth, struct db *db,
			   const struct device_activated *activated, int64_t now_ms)
{
	int r = proof_spend(db, &activated->proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = lane_attempt(db, &activated->lane,
			 activated->right ? STORE_LANE_PASSED : STORE_LANE_FAILED, now_ms, NULL);
	if (r)
		return r < 0 ? PASS(r) : DEVICE_CLOSED;
	if (!activated->right)
		return DEVICE_CREDENTIALS;
	r = code_spend(auth, db, STORE_CODE_ACTIVATION, activated->code, now_ms);
	if (r)
		return r < 0 ? PASS(r) : DEVICE_CODE;
	int64_t device_no;
	r = store_device_add(db, &activated->device, &device_no);
	if (r < 0)
		return PASS(r);
	return r ? DEVICE_CODE : 0;
}

static int session_prepare(const struct auth *auth, struct arena *arena,
			   const struct store_device *device, const struct store_account *account,
			   struct str password, struct device_login *login)
{
	random_bytes(login->family, sizeof login->family);
	struct str family = str_bytes(login->family, sizeof login->family);
	int key_n = keys_token_number(auth->keys);
	struct session_binding binding = {account->no, account->facility_no, device->thumbprint,
					  password};
	int r = session_verifier(auth, key_n, family, &binding, login->verifier);
	if (r)
		return FOLD(r);
	login->session.id = family;
	login->session.facility_no = account->facility_no;
	login->session.account_no = account->no;
	login->session.device_no = device->no;
	login->device_id = device->id;
	login->session.thumbprint = device->thumbprint;
	login->session.key_n = key_n;
	login->session.verifier = str_bytes(login->verifier, sizeof login->verifier);
	login->session.epoch = account->epoch;
	r = session_tokens_issue(auth, arena, &login->session, account->kind, &login->tokens);
	return r ? PASS(r) : 0;
}

/* Only the account's own device hears about the password. */
static int login_judge(struct db *db, struct arena *arena, const struct password_claim *claim,
		       const struct password_answer *answer, struct device_login *login,
		       struct store_device *device)
{
	int r = store_device_find(db, arena, str_of(login->proof.thumbprint), device);
	if (r < 0)
		return PASS(r);
	const struct store_account *account = &answer->account;
	bool own = r == 0 && device->active && account->no && device->account_no == account->no;
	login->account_no = account->no;
	login->facility_no = account->facility_no;
	login->verdict = answer->right ? 0 : DEVICE_CREDENTIALS;
	if (!own)
		login->verdict = DEVICE_UNKNOWN;
	r = lane_of(account->no, claim->login_id, own ? device->no : 0, &login->lane);
	return r ? PASS(r) : 0;
}

int device_login_check(const struct auth *auth, struct db *db, struct arena *arena,
		       const struct password_claim *claim, struct str client,
		       const struct dpop_proof *proof, int64_t now_ms,
		       struct device_login *ret_login)
{
	struct password_answer answer;
	struct store_device device = {0};
	int r = password_check(auth, db, arena, claim, &answer);
	if (r)
		return PASS(r);
	*ret_login = (struct device_login){
		.proof = *proof,
		.session = {.client = client,
			    .rotated_ms = now_ms,
			    .ends_ms = now_ms + AUTH_SESSION_MS},
		.facility_name = answer.facility.name,
	};
	r = login_judge(db, arena, claim, &answer, ret_login, &device);
	if (r || ret_login->verdict)
		return r ? PASS(r) : 0;
	r = password_renewal_make(auth, arena, claim, &answer, &ret_login->renewal);
	if (r)
		return PASS(r);
	return session_prepare(auth, arena, &device, &answer.account, claim->password, ret_login);
}

int device_login_commit(struct db *db, struct device_login *login, int64_t now_ms)
{
	int r = proof_spend(db, &login->proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	/* Password and proof in one step: a success is the whole login. */
	r = lane_attempt(db, &login->lane, login->verdict ? STORE_LANE_FAILED : STORE_LANE_PASSED,
			 now_ms, &login->wait_ms);
	if (r < 0)
		return PASS(r);
	if (r && login->verdict != DEVICE_UNKNOWN)
		return DEVICE_CLOSED;
	if (login->verdict)
		return login->verdict;
	r = password_renewal_write(db, &login->renewal);
	if (r == 0)
		r = store_session_add(db, &login->session);
	return r ? FOLD(r) : 0;
}
