/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it means that a result belongs to a chart: its insurance is taken in, its number is to be
 * registered. The same whether a rule decided it (sync.c) or somebody at the desk (settle.c).
 * All inside the caller's transaction. Faults: those of the store, -ENOMEM.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/desk/journal.h"
#include "workstation/desk/update.h"
#include "workstation/rules/charts.h"
#include "workstation/rules/matching.h"

struct intake_report {
	bool insurance_appended;     /* it followed another one */
	struct update_report update; /* of the chart's fields */
};

/*
 * What a rule or somebody has decided of a result, done and noted in the journal: MATCH_LINK to
 * match->chart, MATCH_NEW (match->chart becomes the new one's number), MATCH_ASK it waits,
 * MATCH_ASIDE it is seen and nothing more.
 *
 * 新規カルテ: a result without 照会番号 gives the chart its own number as one, to be registered; a
 * result with one gives that to the chart: the service holds it already, and later results carry
 * it. Linked to a chart with another number, the service is to learn that one.
 */
MUST_CHECK int intake_result(struct db *db, struct arena *arena, const struct actor *actor,
			     const struct result *result, struct match *match,
			     struct intake_report *ret_report);
