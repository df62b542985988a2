/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enrolling an authenticator: the operator issues a one-time code with a new seed; whoever has the
 * code sees the seed until two consecutive passcodes prove that it was taken over.
 */
#pragma once

#include "server/auth/auth.h"

enum enrolment_outcome {
	ENROLMENT_REFUSED = 1, /* no such code, used, too old */
	ENROLMENT_CODES,       /* the passcodes are not two consecutive ones of now */
};

/* A code and a seed for a WA account; the present authenticator stays good until the new one is
 * confirmed. In a transaction. */
MUST_CHECK int enrolment_issue(const struct auth *auth, struct db *db, struct arena *arena,
			       const struct store_account *account, int64_t now_ms,
			       struct secret *ret_code);

struct enrolment {
	struct store_account account;
	struct store_facility facility;
	struct str secret; /* base32 */
	struct str uri;	   /* otpauth://totp/… */
};

/* As often as asked. Outcome: ENROLMENT_REFUSED. */
MUST_CHECK int enrolment_show(const struct auth *auth, struct db *db, struct arena *arena,
			      struct str code, int64_t now_ms, struct enrolment *ret_enrolment);

struct enrolment_confirm {
	struct str code;
	int64_t account_no,
		facility_no;	 /* set by enrolment_confirm: whose code it is; 0: nobody's */
	struct str passcodes[2]; /* of a time step and the next, both in now−1..now+1 */
};

/*
 * Spend the code, and both steps with it; other authenticators of the account end. In a
 * transaction. Outcomes: enum enrolment_outcome, and nothing is written.
 */
MUST_CHECK int enrolment_confirm(const struct auth *auth, struct db *db, struct arena *arena,
				 struct enrolment_confirm *confirm, int64_t now_ms);
