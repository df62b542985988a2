/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first step of a login: password → challenge. The challenge is a ticket that carries the
 * family of the session to come and what compares its password later, so that nothing but the
 * attempt is written before the second step.
 */
#pragma once

#include "server/auth/dpop.h"
#include "server/auth/lane.h"
#include "server/auth/password.h"

struct challenge {
	int64_t until_ms;
	int64_t account_no;
	int64_t facility_no;
	int64_t epoch;
	int64_t device_no;     /* of the proof; 0: no registered one */
	struct str thumbprint; /* of the proof's key, registered or not; empty: no proof */
	struct str family;     /* STORE_ID_BYTES */
	int64_t key_n;
	struct str verifier; /* KEYS_MAC_BYTES */
	struct str client;   /* "vendor product version"; cut to LOGIN_CLIENT_BYTES_MAX */
};

enum {
	LOGIN_CLIENT_BYTES_MAX = 240,
};

struct login_request {
	struct password_claim claim;
	struct str client;
	const struct dpop_proof *proof; /* NULL: none was shown */
};

/* What was found, and what the transaction is to write about it. For AUTO(login_clear). */
struct login {
	bool right;
	int64_t account_no, facility_no; /* whose login id it is; 0: nobody's */
	int64_t device_no; /* the account's own, proven: it may be told more; 0: none */
	struct store_lane lane;
	const struct dpop_proof *proof;
	struct str challenge; /* the ticket, in the arena; absent unless right */
	int64_t challenge_until_ms;
	/* What a temporary account's code is sent with; no 0 unless right and of one. */
	struct store_facility facility;
	struct secret code;
	struct password_renewal renewal;
	int64_t wait_ms; /* LOGIN_CLOSED: for how long; 0: until the operator opens it */
};

void login_clear(struct login *login);

enum login_outcome {
	LOGIN_REFUSED = 1, /* one outcome for every cause */
	LOGIN_CLOSED,	   /* too many failures: so far, or with this one */
	LOGIN_PROOF,	   /* the proof was used before */
};

/*
 * The same reads and one Argon2id, whatever is wrong; a right password costs one more when its
 * pepper was rotated.
 */
MUST_CHECK int login_check(const struct auth *auth, struct db *db, struct arena *arena,
			   const struct login_request *request, int64_t now_ms,
			   struct login *ret_login);

/* The attempt counts: one write, in a transaction that is kept for outcomes too. Outcomes: enum
 * login_outcome. */
MUST_CHECK int login_commit(struct db *db, struct login *login, int64_t now_ms);

enum challenge_outcome {
	CHALLENGE_REFUSED = 1, /* forged or too old */
};

/* The fields come back in the arena. Outcome: CHALLENGE_REFUSED. */
MUST_CHECK int challenge_read(const struct auth *auth, struct arena *arena, struct str text,
			      int64_t now_ms, struct challenge *ret_challenge);
