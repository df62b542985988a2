/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody at the desk decides what no rule may: whose a result is that waits (`pending`).
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/db/db.h"
#include "workstation/desk/journal.h"
#include "lib/json/json.h"
#include "lib/record/record.h"

struct settle {
	struct str result_id;
	int64_t chart;	   /* of this one; 0: a new chart */
	int qualification; /* 1..: which of several; 0: not said */
	bool remembers;	   /* the chart learns this spelling of the name, where it is another */
};

enum settle_outcome {
	SETTLE_RESULT_UNKNOWN = 1, /* no such result waits for a decision */
	SETTLE_CHART_UNKNOWN,
	SETTLE_REFERENCE_HELD, /* a new chart, but another chart has the result's 照会番号 */
	SETTLE_WHICH,	       /* several qualifications: say which; or there is no such one */
};

/*
 * Take the result in as decided, in one transaction: its insurance, and the number that is to be
 * registered with the next synchronisation - where the service holds another one for this person,
 * in the place of that. Faults: those of the store, -ENOMEM.
 */
MUST_CHECK int settle_run(struct db *db, const struct actor *actor, const struct settle *settle,
			  int64_t *ret_chart);

/* The same inside the caller's transaction, which an outcome is to be rolled back from. */
MUST_CHECK int settle_do(struct db *db, struct arena *arena, const struct actor *actor,
			 const struct settle *settle, int64_t *ret_chart);

/*
 * The qualifications of a stored result's raw body; none when it is no such body. They live in the
 * arena and borrow their texts from *document, which is the caller's: json_clear.
 */
MUST_CHECK int settle_qualifications(struct arena *arena, struct str raw,
				     struct json_document *document,
				     const struct record_qualification **ret_qualifications,
				     size_t *ret_count);
