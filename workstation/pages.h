/* SPDX-License-Identifier: Apache-2.0 */
/* What the workstation shows, as text on standard output; pages in a browser come later. */
#pragma once

#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/desk/sync.h"

enum pages_outcome {
	PAGES_CHART_UNKNOWN = 1,
};

void pages_report(const struct sync_report *report);
MUST_CHECK int pages_charts(struct db *db);
/* Outcome: PAGES_CHART_UNKNOWN. */
MUST_CHECK int pages_chart(struct db *db, int64_t number);
/* Every result that came in, older first, and what became of it. */
MUST_CHECK int pages_results(struct db *db);
/* Open decisions with their candidates, and numbers that are not registered yet. */
MUST_CHECK int pages_pending(struct db *db);
