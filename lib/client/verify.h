/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this result the service's own? Offline: with the bytes that were kept, their proof, and the
 * service's public keys. No network, no clock, no session.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/record/record.h"

enum verify_outcome {
	VERIFY_REFUSED = 1,    /* changed, forged, no proof of ours, or of another facility */
	VERIFY_KEY_UNKNOWN,    /* signed by a key that the keys do not have: get them anew */
	VERIFY_KEYS_MALFORMED, /* no JWKS */
};

/*
 * result: {"XmlMsg":…} byte by byte; proof: the detached JWS; jwks: as GET /v1/jwks gave it.
 * facility: the only code that will do; absent: any. *ret_proof: what the service vouches for, in
 * the arena. Outcomes: enum verify_outcome.
 */
MUST_CHECK int verify_result(struct arena *arena, struct str jwks, struct str result,
			     struct str proof, struct str facility, struct record_proof *ret_proof);

/*
 * The same for a whole entry of a download (wire_result_encode): what stands beside the result
 * must agree with its proof too, but for the 照会番号, which is registered later.
 */
MUST_CHECK int verify_entry(struct arena *arena, struct str jwks, struct str entry,
			    struct str facility, struct record_proof *ret_proof);
