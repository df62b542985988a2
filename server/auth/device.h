/* SPDX-License-Identifier: Apache-2.0 */
/* The reader's devices: registered once with an activation code, proven by DPoP ever after. */
#pragma once

#include "server/auth/dpop.h"
#include "server/auth/lane.h"
#include "server/auth/password.h"
#include "server/auth/session.h"

/* --- activation --- */
struct device_activation {
	struct str login_id;
	struct str password;
	struct str code;
	struct str name;
	struct str platform;
};

/* What the transaction writes, and what the reply says. */
struct device_activated {
	struct str code;
	unsigned char id[STORE_ID_BYTES];
	struct store_device device; /* its texts are borrowed from activation and this struct */
	struct store_facility facility;
	struct dpop_proof proof;
	struct store_lane lane;
	bool right; /* the password; the attempt counts either way */
};

enum device_outcome {
	DEVICE_CREDENTIALS = 1, /* login id or password */
	DEVICE_CODE,		/* the activation code is not this account's, used, or too old */
	DEVICE_UNKNOWN,		/* the proof's key is not registered, or for another account;
				 * the password is then not told about */
	DEVICE_PROOF,		/* the proof was used before */
	DEVICE_CLOSED,		/* too many failures of this device: so far, or with this one */
};

/*
 * One Argon2id; writes nothing. *ret_activated must stay where it is until the commit. Outcome:
 * DEVICE_CODE. Who holds the account's code goes on to the commit even with a wrong password: there
 * it counts as a guess. Without the code nothing is learned of the password, and counting it would
 * let anybody close the way to the account's devices.
 */
MUST_CHECK int device_activate_check(const struct auth *auth, struct db *db, struct arena *arena,
				     const struct device_activation *activation,
				     const struct dpop_proof *proof, int64_t now_ms,
				     struct device_activated *ret_activated);
/*
 * In a transaction that is kept for outcomes too. Outcomes: DEVICE_PROOF, DEVICE_CREDENTIALS,
 * DEVICE_CLOSED; DEVICE_CODE (also: this key is registered already).
 */
MUST_CHECK int device_activate_commit(const struct auth *auth, struct db *db,
				      const struct device_activated *activated, int64_t now_ms);

/* --- login of a registered device: password and proof are the two factors --- */
struct device_login {
	struct dpop_proof proof;
	int verdict; /* 0 or enum device_outcome: the attempt counts either way */
	int64_t account_no, facility_no; /* whose login id it is; 0: nobody's */
	struct store_lane lane;
	unsigned char family[STORE_ID_BYTES];
	unsigned char verifier[KEYS_MAC_BYTES];
	struct store_session session;
	struct session_tokens tokens;
	struct password_renewal renewal;
	struct str facility_name;
	struct str device_id; /* STORE_ID_BYTES */
	int64_t wait_ms;      /* DEVICE_CLOSED: for how long; 0: until the operator opens it */
};

/* As login_check; writes nothing. *ret_login must stay where it is until the commit. */
MUST_CHECK int device_login_check(const struct auth *auth, struct db *db, struct arena *arena,
				  const struct password_claim *claim, struct str client,
				  const struct dpop_proof *proof, int64_t now_ms,
				  struct device_login *ret_login);
/* In a transaction that is kept for outcomes too. Outcomes: DEVICE_CREDENTIALS, DEVICE_UNKNOWN,
 * DEVICE_PROOF, DEVICE_CLOSED. */
MUST_CHECK int device_login_commit(struct db *db, struct device_login *login, int64_t now_ms);
