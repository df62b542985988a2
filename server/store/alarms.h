/* SPDX-License-Identifier: Apache-2.0 */
/* alarm: what the operator is told at once. One row for each kind and subject, with counts. */
#pragma once

#include "server/store/store.h"

struct store_alarm {
	int64_t kind;	     /* server/alarm's */
	int64_t facility_no; /* 0: of none */
	int64_t account_no;  /* 0: of none */
	int64_t first_ms;
	int64_t last_ms;
	int64_t n;	 /* events so far, or the height of what has one */
	int64_t told;	 /* n when it was last told */
	int64_t told_ms; /* 0: never */
};

/* n more. first_ms: now; the counts of telling are the store's. */
MUST_CHECK int store_alarm_add(struct db *db, const struct store_alarm *alarm);
/* n now, higher or lower than it was; nothing is written when it is the same. */
MUST_CHECK int store_alarm_set(struct db *db, const struct store_alarm *alarm);

/* One with more than was told, not told since now_ms - window_ms. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_alarm_due(struct db *db, int64_t now_ms, int64_t window_ms,
			       struct store_alarm *ret_alarm);
/* All of n is told. Outcome: STORE_STALE (another process told it). */
MUST_CHECK int store_alarm_told(struct db *db, const struct store_alarm *alarm, int64_t now_ms);

/* Those go that were told, and that nothing was added to since before_ms. Faults only. */
MUST_CHECK int store_alarms_purge(struct db *db, int64_t before_ms);

enum { STORE_ALARMS_MAX = 100 };
/* The newest first. */
MUST_CHECK int store_alarms_list(struct db *db, struct arena *arena,
				 struct store_alarm **ret_alarms, size_t *ret_count);
