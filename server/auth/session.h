/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions: families of refresh handles. A handle carries family and counter under a MAC, so a lost
 * answer is recomputed instead of stored; only the newest is good, and an older one ends the family
 * (RFC 9700 section 4.14.2).
 */
#pragma once

#include "server/auth/auth.h"

struct session_tokens {
	struct str access_token;
	struct str refresh_handle;
	int64_t expires_in_s;
	int64_t session_expires_in_s;
};

/* What a session is bound to, beside its family. */
struct session_binding {
	int64_t account_no;
	int64_t facility_no;
	struct str
		thumbprint; /* of the key whose proof began it, registered or not; absent: none */
	struct str password;
};

/*
 * HMAC over family, binding and password under the verifier key key_n: compares a password later
 * without Argon2id, and is worth nothing without the key. family: STORE_ID_BYTES.
 * Outcome: KEYS_ABSENT (key_n is gone).
 */
MUST_CHECK int session_verifier(const struct auth *auth, int key_n, struct str family,
				const struct session_binding *binding,
				unsigned char ret_verifier[KEYS_MAC_BYTES]);

/*
 * Tokens of the session as it stands (its counter), made at session->rotated_ms: the same session
 * gives an equivalent answer each time.
 */
MUST_CHECK int session_tokens_issue(const struct auth *auth, struct arena *arena,
				    const struct store_session *session, enum account_kind kind,
				    struct session_tokens *ret_tokens);

enum session_outcome {
	SESSION_ENDED = 1, /* ended, too long idle, too old, replayed, or no handle of ours */
	SESSION_PASSWORD,  /* wrong login id or password; the AUTH_MISSES_MAX-th ends the session */
	SESSION_DEVICE,	   /* the session is bound to a key, and this is not its proof */
	SESSION_REPLAYED,  /* a handle was shown that had been used: the family is ended */
};

/*
 * Is the session behind a verified token still open, the account unchanged, the device registered?
 * Sets caller->device_no, dpop and must_change, and brings caller->until_ms to the session's end
 * where that is sooner. Outcome: SESSION_ENDED.
 */
MUST_CHECK int session_alive(struct db *db, struct arena *arena, int64_t now_ms,
			     struct caller *caller);

struct session_refresh {
	struct str handle;
	struct str login_id;
	struct str password;
	struct str idempotency_key;
	const char *thumbprint; /* of the proof that came with the request; "" without one */
};

struct session_refreshed {
	struct session_tokens tokens;
	struct caller caller;
	struct str facility_name;
	struct str device_id; /* STORE_ID_BYTES; absent: no device's */
	struct str client;    /* what logged in: "vendor product version" */
};

/*
 * In a transaction that is kept for outcomes too. Outcomes: enum session_outcome; then
 * ret_refreshed->caller tells the session where the handle was ours (it may have been ended), and
 * is zeroed where it was not.
 */
MUST_CHECK int session_refresh(const struct auth *auth, struct db *db, struct arena *arena,
			       const struct session_refresh *request, int64_t now_ms,
			       struct session_refreshed *ret_refreshed);
