/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is calling, and what the room stands on. Nothing here knows HTTP or JSON bodies; the API's
 * rooms above turn outcomes into problems.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/crypto/crypto.h"
#include "server/keys/keys.h"
#include "server/store/accounts.h"
#include "server/store/sessions.h"

enum {
	AUTH_CHALLENGE_MS = 5 * 60 * 1000,
	AUTH_TOKEN_MS = 10 * 60 * 1000,
	AUTH_IDLE_MS = 30 * 60 * 1000,
	AUTH_SESSION_MS = 12 * 60 * 60 * 1000,
	AUTH_RETRY_MS = 30 * 1000, /* a lost refresh answer is recomputed that long */
	AUTH_MISSES_MAX = 5,
	AUTH_PROOF_MS = 60 * 1000, /* a DPoP proof's iat: that far off at most */
	AUTH_DUMMY_BYTES = 160,
};

struct password_list;

/* What the room stands on; all borrowed for as long as it is used. */
struct auth {
	struct keys *keys;
	struct str origin; /* "https://host:port": issuer, audience and start of every htu */
	struct password_cost cost;
	const struct password_list *passwords; /* leaked ones; NULL: no list was given */
	char dummy[AUTH_DUMMY_BYTES];	       /* a PHC string that no password fits */
	size_t dummy_len;
};

/* Makes the dummy hash, so that an unknown account costs what a known one does. */
MUST_CHECK int auth_init(struct auth *auth, struct keys *keys, struct str origin,
			 const struct password_cost *cost);

/* Whom a verified access token names. Plain values: may outlive the request. */
struct caller {
	int64_t account_no;
	int64_t facility_no;
	enum account_kind kind;
	int64_t epoch;
	unsigned char session_id[STORE_ID_BYTES];
	char thumbprint[THUMBPRINT_BYTES]; /* of its device; "" when the session has none */
	int64_t device_no;		   /* 0 until session_alive has read it */
	bool dpop; /* its facility asks for a proof of each call; read by session_alive too */
	bool must_change; /* session_alive: the password, before anything else */
	int64_t until_ms; /* the token's end; once session_alive has looked, the session's too */
};

/* "W", "WA", "mail", "operator": as hashed with the password and written into tokens. */
struct str account_kind_name(enum account_kind kind);
