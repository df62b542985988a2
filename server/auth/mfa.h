/* SPDX-License-Identifier: Apache-2.0 */
/* The second step of a login: challenge and passcode → a session. */
#pragma once

#include "server/auth/login.h"
#include "server/auth/session.h"

enum mfa_outcome {
	MFA_CHALLENGE_REFUSED = 1, /* forged, too old, or used before */
	MFA_PASSCODE_WRONG,	   /* or there is no confirmed authenticator */
	MFA_PASSCODE_REUSED,	   /* right, but its time step is spent */
};

/* What was read, and what the transaction is to do about it. */
struct mfa {
	struct challenge challenge;
	int64_t totp_n;
	int64_t step;
	int verdict; /* 0 or enum mfa_outcome: the challenge is spent either way */
	struct store_session session;
	struct session_tokens tokens;
	struct str facility_name;
	enum account_kind kind;
};

/* Reads only. Outcome: MFA_CHALLENGE_REFUSED. */
MUST_CHECK int mfa_check(const struct auth *auth, struct db *db, struct arena *arena,
			 struct str challenge, struct str passcode, int64_t now_ms,
			 struct mfa *ret_mfa);

/*
 * Spend the challenge, then the step, then open the session: in a transaction that is kept for
 * outcomes too. Outcomes: enum mfa_outcome.
 */
MUST_CHECK int mfa_commit(struct db *db, const struct mfa *mfa);
