/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order matters: look up, then hash, then decide. Whoever measures the time learns nothing
 * about which of the reasons it was, because all of them have run the same hash.
 */
#include "server/auth/password.h"

/* Without letters and digits that look alike; the marks are on every keyboard, and harmless in JSON
 * and on command lines. */
static const struct str lower = {"abcdefghijkmnpqrstuvwxyz", 24};
static const struct str upper = {"ABCDEFGHJKLMNPQRSTUVWXYZ", 24};
static const struct str digits = {"23456789", 8};
static const struct str letters = {"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-+=@",
				   60};

static bool kind_fits(const struct password_claim *claim, const struct store_account *account)
{
	return account->kind == claim->kind ||
	       (claim->kind == ACCOUNT_RECEIPT && account->kind == ACCOUNT_MAIL);
}

/* As hashed with the password. */
static struct str kind_name(const struct password_claim *claim, const struct store_account *account)
{
	return account_kind_name(kind_fits(claim, account) ? account->kind : claim->kind);
}

/* Everything but the password. */
static int account_find(struct db *db, struct arena *arena, const struct password_claim *claim,
			struct password_answer *answer)
{
	int r = store_account_find(db, arena, claim->login_id, &answer->account);
	if (r < 0)
		return PASS(r);
	/* Nobody has number 0: a read as any other, so that the statements are the same. */
	r = store_facility_get(db, arena, answer->account.facility_no, &answer->facility);
	if (r < 0 || (r && answer->account.facility_no))
		return FOLD(r);
	struct str code = str_trim(claim->facility_code);
	answer->right = answer->account.active && kind_fits(claim, &answer->account) &&
			(!claim->facility_code.ptr || str_equal(code, answer->facility.code));
	return 0;
}

int password_check(const struct auth *auth, struct db *db, struct arena *arena,
		   const struct password_claim *claim, struct password_answer *ret_answer)
{
	struct password_answer answer = {0};
	int r = account_find(db, arena, claim, &answer);
	if (r)
		return PASS(r);
	struct password_input input = {
		.account = claim->login_id,
		.facility = answer.facility.code,
		.kind = kind_name(claim, &answer.account),
		.password = claim->password,
	};
	bool known = answer.account.no != 0;
	int pepper_n = known ? (int)answer.account.pepper_n : keys_pepper_number(auth->keys);
	r = keys_pepper(auth->keys, pepper_n, &input.pepper);
	if (r)
		return FOLD(r);
	struct str dummy = {auth->dummy, auth->dummy_len};
	r = password_verify(&input, known ? answer.account.password : dummy);
	if (r < 0)
		return PASS(r);
	answer.right = answer.right && r == 0;
	*ret_answer = answer;
	return 0;
}

/* Costs only rise: what was hashed at a higher one stays. */
static bool is_cheaper(const struct auth *auth, struct str phc)
{
	struct password_cost cost;
	return password_cost_of(phc, &cost) == 0 &&
	       (cost.passes < auth->cost.passes || cost.memory_kib < auth->cost.memory_kib);
}

int password_renewal_make(const struct auth *auth, struct arena *arena,
			  const struct password_claim *claim, const struct password_answer *answer,
			  struct password_renewal *ret_renewal)
{
	struct password_renewal renewal = {answer->account, answer->account.password};
	struct password_input input = {
		.account = claim->login_id,
		.facility = answer->facility.code,
		.kind = kind_name(claim, &answer->account),
		.password = claim->password,
	};
	int pepper_n = keys_pepper_number(auth->keys);
	*ret_renewal = (struct password_renewal){0};
	if (!answer->right ||
	    (answer->account.pepper_n == pepper_n && !is_cheaper(auth, renewal.old)))
		return 0;
	int r = keys_pepper(auth->keys, pepper_n, &input.pepper);
	if (r)
		return FOLD(r);
	renewal.account.pepper_n = pepper_n;
	r = password_hash(arena, &input, &auth->cost, &renewal.account.password);
	if (r)
		return FOLD(r);
	*ret_renewal = renewal;
	return 0;
}

int password_renewal_write(struct db *db, const struct password_renewal *renewal)
{
	if (!renewal->old.len)
		return 0;
	int r = store_account_rehash(db, &renewal->account, renewal->old);
	return r < 0 ? PASS(r) : 0;
}

int password_adopt(const struct auth *auth, struct arena *arena, struct store_account *account,
		   struct str facility_code, struct str password)
{
	struct password_input input = {
		.account = account->login_id,
		.facility = facility_code,
		.kind = account_kind_name(account->kind),
		.password = password,
	};
	account->pepper_n = keys_pepper_number(auth->keys);
	int r = keys_pepper(auth->keys, (int)account->pepper_n, &input.pepper);
	if (r)
		return FOLD(r);
	r = password_hash(arena, &input, &auth->cost, &account->password);
	return r ? FOLD(r) : 0;
}

static bool text_has(struct str text, struct str letters_wanted)
{
	for (size_t i = 0; i < text.len; i++)
		if (memchr(letters_wanted.ptr, text.ptr[i], letters_wanted.len))
			return true;
	return false;
}

int password_make(const struct auth *auth, struct arena *arena, struct store_account *account,
		  struct str facility_code, struct secret *ret_password)
{
	struct str made;
	do { /* nine times of ten at once */
		random_text(letters, PASSWORD_LEN_MADE, ret_password);
		made = secret_str(ret_password);
	} while (!text_has(made, lower) || !text_has(made, upper) || !text_has(made, digits));
	int r = password_adopt(auth, arena, account, facility_code, made);
	return r ? PASS(r) : 0;
}
