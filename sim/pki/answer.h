/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An OCSP responder without its network: a request in, a response out, honest or wrong in the way
 * a test asks for.
 */
#pragma once

#include <stdint.h>

#include "sim/pki/make.h"

enum { ANSWER_AUTHORITIES_MAX = 8 };

enum answer_status {
	ANSWER_GOOD,
	ANSWER_REVOKED,
	ANSWER_UNKNOWN,
};

/* What the authority says about one serial. */
struct answer {
	enum answer_status status;
	int reason; /* CRLReason, with ANSWER_REVOKED */
	int64_t revoked_ms;
};

enum answer_fault {
	ANSWER_HONEST,
	ANSWER_STALE,	      /* of yesterday */
	ANSWER_BAD_SIGNATURE, /* one bit of the signature is another */
	ANSWER_WRONG_NONCE,
	ANSWER_NO_NONCE,
	ANSWER_OTHER_SERIAL, /* about the next certificate */
};

/* Who signs for one root: the root itself, or a responder it has certified. */
struct answer_authority {
	X509 *root;
	X509 *signer;
	EVP_PKEY *signer_key;
};

struct answer_plan {
	struct answer_authority authorities[ANSWER_AUTHORITIES_MAX];
	size_t authorities_count;
	/* serial: hexadecimal as in struct pki_facts. */
	struct answer (*look_up)(void *ctx, const X509 *root, const char *serial);
	void *ctx;
	enum answer_fault fault;
	int64_t now_ms;
	int64_t valid_ms; /* to nextUpdate; 0: not said */
};

/*
 * Answer a request. A malformed one, or one about another root, is answered too: with the status
 * that says so. Faults: -ENOMEM, -EIO.
 */
MUST_CHECK int answer_make(struct arena *arena, const struct answer_plan *plan,
			   struct str request_der, struct str *ret_der);

/* A response of a status alone (OCSP_RESPONSE_STATUS_TRYLATER …). Faults: -ENOMEM, -EIO. */
MUST_CHECK int answer_refuse(struct arena *arena, int response_status, struct str *ret_der);
