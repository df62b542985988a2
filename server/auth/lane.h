/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many guesses somebody has (NIST SP 800-63B section 5.2.2): ten, then delays that double from
 * 30 seconds to an hour, and at the hundredth failure in a row none. Counted for each account and
 * registered device, and once for all who have none: an outsider's guesses never close the lane of
 * a facility's own device.
 */
#pragma once

#include "server/auth/auth.h"
#include "server/store/lanes.h"

enum {
	LANE_FREE_FAILS = 10,
	LANE_STOP_FAILS = 100,
	LANE_FIRST_MS = 30 * 1000,
	LANE_MOST_MS = 60 * 60 * 1000,
	LANE_BUCKETS = 65536, /* for login ids that nobody has: their lanes are not without end */
	LANE_ACTIVATION = -1, /* in place of a device: guesses by who has an activation code */
};

/* account_no 0: nobody's login id, which gets a lane as anybody's does. */
MUST_CHECK int lane_of(int64_t account_no, struct str login_id, int64_t device_no,
		       struct store_lane *ret_lane);

enum lane_outcome {
	LANE_CLOSED = 1, /* refused even if it was right; or this failure closes the lane */
};

/*
 * In the transaction that decides the attempt. Outcome: LANE_CLOSED; *ret_wait_ms (may be NULL) is
 * then how long it stays so; 0: until the operator opens it.
 */
MUST_CHECK int lane_attempt(struct db *db, const struct store_lane *lane,
			    enum store_lane_verdict verdict, int64_t now_ms, int64_t *ret_wait_ms);
