/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: who changed what of a chart, when and why, with all of it before and after. A
 * picture of charts is one JSON text; putting it back makes them as they were. Faults and texts as
 * in store.h.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"

struct change {
	int64_t no; /* rising */
	int64_t at_ms;
	struct str staff;     /* who; "" for the program's own rules */
	struct str kind;      /* "edit", "link", "new", "merge", …: a word of desk/journal.h */
	struct str why;	      /* absent: not said */
	int64_t chart;	      /* whose change it is */
	int64_t other;	      /* the second chart of it; 0: none */
	struct str result_id; /* absent: none */
	struct str before, after;
	int64_t undoes, undone_by; /* changes; 0: none */
};

/*
 * Two charts (other 0: one), and of a result what became of it (absent: of all that are theirs), as
 * they stand. In the arena; the same state gives the same text.
 */
MUST_CHECK int store_picture_take(struct db *db, struct arena *arena, int64_t chart, int64_t other,
				  struct str result_id, struct str *ret_picture);

/*
 * Do two pictures show the same? The queue aside: that a number has been registered meanwhile, or
 * tried, is no change of the chart.
 */
bool store_picture_same(struct str a, struct str b);

/*
 * Make the charts of a picture as they were in it. A chart that is not in it is put away: its
 * number may be known at the service, and is never given again.
 */
MUST_CHECK int store_picture_put(struct db *db, int64_t chart, int64_t other, struct str picture);

/* no, undone_by are not looked at. */
MUST_CHECK int store_change_note(struct db *db, const struct change *change, int64_t *ret_no);
/* Outcome: STORE_ABSENT. */
MUST_CHECK int store_change_get(struct db *db, struct arena *arena, int64_t no,
				struct change *ret_change);
/* The last one that has not been undone about this result. Outcome: STORE_ABSENT. */
MUST_CHECK int store_change_of_result(struct db *db, struct arena *arena, struct str result_id,
				      struct change *ret_change);
MUST_CHECK int store_change_undone(struct db *db, int64_t no, int64_t by);
/* Of a chart (0: of all), newest first; each's texts live until it returns. */
MUST_CHECK int store_changes_each(struct db *db, int64_t chart, int64_t limit,
				  int (*each)(void *ctx, const struct change *change), void *ctx);
