/* SPDX-License-Identifier: Apache-2.0 */
/* What calls met, and the clock. */
#include "server/alarm/watch.h"

/* Some events are everyday things, and alarming by their number only. */
static int burst_note(struct db *db, struct alarm_burst *burst, const struct alarm *alarm,
		      int64_t most, int64_t mono_ms, int64_t now_ms)
{
	if (mono_ms - burst->begun_ms >= ALARM_MINUTE_MS)
		*burst = (struct alarm_burst){.begun_ms = mono_ms};
	burst->count += alarm->n;
	if (burst->count < most)
		return 0;
	struct alarm raised = {.kind = alarm->kind, .n = burst->count};
	burst->count = 0;
	int r = alarm_raise(db, &raised, now_ms);
	return r ? PASS(r) : 0;
}

static int item_note(struct alarm_watch *watch, struct db *db, const struct alarm *alarm,
		     int64_t now_ms)
{
	int64_t mono_ms = clock_mono_ms(watch->clock);
	const struct config *config = watch->config;
	int r;
	if (alarm->kind == ALARM_LOGIN_FAILURES)
		r = burst_note(db, &watch->failures, alarm, config->alarms.failures_per_minute,
			       mono_ms, now_ms);
	else if (alarm->kind == ALARM_OCSP_DOWN)
		r = burst_note(db, &watch->ocsp, alarm, config->alarms.ocsp_per_minute, mono_ms,
			       now_ms);
	else
		r = alarm_raise(db, alarm, now_ms);
	return r ? PASS(r) : 0;
}

/* Once a minute as long as it lasts. */
static int clock_look(struct alarm_watch *watch, struct db *db, int64_t now_ms)
{
	int64_t mono_ms = clock_mono_ms(watch->clock);
	if (watch->clock_agrees(watch->clock_ctx)) {
		watch->clock_told_ms = 0;
		return 0;
	}
	if (watch->clock_told_ms && mono_ms - watch->clock_told_ms < ALARM_MINUTE_MS)
		return 0;
	watch->clock_told_ms = mono_ms;
	int r = alarm_raise(db, &(struct alarm){.kind = ALARM_CLOCK_OFF, .n = 1}, now_ms);
	return r ? PASS(r) : 0;
}

int alarm_gather(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	struct alarm_watch *watch = ctx;
	struct alarm items[ALARM_INBOX_MAX];
	(void)arena;
	size_t count = alarm_inbox_take(watch->inbox, items);
	for (size_t i = 0; i < count; i++) {
		int r = item_note(watch, db, &items[i], now_ms);
		if (r)
			return PASS(r);
	}
	int r = clock_look(watch, db, now_ms);
	return r ? PASS(r) : 0;
}
