/* SPDX-License-Identifier: Apache-2.0 */
/* lane */
#include "server/store/lanes.h"

#include "server/store/row.h"

/*
 * $3 one failure (0, 1), $4 all right (0, 1), $5 now, $6 and $7 the failures that delay and stop,
 * $8 and $9 the first delay and the longest.
 */
#define CLOSED "(lane.fails >= $7 OR (lane.delay_ms > 0 AND lane.until_ms > $5))"
#define LONGER                                                                 \
	"(CASE WHEN lane.fails + 1 < $6 THEN 0 WHEN lane.delay_ms = 0 THEN $8" \
	" WHEN lane.delay_ms * 2 > $9 THEN $9 ELSE lane.delay_ms * 2 END)"
static const char lane_attempt[] =
	"INSERT INTO lane (subject, device_no, fails, delay_ms, until_ms)"
	" VALUES ($1, $2, $3, 0, 0)"
	" ON CONFLICT (subject, device_no) DO UPDATE SET"
	" fails = CASE WHEN " CLOSED " THEN lane.fails WHEN $4 = 1 THEN 0"
	"  ELSE lane.fails + $3 END,"
	" delay_ms = CASE WHEN " CLOSED " THEN lane.delay_ms WHEN $4 = 1 THEN 0"
	"  WHEN $3 = 1 THEN " LONGER " ELSE lane.delay_ms END,"
	" until_ms = CASE WHEN lane.until_ms > $5 + lane.delay_ms THEN $5 + lane.delay_ms"
	"  WHEN " CLOSED " THEN lane.until_ms WHEN $3 = 1 THEN $5 + " LONGER
	"  ELSE lane.until_ms END"
	" RETURNING fails, until_ms";
static const char lane_open[] = "DELETE FROM lane WHERE subject = $1";

int store_lane_attempt(struct db *db, const struct store_lane *lane,
		       enum store_lane_verdict verdict, const struct store_lane_rule *rule,
		       int64_t now_ms, struct store_lane_state *ret_state)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, NULL, lane_attempt,
			 DB_ARGS(db_int(lane->subject), db_int(lane->device_no),
				 db_int(verdict == STORE_LANE_FAILED),
				 db_int(verdict == STORE_LANE_PASSED), db_int(now_ms),
				 db_int(rule->free_fails), db_int(rule->stop_fails),
				 db_int(rule->first_ms), db_int(rule->most_ms)),
			 &row);
	if (r)
		return FOLD(r);
	struct store_lane_state state = {row_int(&row, 0), row_int(&row, 1)};
	r = row_end(&row);
	if (r < 0)
		return PASS(r);
	*ret_state = state;
	return 0;
}

int store_lane_open(struct db *db, int64_t account_no)
{
	int64_t changed;
	int r = row_run(db, lane_open, DB_ARGS(db_int(account_no)), &changed);
	return r ? FOLD(r) : 0;
}

static const char lanes_high[] =
	"SELECT coalesce(account.facility_no, 0), account.no, max(fails) FROM lane"
	" JOIN account ON account.no = lane.subject WHERE fails >= $1"
	" GROUP BY account.facility_no, account.no ORDER BY max(fails) DESC LIMIT $2";

int store_lanes_high(struct db *db, int64_t fails_min,
		     struct store_lane_high ret_lanes[STORE_LANES_HIGH_MAX], size_t *ret_count)
{
	struct row row AUTO(row_close) = {0};
	size_t count = 0;
	int r = row_query(db, NULL, lanes_high,
			  DB_ARGS(db_int(fails_min), db_int(STORE_LANES_HIGH_MAX)), &row);
	while (r == 0 && (r = row_next(&row)) == 0)
		ret_lanes[count++] = (struct store_lane_high){row_int(&row, 0), row_int(&row, 1),
							      row_int(&row, 2)};
	if (r < 0)
		return PASS(r);
	*ret_count = count;
	return 0;
}
