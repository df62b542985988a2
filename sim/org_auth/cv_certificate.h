/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The card-verifiable certificate of the SIMULATED 特定機関認証: the form seen on real cards
 * (5F4E: issuer 16 ‖ subject 16 ‖ 90 exponent ‖ 91 modulus; 5F37: signature over it), filled by our
 * own rules: RSA-2048, SHA-256, PKCS#1 v1.5, signed by the organisation's key itself.
 */
#pragma once

#include <openssl/evp.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

enum {
	CV_NAME_BYTES = 16,
	CV_MODULUS_BYTES = 256,
	CV_SIGNATURE_BYTES = 256,
	CV_BODY_BYTES = 2 * CV_NAME_BYTES + 5 + 4 + CV_MODULUS_BYTES,
	CV_BYTES = 5 + CV_BODY_BYTES + 5 + CV_SIGNATURE_BYTES, /* 563, as the card takes it */
};

enum cv_outcome {
	CV_REFUSED = 1, /* not of this form, or not signed by this issuer */
};

/* The certificate of an RSA-2048 key, by itself. Faults: -EIO, -EINVAL (another key), -ENOMEM. */
MUST_CHECK int cv_encode(struct arena *arena, EVP_PKEY *key, struct str *ret_certificate);

/*
 * The public key inside, owned by the caller, when issuer signed it. Outcome: CV_REFUSED.
 * Fault: -EIO.
 */
MUST_CHECK int cv_decode(struct str certificate, EVP_PKEY *issuer, EVP_PKEY **ret_key);

/* RSA, SHA-256, PKCS#1 v1.5 over message: what the organisation signs. Faults: -EIO, -ENOMEM. */
MUST_CHECK int cv_sign(struct arena *arena, EVP_PKEY *key, struct str message,
		       struct str *ret_signature);

/* Outcome: CV_REFUSED. Fault: -EIO. */
MUST_CHECK int cv_verify(EVP_PKEY *key, struct str message, struct str signature);
