/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 照会番号 that the service did not take (numbers.h): somebody at the desk says which one counts.
 * In one transaction, noted in the journal. Faults: those of the store, -ENOMEM.
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/desk/journal.h"

enum conflict_word {
	CONFLICT_TAKE_HELD, /* the service's number becomes the chart's; nothing is sent */
	CONFLICT_REPLACE,   /* ours replaces the one that the service holds; sent anew */
	CONFLICT_NEXT,	    /* the chart gets the next free number; sent anew */
	CONFLICT_LEAVE,	    /* nothing more is sent; the chart keeps its number */
};

enum conflict_outcome {
	CONFLICT_GONE = 1, /* nothing of this result waits for a word */
	CONFLICT_TAKEN,	   /* TAKE_HELD: another chart here has that number */
	CONFLICT_NO_HELD,  /* TAKE_HELD, REPLACE: the service did not say what it holds */
};

MUST_CHECK int conflict_settle(struct db *db, const struct actor *actor, struct str result_id,
			       enum conflict_word word);
