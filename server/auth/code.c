/* SPDX-License-Identifier: Apache-2.0 */
/* The store never sees a code, only its keyed HMAC: reading the database opens nothing. */
#include "server/auth/code.h"

/* Without letters and digits that look alike: people type these. 5 bits a letter. */
static const struct str letters = {"abcdefghijkmnpqrstuvwxyz23456789", 32};

enum {
	ACTIVATION_LETTERS = 16, /* 80 bits: typed by hand */
	ENROLMENT_LETTERS = 52,	 /* 260 bits: part of a URL */
};

static int code_hmac(const struct auth *auth, enum store_code_kind kind, struct str code,
		     struct keys_lookup *ret_hmac)
{
	struct str name = kind == STORE_CODE_ACTIVATION ? STR("activation") : STR("enrolment");
	const struct str parts[] = {name, code};
	int r = keys_lookup_both(auth->keys, KEYS_LOOKUP_CODE, parts, 2, ret_hmac);
	return r ? FOLD(r) : 0;
}

int code_issue(const struct auth *auth, struct db *db, enum store_code_kind kind,
	       const struct store_account *account, int64_t now_ms, struct secret *ret_code)
{
	random_text(letters, kind == STORE_CODE_ACTIVATION ? ACTIVATION_LETTERS : ENROLMENT_LETTERS,
		    ret_code);
	struct keys_lookup hmac;
	int r = code_hmac(auth, kind, secret_str(ret_code), &hmac);
	if (r)
		return PASS(r);
	struct store_code row = {
		.kind = kind,
		.facility_no = account->facility_no,
		.account_no = account->no,
		.until_ms = now_ms + CODE_LIFE_MS,
	};
	r = store_code_add(db, str_bytes(hmac.new, sizeof hmac.new), &row);
	return r ? FOLD(r) : 0;
}

int code_find(const struct auth *auth, struct db *db, enum store_code_kind kind, struct str code,
	      int64_t now_ms, struct store_code *ret_row)
{
	struct keys_lookup hmac;
	struct store_code row;
	int r = code_hmac(auth, kind, code, &hmac);
	if (r)
		return PASS(r);
	r = store_code_find(db, str_bytes(hmac.new, sizeof hmac.new), kind, &row);
	if (r == STORE_NOT_FOUND)
		r = store_code_find(db, str_bytes(hmac.old, sizeof hmac.old), kind, &row);
	if (r < 0)
		return PASS(r);
	if (r || row.used_ms || row.until_ms <= now_ms)
		return CODE_REFUSED;
	*ret_row = row;
	return 0;
}

int code_spend(const struct auth *auth, struct db *db, enum store_code_kind kind, struct str code,
	       int64_t now_ms)
{
	struct keys_lookup hmac;
	int r = code_hmac(auth, kind, code, &hmac);
	if (r)
		return PASS(r);
	r = store_code_use(db, str_bytes(hmac.new, sizeof hmac.new), kind, now_ms);
	if (r == STORE_NOT_FOUND)
		r = store_code_use(db, str_bytes(hmac.old, sizeof hmac.old), kind, now_ms);
	if (r < 0)
		return PASS(r);
	return r ? CODE_REFUSED : 0;
}
