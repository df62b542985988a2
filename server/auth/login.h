/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first step of a login: password → challenge. The challenge is a ticket that carries the
 * family of the session to come and what compares its password later, so that nothing is written
 * before the second step.
 */
#pragma once

#include "server/auth/password.h"

struct challenge {
	int64_t until_ms;
	int64_t account_no;
	int64_t facility_no;
	int64_t epoch;
	struct str family; /* STORE_ID_BYTES */
	int64_t key_n;
	struct str verifier; /* KEYS_MAC_BYTES */
	struct str client;   /* "vendor product version"; cut to LOGIN_CLIENT_BYTES_MAX */
};

enum {
	LOGIN_CLIENT_BYTES_MAX = 240,
};

enum login_outcome {
	LOGIN_REFUSED = 1, /* one outcome for every cause */
};

/* One Argon2id. *ret_challenge is the ticket, in the arena. Outcome: LOGIN_REFUSED. */
MUST_CHECK int login_check(const struct auth *auth, struct db *db, struct arena *arena,
			   const struct password_claim *claim, struct str client, int64_t now_ms,
			   struct str *ret_challenge);

enum challenge_outcome {
	CHALLENGE_REFUSED = 1, /* forged or too old */
};

/* The fields come back in the arena. Outcome: CHALLENGE_REFUSED. */
MUST_CHECK int challenge_read(const struct auth *auth, struct arena *arena, struct str text,
			      int64_t now_ms, struct challenge *ret_challenge);
