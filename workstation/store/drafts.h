/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody has typed into a form of the page and not yet saved: it outlives a lock, a power
 * cut, a restart, sealed like everything else here. Faults and texts as in store.h.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"

enum { STORE_DRAFTS_MAX = 50 }; /* kept; the oldest make room */

struct draft {
	struct str key;	   /* of the form: "chart/12" */
	struct str staff;  /* who typed last */
	int64_t at_ms;	   /* and when */
	struct str values; /* as the page wrote them */
};

/* In the place of what was kept under its key; values absent: it is forgotten. */
MUST_CHECK int store_draft_put(struct db *db, const struct draft *draft);
/* Older ones are forgotten first; then each, newest first, its texts until it returns. */
MUST_CHECK int store_drafts_each(struct db *db, int64_t since_ms,
				 int (*each)(void *ctx, const struct draft *draft), void *ctx);
