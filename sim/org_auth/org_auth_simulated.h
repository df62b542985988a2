/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIMULATED 特定機関認証 for the test environment. It proves nothing to a real card, and a service
 * whose anchors are the production ones refuses it. The real profile, when its specification is at
 * hand, is another filling of struct org_auth.
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/base/secret.h"
#include "lib/card/org_auth.h"

enum org_auth_simulated_outcome {
	ORG_AUTH_SIMULATED_KEY_REFUSED = 1, /* not an RSA-2048 private key in PEM */
};

struct org_auth_simulated;

/* From the organisation's private key. Outcome above; fault: -ENOMEM. */
MUST_CHECK int org_auth_simulated_create(struct str key_pem,
					 struct org_auth_simulated **ret_simulated);
void org_auth_simulated_destroy(struct org_auth_simulated *simulated);
DEFINE_AUTO_POINTER(struct org_auth_simulated, org_auth_simulated_destroy)

/*
 * The table, profile "simulated"; valid as long as simulated. Its signature is RSA, SHA-256,
 * PKCS#1 v1.5 over the message.
 */
struct org_auth org_auth_simulated_table(struct org_auth_simulated *simulated);
