/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lane: some threads, a bounded queue, and one thing of each thread's own (a connection, a hash
 * context). A full queue is an outcome, so that the door can say 503 instead of stalling.
 */
#pragma once

#include <stddef.h>

#include "lib/base/fault.h"

struct pool;

enum pool_outcome {
	POOL_FULL = 1,
};

struct pool_options {
	const char *name; /* shown by ps and gdb; at most 15 bytes */
	size_t threads;	  /* 1..64 */
	size_t queue_max; /* jobs waiting, not counting those running; ≥ 1 */
	/* Each thread's own thing, made on that thread; both may be NULL. */
	int (*worker_open)(void *ctx, void **ret_worker);
	void (*worker_close)(void *ctx, void *worker);
	void *ctx;
};

/*
 * Start the threads (with all signals blocked) and wait until each has opened its own thing.
 * Faults: that of worker_open, -EAGAIN, -ENOMEM; then nothing runs any more.
 */
MUST_CHECK int pool_create(struct pool **ret_pool, const struct pool_options *options);

/* Finishes what is queued, joins the threads, frees. Accepts NULL. */
void pool_destroy(struct pool *pool);

/*
 * Run run(job, worker) on some thread, once. job is the caller's until run is called.
 * Outcome: POOL_FULL, then run is never called.
 */
MUST_CHECK int pool_submit(struct pool *pool, void (*run)(void *job, void *worker), void *job);
