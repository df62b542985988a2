/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What belongs to a chart goes to another, or leaves it: for merging and unlinking. Inside the
 * caller's transaction and journal. Faults as in store.h.
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/db/db.h"

/*
 * Results, insurances (closed: the other's open one holds, where it has one), 公費 into free
 * places, spellings, numbers that wait for their registration. from becomes CHART_MERGED, its names
 * spellings of into.
 */
MUST_CHECK int store_hand_over(struct db *db, int64_t from, int64_t into);

/*
 * The insurance that only this result told the chart of is taken out of its history; when none is
 * open then, the last one is again. Call it while the result is still the chart's.
 */
MUST_CHECK int store_insurance_withdraw(struct db *db, int64_t chart, struct str result_id);

/* The result is nobody's and waits for a decision; what waited because of it does no more. */
MUST_CHECK int store_seen_release(struct db *db, int64_t chart, struct str result_id);
