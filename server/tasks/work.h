/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Background work: one thread with a connection of its own that runs small tasks when they are due.
 *
 * A task runs in one process at a time: in the one that holds its lease, a row of the store. Tasks
 * marked everywhere look after this process itself and run in each. A task that faults is logged
 * and comes again at its next turn; a process that dies leaves its leases to others within
 * WORK_LEASE_MS. Tasks are bounded: what is large is done a piece a turn.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "lib/log/log.h"

struct work;

enum {
	WORK_TASKS_MAX = 24,
	WORK_TICK_MS = 500, /* how often the thread looks for what is due */
	WORK_LEASE_MS = 2 * 60 * 1000,
};

struct work_task {
	const char *name; /* of the lease and in the log: a literal */
	int64_t every_ms; /* by the monotonic clock; the first turn comes at once */
	bool everywhere;
	/* Autocommit connection; arena is cleared after the turn. 0 or a fault. */
	int (*run)(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);
	void *ctx;
};

struct work_options {
	struct db_options db;
	const struct clock *clock;     /* borrowed */
	const struct log *log;	       /* borrowed */
	const struct work_task *tasks; /* copied; at most WORK_TASKS_MAX */
	size_t tasks_count;
	bool thread; /* false: only work_run_once does anything (tests) */
};

MUST_CHECK int work_create(struct work **ret_work, const struct work_options *options);

/* Waits for the running turn; no other comes. Accepts NULL. */
void work_stop(struct work *work);

/* work_stop, then gives the leases back. Accepts NULL. */
void work_destroy(struct work *work);
DEFINE_AUTO_POINTER(struct work, work_destroy)

/*
 * One turn of every task, due or not, on the caller's thread; without a thread of its own only.
 * Faults: the first one of a task; the others have had their turn.
 */
MUST_CHECK int work_run_once(struct work *work);
