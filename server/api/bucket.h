/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Token buckets: so many calls at once, so many a minute. A table of fixed size on the heap: when
 * it is full, the bucket that is fullest is forgotten, for it would allow the most anyway.
 *
 * They shield the service from floods and are forgotten with the process; what must outlive it -
 * failed logins - is counted in the store (server/auth, lanes).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/base/fault.h"

struct buckets;

struct bucket_rule {
	int64_t burst;	    /* calls at once; 0: no limit */
	int64_t per_minute; /* 1…; calls in the long run */
};

/* One bucket that a call draws on. */
struct bucket_claim {
	uint64_t key; /* bucket_key */
	struct bucket_rule rule;
};

/* slots: how many buckets are remembered, rounded up to a power of two. Fault: -ENOMEM. */
MUST_CHECK int buckets_create(struct buckets **ret_buckets, size_t slots);
void buckets_destroy(struct buckets *buckets); /* accepts NULL */
DEFINE_AUTO_POINTER(struct buckets, buckets_destroy)

/* Of what kind (a number of the caller's) and whose: differs from process to process. */
uint64_t bucket_key(const struct buckets *buckets, int kind, uint64_t whose);

enum bucket_outcome {
	BUCKET_EMPTY = 1, /* one of them; nothing was taken from any */
};

/*
 * Take one from each. now_ms is monotonic. Outcome: BUCKET_EMPTY, and after *ret_wait_ms (≥ 1) the
 * first that was empty will have one. Any thread.
 */
MUST_CHECK int buckets_take(struct buckets *buckets, const struct bucket_claim *claims,
			    size_t claims_count, int64_t now_ms, int64_t *ret_wait_ms);
