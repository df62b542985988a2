/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Retention: results, changes and closed charts that nobody has seen for so many years are
 * forgotten, and one row says that they were. Charts that are in use stay, whatever their age; so
 * does a result that waits for a decision.
 */
#pragma once

#include "workstation/desk/journal.h"

enum {
	PURGE_YEARS = 5, /* unless the facility has set another number */
	PURGE_YEARS_MIN = 1,
	PURGE_YEARS_MAX = 30,
};

/* The setting's name in store/settings.h; a number of years. */
#define PURGE_SETTING "retention_years"

struct purge_report {
	int years; /* by which it was judged */
	int64_t results, charts, changes;
};

/* In one transaction of its own. Faults: those of the store. */
MUST_CHECK int purge_run(struct db *db, const struct actor *actor, struct purge_report *ret_report);
