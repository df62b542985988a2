/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lease is written only when half of it is gone, so that a task that comes every second costs no
 * write a second.
 */
#include "server/tasks/tasks.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/base/thread.h"
#include "lib/crypto/crypto.h"
#include "server/store/leases.h"

enum { ARENA_BYTES_MAX = 16 * 1024 * 1024, NEVER = -1 };

struct turn {
	struct task task;
	int64_t ran_ms;	       /* monotonic; NEVER */
	int64_t lease_ends_ms; /* wall; 0: not ours */
};

struct tasks {
	struct db *db;
	const struct clock *clock;
	const struct log *log;
	unsigned char holder[STORE_ID_BYTES];
	struct turn turns[TASKS_MAX];
	size_t turns_count;
	struct arena arena;
	struct ticker *ticker; /* NULL: by hand, or stopped */
};

/* --- one turn --- */

/* STORE_CONFLICT: another process does it. */
static int lease_hold(struct tasks *tasks, struct turn *turn, int64_t now_ms)
{
	int64_t left_ms = turn->lease_ends_ms - now_ms;
	if (turn->task.everywhere || (left_ms > TASKS_LEASE_MS / 2 && left_ms <= TASKS_LEASE_MS))
		return 0;
	turn->lease_ends_ms = 0;
	int r = store_lease_take(tasks->db, str_of(turn->task.name),
				 str_bytes(tasks->holder, sizeof tasks->holder), now_ms,
				 now_ms + TASKS_LEASE_MS);
	if (r)
		return r < 0 ? PASS(r) : r;
	turn->lease_ends_ms = now_ms + TASKS_LEASE_MS;
	return 0;
}

static int turn_try(struct tasks *tasks, struct turn *turn, int64_t now_ms)
{
	int r = lease_hold(tasks, turn, now_ms);
	if (r)
		return r < 0 ? PASS(r) : 0;
	r = turn->task.run(turn->task.ctx, tasks->db, &tasks->arena, now_ms);
	return r ? FOLD(r) : 0;
}

static int turn_run(struct tasks *tasks, struct turn *turn)
{
	turn->ran_ms = clock_mono_ms(tasks->clock);
	int r = turn_try(tasks, turn, clock_now_ms(tasks->clock));
	if (r < 0) {
		LOG(tasks->log, work_failed, log_id("task", str_of(turn->task.name)), log_fault(r));
		db_rollback(tasks->db);
	}
	arena_clear(&tasks->arena);
	return r < 0 ? PASS(r) : 0;
}

int tasks_run_once(struct tasks *tasks)
{
	assert(!tasks->ticker);
	int first = 0;
	for (size_t i = 0; i < tasks->turns_count; i++) {
		int r = turn_run(tasks, &tasks->turns[i]);
		if (r < 0 && !first)
			first = r;
	}
	return first < 0 ? PASS(first) : 0;
}

/* --- the thread --- */

static void due_run(void *ctx, struct ticker *ticker)
{
	struct tasks *tasks = ctx;
	int64_t mono_ms = clock_mono_ms(tasks->clock);
	for (size_t i = 0; i < tasks->turns_count && !ticker_is_ending(ticker); i++) {
		struct turn *turn = &tasks->turns[i];
		if (turn->ran_ms != NEVER && mono_ms - turn->ran_ms < turn->task.every_ms)
			continue;
		int r = turn_run(tasks, turn);
		(void)r; /* logged */
	}
}

static int thread_begin(struct tasks *tasks)
{
	const struct ticker_options options = {
		.name = "work",
		.every_ms = TASKS_TICK_MS,
		.at_once = true,
		.tick = due_run,
		.ctx = tasks,
	};
	int r = ticker_start(&tasks->ticker, &options);
	return r ? PASS(r) : 0;
}

/* --- from create to destroy --- */

int tasks_create(struct tasks **ret_tasks, const struct tasks_options *options)
{
	assert(options->tasks_count <= TASKS_MAX);
	AUTO(tasks_destroyp) struct tasks *tasks = calloc(1, sizeof *tasks);
	if (!tasks)
		return RAISE(ENOMEM);
	arena_init(&tasks->arena, ARENA_BYTES_MAX);
	random_bytes(tasks->holder, sizeof tasks->holder);
	tasks->clock = options->clock;
	tasks->log = options->log;
	tasks->turns_count = options->tasks_count;
	for (size_t i = 0; i < options->tasks_count; i++)
		tasks->turns[i] = (struct turn){.task = options->tasks[i], .ran_ms = NEVER};
	int r = db_open(&tasks->db, &options->db);
	if (r == 0 && options->thread)
		r = thread_begin(tasks);
	if (r)
		return FOLD(r);
	*ret_tasks = tasks;
	tasks = NULL;
	return 0;
}

void tasks_stop(struct tasks *tasks)
{
	if (!tasks)
		return;
	ticker_stop(tasks->ticker);
	tasks->ticker = NULL;
}

void tasks_destroy(struct tasks *tasks)
{
	if (!tasks)
		return;
	tasks_stop(tasks);
	if (tasks->db) {
		int r = store_leases_give_back(tasks->db,
					       str_bytes(tasks->holder, sizeof tasks->holder));
		(void)r; /* then they end by themselves */
	}
	db_close(tasks->db);
	arena_clear(&tasks->arena);
	free(tasks);
}
