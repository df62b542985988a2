/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A person's dated qualifications as one JSON array, and what insurers do to it: one begins, one is
 * corrected, one ends. Nothing that ended is taken away before there is no room for it. Pure.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

enum qualifications_outcome {
	QUALIFICATIONS_MALFORMED = 1, /* the qualification or the day given */
	QUALIFICATIONS_EXISTS,	      /* one of this insurance is open, or ended only later */
	QUALIFICATIONS_UNKNOWN,	      /* none of this insurance, or none that is open */
	QUALIFICATIONS_DATES,	      /* it would end before it began */
	QUALIFICATIONS_FULL,	      /* RECORD_QUALIFICATIONS_MAX, and all are open */
};

/* Which insurance: as record_member_key compares them. Absent parts are absent. */
struct qualifications_insurance {
	struct str insurer, symbol, number, branch;
};

/*
 * array: as stored ("[…]"). *ret_array is in the arena. Outcomes above. Faults: -ENOMEM, -EBADMSG
 * (the stored array is none).
 */
/* qualification: a JSON object of elements; begins beside the others. */
MUST_CHECK int qualifications_begin(struct arena *arena, struct str array, struct str qualification,
				    struct str *ret_array);
/* Takes the place of the last one of its insurance. */
MUST_CHECK int qualifications_correct(struct arena *arena, struct str array,
				      struct str qualification, struct str *ret_array);
/* The open one of this insurance ends: day is the first day without it, reason an OQSCD008. The
 * same end again is done. */
MUST_CHECK int qualifications_end(struct arena *arena, struct str array,
				  const struct qualifications_insurance *insurance, struct str day,
				  struct str reason, struct str *ret_array);
