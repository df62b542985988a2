/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A passcode is good once per time step (RFC 6238 section 5.2), and a challenge for one try: both
 * are decided by the writes, not by what was read before them.
 */
#include "server/auth/mfa.h"

#include "server/auth/mail_code.h"
#include "server/auth/totp_seed.h"

static int passcode_check(const struct auth *auth, struct db *db, struct arena *arena,
			  const struct store_account *account, struct str passcode, int64_t now_ms,
			  struct mfa *mfa)
{
	struct store_totp totp;
	int r = store_totp_find(db, arena, account->facility_no, account->no, true, &totp);
	if (r < 0)
		return PASS(r);
	if (r) {
		mfa->verdict = MFA_AUTHENTICATOR_ABSENT;
		return 0;
	}
	struct str seed;
	r = totp_seed_open(auth, arena, account, &totp, &seed);
	if (r)
		return PASS(r);
	mfa->totp_n = totp.n;
	r = totp_verify(seed, passcode, now_ms, totp.last_step, &mfa->step);
	if (r < 0)
		return PASS(r);
	switch ((enum totp_outcome)r) {
	case TOTP_WRONG: mfa->verdict = MFA_PASSCODE_WRONG; break;
	case TOTP_REUSED: mfa->verdict = MFA_PASSCODE_REUSED; break;
	}
	if (mfa->verdict != MFA_PASSCODE_WRONG || !mfa->told)
		return 0;
	r = totp_drift_find(seed, passcode, now_ms);
	if (r == 0)
		mfa->verdict = MFA_PASSCODE_DRIFTED;
	return r < 0 ? PASS(r) : 0;
}

static int mail_code_check(const struct auth *auth, struct str passcode, struct mfa *mfa)
{
	const struct challenge *challenge = &mfa->challenge;
	int r = mail_code_verify(auth, (int)challenge->key_n, challenge->family, passcode);
	if (r == MAIL_CODE_WRONG)
		mfa->verdict = MFA_PASSCODE_WRONG;
	return r < 0 ? PASS(r) : 0;
}

/* A temporary account's session is short, and never outlives the account. */
static int64_t session_end_ms(const struct store_account *account, int64_t now_ms)
{
	if (account->kind != ACCOUNT_MAIL)
		return now_ms + AUTH_SESSION_MS;
	int64_t end_ms = now_ms + AUTH_MAIL_SESSION_MS;
	return end_ms < account->valid_until_ms ? end_ms : account->valid_until_ms;
}

static int session_prepare(const struct auth *auth, struct arena *arena,
			   const struct store_account *account, int64_t now_ms, struct mfa *mfa)
{
	const struct challenge *challenge = &mfa->challenge;
	mfa->session = (struct store_session){
		.id = challenge->family,
		.facility_no = challenge->facility_no,
		.account_no = challenge->account_no,
		.device_no = challenge->device_no,
		.thumbprint = challenge->thumbprint.len ? challenge->thumbprint : (struct str){0},
		.rotated_ms = now_ms,
		.key_n = challenge->key_n,
		.verifier = challenge->verifier,
		.client = challenge->client,
		.epoch = challenge->epoch,
		.ends_ms = session_end_ms(account, now_ms),
	};
	int r = session_tokens_issue(auth, arena, &mfa->session, mfa->kind, &mfa->tokens);
	return r ? PASS(r) : 0;
}

/* A login that a key began is finished by the same key; a device may be closed meanwhile. */
static int proof_check(struct db *db, struct arena *arena, struct mfa *mfa)
{
	const struct challenge *challenge = &mfa->challenge;
	if (!challenge->thumbprint.len)
		return 0;
	if (!mfa->proof || !str_equal(challenge->thumbprint, str_of(mfa->proof->thumbprint)))
		return MFA_PROOF;
	if (!challenge->device_no)
		return 0;
	struct store_device device;
	int r = store_device_get(db, arena, challenge->facility_no, challenge->device_no, &device);
	if (r < 0)
		return PASS(r);
	mfa->told = r == 0 && device.active;
	mfa->device_id = mfa->told ? device.id : (struct str){0};
	return mfa->told ? 0 : MFA_PROOF;
}

