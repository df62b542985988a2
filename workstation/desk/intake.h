/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it means that a result belongs to a chart: its insurance is taken in, its number is to be
 * registered. The same whether a rule decided it (sync.c) or somebody at the desk (settle.c).
 * All inside the caller's transaction. Faults: those of the store, -ENOMEM.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/rules/charts.h"
#include "workstation/rules/matching.h"

/* The result's insurance becomes the chart's, when it is newer; *ret_appended: it followed one. */
MUST_CHECK int intake_insurance(struct db *db, struct arena *arena, const struct result *result,
				int64_t chart, bool *ret_appended);

/*
 * 新規カルテ. A result without 照会番号 gives the chart its own number as one, to be registered; a
 * result with one gives that to the chart: the service holds it already, and later results carry
 * it.
 */
MUST_CHECK int intake_chart(struct db *db, struct arena *arena, const struct result *result,
			    int64_t *ret_chart);

/* The result has been seen, and what became of it. */
MUST_CHECK int intake_mark(struct db *db, const struct result *result, const struct match *match);
