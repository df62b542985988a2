/* SPDX-License-Identifier: Apache-2.0 */
/* Charts that could be a result's person's, found through indexes whatever their number. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/rules/candidates.h"

/*
 * Each chart that has the told 照会番号 (itself, or of a chart merged into it), birth date or
 * member key, by rising number; whether it fits is for the rules to say. The chart's texts live
 * until each returns. each answers 0 to go on; what else it answers is passed on. Faults are those
 * of lib/db, -ENOMEM.
 */
MUST_CHECK int store_alike_each(struct db *db, const struct candidate_told *told,
				int (*each)(void *ctx, const struct candidate_chart *chart),
				void *ctx);
