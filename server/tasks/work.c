/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lease is written only when half of it is gone, so that a task that comes every second costs no
 * write a second.
 */
#include "server/tasks/work.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/base/thread.h"
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
	struct ticker *ticker; /* NULL: by hand, or stopped */
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
	assert(!work->ticker);
	int first = 0;
	for (size_t i = 0; i < work->turns_count; i++) {
		int r = turn_run(work, &work->turns[i]);
		if (r < 0 && !first)
			first = r;
	}
	return first < 0 ? PASS(first) : 0;
}

/* --- the thread --- */

static void due_run(void *ctx, struct ticker *ticker)
{
	struct work *work = ctx;
	int64_t mono_ms = clock_mono_ms(work->clock);
	for (size_t i = 0; i < work->turns_count && !ticker_is_ending(ticker); i++) {
		struct turn *turn = &work->turns[i];
		if (turn->ran_ms != NEVER && mono_ms - turn->ran_ms < turn->task.every_ms)
			continue;
		int r = turn_run(work, turn);
		(void)r; /* logged */
	}
}

static int thread_begin(struct work *work)
{
	const struct ticker_options options = {
		.name = "work",
		.every_ms = WORK_TICK_MS,
		.at_once = true,
		.tick = due_run,
		.ctx = work,
	};
	int r = ticker_start(&work->ticker, &options);
	return r ? PASS(r) : 0;
}

/* --- from create to destroy --- */

int work_create(struct work **ret_work, const struct work_options *options)
{
	assert(options->tasks_count <= WORK_TASKS_MAX);
	AUTO(work_destroyp) struct work *work = calloc(1, sizeof *work);
	if (!work)
		return RAISE(ENOMEM);
	arena_init(&work->arena, ARENA_BYTES_MAX);
	random_bytes(work->holder, sizeof work->holder);
	work->clock = options->clock;
	work->log = options->log;
	work->turns_count = options->tasks_count;
	for (size_t i = 0; i < options->tasks_count; i++)
		work->turns[i] = (struct turn){.task = options->tasks[i], .ran_ms = NEVER};
	int r = db_open(&work->db, &options->db);
	if (r == 0 && options->thread)
		r = thread_begin(work);
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
	ticker_stop(work->ticker);
	work->ticker = NULL;
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
	free(work);
}
