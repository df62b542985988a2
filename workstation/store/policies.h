/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done with what a result tells, and what waits for somebody's word on it. chart 0 is the
 * facility. Faults and texts as in store.h.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/rules/policy.h"

/* POLICY_NONE where nobody has said. */
MUST_CHECK int store_policies_get(struct db *db, int64_t chart,
				  enum policy_choice ret_choices[CHART_FIELDS]);
/* POLICY_NONE takes it back. */
MUST_CHECK int store_policy_put(struct db *db, int64_t chart, enum chart_field field,
				enum policy_choice choice);

struct difference_told {
	enum chart_field field;
	struct str told, result_id;
	struct str from, to; /* of a 限度額; absent: not told */
};

/* One a field: a later result's takes the place of an earlier one's. */
MUST_CHECK int store_difference_put(struct db *db, int64_t chart,
				    const struct difference_told *difference);
MUST_CHECK int store_difference_remove(struct db *db, int64_t chart, enum chart_field field);
/* In the arena, by field; at most CHART_FIELDS. */
MUST_CHECK int store_differences_list(struct db *db, struct arena *arena, int64_t chart,
				      struct difference_told **ret_differences, size_t *ret_count);
