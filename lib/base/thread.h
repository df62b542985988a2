/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Threads of a server: started with every signal blocked (signals are the main thread's business),
 * waking by the monotonic clock, which nobody sets.
 */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/fault.h"

/* name: at most 15 bytes, for ps and debuggers. Fault: what pthread_create says (-EAGAIN). */
MUST_CHECK int thread_start(pthread_t *ret_thread, const char *name, void *(*run)(void *ctx),
			    void *ctx);

/* A condition for wake_wait; pthread_cond_destroy ends it. */
void wake_init(pthread_cond_t *wake);

/*
 * Wait, holding lock, for a signal or until until_ms (clock_mono_ms of clock_system). False: the
 * time is over. True may come without a signal, as with every condition.
 */
bool wake_wait(pthread_cond_t *wake, pthread_mutex_t *lock, int64_t until_ms);

/* A thread that does one thing every so often, until it is stopped. */
struct ticker;

struct ticker_options {
	const char *name; /* as for thread_start */
	int64_t every_ms; /* between the end of one tick and the next */
	bool at_once;	  /* the first tick without waiting */
	/* A long tick asks ticker_is_ending now and then. */
	void (*tick)(void *ctx, struct ticker *ticker);
	void *ctx;
};

/* Faults: -ENOMEM, those of thread_start. */
MUST_CHECK int ticker_start(struct ticker **ret_ticker, const struct ticker_options *options);
bool ticker_is_ending(struct ticker *ticker);
/* Returns after the last tick; accepts NULL. Not from the tick itself. */
void ticker_stop(struct ticker *ticker);
