/* SPDX-License-Identifier: Apache-2.0 */
/* Is it this account's password? Every question costs one Argon2id, whatever the answer. */
#pragma once

#include "server/auth/auth.h"

enum {
	PASSWORD_LEN_MADE = 16, /* letters of a password that the service makes: 94 bits */
};

/* What somebody claims to be. */
struct password_claim {
	struct str login_id;
	struct str facility_code; /* as typed; absent: this door does not ask for it */
	enum account_kind kind;	  /* the receipt link's door admits ACCOUNT_MAIL too */
	struct str password;
};

/* Whether that is so. Not an outcome: whoever is wrong goes the same way until the write. */
struct password_answer {
	bool right; /* password, account, facility and kind, and the account is open */
	struct store_account account;	/* whose login id it is, right or wrong; no 0: nobody's */
	struct store_facility facility; /* the account's */
};

/*
 * The right password of an account whose hash stands under an older pepper or was made at a lower
 * cost, hashed anew. Zeroed:
 * nothing is to be done.
 */
struct password_renewal {
	struct store_account account; /* with the new hash and its pepper's number */
	struct str old;
};
MUST_CHECK int password_renewal_make(const struct auth *auth, struct arena *arena,
				     const struct password_claim *claim,
				     const struct password_answer *answer,
				     struct password_renewal *ret_renewal);
/* In the login's transaction. Nothing ends by it; who changed the password meanwhile has won. */
MUST_CHECK int password_renewal_write(struct db *db, const struct password_renewal *renewal);

/* Two reads and one Argon2id, also when no such account exists. */
MUST_CHECK int password_check(const struct auth *auth, struct db *db, struct arena *arena,
			      const struct password_claim *claim,
			      struct password_answer *ret_answer);

/* The password's PHC string and pepper_n, into account (login_id and kind set) of facility;
 * facility_code is empty for operators. */
MUST_CHECK int password_adopt(const struct auth *auth, struct arena *arena,
			      struct store_account *account, struct str facility_code,
			      struct str password);

/* The same with a random password: of three classes at least, without letters that look alike. */
MUST_CHECK int password_make(const struct auth *auth, struct arena *arena,
			     struct store_account *account, struct str facility_code,
			     struct secret *ret_password);
