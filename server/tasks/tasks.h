/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Background work: one thread with a connection of its own that runs small tasks when they are due.
 *
 * A task runs in one process at a time: in the one that holds its lease, a row of the store. Tasks
 * marked everywhere look after this process itself and run in each. A task that faults is logged
 * and comes again at its next turn; a process that dies leaves its leases to others within
 * TASKS_LEASE_MS. Tasks are bounded: what is large is done a piece a turn.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "lib/log/log.h"

struct tasks;

enum {
	TASKS_MAX = 24,
	TASKS_TICK_MS = 500, /* how often the thread looks for what is due */
	TASKS_LEASE_MS = 2 * 60 * 1000,
};

struct task {
	const char *name; /* of the lease and in the log: a literal */
	int64_t every_ms; /* by the monotonic clock; the first turn comes at once */
	bool everywhere;
	/* Autocommit connection; arena is cleared after the turn. 0 or a fault. */
	int (*run)(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);
	void *ctx;
};

struct tasks_options {
	struct db_options db;
	const struct clock *clock; /* borrowed */
	const struct log *log;	   /* borrowed */
	const struct task *tasks;  /* copied; at most TASKS_MAX */
	size_t tasks_count;
	bool thread; /* false: only tasks_run_once does anything (tests) */
};

MUST_CHECK int tasks_create(struct tasks **ret_tasks, const struct tasks_options *options);

/* Waits for the running turn; no other comes. Accepts NULL. */
void tasks_stop(struct tasks *tasks);

/* tasks_stop, then gives the leases back. Accepts NULL. */
void tasks_destroy(struct tasks *tasks);
DEFINE_AUTO_POINTER(struct tasks, tasks_destroy)

/*
 * One turn of every task, due or not, on the caller's thread; without a thread of its own only.
 * Faults: the first one of a task; the others have had their turn.
 */
MUST_CHECK int tasks_run_once(struct tasks *tasks);
