/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 照会番号 (seed 1.4.3): the facility's own number of a person. It belongs to facility and person,
 * so it survives a change of insurer and shows on earlier results too; where the operator numbers
 * by insurance (the setting reference.scope), to the person with one insurance.
 */
#pragma once

#include "server/audit/audit.h"
#include "server/eligibility/eligibility.h"

struct reference_change {
	unsigned char result_id[STORE_ID_BYTES]; /* one of the person's results */
	struct str number;			 /* absent: clear it */
	struct str expected;			 /* absent: none is expected */
};

struct reference_state {
	struct str number; /* absent: none */
	int64_t version;
	unsigned char item[AUDIT_ITEM_BYTES]; /* for the audit row, also when refused */
};

enum reference_outcome {
	REFERENCE_RESULT_UNKNOWN = 1, /* no such result here, or its month is over */
	REFERENCE_CONFLICT,	      /* another number is held than the expected one */
	REFERENCE_TAKEN,	      /* another person of the facility has this number */
	REFERENCE_KEY_REUSED,	      /* the idempotency key came with another request before */
};

/*
 * One change. In a transaction that holds the facility (store_facility_hold). *ret_state is written
 * on success, and with REFERENCE_CONFLICT, then with what is held; its item always. Outcomes: enum
 * reference_outcome without REFERENCE_KEY_REUSED, and nothing is written.
 */
MUST_CHECK int reference_apply(const struct eligibility *eligibility, struct db *db,
			       struct arena *arena, const struct caller *caller,
			       const struct reference_change *change, int64_t now_ms,
			       struct reference_state *ret_state);
