/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the wall clock to be believed? It must agree with the monotonic one since the start, and not
 * be behind the last signed head of the trail, whoever signed that: a clock that was set back would
 * let codes and tokens live again, and write rows before others. By CLOCK_WATCH_OFF_MS in both: the
 * clocks of two hosts differ too. Without belief nothing is recorded and no token is given.
 */
#pragma once

#include <stdatomic.h>

#include "lib/base/arena.h"
#include "lib/base/clock_watch.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"

struct clock_guard {
	const struct clock *clock; /* borrowed */
	struct clock_watch watch;
	atomic_int_fast64_t head_ms; /* of the last head that was seen; 0: none */
};

void clock_guard_init(struct clock_guard *guard, const struct clock *clock);

/* A task of server/tasks, in every process; ctx is a struct clock_guard. Also before the start. */
MUST_CHECK int clock_guard_follow(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);

/* Any thread. */
bool clock_guard_agrees(const struct clock_guard *guard);
