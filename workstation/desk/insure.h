/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An insurance as somebody types it into a chart's history: one more, one that is put right, one
 * that has ended. In one transaction, noted in the journal; where anything is to be put right,
 * nothing is stored. Faults: those of the store, -ENOMEM.
 */
#pragma once

#include "workstation/desk/edit.h"

/*
 * Of the insurance insurer_number, insurer_name, symbol, number, branch, card_class, relation,
 * ratio, begins and closed_on (0: still open) are taken; an empty text is nothing. Its order says
 * which is put right; 0: one more.
 */
struct insure {
	int64_t chart, version; /* of the chart, as it was read */
	struct insurance insurance;
};

/* Pure: what is wrong and what is doubtful; also spells it in one way (in the arena). */
MUST_CHECK int insure_check(struct arena *arena, struct insurance *insurance,
			    struct edit_notes *ret_wrong, struct edit_notes *ret_doubts);

/*
 * One that was open ends the day before a later one begins. Outcomes: EDIT_CHART_UNKNOWN (or it has
 * no insurance of that order), EDIT_MOVED, EDIT_FIELDS with *ret_wrong (also: a later one is there
 * already, and this one has no end). Done: *ret_doubts, which were taken all the same.
 */
MUST_CHECK int insure_run(struct db *db, const struct actor *actor, const struct insure *insure,
			  struct edit_notes *ret_wrong, struct edit_notes *ret_doubts);
