/* SPDX-License-Identifier: Apache-2.0 */
/* Who a result could be about, among the charts that are here. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/rules/candidates.h"
#include "workstation/rules/matching.h"

struct found {
	struct candidate *candidates; /* strongest first */
	size_t count;		      /* <= CANDIDATES_MAX */
	struct match match;
};

/*
 * Look among the charts and decide, as a synchronisation does; also for a result that waits, since
 * charts may have come and gone. In the arena. Faults: those of the store, -ENOMEM.
 */
MUST_CHECK int find_match(struct db *db, struct arena *arena, const struct result *result,
			  struct found *ret_found);
