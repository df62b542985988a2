/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key goes before the rows: from then on no copy of them can be read, wherever it lies. The
 * audit row before it stands even if we fall between the two; the one after it says that it is
 * done.
 */
#include "server/retention/retention.h"

#include "lib/base/period.h"
#include "server/audit/audit.h"

void retention_init(struct retention *retention, struct keys *keys, const struct clock *clock)
{
	*retention = (struct retention){
		.keys = keys,
		.clock = clock,
		.watch = clock_watch_begin(clock),
	};
}

int retention_due(struct db *db, int64_t now_ms, struct retention_due *ret_due)
{
	struct retention_due due = {0};
	int month_open = period_month(period_opens_ms(now_ms));
	int r = store_results_months(db, month_open, due.months, RETENTION_MONTHS_MAX, &due.count);
	if (r)
		return FOLD(r);
	*ret_due = due;
	return 0;
}

/* --- keys --- */

int retention_keys_make(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	const struct retention *retention = ctx;
	(void)db;
	(void)arena;
	int month = period_month(now_ms);
	for (int i = 0; i < 2; i++) {
		int r = keys_month_make(retention->keys, month + i);
		if (r)
			return FOLD(r);
	}
	int r = keys_signers_retire(retention->keys, now_ms);
	return r ? PASS(r) : 0;
}

int retention_keys_follow(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	const struct retention *retention = ctx;
	(void)db;
	(void)arena;
	(void)now_ms;
	int r = keys_follow(retention->keys, clock_mono_ms(retention->clock));
	if (r < 0)
		return PASS(r);
	return r ? RAISE(EBADMSG) : 0;
}

static int trail_add(struct db *db, const char *call, const char *outcome, int64_t n,
		     int64_t now_ms)
{
	struct store_audit row = {
		.at_ms = now_ms,
		.call = str_of(call),
		.outcome = str_of(outcome),
		.request_id = STR("retention"),
		.n = n,
	};
	int r = audit_add(db, &row);
	return r ? PASS(r) : 0;
}

static int trail_commit(struct db *db, const char *outcome, int64_t n, int64_t now_ms)
{
	int r = db_begin(db);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBUSY);
	r = trail_add(db, "month_key_destroy", outcome, n, now_ms);
	if (r == 0)
		r = db_commit(db);
	if (r > 0)
		return RAISE(EBUSY);
	return r ? PASS(r) : 0;
}

/* 202611 */
static int64_t month_text(int month)
{
	return (2020 + month / 12) * 100 + month % 12 + 1;
}

static int key_destroy(const struct retention *retention, struct db *db, int month, int64_t now_ms)
{
	int r = trail_commit(db, "begun", month_text(month), now_ms);
	if (r)
		return PASS(r);
	r = keys_month_destroy(retention->keys, month);
	if (r < 0)
		return PASS(r);
	r = trail_commit(db, "ok", month_text(month), now_ms);
	return r ? PASS(r) : 0;
}

static int keys_destroy(const struct retention *retention, struct db *db, int month_open,
			int64_t now_ms)
{
	int months[RETENTION_MONTHS_MAX];
	size_t count;
	int r = keys_months(retention->keys, month_open, months, RETENTION_MONTHS_MAX, &count);
	if (r)
		return FOLD(r);
	for (size_t i = 0; i < count; i++) {
		r = key_destroy(retention, db, months[i], now_ms);
		if (r)
			return PASS(r);
	}
	return 0;
}

/* --- rows --- */

/* One transaction; *ret_count < RETENTION_ROWS: nothing is left. */
static int piece_forget(struct db *db, int month_open, int64_t now_ms, int64_t *ret_count)
{
	int64_t results, patients;
	int r = store_results_forget(db, month_open, RETENTION_ROWS, &results);
	if (r)
		return PASS(r);
	if (results) {
		r = trail_add(db, "results_forget", "ok", results, now_ms);
		if (r)
			return PASS(r);
		*ret_count = results;
		if (results == RETENTION_ROWS)
			return 0;
	}
	r = store_patients_forget(db, RETENTION_ROWS, &patients);
	if (r)
		return PASS(r);
	*ret_count = patients;
	return 0;
}

static int rows_forget(struct db *db, int month_open, int64_t now_ms)
{
	int64_t count = RETENTION_ROWS;
	for (int i = 0; i < RETENTION_PIECES && count == RETENTION_ROWS; i++) {
		int r = db_begin(db);
		if (r)
			return r < 0 ? PASS(r) : RAISE(EBUSY);
		r = piece_forget(db, month_open, now_ms, &count);
		if (r == 0)
			r = db_commit(db);
		if (r > 0)
			return RAISE(EBUSY);
		if (r < 0)
			return PASS(r);
	}
	return 0;
}

/* --- the clock --- */

/* Has the clock stood past this month's boundary, and been believed, for long enough? */
static bool clock_settled(struct retention *retention, int month_open)
{
	int64_t mono_ms = clock_mono_ms(retention->clock);
	if (!clock_watch_agrees(&retention->watch, retention->clock)) {
		retention->waiting = false;
		return false;
	}
	if (!retention->waiting || retention->month_open != month_open) {
		retention->waiting = true;
		retention->month_open = month_open;
		retention->since_mono_ms = mono_ms;
	}
	return mono_ms - retention->since_mono_ms >= RETENTION_AGREED_MS;
}

int retention_forget(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	struct retention *retention = ctx;
	(void)arena;
	int month_open = period_month(period_opens_ms(now_ms));
	if (!clock_settled(retention, month_open))
		return 0;
	int r = keys_destroy(retention, db, month_open, now_ms);
	if (r == 0)
		r = rows_forget(db, month_open, now_ms);
	return r ? PASS(r) : 0;
}
