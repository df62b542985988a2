/* SPDX-License-Identifier: Apache-2.0 */
/* Is it this account's password? Every question costs one Argon2id, whatever the answer. */
#pragma once

#include "server/auth/auth.h"

enum {
	PASSWORD_LEN_MADE = 16, /* letters of a password that the service makes: 80 bits */
};

enum password_outcome {
	PASSWORD_REFUSED =
		1, /* wrong password, unknown or closed account, other facility or kind */
};

/* What somebody claims to be. */
struct password_claim {
	struct str login_id;
	struct str facility_code; /* as typed; absent: this door does not ask for it */
	enum account_kind kind;
	struct str password;
};

/*
 * One Argon2id, also when no such account exists. *ret_account and *ret_facility (in the arena)
 * are set on success. Outcome: PASSWORD_REFUSED - one outcome for every cause.
 */
MUST_CHECK int password_check(const struct auth *auth, struct db *db, struct arena *arena,
			      const struct password_claim *claim, struct store_account *ret_account,
			      struct store_facility *ret_facility);

/* A random password, and its PHC string for account (login_id and kind set) of facility. */
MUST_CHECK int password_make(const struct auth *auth, struct arena *arena,
			     struct store_account *account, struct str facility_code,
			     struct secret *ret_password);
