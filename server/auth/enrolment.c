/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/enrolment.h"

#include "server/auth/code.h"
#include "server/auth/totp_seed.h"

static int totp_last_n(struct db *db, struct arena *arena, const struct store_account *account,
		       bool confirmed, int64_t *n)
{
	struct store_totp totp;
	int r = store_totp_find(db, arena, account->facility_no, account->no, confirmed, &totp);
	if (r < 0)
		return PASS(r);
	if (r == 0 && totp.n > *n)
		*n = totp.n;
	return 0;
}

static int seed_add(const struct auth *auth, struct db *db, struct arena *arena,
		    const struct store_account *account)
{
	int64_t n = 0;
	int r = totp_last_n(db, arena, account, true, &n);
	if (r)
		return PASS(r);
	r = totp_last_n(db, arena, account, false, &n);
	if (r)
		return PASS(r);
	unsigned char seed[TOTP_SEED_BYTES];
	random_bytes(seed, sizeof seed);
	struct str sealed;
	r = totp_seed_seal(auth, arena, account, n + 1, str_bytes(seed, sizeof seed), &sealed);
	explicit_bzero(seed, sizeof seed);
	if (r)
		return PASS(r);
	r = store_totp_add(db, account->facility_no, account->no, n + 1, sealed);
	return r ? FOLD(r) : 0;
}

int enrolment_issue(const struct auth *auth, struct db *db, struct arena *arena,
		    const struct store_account *account, int64_t now_ms, struct secret *ret_code)
{
	int r = seed_add(auth, db, arena, account);
	if (r)
		return PASS(r);
	return code_issue(auth, db, STORE_CODE_ENROLMENT, account, now_ms, ret_code);
}

/* The code's account and the authenticator that waits to be confirmed. */
static int pending_find(const struct auth *auth, struct db *db, struct arena *arena,
			struct str code, int64_t now_ms, struct store_account *ret_account,
			struct store_totp *ret_totp)
{
	struct store_code row;
	int r = code_find(auth, db, STORE_CODE_ENROLMENT, code, now_ms, &row);
	if (r)
		return r < 0 ? PASS(r) : ENROLMENT_REFUSED;
	r = store_account_get(db, arena, row.facility_no, row.account_no, ret_account);
	if (r)
		return FOLD(r);
	r = store_totp_find(db, arena, row.facility_no, row.account_no, false, ret_totp);
	if (r < 0)
		return PASS(r);
	return r || !ret_account->active ? ENROLMENT_REFUSED : 0;
}

int enrolment_show(const struct auth *auth, struct db *db, struct arena *arena, struct str code,
		   int64_t now_ms, struct enrolment *ret_enrolment)
{
	struct enrolment enrolment;
	struct store_totp totp;
	int r = pending_find(auth, db, arena, code, now_ms, &enrolment.account, &totp);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = store_facility_get(db, arena, enrolment.account.facility_no, &enrolment.facility);
	if (r)
		return FOLD(r);
	struct str seed;
	r = totp_seed_open(auth, arena, &enrolment.account, &totp, &seed);
	if (r)
		return PASS(r);
	r = encode_base32(arena, seed, &enrolment.secret);
	if (r)
		return FOLD(r);
	r = arena_print(arena, &enrolment.uri,
			"otpauth://totp/Shikaku:%.*s?secret=%.*s&issuer=Shikaku&algorithm=SHA1"
			"&digits=6&period=30",
			STR_ARG(enrolment.account.login_id), STR_ARG(enrolment.secret));
	if (r)
		return PASS(r);
	*ret_enrolment = enrolment;
	return 0;
}

int enrolment_confirm(const struct auth *auth, struct db *db, struct arena *arena,
		      struct enrolment_confirm *confirm, int64_t now_ms)
{
	struct store_account account;
	struct store_totp totp;
	int r = pending_find(auth, db, arena, confirm->code, now_ms, &account, &totp);
	if (r)
		return r < 0 ? PASS(r) : r;
	confirm->account_no = account.no;
	confirm->facility_no = account.facility_no;
	struct str seed;
	r = totp_seed_open(auth, arena, &account, &totp, &seed);
	if (r)
		return PASS(r);
	int64_t step;
	/* Two codes: one lucky guess enrols nobody, and a drifting clock shows at once. */
	r = totp_verify_pair(seed, confirm->passcodes, now_ms, &step);
	if (r)
		return r < 0 ? PASS(r) : ENROLMENT_CODES;
	r = code_spend(auth, db, STORE_CODE_ENROLMENT, confirm->code, now_ms);
	if (r)
		return r < 0 ? PASS(r) : ENROLMENT_REFUSED;
	r = store_totp_confirm(db, account.facility_no, account.no, totp.n, step, now_ms);
	if (r)
		return r < 0 ? PASS(r) : ENROLMENT_REFUSED;
	/* Whoever had the old authenticator is out. */
	r = store_account_epoch_raise(db, account.facility_no, account.no, now_ms);
	return r ? FOLD(r) : 0;
}
