/* SPDX-License-Identifier: Apache-2.0 */
/* Refresh families, and what may be used only once. */
#pragma once

#include "server/store/store.h"

/* --- session: one login, refreshed until it ends --- */
struct store_session {
	struct str id; /* STORE_ID_BYTES: the family */
	int64_t facility_no;
	int64_t account_no;
	int64_t device_no;     /* 0: none that is registered */
	struct str thumbprint; /* of the key that it is bound to; absent: none */
	int64_t counter;       /* of the handle that is good now; starts at 0 */
	int64_t rotated_ms;    /* when it was handed out */
	struct str idem_key;   /* STORE_DIGEST_BYTES of the key of the last refresh; absent: none */
	int64_t key_n;	       /* of the verifier's key */
	struct str verifier;   /* STORE_DIGEST_BYTES: HMAC over the password */
	int64_t misses;	       /* wrong passwords at refresh */
	struct str client;     /* "vendor product version", for the operator */
	int64_t epoch;	       /* the account's at login */
	int64_t ends_ms;       /* at the latest */
	int64_t ended_ms;      /* 0: alive */
};

/* counter, misses and ended_ms start at 0. Outcome: STORE_CONFLICT. */
MUST_CHECK int store_session_add(struct db *db, const struct store_session *session);
/* Ended ones too. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_session_find(struct db *db, struct arena *arena, struct str id,
				  struct store_session *ret_session);
/*
 * counter + 1, rotated_ms = now_ms, misses = 0, where the counter is the expected one and the
 * session is alive. idem_key: STORE_DIGEST_BYTES. Outcome: STORE_STALE.
 */
MUST_CHECK int store_session_rotate(struct db *db, struct str id, int64_t counter,
				    struct str idem_key, int64_t now_ms);
/*
 * It is a device's from now on, with its row in change; in a transaction. Outcome: STORE_STALE (it
 * is one's already, or not there).
 */
MUST_CHECK int store_session_device_set(struct db *db, struct str id, int64_t device_no,
					int64_t now_ms);
/*
 * After a change of the password: counter + 1, and the session's rotated_ms, verifier, key_n and
 * epoch are those in *session, where its counter is still the stored one and it is alive.
 * Outcome: STORE_STALE.
 */
MUST_CHECK int store_session_renew(struct db *db, const struct store_session *session);
/* misses + 1. Outcome: STORE_NOT_FOUND (not there or ended). */
MUST_CHECK int store_session_miss(struct db *db, struct str id, int64_t *ret_misses);
/* With its row in change; in a transaction. Ended ones stay as they are. Outcome:
 * STORE_NOT_FOUND. */
MUST_CHECK int store_session_end(struct db *db, struct str id, int64_t now_ms);

/*
 * Does somebody hold a session of one of the facility's accounts of this kind (enum account_kind)
 * that was refreshed after since_ms? Outcome: STORE_NOT_FOUND.
 */
MUST_CHECK int store_session_held(struct db *db, int64_t facility_no, int64_t kind,
				  int64_t since_ms, int64_t now_ms);

/* --- spent: nonces, challenges, proofs --- */
enum store_spent_kind {
	STORE_SPENT_CHALLENGE = 1,
	STORE_SPENT_NONCE = 2,
	STORE_SPENT_PROOF = 3, /* a DPoP jti */
};

/* digest: STORE_DIGEST_BYTES. Outcome: STORE_CONFLICT (spent before). */
MUST_CHECK int store_spent_add(struct db *db, enum store_spent_kind kind, struct str digest,
			       int64_t until_ms);
/* Forget rows of spent and idempotency with until_ms < now_ms, at most 1,000 of each. */
MUST_CHECK int store_spent_purge(struct db *db, int64_t now_ms);

/* --- idempotency: what a repeated write is answered --- */
struct store_idempotency {
	struct str key_hash; /* STORE_DIGEST_BYTES */
	struct str
		request_hash; /* STORE_DIGEST_BYTES: another request under the same key differs */
	struct str reply;     /* what it was answered, sealed */
	int64_t until_ms;
};

/* Add; one under the same key, which must be over, is replaced. */
MUST_CHECK int store_idempotency_put(struct db *db, int64_t facility_no, int64_t account_no,
				     const struct store_idempotency *row);
/* Rows with until_ms <= now_ms are not found. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_idempotency_find(struct db *db, struct arena *arena, int64_t facility_no,
				      int64_t account_no, struct str key_hash, int64_t now_ms,
				      struct store_idempotency *ret_row);
