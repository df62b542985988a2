/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: what its files share. */
#pragma once

#include <openssl/asn1.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "lib/pki/pki.h"

enum { PKI_POLICIES_MAX = 16 };

struct pki_anchors {
	X509_STORE *store; /* the roots and nothing else; time is not its business */
	ASN1_OBJECT *policies[PKI_POLICIES_MAX];
	size_t policies_count;
};

struct pki_certificate {
	X509 *leaf;
	X509 *issuer;
	struct pki_facts facts;
	char *ocsp_url;
};

/* Another one of the same; what was checked is shared. Fault: -ENOMEM. */
MUST_CHECK int pki_certificate_copy(const struct pki_certificate *certificate,
				    struct pki_certificate **ret_copy);

/* Is it valid at this moment? Writes standing and grace_until_ms. Outcomes: PKI_NOT_YET,
 * PKI_EXPIRED. */
MUST_CHECK int pki_time_check(struct pki_facts *facts, int64_t at_ms);

/* An X.509 time. False: not one. */
bool pki_time_ms(const ASN1_TIME *time, int64_t *ret_ms);

/* A store that trusts these roots at any time; the caller fills it. NULL: no memory. */
X509_STORE *pki_store_create(void);
