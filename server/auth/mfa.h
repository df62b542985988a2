/* SPDX-License-Identifier: Apache-2.0 */
/* The second step of a login: challenge and passcode → a session. */
#pragma once

#include "server/auth/login.h"
#include "server/auth/session.h"

enum mfa_outcome {
	MFA_CHALLENGE_REFUSED = 1, /* forged, too old, or used before */
	MFA_PASSCODE_WRONG,
	MFA_PASSCODE_DRIFTED,	  /* right for another time, minutes away; only when told */
	MFA_PASSCODE_REUSED,	  /* right, but its time step is spent */
	MFA_AUTHENTICATOR_ABSENT, /* none was confirmed yet */
	MFA_CLOSED,		  /* too many failures: so far, or with this one */
	MFA_PROOF,		  /* not by the key that logged in, or a used proof */
};

/* What was read, and what the transaction is to do about it. */
struct mfa {
	struct challenge challenge;
	int64_t totp_n;
	int64_t step;
	int verdict; /* 0 or enum mfa_outcome: the challenge is spent either way */
	bool told;   /* the account's registered device asks: it may know the cause */
	const struct dpop_proof *proof;
	struct store_lane lane;
	struct store_session session;
	struct session_tokens tokens;
	struct store_facility facility;
	struct str login_id;
	struct str device_id; /* STORE_ID_BYTES; absent: no device's */
	enum account_kind kind;
	int64_t wait_ms; /* MFA_CLOSED: for how long; 0: until the operator opens it */
};

struct mfa_request {
	struct str challenge;
	struct str passcode;
	const struct dpop_proof *proof; /* NULL: none was shown */
};

/* Reads only. Outcomes: MFA_CHALLENGE_REFUSED, MFA_PROOF; ret_mfa->told is set even then. */
MUST_CHECK int mfa_check(const struct auth *auth, struct db *db, struct arena *arena,
			 const struct mfa_request *request, int64_t now_ms, struct mfa *ret_mfa);

/*
 * Spend the proof, the challenge and the step, count the attempt, open the session: in a
 * transaction that is kept for outcomes too. Outcomes: enum mfa_outcome.
 */
MUST_CHECK int mfa_commit(struct db *db, struct mfa *mfa, int64_t now_ms);
