/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The *simulated* 特定機関認証: the public key of the organisation whose reader opened a card
 * without PIN. Test environment only; the real scheme is not public (facts: docs on 目視).
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/base/str.h"

struct pki_organisation;

/*
 * A SubjectPublicKeyInfo in DER with an RSA key of 2048 bits or more. Faults: -ENOENT (no such
 * file), that of open(2), -EINVAL (another content), -ENOMEM.
 */
MUST_CHECK int pki_organisation_load(const char *path, struct pki_organisation **ret_organisation);
void pki_organisation_destroy(struct pki_organisation *organisation); /* accepts NULL */
DEFINE_AUTO_POINTER(struct pki_organisation, pki_organisation_destroy)

enum pki_organisation_outcome {
	PKI_ORGANISATION_REFUSED = 1,
};

/*
 * signature: RSA, SHA-256, PKCS#1 v1.5 over the 32 bytes of digest (the same the card signs).
 * Outcome: PKI_ORGANISATION_REFUSED. Fault: -EIO.
 */
MUST_CHECK int pki_organisation_check(const struct pki_organisation *organisation,
				      const unsigned char digest[32], struct str signature);
