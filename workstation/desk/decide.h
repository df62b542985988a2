/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Somebody at the desk puts right whose is what: takes a result back, gives it to another chart,
 * makes two charts one, puts one away. Each in one transaction, each a change that can be undone.
 * Faults: those of the store, -ENOMEM.
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/db/db.h"
#include "workstation/desk/journal.h"
#include "workstation/desk/settle.h"

enum decide_outcome {
	DECIDE_RESULT_UNKNOWN = 1, /* no such result is a chart's */
	DECIDE_CHART_UNKNOWN,	   /* no such chart, or it is merged or put away */
	DECIDE_ALREADY,		   /* it is so: the same chart, put away before */
};

/*
 * The result is nobody's any more and waits for a decision. Where nothing has changed since it was
 * taken, the chart is as it was before it (*ret_is_exact); else only its insurance leaves the
 * history, and somebody has to look at the other fields.
 */
MUST_CHECK int decide_unlink(struct db *db, const struct actor *actor, struct str result_id,
			     bool *ret_is_exact);

/* Unlink it, and settle it otherwise. Outcomes of both: SETTLE_… are above DECIDE_OUTCOMES. */
enum { DECIDE_OUTCOMES = 16 };
MUST_CHECK int decide_relink(struct db *db, const struct actor *actor, const struct settle *settle,
			     bool *ret_is_exact);

/*
 * All that is from's becomes into's: what later comes for from is into's. The service is told
 * into's 照会番号 for the person of from's last result.
 */
MUST_CHECK int decide_merge(struct db *db, const struct actor *actor, int64_t from, int64_t into);

/* Out of the lists, or back. */
MUST_CHECK int decide_away(struct db *db, const struct actor *actor, int64_t chart, bool is_away);

/* journal_undo in a transaction of its own; its outcomes. */
MUST_CHECK int decide_undo(struct db *db, const struct actor *actor, int64_t no);
