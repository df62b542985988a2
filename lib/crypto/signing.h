/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: ES256 signatures as JOSE wants them, r ‖ s of 32 bytes each (RFC 7518 3.4). */
#pragma once

#include "lib/crypto/crypto.h"

enum { SIGNATURE_BYTES = 64 };

/* Fault: -EIO. */
MUST_CHECK int signature_make(const struct signing_key *key, struct str text,
			      unsigned char ret_signature[SIGNATURE_BYTES]);

/* Outcome CRYPTO_FORGED, also for another length. Fault: -ENOMEM. */
MUST_CHECK int signature_check(const struct verify_key *key, struct str text, struct str signature);
