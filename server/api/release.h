/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replies that leave by the clock instead of when they are ready: at the next multiple of 50 ms
 * after their own arrival, so that the work behind them cannot be measured. One thread of its own
 * waits for all of them; none of those that work does.
 */
#pragma once

#include <stdint.h>

#include "lib/web/web.h"

enum {
	RELEASE_GRID_MS = 50,
};

struct release;

/* One reply that waits; the caller's memory, in the exchange's arena. */
struct release_wait {
	struct web_exchange *exchange;
	int64_t due_ms;
	struct release_wait *next;
};

/* Faults: -ENOMEM, -EAGAIN. */
MUST_CHECK int release_create(struct release **ret_release);

/* Everything that waits leaves now. Accepts NULL. */
void release_destroy(struct release *release);

/*
 * web_finish(exchange) at the next multiple of 50 ms after arrived_ms (monotonic, by the system's
 * clock), on the release's thread. Any thread may ask. wait is the release's until then.
 */
void release_at(struct release *release, struct release_wait *wait, struct web_exchange *exchange,
		int64_t arrived_ms);