static int challenge_check(const struct auth *auth, struct db *db, struct arena *arena,
			   struct str text, int64_t now_ms, struct mfa *mfa,
			   struct store_account *account)
{
	int r = challenge_read(auth, arena, text, now_ms, &mfa->challenge);
	if (r)
		return r < 0 ? PASS(r) : MFA_CHALLENGE_REFUSED;
	r = proof_check(db, arena, mfa);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = store_account_get(db, arena, mfa->challenge.facility_no, mfa->challenge.account_no,
			      account);
	if (r < 0)
		return PASS(r);
	bool open = r == 0 && account->active && account->epoch == mfa->challenge.epoch;
	return open ? 0 : MFA_CHALLENGE_REFUSED;
}

int mfa_check(const struct auth *auth, struct db *db, struct arena *arena,
	      const struct mfa_request *request, int64_t now_ms, struct mfa *ret_mfa)
{
	struct mfa mfa = {.proof = request->proof};
	struct store_account account;
	int r = challenge_check(auth, db, arena, request->challenge, now_ms, &mfa, &account);
	ret_mfa->told = mfa.told;
	if (r)
		return r < 0 ? PASS(r) : r;
	r = store_facility_get(db, arena, account.facility_no, &mfa.facility);
	if (r)
		return FOLD(r);
	mfa.login_id = account.login_id;
	mfa.kind = account.kind;
	mfa.lane = (struct store_lane){account.no, mfa.challenge.device_no};
	r = account.kind == ACCOUNT_MAIL
		    ? mail_code_check(auth, request->passcode, &mfa)
		    : passcode_check(auth, db, arena, &account, request->passcode, now_ms, &mfa);
	if (r)
		return PASS(r);
	if (!mfa.verdict) {
		r = session_prepare(auth, arena, &account, now_ms, &mfa);
		if (r)
			return PASS(r);
	}
	*ret_mfa = mfa;
	return 0;
}

static int challenge_spend(struct db *db, const struct challenge *challenge)
{
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	const struct str parts[] = {STR("challenge"), challenge->family};
	int r = digest_parts(parts, 2, digest);
	if (r)
		return FOLD(r);
	r = store_spent_add(db, STORE_SPENT_CHALLENGE, str_bytes(digest, sizeof digest),
			    challenge->until_ms);
	if (r < 0)
		return PASS(r);
	return r ? MFA_CHALLENGE_REFUSED : 0;
}

/* The first who comes with a step, or with the last use of a temporary account, has it. */
static int step_spend(struct db *db, const struct mfa *mfa, int64_t now_ms)
{
	if (mfa->verdict)
		return mfa->verdict;
	if (mfa->kind == ACCOUNT_MAIL) {
		int used = store_account_use_spend(db, mfa->challenge.facility_no,
						   mfa->challenge.account_no, now_ms);
		return used < 0 ? PASS(used) : used ? MFA_PASSCODE_WRONG : 0;
	}
	int r = store_totp_spend(db, mfa->challenge.facility_no, mfa->challenge.account_no,
				 mfa->totp_n, mfa->step);
	if (r < 0)
		return PASS(r);
	return r ? MFA_PASSCODE_REUSED : 0;
}

int mfa_commit(struct db *db, struct mfa *mfa, int64_t now_ms)
{
	int r = mfa->proof ? dpop_spend(db, mfa->proof) : 0;
	if (r)
		return r < 0 ? PASS(r) : MFA_PROOF;
	r = challenge_spend(db, &mfa->challenge);
	if (r)
		return r < 0 ? PASS(r) : r;
	int verdict = step_spend(db, mfa, now_ms);
	if (verdict < 0)
		return PASS(verdict);
	r = lane_attempt(db, &mfa->lane, verdict ? STORE_LANE_FAILED : STORE_LANE_PASSED, now_ms,
			 &mfa->wait_ms);
	if (r)
		return r < 0 ? PASS(r) : MFA_CLOSED;
	if (verdict)
		return verdict;
	r = store_session_add(db, &mfa->session);
	return r ? FOLD(r) : 0;
}
