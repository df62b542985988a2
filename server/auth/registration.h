/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A receipt-link account's devices: whoever has passed password and passcode registers the key of
 * the PC in front of him. A session that was begun with a proof by that very key becomes the
 * device's own, token and handle as they are.
 */
#pragma once

#include "server/auth/auth.h"
#include "server/auth/dpop.h"

struct registration {
	struct str name;
	struct str platform;
	struct str code; /* an activation code; absent: none */
	struct dpop_proof proof;
	int64_t account_max, facility_max; /* devices */
	bool code_needed;		   /* for any device but the account's first */
};

enum registration_outcome {
	REGISTRATION_PROOF = 1, /* used before, or not of the key that the session is bound to */
	REGISTRATION_KEY_TAKEN, /* of a device that was closed, or of another account's */
	REGISTRATION_LIMIT,
	REGISTRATION_CODE_NEEDED,
	REGISTRATION_CODE, /* not this account's, used, or too old */
};

struct registered {
	int64_t no;
	unsigned char id[STORE_ID_BYTES];
	bool is_new;	      /* it was not registered before */
	bool session_changed; /* it is the device's now */
};

/*
 * In a transaction that is kept for outcomes too. The account's own key again gives the same device
 * again. Outcomes: enum registration_outcome.
 */
MUST_CHECK int registration_commit(const struct auth *auth, struct db *db, struct arena *arena,
				   const struct caller *caller,
				   const struct registration *registration, int64_t now_ms,
				   struct registered *ret_registered);
