/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 照会番号 on their way to the service, and what happens when it says no: two PCs of one facility
 * number their charts without asking each other.
 *
 * A number is sought and taken over only for a chart that a rule made of this very result; where a
 * person has decided, or the chart is older, a person decides again.
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/desk/journal.h"
#include "workstation/desk/source.h"
#include "workstation/desk/sync.h"

/*
 * Register what waits in the queue. For a chart of the program's own making:
 *
 * - the service holds another number for this person (another PC was first), and no chart here has
 *   it: it becomes this chart's;
 * - a chart here has it, and its birth date, sex and name agree: the result becomes that chart's,
 *   and the new one, which held nothing else, is put away;
 * - the number is another person's at the service: the chart gets a later one.
 *
 * For any chart: what the service holds is the number of one that was merged into it: with the next
 * look at the queue it is replaced.
 *
 * Everything else that is no success stays in the queue with what the service said, and waits for
 * somebody. Counts into *report. Outcome: SYNC_STOPPED.
 */
MUST_CHECK int numbers_send(struct db *db, const struct source *source, const struct actor *actor,
			    struct sync_report *report);
