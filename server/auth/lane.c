/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/lane.h"

static const struct store_lane_rule rule = {
	.free_fails = LANE_FREE_FAILS,
	.stop_fails = LANE_STOP_FAILS,
	.first_ms = LANE_FIRST_MS,
	.most_ms = LANE_MOST_MS,
};

int lane_of(int64_t account_no, struct str login_id, int64_t device_no, struct store_lane *ret_lane)
{
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	int r = digest_sha256(login_id, digest);
	if (r)
		return FOLD(r);
	int64_t bucket = (digest[0] << 8 | digest[1]) % LANE_BUCKETS;
	*ret_lane = (struct store_lane){
		.subject = account_no ? account_no : -1 - bucket,
		.device_no = device_no,
	};
	return 0;
}

int lane_attempt(struct db *db, const struct store_lane *lane, enum store_lane_verdict verdict,
		 int64_t now_ms, int64_t *ret_wait_ms)
{
	struct store_lane_state state;
	int r = store_lane_attempt(db, lane, verdict, &rule, now_ms, &state);
	if (r)
		return PASS(r);
	bool stopped = state.fails >= LANE_STOP_FAILS;
	if (!stopped && state.until_ms <= now_ms)
		return 0;
	if (ret_wait_ms)
		*ret_wait_ms = stopped ? 0 : state.until_ms - now_ms;
	return LANE_CLOSED;
}
