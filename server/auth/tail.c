/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of changes rise by one in commit order, so that nothing is missed between two readings;
 * where a number is missing all the same (a store put back from a backup, a pause longer than
 * changes are kept), everything that was believed is forgotten.
 */
#include "server/auth/tail.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "lib/base/thread.h"
#include "server/store/changes.h"

struct tail {
	struct tail_options options;
	atomic_int_fast64_t read_ms; /* when the last good reading began */
	pthread_mutex_t reading;     /* one reading at a time: what follows is the reader's */
	struct db *db;		     /* NULL: to be opened */
	bool begun, failed;
	int64_t last_no; /* of the last change that was seen */
	struct store_change changes[STORE_CHANGES_MAX];
	struct ticker *ticker; /* NULL: by hand */
};

static void change_apply(struct token_cache *cache, const struct store_change *change)
{
	int64_t number = store_change_number(change);
	switch ((enum store_change_kind)change->kind) {
	case STORE_CHANGE_SESSION: token_cache_drop_session(cache, change->subject); return;
	case STORE_CHANGE_ACCOUNT:
		if (number > 0)
			token_cache_drop_account(cache, number);
		return;
	case STORE_CHANGE_DEVICE:
		if (number > 0)
			token_cache_drop_device(cache, number);
		return;
	case STORE_CHANGE_FACILITY: break; /* rare enough to forget everybody */
	}
	/* A later program's kind: it may end something that we believe in. */
	token_cache_drop_all(cache);
}

static int changes_follow(struct tail *tail, int64_t last_no)
{
	while (tail->last_no < last_no) {
		size_t count;
		int r = store_changes_read(tail->db, tail->last_no, tail->changes, &count);
		if (r)
			return PASS(r);
		if (count == 0 || tail->changes[0].no != tail->last_no + 1)
			token_cache_drop_all(tail->options.cache);
		for (size_t i = 0; i < count; i++)
			change_apply(tail->options.cache, &tail->changes[i]);
		tail->last_no = count ? tail->changes[count - 1].no : last_no;
	}
	return 0;
}

static int store_read(struct tail *tail)
{
	if (!tail->db) {
		int r = db_open(&tail->db, &tail->options.db);
		if (r)
			return FOLD(r);
	}
	bool moved;
	int r = db_moved(tail->db, &moved);
	if (r)
		return FOLD(r);
	if (!moved)
		return 0;
	if (tail->options.moved)
		tail->options.moved(tail->options.ctx);
	int64_t last_no;
	r = store_change_last(tail->db, &last_no);
	if (r)
		return PASS(r);
	if (!tail->begun || last_no < tail->last_no) {
		token_cache_drop_all(tail->options.cache);
		tail->last_no = last_no;
		tail->begun = true;
	}
	r = changes_follow(tail, last_no);
	return r ? PASS(r) : 0;
}

static void failure_tell(struct tail *tail, int fault)
{
	if (fault && !tail->failed)
		LOG(tail->options.log, tail_failed, log_fault(fault));
	if (!fault && tail->failed)
		LOG(tail->options.log, tail_recovered, log_int("last", tail->last_no));
	tail->failed = fault != 0;
}

static int reading_run(struct tail *tail)
{
	int64_t now_ms = clock_mono_ms(&tail->options.clock);
	/* What was believed meanwhile is not proven by one good reading. */
	if (tail->begun && !tail_is_fresh(tail))
		token_cache_drop_all(tail->options.cache);
	int r = store_read(tail);
	failure_tell(tail, r);
	if (r) {
		db_close(tail->db);
		tail->db = NULL;
		return PASS(r);
	}
	atomic_store(&tail->read_ms, now_ms);
	return 0;
}

int tail_poll(struct tail *tail)
{
	pthread_mutex_lock(&tail->reading);
	int r = reading_run(tail);
	pthread_mutex_unlock(&tail->reading);
	return r ? PASS(r) : 0;
}

bool tail_is_fresh(const struct tail *tail)
{
	int64_t age_ms = clock_mono_ms(&tail->options.clock) - atomic_load(&tail->read_ms);
	return age_ms <= TAIL_STALE_MS;
}

/* --- the thread --- */

static void tail_tick(void *ctx, struct ticker *ticker)
{
	(void)ticker;
	int r = tail_poll(ctx);
	(void)r; /* told once, and seen by whoever asks whether the tail is fresh */
}

static int thread_begin(struct tail *tail)
{
	const struct ticker_options options = {.name = "tail",
					       .every_ms = TAIL_EVERY_MS,
					       .tick = tail_tick,
					       .ctx = tail};
	int r = ticker_start(&tail->ticker, &options);
	return r ? PASS(r) : 0;
}

int tail_create(struct tail **ret_tail, const struct tail_options *options)
{
	struct tail *tail = calloc(1, sizeof *tail);
	if (!tail)
		return RAISE(ENOMEM);
	tail->options = *options;
	pthread_mutex_init(&tail->reading, NULL);
	int r = tail_poll(tail);
	if (r == 0 && !options->by_hand)
		r = thread_begin(tail);
	if (r) {
		tail_destroy(tail);
		return PASS(r);
	}
	*ret_tail = tail;
	return 0;
}

void tail_destroy(struct tail *tail)
{
	if (!tail)
		return;
	ticker_stop(tail->ticker);
	db_close(tail->db);
	pthread_mutex_destroy(&tail->reading);
	free(tail);
}
