/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 翌月末: when a month of results is over. Every query stops at that instant by the calendar
 * (lib/base/period.h). This room does the rest: the month's key is destroyed, which makes its
 * results unreadable in every copy and backup; then the rows go, piece by piece, and with them
 * patients who have neither a result nor a 照会番号.
 *
 * A wrong clock must not destroy anything: keys die only after the wall clock has stood past the
 * boundary, in agreement with the monotonic one, for RETENTION_AGREED_MS.
 *
 * The functions named retention_… with (ctx, db, arena, now_ms) are tasks of server/tasks.
 */
#pragma once

#include "lib/base/clock_watch.h"
#include "server/keys/keys.h"
#include "server/store/results.h"

enum {
	RETENTION_MONTHS_MAX = 64,
	RETENTION_AGREED_MS = 60 * 60 * 1000,
	RETENTION_ROWS = 1000,	/* per transaction */
	RETENTION_PIECES = 100, /* transactions a turn */
};

/* What the tasks stand on, and since when the clock is believed. Used by one thread. */
struct retention {
	struct keys *keys;
	const struct clock *clock;
	struct clock_watch watch;
	bool waiting;	       /* for the hour to pass */
	int month_open;	       /* what was open when the hour began */
	int64_t since_mono_ms; /* when it began */
};

void retention_init(struct retention *retention, struct keys *keys, const struct clock *clock);

/* The keys of this month and the next, unless they are there; token keys that are done with go. */
MUST_CHECK int retention_keys_make(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);

/* Take up keys that came, drop those that another process has destroyed; in every process. */
MUST_CHECK int retention_keys_follow(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);

/*
 * Destroy the keys of the months that are over, each between two audit rows (month_key_destroy:
 * begun, ok; n: yyyymm), then forget a bounded number of their rows, each piece with its audit row
 * (results_forget, n: how many).
 */
MUST_CHECK int retention_forget(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);

struct retention_due {
	int months[RETENTION_MONTHS_MAX]; /* as in lib/base/period.h, rising */
	size_t count;
};

/* The closed months at now_ms that hold rows. Faults only. */
MUST_CHECK int retention_due(struct db *db, int64_t now_ms, struct retention_due *ret_due);
