/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A chart as somebody types it, and their word on what results told of it. Each in one transaction,
 * noted in the journal; where anything is to be put right, nothing is stored. Faults: those of the
 * store, -ENOMEM.
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/db/db.h"
#include "workstation/desk/journal.h"
#include "workstation/rules/candidates.h"
#include "workstation/rules/charts.h"
#include "workstation/rules/policy.h"
#include "workstation/store/expenses.h"

enum edit_outcome {
	EDIT_CHART_UNKNOWN = 1,
	EDIT_MOVED,	    /* changed since it was read: look at it again */
	EDIT_FIELDS,	    /* some are to be put right */
	EDIT_NOTHING_WAITS, /* no difference of this field waits for a word */
};

/* One sentence at one field: to be put right, or (a doubt) taken and told. */
struct edit_note {
	const char *field; /* "expense1_payer", …: as the page calls it */
	const char *text;  /* Japanese */
};

enum { EDIT_NOTES_MAX = 16 };

struct edit_notes {
	struct edit_note items[EDIT_NOTES_MAX];
	size_t count;
};

/* One more; what is over EDIT_NOTES_MAX is left out. Texts are constants. */
void edit_note_add(struct edit_notes *notes, const char *field, const char *text);

/*
 * chart.number 0: a new one. Of the chart name, kana, birth, sex, post, address, telephone, ratio,
 * notes, first_visit and version are taken; an empty text is nothing. Blank 公費 are left out.
 */
struct edit {
	struct chart chart;
	struct expense expenses[PUBLIC_EXPENSE_PLACES];
};

/* Pure: what is wrong and what is doubtful; also spells numbers in one way (in the arena). */
MUST_CHECK int edit_check(struct arena *arena, struct edit *edit, struct edit_notes *ret_wrong,
			  struct edit_notes *ret_doubts);

/* EDIT_FIELDS with *ret_wrong; done: *ret_number, and *ret_doubts, which were taken all the same.
 */
MUST_CHECK int edit_run(struct db *db, const struct actor *actor, struct edit *edit,
			int64_t *ret_number, struct edit_notes *ret_wrong,
			struct edit_notes *ret_doubts);

/* A spelling of the patient's name is remembered, or forgotten. */
MUST_CHECK int edit_alias(struct db *db, const struct actor *actor, int64_t chart,
			  const struct candidate_alias *alias, bool is_known);

/* From now on: of this patient, or with chart 0 of the facility. POLICY_NONE takes it back. */
MUST_CHECK int edit_policy(struct db *db, const struct actor *actor, int64_t chart,
			   enum chart_field field, enum policy_choice choice);

/* Take what a result told of a field, or leave it; and with a choice other than NONE, always. */
struct edit_word {
	int64_t chart;
	enum chart_field field;
	bool takes;
	enum policy_choice always;
};
MUST_CHECK int edit_settle(struct db *db, const struct actor *actor, const struct edit_word *word);
