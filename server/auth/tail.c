/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of changes rise by one in commit order, so that nothing is missed between two readings;
 * where a number is missing all the same (a store put back from a backup, a pause longer than
 * changes are kept), everything that was believed is forgotten.
 */
#include "server/auth/tail.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "server/store/changes.h"

struct tail {
	struct tail_options options;
	atomic_int_fast64_t read_ms; /* when the last good reading began */
	pthread_mutex_t reading;     /* one reading at a time: what follows is the reader's */
	struct db *db;		     /* NULL: to be opened */
	bool begun, failed;
	int64_t last_no; /* of the last change that was seen */
	struct store_change changes[STORE_CHANGES_MAX];
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool ending;
	bool running;
	pthread_t thread;
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

static struct timespec moment_in(int64_t ms)
{
	struct timespec moment;
	clock_gettime(CLOCK_MONOTONIC, &moment);
	moment.tv_nsec += ms % 1000 * 1000000;
	moment.tv_sec += ms / 1000 + moment.tv_nsec / 1000000000;
	moment.tv_nsec %= 1000000000;
	return moment;
}

/* False: the end has come. */
static bool pause_take(struct tail *tail)
{
	struct timespec until = moment_in(TAIL_EVERY_MS);
	int error = 0;
	pthread_mutex_lock(&tail->lock);
	while (!tail->ending && error == 0)
		error = pthread_cond_timedwait(&tail->wake, &tail->lock, &until);
	bool go_on = !tail->ending;
	pthread_mutex_unlock(&tail->lock);
	return go_on;
}

static void *thread_main(void *arg)
{
	struct tail *tail = arg;
	while (pause_take(tail)) {
		int r = tail_poll(tail);
		(void)r; /* told once, and seen by whoever asks whether the tail is fresh */
	}
	return NULL;
}

static int thread_start(struct tail *tail)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&tail->thread, NULL, thread_main, tail);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		return RAISE(error);
	tail->running = true;
	return 0;
}

static void locks_init(struct tail *tail)
{
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&tail->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&tail->lock, NULL);
	pthread_mutex_init(&tail->reading, NULL);
}

int tail_create(struct tail **ret_tail, const struct tail_options *options)
{
	struct tail *tail = calloc(1, sizeof *tail);
	if (!tail)
		return RAISE(ENOMEM);
	tail->options = *options;
	locks_init(tail);
	int r = tail_poll(tail);
	if (r == 0 && !options->by_hand)
		r = thread_start(tail);
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
	if (tail->running) {
		pthread_mutex_lock(&tail->lock);
		tail->ending = true;
		pthread_cond_signal(&tail->wake);
		pthread_mutex_unlock(&tail->lock);
		pthread_join(tail->thread, NULL);
	}
	db_close(tail->db);
	pthread_cond_destroy(&tail->wake);
	pthread_mutex_destroy(&tail->lock);
	pthread_mutex_destroy(&tail->reading);
	free(tail);
}
