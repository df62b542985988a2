/* SPDX-License-Identifier: Apache-2.0 */
/* A service's signing key, for results that come with their proof. */
#pragma once

#include "lib/crypto/crypto.h"
#include "lib/wire/wire.h"

struct proven {
	struct signing_key *key; /* proven_clear */
	struct str kid, jwks;	 /* in the arena */
};

/* A key of its own. Faults: those of lib/crypto, -ENOMEM. */
MUST_CHECK int proven_make(struct arena *arena, struct proven *ret_proven);
void proven_clear(struct proven *proven);

/* The result as one line with its proof, as shk_result_entry gives it; result->proof is not looked
 * at. */
MUST_CHECK int proven_entry(struct arena *arena, const struct proven *proven, struct str facility,
			    const struct wire_result *result, struct str *ret_entry);
