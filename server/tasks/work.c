/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lease is written only when half of it is gone, so that a task that comes every second costs no
 * write a second.
 */
#include "server/tasks/work.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "lib/crypto/crypto.h"
#include "server/store/leases.h"

enum { ARENA_BYTES_MAX = 16 * 1024 * 1024, NEVER = -1 };

struct turn {
	struct work_task task;
	int64_t ran_ms;	       /* monotonic; NEVER */
	int64_t lease_ends_ms; /* wall; 0: not ours */
};

struct work {
	struct db *db;
	const struct clock *clock;
	const struct log *log;
	unsigned char holder[STORE_ID_BYTES];
	struct turn turns[WORK_TASKS_MAX];
	size_t turns_count;
	struct arena arena;
	bool started;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool ending; /* under the lock */
};

/* --- one turn --- */

/* STORE_CONFLICT: another process does it. */
static int lease_hold(struct work *work, struct turn *turn, int64_t now_ms)
{
	int64_t left_ms = turn->lease_ends_ms - now_ms;
	if (turn->task.everywhere || (left_ms > WORK_LEASE_MS / 2 && left_ms <= WORK_LEASE_MS))
		return 0;
	turn->lease_ends_ms = 0;
	int r = store_lease_take(work->db, str_of(turn->task.name),
				 str_bytes(work->holder, sizeof work->holder), now_ms,
				 now_ms + WORK_LEASE_MS);
	if (r)
		return r < 0 ? PASS(r) : r;
	turn->lease_ends_ms = now_ms + WORK_LEASE_MS;
	return 0;
}

static int turn_try(struct work *work, struct turn *turn, int64_t now_ms)
{
	int r = lease_hold(work, turn, now_ms);
	if (r)
		return r < 0 ? PASS(r) : 0;
	r = turn->task.run(turn->task.ctx, work->db, &work->arena, now_ms);
	return r ? FOLD(r) : 0;
}

static int turn_run(struct work *work, struct turn *turn)
{
	turn->ran_ms = clock_mono_ms(work->clock);
	int r = turn_try(work, turn, clock_now_ms(work->clock));
	if (r < 0) {
		LOG(work->log, work_failed, log_id("task", str_of(turn->task.name)), log_fault(r));
		db_rollback(work->db);
	}
	arena_clear(&work->arena);
	return r < 0 ? PASS(r) : 0;
}

int work_run_once(struct work *work)
{
	assert(!work->started);
	int first = 0;
	for (size_t i = 0; i < work->turns_count; i++) {
		int r = turn_run(work, &work->turns[i]);
		if (r < 0 && !first)
			first = r;
	}
	return first < 0 ? PASS(first) : 0;
}

/* --- the thread --- */

/* Waits a tick; false: it is over. */
static bool tick_wait(struct work *work)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += WORK_TICK_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&work->lock);
	int r = 0;
	while (!work->ending && r == 0)
		r = pthread_cond_timedwait(&work->wake, &work->lock, &until);
	bool on = !work->ending;
	pthread_mutex_unlock(&work->lock);
	return on;
}

static bool ending(struct work *work)
{
	pthread_mutex_lock(&work->lock);
	bool yes = work->ending;
	pthread_mutex_unlock(&work->lock);
	return yes;
}

static void due_run(struct work *work)
{
	int64_t mono_ms = clock_mono_ms(work->clock);
	for (size_t i = 0; i < work->turns_count && !ending(work); i++) {
		struct turn *turn = &work->turns[i];
		if (turn->ran_ms != NEVER && mono_ms - turn->ran_ms < turn->task.every_ms)
			continue;
		int r = turn_run(work, turn);
		(void)r; /* logged */
	}
}

static void *thread_main(void *arg)
{
	struct work *work = arg;
	do
		due_run(work);
	while (tick_wait(work));
	return NULL;
}

static int thread_start(struct work *work)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int error = pthread_create(&work->thread, NULL, thread_main, work);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error)
		return RAISE(error);
	work->started = true;
	return 0;
}

/* --- from create to destroy --- */

static void lock_init(struct work *work)
{
	pthread_condattr_t attributes;
	pthread_mutex_init(&work->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&work->wake, &attributes);
	pthread_condattr_destroy(&attributes);
}

int work_create(struct work **ret_work, const struct work_options *options)
{
	assert(options->tasks_count <= WORK_TASKS_MAX);
	AUTO(work_destroyp) struct work *work = calloc(1, sizeof *work);
	if (!work)
		return RAISE(ENOMEM);
	lock_init(work);
	arena_init(&work->arena, ARENA_BYTES_MAX);
	random_bytes(work->holder, sizeof work->holder);
	work->clock = options->clock;
	work->log = options->log;
	work->turns_count = options->tasks_count;
	for (size_t i = 0; i < options->tasks_count; i++)
		work->turns[i] = (struct turn){.task = options->tasks[i], .ran_ms = NEVER};
	int r = db_open(&work->db, &options->db);
	if (r == 0 && options->thread)
		r = thread_start(work);
	if (r)
		return FOLD(r);
	*ret_work = work;
	work = NULL;
	return 0;
}

void work_stop(struct work *work)
{
	if (!work)
		return;
	pthread_mutex_lock(&work->lock);
	work->ending = true;
	pthread_cond_signal(&work->wake);
	pthread_mutex_unlock(&work->lock);
	if (work->started)
		pthread_join(work->thread, NULL);
	work->started = false;
}

void work_destroy(struct work *work)
{
	if (!work)
		return;
	work_stop(work);
	if (work->db) {
		int r = store_leases_give_back(work->db,
					       str_bytes(work->holder, sizeof work->holder));
		(void)r; /* then they end by themselves */
	}
	db_close(work->db);
	arena_clear(&work->arena);
	pthread_cond_destroy(&work->wake);
	pthread_mutex_destroy(&work->lock);
	free(work);
}
