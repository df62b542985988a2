/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the wall clock to be believed? It is compared with the monotonic clock since the watch began:
 * a step of more than five seconds, in either direction, is disagreement until the clock is set
 * back or the watch is begun again (a restart). Reading is free of side effects: any thread may.
 */
#pragma once

#include <stdbool.h>

#include "lib/base/clock.h"

enum { CLOCK_WATCH_OFF_MS = 5000 };

struct clock_watch {
	int64_t wall_ms, mono_ms; /* of one moment */
};

static inline struct clock_watch clock_watch_begin(const struct clock *clock)
{
	return (struct clock_watch){clock_now_ms(clock), clock_mono_ms(clock)};
}

/* How far the wall clock has moved ahead of the monotonic one (behind: < 0). */
static inline int64_t clock_watch_offset_ms(const struct clock_watch *watch,
					    const struct clock *clock)
{
	int64_t wall_ms = clock_now_ms(clock) - watch->wall_ms;
	return wall_ms - (clock_mono_ms(clock) - watch->mono_ms);
}

static inline bool clock_watch_agrees(const struct clock_watch *watch, const struct clock *clock)
{
	int64_t offset_ms = clock_watch_offset_ms(watch, clock);
	return offset_ms <= CLOCK_WATCH_OFF_MS && offset_ms >= -CLOCK_WATCH_OFF_MS;
}
