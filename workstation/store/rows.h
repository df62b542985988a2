/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

/* Copy texts that point into a row over to the arena. Fault: -ENOMEM. */
MUST_CHECK int store_keep(struct arena *arena, struct str *const *texts, size_t count);

/*
 * The chart that has a 照会番号 and, where it was merged into another, those it became, as "held"
 * (number, state, next, steps). SQLite's CHART_MERGED is 1; a way longer than anybody merges ends.
 */
#define STORE_HELD(reference)                                                                      \
	"WITH RECURSIVE held (number, state, next, steps) AS (SELECT number, state, merged_into, " \
	"0"                                                                                        \
	" FROM chart WHERE reference = " reference " UNION ALL SELECT chart.number, chart.state,"  \
	" chart.merged_into, held.steps + 1 FROM held JOIN chart ON chart.number = held.next"      \
	" WHERE held.state = 1 AND held.steps < 32) "

/*
 * A reference that is no number counts as 0, one of more than 15 digits is none of ours. Indexed,
 * in these very words.
 */
#define STORE_REFERENCE_NUMBER \
	"CASE WHEN length(reference) <= 15 THEN CAST(reference AS INTEGER) ELSE 0 END"
