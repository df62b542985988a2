/* SPDX-License-Identifier: Apache-2.0 */
/* Challenges: written here, read by mfa.c. */
#include "server/auth/login.h"

#include "server/auth/mail_code.h"
#include "server/auth/session.h"
#include "server/auth/ticket.h"

/* Cut at a code point's start. */
static struct str client_cut(struct str client)
{
	if (client.len <= LOGIN_CLIENT_BYTES_MAX)
		return client;
	client.len = LOGIN_CLIENT_BYTES_MAX;
	while (client.len && ((unsigned char)client.ptr[client.len] & 0xc0) == 0x80)
		client.len--;
	return client;
}

static int challenge_write(const struct auth *auth, struct arena *arena,
			   const struct challenge *challenge, struct str *ret_text)
{
	struct ticket ticket = {0};
	ticket_put_number(&ticket, challenge->until_ms);
	ticket_put_number(&ticket, challenge->account_no);
	ticket_put_number(&ticket, challenge->facility_no);
	ticket_put_number(&ticket, challenge->epoch);
	ticket_put_number(&ticket, challenge->device_no);
	ticket_put_text(&ticket, challenge->thumbprint);
	ticket_put_bytes(&ticket, challenge->family.ptr, challenge->family.len);
	ticket_put_number(&ticket, challenge->key_n);
	ticket_put_bytes(&ticket, challenge->verifier.ptr, challenge->verifier.len);
	ticket_put_text(&ticket, challenge->client);
	int r = ticket_write(auth->keys, KEYS_TOKEN_CHALLENGE, &ticket, arena, ret_text);
	return r ? PASS(r) : 0;
}

static int challenge_make(const struct auth *auth, struct arena *arena,
			  const struct login_request *request, const struct store_account *account,
			  struct login *login)
{
	unsigned char family[STORE_ID_BYTES], verifier[KEYS_MAC_BYTES];
	random_bytes(family, sizeof family);
	int key_n = keys_token_number(auth->keys);
	struct str thumbprint = {0};
	if (request->proof)
		thumbprint = str_of(request->proof->thumbprint);
	struct session_binding binding = {account->no, account->facility_no, thumbprint,
					  request->claim.password};
	int r = session_verifier(auth, key_n, str_bytes(family, sizeof family), &binding, verifier);
	if (r)
		return FOLD(r);
	struct challenge challenge = {
		.until_ms = login->challenge_until_ms,
		.account_no = account->no,
		.facility_no = account->facility_no,
		.epoch = account->epoch,
		.device_no = login->device_no,
		.thumbprint = thumbprint,
		.family = str_bytes(family, sizeof family),
		.key_n = key_n,
		.verifier = str_bytes(verifier, sizeof verifier),
		.client = client_cut(request->client),
	};
	r = challenge_write(auth, arena, &challenge, &login->challenge);
	if (r == 0 && account->kind == ACCOUNT_MAIL)
		r = mail_code_make(auth, key_n, challenge.family, &login->code);
	return r ? FOLD(r) : 0;
}

/* A right login's way on. */
static int login_pass(const struct auth *auth, struct arena *arena,
		      const struct login_request *request, const struct password_answer *answer,
		      int64_t now_ms, struct login *login)
{
	bool by_mail = answer->account.kind == ACCOUNT_MAIL;
	login->challenge_until_ms = now_ms + (by_mail ? AUTH_MAIL_CODE_MS : AUTH_CHALLENGE_MS);
	if (by_mail)
		login->facility = answer->facility;
	int r = challenge_make(auth, arena, request, &answer->account, login);
	if (r == 0)
		r = password_renewal_make(auth, arena, &request->claim, answer, &login->renewal);
	return r ? PASS(r) : 0;
}

/* The account's own device behind the proof; 0: none, or somebody else's. */
static int device_find(struct db *db, struct arena *arena, const struct dpop_proof *proof,
		       const struct store_account *account, int64_t *ret_device_no)
{
	struct store_device device = {0};
	int r = store_device_find(db, arena, proof ? str_of(proof->thumbprint) : STR(""), &device);
	if (r < 0)
		return PASS(r);
	bool own = r == 0 && device.active && account->no && device.account_no == account->no;
	*ret_device_no = own ? device.no : 0;
	return 0;
}

int login_check(const struct auth *auth, struct db *db, struct arena *arena,
		const struct login_request *request, int64_t now_ms, struct login *ret_login)
{
	struct password_answer answer;
	struct login login = {.proof = request->proof};
	int r = password_check(auth, db, arena, &request->claim, &answer);
	if (r)
		return PASS(r);
	r = device_find(db, arena, request->proof, &answer.account, &login.device_no);
	if (r)
		return PASS(r);
	r = lane_of(answer.account.no, request->claim.login_id, login.device_no, &login.lane);
	if (r)
		return PASS(r);
	login.right = answer.right && account_is_usable(&answer.account, now_ms);
	login.account_no = answer.account.no;
	login.facility_no = answer.account.facility_no;
	if (login.right) {
		r = login_pass(auth, arena, request, &answer, now_ms, &login);
		if (r)
			return PASS(r);
	}
	*ret_login = login;
	login_clear(&login);
	return 0;
}

void login_clear(struct login *login)
{
	secret_wipe(&login->code);
}

int login_commit(struct db *db, struct login *login, int64_t now_ms)
{
	int r;
	if (login->proof) {
		r = dpop_spend(db, login->proof);
		if (r)
			return r < 0 ? PASS(r) : LOGIN_PROOF;
	}
	r = lane_attempt(db, &login->lane, login->right ? STORE_LANE_UNCHANGED : STORE_LANE_FAILED,
			 now_ms, &login->wait_ms);
	if (r)
		return r < 0 ? PASS(r) : LOGIN_CLOSED;
	if (!login->right)
		return LOGIN_REFUSED;
	if (login->facility.no) {
		r = store_account_code_spend(db, login->facility.no, login->account_no, now_ms);
		if (r)
			return r < 0 ? PASS(r) : LOGIN_REFUSED;
	}
	r = password_renewal_write(db, &login->renewal);
	return r ? PASS(r) : 0;
}

int challenge_read(const struct auth *auth, struct arena *arena, struct str text, int64_t now_ms,
		   struct challenge *ret_challenge)
{
	struct ticket *ticket = arena_alloc(arena, sizeof *ticket);
	if (!ticket)
		return RAISE(ENOMEM);
	int r = ticket_read(auth->keys, KEYS_TOKEN_CHALLENGE, text, arena, ticket);
	if (r)
		return r < 0 ? PASS(r) : CHALLENGE_REFUSED;
	struct challenge challenge;
	challenge.until_ms = ticket_take_number(ticket);
	challenge.account_no = ticket_take_number(ticket);
	challenge.facility_no = ticket_take_number(ticket);
	challenge.epoch = ticket_take_number(ticket);
	challenge.device_no = ticket_take_number(ticket);
	challenge.thumbprint = ticket_take_text(ticket);
	challenge.family = ticket_take_bytes(ticket, STORE_ID_BYTES);
	challenge.key_n = ticket_take_number(ticket);
	challenge.verifier = ticket_take_bytes(ticket, KEYS_MAC_BYTES);
	challenge.client = ticket_take_text(ticket);
	if (!ticket_is_spent(ticket) || challenge.until_ms <= now_ms)
		return CHALLENGE_REFUSED;
	*ret_challenge = challenge;
	return 0;
}
