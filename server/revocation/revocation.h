/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this certificate revoked? Asked of the authority's OCSP responder over HTTP, remembered for a
 * few minutes. Waits for the network, never longer than timeout_ms: called on the "net" lane, from
 * any number of its threads.
 */
#pragma once

#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/pki/pki.h"

struct revocation;

enum {
	REVOCATION_TTL_MS = 10 * 60 * 1000, /* a good answer is not kept longer than this */
	REVOCATION_CACHE_MAX = 4096,	    /* answers; older ones make room */
};

/* How a request reaches the responder. A zeroed one is libcurl; tests bring their own. */
struct revocation_transport {
	/*
	 * POST request (application/ocsp-request) to url, a C string, and give the body of a 200
	 * in arena, at most PKI_OCSP_RESPONSE_BYTES_MAX. Outcomes, with a word for the log in
	 * *ret_cause: REVOCATION_UNAVAILABLE, REVOCATION_UNTRUSTED (too long). Fault: -ENOMEM.
	 */
	int (*post)(void *ctx, const char *url, int64_t timeout_ms, struct str request,
		    struct arena *arena, struct str *ret_response, const char **ret_cause);
	void *ctx;
};

struct revocation_options {
	struct str ocsp_url;	   /* http:// or https://; empty: the one in the certificate */
	int64_t timeout_ms;	   /* for the whole exchange, > 0 */
	int64_t ttl_ms;		   /* 0: REVOCATION_TTL_MS; < 0: each is asked for */
	const struct clock *clock; /* outlives it */
	struct revocation_transport transport;
};

/* What is not surely good is refused; a later try helps with the second, seldom with the others. */
enum revocation_outcome {
	REVOCATION_REVOKED = 1,
	REVOCATION_UNAVAILABLE, /* no answer: down, slow, "try later", nowhere to ask */
	REVOCATION_UNTRUSTED,	/* an answer nobody can believe: forged, foreign, stale, no OCSP */
	REVOCATION_UNKNOWN,	/* the authority knows no such certificate */
};

/* What to say about it beyond the outcome: for the audit row, the metric and the log. */
struct revocation_answer {
	int64_t revoked_ms; /* 0: not revoked */
	int reason;	    /* enum pki_reason */
	const char *cause;  /* a word for the log: "good", "cached", "timeout", "silent", … */
};

/* Faults: -EINVAL (no such URL), -ENOMEM. The URL is copied. */
MUST_CHECK int revocation_create(const struct revocation_options *options,
				 struct revocation **ret_revocation);
/* Nobody is asking any more. Accepts NULL. */
void revocation_destroy(struct revocation *revocation);
DEFINE_AUTO_POINTER(struct revocation, revocation_destroy)

/*
 * 0: good. Outcomes: enum revocation_outcome. *ret_answer is written with every outcome.
 * Faults: -ENOMEM, -EIO.
 */
MUST_CHECK int revocation_check(struct revocation *revocation,
				const struct pki_certificate *certificate,
				struct revocation_answer *ret_answer);
