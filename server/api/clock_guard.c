/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/clock_guard.h"

#include "server/store/audit.h"

void clock_guard_init(struct clock_guard *guard, const struct clock *clock)
{
	guard->clock = clock;
	guard->watch = clock_watch_begin(clock);
	atomic_store(&guard->head_ms, 0);
}

int clock_guard_follow(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	struct clock_guard *guard = ctx;
	struct store_audit_head head = {0};
	(void)now_ms;
	int r = store_audit_head_last(db, arena, &head);
	if (r < 0)
		return PASS(r);
	if (r == 0)
		atomic_store(&guard->head_ms, head.at_ms);
	return 0;
}

bool clock_guard_agrees(const struct clock_guard *guard)
{
	int64_t behind_ms = atomic_load(&guard->head_ms) - clock_now_ms(guard->clock);
	return behind_ms <= CLOCK_WATCH_OFF_MS && clock_watch_agrees(&guard->watch, guard->clock);
}
