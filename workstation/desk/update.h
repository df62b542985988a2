/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a 有効 result tells of a chart's fields: taken, left, or kept for somebody's word, by the
 * policy of the patient and of the facility. Inside the caller's transaction and journal. Faults:
 * those of the store, -ENOMEM.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/rules/charts.h"
#include "workstation/rules/policy.h"
#include "workstation/store/policies.h"

/* What a result says of a field; told absent: nothing. Not for CHART_INSURANCE. */
struct difference_told update_told(const struct result *result, enum chart_field field);

/* What a chart holds of it. Not for CHART_INSURANCE. */
struct str update_held(const struct chart *chart, enum chart_field field);

/* Beside each other; a 限度額 of the same class for other days is another. Fault: -ENOMEM. */
MUST_CHECK int update_compare(struct arena *arena, const struct chart *chart,
			      const struct difference_told *told, enum difference *ret_difference);

/* How many fields wait for somebody's word, and whether a ratio or a limit changed. */
struct update_report {
	size_t asked;
	bool burden_changed;
};

/* Older than what the chart was last confirmed with: nothing happens. */
MUST_CHECK int update_fields(struct db *db, struct arena *arena, const struct result *result,
			     int64_t chart, struct update_report *ret_report);

enum update_outcome {
	UPDATE_CHART_UNKNOWN = 1,
	UPDATE_NOTHING_WAITS, /* for this field */
};

/* Somebody's word on a field that waits: take what was told, or leave it. */
MUST_CHECK int update_settle(struct db *db, struct arena *arena, int64_t chart,
			     enum chart_field field, bool take);
