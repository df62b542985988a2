/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who looks, and who tells: tasks of server/tasks, all with a struct alarm_watch for ctx.
 *
 * The trail is followed as it grows, in every process, and read again from its beginning a little
 * at a time by one: a row that does not fit the one before it is found within seconds when it is
 * new, within the walk's time when it is old.
 */
#pragma once

#include "server/alarm/alarm.h"
#include "server/store/audit.h"

enum {
	ALARM_MINUTE_MS = 60 * 1000,
	ALARM_HOUR_MS = 60 * 60 * 1000,
	ALARM_FACILITIES_MAX = 512, /* whose downloads are counted at one time */
};

/* Events of one kind within a minute. */
struct alarm_burst {
	int64_t begun_ms; /* monotonic */
	int64_t count;
};

/* One facility's results within an hour. */
struct alarm_bulk {
	int64_t facility_no; /* 0: free */
	int64_t begun_ms;
	int64_t results;
};

/* A place in the trail, and the hash of the row there. */
struct alarm_trail {
	struct store_audit_end ends[STORE_AUDIT_SLOTS_MAX];
	size_t count;
	bool begun;
};

struct alarm_watch {
	/* borrowed */
	const struct keys *keys;
	const struct config *config;
	const struct clock *clock;
	const struct log *log;
	struct alarm_inbox *inbox;
	bool (*clock_agrees)(const void *ctx);
	const void *clock_ctx;
	/* its own; of one thread */
	struct alarm_burst failures, ocsp;
	int64_t clock_told_ms; /* monotonic; 0: never */
	struct alarm_trail tail;
	struct store_audit_end walk; /* slot 0: before the first */
	struct alarm_bulk bulk[ALARM_FACILITIES_MAX];
};

/* Empty the inbox; look at bursts and at the clock. In every process, each second. */
MUST_CHECK int alarm_gather(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);

/* Follow the trail: downloads, 目視, and whether it holds together. In every process. */
MUST_CHECK int alarm_follow(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);

/* Read a piece of the old trail; look at lanes and at mail that was given up. */
MUST_CHECK int alarm_walk(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);

/* A line of the log and a mail to each operator's address for what is due. */
MUST_CHECK int alarm_tell(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);
