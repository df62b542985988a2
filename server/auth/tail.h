/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What other processes have ended, learned from the change table twice a second by a thread with a
 * connection of its own. A cache that is not kept true by it must not be believed: after
 * TAIL_STALE_MS without a good reading, tail_is_fresh says no, and calls on tokens are refused.
 */
#pragma once

#include "lib/base/clock.h"
#include "lib/log/log.h"
#include "server/auth/cache.h"

enum {
	TAIL_EVERY_MS = 500,
	TAIL_STALE_MS = 5000,
};

struct tail;

struct tail_options {
	struct db_options db;
	struct token_cache *cache; /* outlives the tail; so does log */
	struct clock clock;	   /* tells the age of a reading */
	const struct log *log;
	/* Somebody may have committed something since the last reading; on the reading thread. May
	 * be NULL. */
	void (*moved)(void *ctx);
	void *ctx;
	bool by_hand; /* no thread: for tests, which call tail_poll */
};

/* Reads once before it returns: a service that cannot does not start. Faults: of db, -EAGAIN. */
MUST_CHECK int tail_create(struct tail **ret_tail, const struct tail_options *options);
void tail_destroy(struct tail *tail); /* joins the thread; accepts NULL */

/* One reading, now. Any thread. Faults: of db; the next reading opens a new connection. */
MUST_CHECK int tail_poll(struct tail *tail);

/* Any thread; costs no lock. */
bool tail_is_fresh(const struct tail *tail);
