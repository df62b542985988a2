/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each call in the audit trail, exactly once. What commits - verification, download, history,
 * writes, logins - leaves a row of its own in its transaction, refused or not, before the first
 * byte of the reply. Everything else is counted (server/audit/tally.h), and so is what was refused
 * before it could commit and came from nobody that we know. What only the loop answers (health) is
 * not in the trail: it tells nothing of anybody.
 */
#pragma once

#include "server/api/call.h"

/* The call's row; in its transaction. answer: what commit answered, 0 or a problem. */
MUST_CHECK int trail_commit(struct api_call *call, struct db *db, int answer);

/* Its transaction is over; result < 0: nothing of it was kept. */
void trail_settle(struct api_call *call, int result);

/*
 * Count the call unless it has its row: the last thing before its reply leaves. result: 0, a
 * problem or a fault. Answers that, or the fault for which the reply may not leave: -EIO (rows
 * cannot be written), -EBUSY (too many different calls).
 */
int trail_finish(struct api_call *call, int result);

/* May a refusal of this call, which has not committed, wait for a row of its own? */
bool trail_wants_row(const struct api_call *call);
