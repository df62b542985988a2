/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DPoP (RFC 9449): a request proves that it comes from the device that holds a key. Our claim
 * body_sha256 binds the request's body too, where the call asks for it.
 */
#pragma once

#include "server/auth/auth.h"

enum dpop_outcome {
	DPOP_REFUSED = 1, /* absent, malformed, late, for another request, not signed by its jwk */
};

struct dpop_request {
	struct str proof;	 /* the header's text; absent: refused */
	struct str method;	 /* "POST" */
	struct str path;	 /* as sent; behind the origin it is the htu */
	struct str body;	 /* absent: body_sha256 is not asked for */
	struct str access_token; /* absent: there is none, and ath is not asked for */
};

struct dpop_proof {
	char thumbprint[THUMBPRINT_BYTES];
	unsigned char spent[STORE_DIGEST_BYTES]; /* what makes this proof good for once */
	int64_t until_ms;			 /* when it need not be remembered any more */
};

/* Outcome: DPOP_REFUSED. That the proof is not used twice is the commit's: dpop_spend. */
MUST_CHECK int dpop_verify(const struct auth *auth, struct arena *arena,
			   const struct dpop_request *request, int64_t now_ms,
			   struct dpop_proof *ret_proof);

/* In the transaction of what it proves. Outcome: DPOP_REFUSED (it was used before). */
MUST_CHECK int dpop_spend(struct db *db, const struct dpop_proof *proof);
