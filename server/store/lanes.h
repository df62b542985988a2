/* SPDX-License-Identifier: Apache-2.0 */
/* Lanes: the failures in a row of one account (or of a bucket of unknown ones) by one device. */
#pragma once

#include "server/store/store.h"

struct store_lane {
	int64_t subject;   /* an account; below 0: a bucket of what is no account */
	int64_t device_no; /* 0: whoever has no registered device */
};

enum store_lane_verdict {
	STORE_LANE_UNCHANGED, /* one step of several was right */
	STORE_LANE_FAILED,    /* one failure more */
	STORE_LANE_PASSED,    /* all was right: failures are forgotten */
};

/* When failures close a lane. The first delay doubles with every further failure. */
struct store_lane_rule {
	int64_t free_fails; /* the failure with this number brings the first delay */
	int64_t stop_fails; /* the failure with this number closes the lane for good */
	int64_t first_ms;
	int64_t most_ms;
};

struct store_lane_state {
	int64_t fails;
	int64_t until_ms; /* closed until then */
};

/*
 * Write the verdict of one attempt, unless the lane is closed: then nothing counts, neither
 * failures nor successes. One statement, so that attempts at the same moment come one after the
 * other. A closed lane whose end lies further ahead than its delay (the clock was set back) is
 * closed for its delay from now.
 */
MUST_CHECK int store_lane_attempt(struct db *db, const struct store_lane *lane,
				  enum store_lane_verdict verdict,
				  const struct store_lane_rule *rule, int64_t now_ms,
				  struct store_lane_state *ret_state);

/* Open all lanes of an account again. */
MUST_CHECK int store_lane_open(struct db *db, int64_t account_no);

/* Accounts with many failures in a row, the most of their lanes. */
struct store_lane_high {
	int64_t facility_no; /* 0: an operator's */
	int64_t account_no;
	int64_t fails;
};
enum { STORE_LANES_HIGH_MAX = 100 };
MUST_CHECK int store_lanes_high(struct db *db, int64_t fails_min,
				struct store_lane_high ret_lanes[STORE_LANES_HIGH_MAX],
				size_t *ret_count);
