/* SPDX-License-Identifier: Apache-2.0 */
/* The trail as it grows, and again from its beginning. */
#include "server/alarm/watch.h"

#include "server/audit/audit.h"
#include "server/auth/lane.h"
#include "server/eligibility/eligibility.h"
#include "server/store/outbox.h"
#include "server/store/results.h"

enum { PAGE_ROWS = 100, PAGES_MAX = 50 };

/* Does the row follow on the one at end? Then end is the row. */
static int row_check(struct db *db, const struct store_audit *row, struct store_audit_end *end,
		     int64_t now_ms)
{
	unsigned char hash[STORE_DIGEST_BYTES];
	bool first = end->seq == 0 && row->seq > 1; /* older ones were cut off at a head */
	int r = audit_hash(row, str_bytes(end->hash, STORE_DIGEST_BYTES), hash);
	if (r)
		return FOLD(r);
	bool fits = first || (row->seq == end->seq + 1 &&
			      str_equal(row->hash, str_bytes(hash, sizeof hash)));
	end->slot = row->slot;
	end->seq = row->seq;
	if (row->hash.len == STORE_DIGEST_BYTES)
		memcpy(end->hash, row->hash.ptr, STORE_DIGEST_BYTES);
	if (fits)
		return 0;
	r = alarm_raise(db, &(struct alarm){.kind = ALARM_AUDIT_BROKEN, .n = 1}, now_ms);
	return r ? PASS(r) : 0;
}

/* --- what rows say --- */

/* The facility's count; of those that are over or free the first, else the least. */
static struct alarm_bulk *bulk_find(struct alarm_watch *watch, int64_t facility_no, int64_t now_ms)
{
	struct alarm_bulk *place = &watch->bulk[0];
	for (size_t i = 0; i < ALARM_FACILITIES_MAX; i++) {
		struct alarm_bulk *bulk = &watch->bulk[i];
		if (now_ms - bulk->begun_ms >= ALARM_HOUR_MS)
			*bulk = (struct alarm_bulk){0};
		if (bulk->facility_no == facility_no)
			return bulk;
		if (bulk->results < place->results)
			place = bulk;
	}
	*place = (struct alarm_bulk){.facility_no = facility_no, .begun_ms = now_ms};
	return place;
}

static int download_note(struct alarm_watch *watch, struct db *db, const struct store_audit *row,
			 int64_t now_ms)
{
	struct alarm_bulk *bulk = bulk_find(watch, row->facility_no, now_ms);
	bulk->results += row->n;
	if (bulk->results < watch->config->alarms.results_per_hour)
		return 0;
	struct alarm alarm = {ALARM_BULK_DOWNLOAD, row->facility_no, 0, bulk->results};
	int r = alarm_level(db, &alarm, now_ms);
	return r ? PASS(r) : 0;
}

/* Without any PIN in so many confirmations, the newest of the facility? */
static int visual_look(struct alarm_watch *watch, struct db *db, int64_t facility_no,
		       int64_t now_ms)
{
	int64_t flags[STORE_FLAGS_LAST_MAX];
	size_t wanted = (size_t)watch->config->alarms.visual_in_a_row, count;
	int r = store_results_flags_last(db, facility_no, wanted, flags, &count);
	if (r)
		return FOLD(r);
	size_t visual = 0;
	for (size_t i = 0; i < count; i++)
		visual += eligibility_flags_method(flags[i]) == ELIGIBILITY_VISUAL;
	struct alarm alarm = {ALARM_VISUAL_ONLY, facility_no, 0, (int64_t)visual};
	if (visual < wanted)
		return 0;
	r = alarm_level(db, &alarm, now_ms);
	return r ? PASS(r) : 0;
}

static int row_note(struct alarm_watch *watch, struct db *db, const struct store_audit *row,
		    int64_t now_ms)
{
	int r = 0;
	if (!row->facility_no || !str_equal(row->outcome, STR("ok")))
		return 0;
	if (str_equal(row->call, STR("download")))
		r = download_note(watch, db, row, now_ms);
	else if (str_equal(row->call, STR("check")))
		r = visual_look(watch, db, row->facility_no, now_ms);
	return r ? PASS(r) : 0;
}

/* --- as it grows --- */

static struct store_audit_end *end_find(struct alarm_trail *tail, int64_t slot)
{
	for (size_t i = 0; i < tail->count; i++)
		if (tail->ends[i].slot == slot)
			return &tail->ends[i];
	return NULL;
}

/* What stands in the trail at the start is the walk's; a slot that is new begins at its first row.
 */
