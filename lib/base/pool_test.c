/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing sleeps here: a gate holds a job where the test wants it. */
#include "lib/base/test.h"

#include "lib/base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t inside; /* jobs that wait at the gate */
	bool open;
};

#define GATE_CLOSED                                                           \
	{                                                                     \
		PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, false \
	}

/* A job: says that it is here, and waits until the gate opens. */
static void wait_at_gate(void *job, void *worker)
{
	struct gate *gate = job;
	(void)worker;
	pthread_mutex_lock(&gate->lock);
	gate->inside++;
	pthread_cond_broadcast(&gate->changed);
	while (!gate->open)
		pthread_cond_wait(&gate->changed, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

static void gate_wait_inside(struct gate *gate, size_t count)
{
	pthread_mutex_lock(&gate->lock);
	while (gate->inside < count)
		pthread_cond_wait(&gate->changed, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

static void gate_open(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->open = true;
	pthread_cond_broadcast(&gate->changed);
	pthread_mutex_unlock(&gate->lock);
}

static void count_up(void *job, void *worker)
{
	(void)worker;
	atomic_fetch_add((atomic_int *)job, 1);
}

static void test_a_full_queue_says_so_and_runs_the_rest(void **state)
{
	(void)state;
	struct gate gate = GATE_CLOSED;
	atomic_int ran = 0;
	struct pool *pool;
	const struct pool_options options = {.name = "full", .threads = 1, .queue_max = 2};
	assert_int_equal(pool_create(&pool, &options), 0);
	assert_int_equal(pool_submit(pool, wait_at_gate, &gate), 0);
	gate_wait_inside(&gate, 1);
	assert_int_equal(pool_submit(pool, count_up, &ran), 0);
	assert_int_equal(pool_submit(pool, count_up, &ran), 0);
	assert_int_equal(pool_submit(pool, count_up, &ran), POOL_FULL);
	gate_open(&gate);
	pool_destroy(pool);
	assert_int_equal(ran, 2);
}

static void test_threads_run_side_by_side(void **state)
{
	(void)state;
	struct gate gate = GATE_CLOSED;
	struct pool *pool;
	const struct pool_options options = {.name = "side", .threads = 3, .queue_max = 3};
	assert_int_equal(pool_create(&pool, &options), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pool_submit(pool, wait_at_gate, &gate), 0);
	gate_wait_inside(&gate, 3);
	gate_open(&gate);
	pool_destroy(pool);
}

struct order {
	int next;
	bool kept;
};

struct numbered {
	struct order *order;
	int number;
};

static void check_order(void *job, void *worker)
{
	struct numbered *numbered = job;
	(void)worker;
	numbered->order->kept &= numbered->order->next == numbered->number;
	numbered->order->next++;
}

static void test_one_thread_keeps_the_order(void **state)
{
	(void)state;
	enum { COUNT = 50 };
	struct order order = {0, true};
	struct numbered jobs[COUNT];
	struct pool *pool;
	const struct pool_options options = {.name = "order", .threads = 1, .queue_max = COUNT};
	assert_int_equal(pool_create(&pool, &options), 0);
	for (int i = 0; i < COUNT; i++) {
		jobs[i] = (struct numbered){&order, i};
		assert_int_equal(pool_submit(pool, check_order, &jobs[i]), 0);
	}
	pool_destroy(pool);
	assert_true(order.kept);
	assert_int_equal(order.next, COUNT);
}

static void test_many_submits_run_once_each(void **state)
{
	(void)state;
	enum { COUNT = 5000 };
	atomic_int ran = 0;
	struct pool *pool;
	const struct pool_options options = {.name = "many", .threads = 4, .queue_max = 16};
	assert_int_equal(pool_create(&pool, &options), 0);
	for (int i = 0; i < COUNT;) {
		int r = pool_submit(pool, count_up, &ran);
		assert_true(r == 0 || r == POOL_FULL);
		if (r == 0)
			i++;
		else
			sched_yield();
	}
	pool_destroy(pool);
	assert_int_equal(ran, COUNT);
}

/* Each thread opens one of these; the third and later ones can be told to fail. */
struct opener {
	pthread_mutex_t lock;
	int opened, closed, attempts, fail_from;
	int things[8];
};

static int thing_open(void *ctx, void **ret_worker)
{
	struct opener *opener = ctx;
	pthread_mutex_lock(&opener->lock);
	int attempt = opener->attempts++;
	int r = attempt >= opener->fail_from ? RAISE(EIO) : 0;
	if (r == 0) {
		*ret_worker = &opener->things[attempt];
		opener->opened++;
	}
	pthread_mutex_unlock(&opener->lock);
	return r;
}

static void thing_close(void *ctx, void *worker)
{
	struct opener *opener = ctx;
	pthread_mutex_lock(&opener->lock);
	opener->closed += worker != NULL;
	pthread_mutex_unlock(&opener->lock);
}

struct owner {
	struct gate gate;
	_Atomic(void *) worker;
};

static void remember_worker(void *job, void *worker)
{
	struct owner *owner = job;
	owner->worker = worker;
	wait_at_gate(&owner->gate, worker);
}

static void test_each_thread_has_its_own_thing(void **state)
{
	(void)state;
	struct opener opener = {.lock = PTHREAD_MUTEX_INITIALIZER, .fail_from = 8};
	struct owner owners[2] = {{.gate = GATE_CLOSED}, {.gate = GATE_CLOSED}};
	struct pool *pool;
	const struct pool_options options = {.name = "own",
					     .threads = 2,
					     .queue_max = 4,
					     .worker_open = thing_open,
					     .worker_close = thing_close,
					     .ctx = &opener};
	assert_int_equal(pool_create(&pool, &options), 0);
	assert_int_equal(opener.opened, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pool_submit(pool, remember_worker, &owners[i]), 0);
		gate_wait_inside(&owners[i].gate, 1);
	}
	assert_non_null(owners[0].worker);
	assert_ptr_not_equal(owners[0].worker, owners[1].worker);
	gate_open(&owners[0].gate);
	gate_open(&owners[1].gate);
	pool_destroy(pool);
	assert_int_equal(opener.closed, 2);
}

static void test_a_failed_open_leaves_nothing_running(void **state)
{
	(void)state;
	for (int fail_from = 0; fail_from < 4; fail_from++) {
		struct opener opener = {.lock = PTHREAD_MUTEX_INITIALIZER, .fail_from = fail_from};
		struct pool *pool = NULL;
		const struct pool_options options = {.name = "fails",
						     .threads = 4,
						     .queue_max = 1,
						     .worker_open = thing_open,
						     .worker_close = thing_close,
						     .ctx = &opener};
		assert_int_equal(pool_create(&pool, &options), -EIO);
		assert_null(pool);
		assert_int_equal(opener.attempts, 4);
		assert_int_equal(opener.opened, fail_from);
		assert_int_equal(opener.closed, fail_from);
	}
}

struct seen {
	bool signals_blocked;
	char name[16];
};

static void look_around(void *job, void *worker)
{
	struct seen *seen = job;
	sigset_t blocked;
	(void)worker;
	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	seen->signals_blocked = sigismember(&blocked, SIGTERM) && sigismember(&blocked, SIGHUP);
	pthread_getname_np(pthread_self(), seen->name, sizeof seen->name);
}

static void test_threads_leave_signals_to_others(void **state)
{
	(void)state;
	struct seen seen = {0};
	sigset_t blocked;
	struct pool *pool;
	const struct pool_options options = {.name = "lane-read", .threads = 1, .queue_max = 1};
	assert_int_equal(pool_create(&pool, &options), 0);
	assert_int_equal(pool_submit(pool, look_around, &seen), 0);
	pool_destroy(pool);
	assert_true(seen.signals_blocked);
	assert_string_equal(seen.name, "lane-read");
	pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	assert_false(sigismember(&blocked, SIGTERM));
}

static void test_no_pool_can_be_destroyed(void **state)
{
	(void)state;
	pool_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_full_queue_says_so_and_runs_the_rest),
		cmocka_unit_test(test_threads_run_side_by_side),
		cmocka_unit_test(test_one_thread_keeps_the_order),
		cmocka_unit_test(test_many_submits_run_once_each),
		cmocka_unit_test(test_each_thread_has_its_own_thing),
		cmocka_unit_test(test_a_failed_open_leaves_nothing_running),
		cmocka_unit_test(test_threads_leave_signals_to_others),
		cmocka_unit_test(test_no_pool_can_be_destroyed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
