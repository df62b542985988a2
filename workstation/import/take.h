/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One row that was read becomes a chart, or meets the one that is there. Nobody is made twice: the
 * same number, or the same birth date with the same name or kana, is the same person.
 */
#pragma once

#include "workstation/desk/step.h"
#include "workstation/import/row.h"

enum import_fate {
	IMPORT_MADE,	/* a new chart */
	IMPORT_KNOWN,	/* the person has one, and nothing was to be done */
	IMPORT_FILLED,	/* it lacked something that the row has */
	IMPORT_REFUSED, /* with a note why */
	IMPORT_FATES,
};

struct import_wish {
	bool dry;   /* judge only: nothing is stored */
	bool fills; /* what a chart lacks is taken from the row; what it has always stays */
};

/*
 * Inside the step's transaction, in the journal. A row with wrong notes is refused as it is. Texts
 * of notes lie in the step's arena. Faults: the store's, -ENOMEM.
 */
MUST_CHECK int import_take(const struct step *step, const struct import_row *row,
			   const struct import_wish *wish, enum import_fate *ret_fate,
			   struct import_notes *notes);
