/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 特定機関認証: the organisation shows itself to the card, and the card's key works without a PIN
 * (目視: a person compared face and photograph first; 公的個人認証法 38条の2).
 *
 * The real exchange is disclosed by J-LIS under agreement and is not public. What is here is the
 * shape that public observation supports; the only implementation of the table is the *simulated*
 * profile in sim/org_auth, which works only with cards and services of the test environment.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/card/apdu.h"

enum { ORG_AUTH_CHALLENGE_BYTES = 32 };

struct org_auth {
	/* Sent to the service beside the proof, so that it knows what it must not believe. */
	struct str profile;
	/* The organisation's CV certificate as the card takes it. Fault: -EIO, -ENOMEM. */
	int (*certificate)(void *ctx, struct arena *arena, struct str *ret_certificate);
	/*
	 * Sign message with the organisation's key: the card's challenge, or the digest that goes
	 * to the service as organisation_proof. Faults: -EIO, -ENOMEM.
	 */
	int (*sign)(void *ctx, struct arena *arena, struct str message, struct str *ret_signature);
	void *ctx;
};

enum org_auth_outcome {
	ORG_AUTH_CARD_GONE = CARD_GONE,
	ORG_AUTH_CARD_RESET = CARD_RESET,
	ORG_AUTH_CARD_TIMEOUT = CARD_TIMEOUT,
	ORG_AUTH_MALFORMED = APDU_MALFORMED,
	ORG_AUTH_REFUSED = 32, /* the card does not trust this organisation, or not this proof */
};

/*
 * Open the selected JPKI application's key for one session of the card: load the certificate, take
 * the card's challenge, answer it. Outcomes: enum org_auth_outcome. Faults: those of the table too.
 */
MUST_CHECK int org_auth_open(struct apdu_channel *channel, struct arena *arena,
			     const struct org_auth *org);