static int tail_join(struct alarm_watch *watch, struct db *db)
{
	struct alarm_trail *tail = &watch->tail;
	struct store_audit_end ends[STORE_AUDIT_SLOTS_MAX];
	size_t count;
	int r = store_audit_ends(db, ends, &count);
	if (r)
		return FOLD(r);
	for (size_t i = 0; i < count; i++) {
		if (end_find(tail, ends[i].slot))
			continue;
		tail->ends[tail->count] = (struct store_audit_end){.slot = ends[i].slot};
		if (!tail->begun)
			tail->ends[tail->count] = ends[i];
		tail->count++;
	}
	tail->begun = true;
	return 0;
}

/* 0: there may be more. Outcome: STORE_NOT_FOUND. */
static int slot_follow(struct alarm_watch *watch, struct db *db, struct arena *arena,
		       struct store_audit_end *end, int64_t now_ms)
{
	struct store_audit *rows;
	size_t count, i;
	int r = store_audit_list(db, arena, end->slot, end->seq, PAGE_ROWS, &rows, &count);
	if (r)
		return FOLD(r);
	for (i = 0; i < count && rows[i].slot == end->slot; i++) {
		r = row_check(db, &rows[i], end, now_ms);
		if (r == 0)
			r = row_note(watch, db, &rows[i], now_ms);
		if (r)
			return PASS(r);
	}
	return i == PAGE_ROWS ? 0 : STORE_NOT_FOUND;
}

/* The last row that was seen is still there, as it was? */
static int slot_look(struct db *db, const struct store_audit_end *end, int64_t now_ms)
{
	unsigned char hash[STORE_DIGEST_BYTES];
	if (end->seq == 0)
		return 0;
	int r = store_audit_hash(db, end->slot, end->seq, hash);
	if (r < 0)
		return PASS(r);
	if (r == 0 && memcmp(hash, end->hash, sizeof hash) == 0)
		return 0;
	r = alarm_raise(db, &(struct alarm){.kind = ALARM_AUDIT_BROKEN, .n = 1}, now_ms);
	return r ? PASS(r) : 0;
}

int alarm_follow(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	struct alarm_watch *watch = ctx;
	int r = tail_join(watch, db);
	if (r)
		return PASS(r);
	for (size_t i = 0; i < watch->tail.count; i++) {
		r = slot_look(db, &watch->tail.ends[i], now_ms);
		for (int page = 0; r == 0 && page < PAGES_MAX; page++) {
			r = slot_follow(watch, db, arena, &watch->tail.ends[i], now_ms);
			arena_clear(arena);
		}
		if (r < 0)
			return PASS(r);
	}
	return 0;
}

/* --- again from its beginning --- */

static int trail_walk(struct alarm_watch *watch, struct db *db, struct arena *arena, int64_t now_ms)
{
	struct store_audit_end *walk = &watch->walk;
	struct store_audit *rows;
	size_t count;
	int r = store_audit_list(db, arena, walk->slot, walk->seq, PAGE_ROWS, &rows, &count);
	if (r)
		return FOLD(r);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].slot != walk->slot)
			*walk = (struct store_audit_end){.slot = rows[i].slot};
		r = row_check(db, &rows[i], walk, now_ms);
		if (r)
			return PASS(r);
	}
	if (count < PAGE_ROWS)
		*walk = (struct store_audit_end){0};
	return 0;
}

/* --- what stands elsewhere --- */

static int lanes_look(struct alarm_watch *watch, struct db *db, int64_t now_ms)
{
	struct store_lane_high lanes[STORE_LANES_HIGH_MAX];
	size_t count;
	int r = store_lanes_high(db, watch->config->alarms.account_failures, lanes, &count);
	if (r)
		return FOLD(r);
	for (size_t i = 0; r == 0 && i < count; i++) {
		struct alarm alarm = {ALARM_ACCOUNT_GUESSED, lanes[i].facility_no,
				      lanes[i].account_no, lanes[i].fails};
		r = alarm_level(db, &alarm, now_ms);
		alarm.kind = ALARM_ACCOUNT_LOCKED;
		alarm.n = 1;
		if (r == 0 && lanes[i].fails >= LANE_STOP_FAILS)
			r = alarm_level(db, &alarm, now_ms);
	}
	return r ? PASS(r) : 0;
}

static int mail_look(struct db *db, int64_t now_ms)
{
	int64_t dead;
	int r = store_outbox_dead(db, now_ms - ALARM_HOUR_MS, &dead);
	if (r || !dead)
		return r ? FOLD(r) : 0;
	r = alarm_level(db, &(struct alarm){.kind = ALARM_MAIL_DEAD, .n = dead}, now_ms);
	return r ? PASS(r) : 0;
}

int alarm_walk(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	struct alarm_watch *watch = ctx;
	int r = trail_walk(watch, db, arena, now_ms);
	if (r == 0)
		r = lanes_look(watch, db, now_ms);
	if (r == 0)
		r = mail_look(db, now_ms);
	return r ? PASS(r) : 0;
}
