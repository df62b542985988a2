/* SPDX-License-Identifier: Apache-2.0 */
/* Openings: one operator asks to see a facility's results, another one lets them, for a while. */
#pragma once

#include "server/store/store.h"

enum { STORE_OPENINGS_MAX = 100 };

struct store_opening {
	int64_t no;
	int64_t facility_no;
	int64_t asked_by;    /* an operator's account */
	int64_t approved_by; /* another's; 0: not yet */
	struct str reason;
	int64_t asked_ms;
	int64_t until_ms; /* open until then once approved; before, the question lapses then */
};

/* no is given by the store; approved_by starts at 0. */
MUST_CHECK int store_opening_add(struct db *db, const struct store_opening *opening,
				 int64_t *ret_no);
/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_opening_get(struct db *db, struct arena *arena, int64_t no,
				 struct store_opening *ret_opening);
/* The newest first, at most STORE_OPENINGS_MAX, with until_ms > after_ms. */
MUST_CHECK int store_openings_list(struct db *db, struct arena *arena, int64_t after_ms,
				   struct store_opening **ret_openings, size_t *ret_count);
/* Approved and not over, for this operator: who asked or who approved.
 * Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_opening_find(struct db *db, struct arena *arena, int64_t facility_no,
				  int64_t operator_no, int64_t now_ms,
				  struct store_opening *ret_opening);
/* Outcome: STORE_STALE (approved before, lapsed, or approved_by asked for it). */
MUST_CHECK int store_opening_approve(struct db *db, int64_t no, int64_t approved_by, int64_t now_ms,
				     int64_t until_ms);
/* It is over now. Outcome: STORE_STALE (it was over before). */
MUST_CHECK int store_opening_end(struct db *db, int64_t no, int64_t now_ms);
