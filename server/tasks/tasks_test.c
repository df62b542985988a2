/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

#include <stdatomic.h>
#include <unistd.h>

#include "server/tasks/tasks.h"

struct counted {
	atomic_int turns;
	bool faults;
};

static int count_run(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	struct counted *counted = ctx;
	assert_non_null(db);
	assert_non_null(arena);
	assert_true(now_ms > 0);
	counted->turns++;
	return counted->faults ? RAISE(EIO) : 0;
}

static const struct log quiet = {.fd = -1};

static struct tasks *make(void **state, const struct clock *clock, struct counted *leased,
			  struct counted *everywhere)
{
	const struct task both[] = {
		{"leased", 1000, false, count_run, leased},
		{"everywhere", 1000, true, count_run, everywhere},
	};
	struct tasks_options options = {
		.db = db_fixture_of(state)->options,
		.clock = clock,
		.log = &quiet,
		.tasks = both,
		.tasks_count = everywhere ? 2 : 1,
	};
	struct tasks *tasks = NULL;
	assert_int_equal(tasks_create(&tasks, &options), 0);
	return tasks;
}

static void test_one_of_two_processes_does_it(void **state)
{
	store_of(state);
	struct clock_fake time = {1000000};
	struct clock clock = clock_of_fake(&time);
	struct counted leased[2] = {0}, everywhere[2] = {0};
	AUTO(tasks_destroyp) struct tasks *a = make(state, &clock, &leased[0], &everywhere[0]);
	AUTO(tasks_destroyp) struct tasks *b = make(state, &clock, &leased[1], &everywhere[1]);
	for (int i = 0; i < 10; i++, time.now_ms += TASKS_LEASE_MS / 3) {
		assert_int_equal(tasks_run_once(a), 0);
		assert_int_equal(tasks_run_once(b), 0);
	}
	assert_int_equal(leased[0].turns, 10);
	assert_int_equal(leased[1].turns, 0);
	assert_int_equal(everywhere[0].turns, 10);
	assert_int_equal(everywhere[1].turns, 10);
	tasks_destroyp(&a); /* gives its lease back */
	a = NULL;
	assert_int_equal(tasks_run_once(b), 0);
	assert_int_equal(leased[1].turns, 1);
}

static void test_a_dead_process_is_followed_when_its_lease_ends(void **state)
{
	store_of(state);
	struct clock_fake time = {1000000};
	struct clock clock = clock_of_fake(&time);
	struct counted leased[2] = {0};
	AUTO(tasks_destroyp) struct tasks *a = make(state, &clock, &leased[0], NULL);
	AUTO(tasks_destroyp) struct tasks *b = make(state, &clock, &leased[1], NULL);
	assert_int_equal(tasks_run_once(a), 0);
	time.now_ms += TASKS_LEASE_MS - 1;
	assert_int_equal(tasks_run_once(b), 0);
	assert_int_equal(leased[1].turns, 0);
	time.now_ms += 1;
	assert_int_equal(tasks_run_once(b), 0);
	assert_int_equal(leased[1].turns, 1);
	assert_int_equal(tasks_run_once(a), 0);
	assert_int_equal(leased[0].turns, 1);
}

static void test_a_task_that_faults_keeps_nobody_from_his_turn(void **state)
{
	store_of(state);
	struct clock_fake time = {1000000};
	struct clock clock = clock_of_fake(&time);
	struct counted leased = {.faults = true}, everywhere = {0};
	AUTO(tasks_destroyp) struct tasks *tasks = make(state, &clock, &leased, &everywhere);
	assert_int_equal(tasks_run_once(tasks), -EIO);
	assert_int_equal(tasks_run_once(tasks), -EIO);
	assert_int_equal(leased.turns, 2);
	assert_int_equal(everywhere.turns, 2);
}

static void test_the_thread_runs_what_is_due_and_stops(void **state)
{
	store_of(state);
	struct counted counted = {0};
	const struct task task = {"quick", 1, false, count_run, &counted};
	struct tasks_options options = {
		.db = db_fixture_of(state)->options,
		.clock = &clock_system,
		.log = &quiet,
		.tasks = &task,
		.tasks_count = 1,
		.thread = true,
	};
	AUTO(tasks_destroyp) struct tasks *tasks = NULL;
	assert_int_equal(tasks_create(&tasks, &options), 0);
	for (int i = 0; i < 1000 && counted.turns == 0; i++)
		usleep(5000);
	assert_true(counted.turns > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_one_of_two_processes_does_it),
		DB_TEST(test_a_dead_process_is_followed_when_its_lease_ends),
		DB_TEST(test_a_task_that_faults_keeps_nobody_from_his_turn),
		DB_TEST(test_the_thread_runs_what_is_due_and_stops),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
