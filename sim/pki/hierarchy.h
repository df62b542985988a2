/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The authorities of the test world and their files:
 *   anchors/test/auth/authca1..3.pem, policies.txt   what a service trusts
 *   ca/authca1..3, evilca, signca  .pem .key         who issues
 *   ocsp/authca1..3 .pem .key      who answers for each root: the first itself, the others by a
 *                                  delegated responder
 *   server-ca.pem server.pem server.key              TLS for localhost
 *   org/organisation.key .pub      the simulated 特定機関認証 (SPKI DER); the public half again
 *                                  as anchors/test/organisation.pub, where a service looks
 */
#pragma once

#include "sim/pki/folder.h"
#include "sim/pki/keys.h"
#include "sim/pki/make.h"

enum {
	HIERARCHY_GENERATIONS = 3,
	HIERARCHY_KEYS = 3 + 2 + 2 + 1, /* roots, responders, evil and sign, organisation */
};

struct hierarchy {
	struct make_pair auth[HIERARCHY_GENERATIONS]; /* oldest first, all of one name */
	struct make_pair evil;			      /* their name again, and a stranger's key */
	struct make_pair sign;
	EVP_PKEY *organisation;
};

/* Make and write all, with HIERARCHY_KEYS of the keys. Faults: those of make and folder. */
MUST_CHECK int hierarchy_make(struct hierarchy *hierarchy, struct keys *keys,
			      const struct folder *folder, int64_t now_ms);
/* Accepts a zeroed one. */
void hierarchy_clear(struct hierarchy *hierarchy);
