/* SPDX-License-Identifier: Apache-2.0 */
/* カルテ. Faults and texts as in store.h. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/rules/charts.h"

/*
 * chart->number is not looked at. Without a reference the chart gets the next number and that as
 * its reference, never one that another chart has. With one it keeps it, and its number is the
 * reference's where that is a number and free: so a store that was lost comes back as it was.
 */
MUST_CHECK int store_chart_add(struct db *db, struct arena *arena, const struct chart *chart,
			       struct chart *ret_chart);
/* Outcome: STORE_ABSENT. */
MUST_CHECK int store_chart_get(struct db *db, struct arena *arena, int64_t number,
			       struct chart *ret_chart);
/* Outcome: STORE_ABSENT. */
MUST_CHECK int store_chart_of_reference(struct db *db, struct arena *arena, struct str reference,
					struct chart *ret_chart);
/* The same, or the chart that it was merged into, however often. Outcome: STORE_ABSENT. */
MUST_CHECK int store_chart_holder(struct db *db, struct arena *arena, struct str reference,
				  struct chart *ret_chart);
/* Every chart by rising number; each's texts live until it returns. each answers 0 to go on. */
MUST_CHECK int store_charts_each(struct db *db, int (*each)(void *ctx, const struct chart *chart),
				 void *ctx);

/*
 * Put the chart as it is now: all but number and reference; its version must still be the one that
 * was read, and rises where anything is other than it was. Outcome: STORE_MOVED (somebody else was
 * first; nothing is changed).
 */
MUST_CHECK int store_chart_update(struct db *db, struct arena *arena, const struct chart *chart);
/* What belongs to it has changed: another version of it. Outcome: STORE_MOVED, as above. */
MUST_CHECK int store_chart_touch(struct db *db, int64_t number, int64_t version);
/* A 有効 result of that time; an older one than is known changes nothing. No new version. */
MUST_CHECK int store_chart_confirmed(struct db *db, int64_t number, struct str confirmed_at);

/* Outcome: STORE_MOVED (another chart has it). */
MUST_CHECK int store_chart_reference_set(struct db *db, int64_t number, struct str reference);
/* The least number that neither is a chart's here nor comes before one. */
MUST_CHECK int store_reference_next(struct db *db, int64_t *ret_number);
