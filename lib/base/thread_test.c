/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/thread.h"

#include "lib/base/test.h"

#include <signal.h>
#include <stdatomic.h>

#include "lib/base/clock.h"

/* --- threads --- */

static void *mask_look(void *ctx)
{
	sigset_t *mask = ctx;
	pthread_sigmask(SIG_SETMASK, NULL, mask);
	return NULL;
}

static void test_a_thread_takes_no_signal_and_its_maker_still_does(void **state)
{
	(void)state;
	sigset_t there, here;
	pthread_t thread;
	assert_int_equal(thread_start(&thread, "look", mask_look, &there), 0);
	pthread_join(thread, NULL);
	pthread_sigmask(SIG_SETMASK, NULL, &here);
	assert_true(sigismember(&there, SIGTERM) && sigismember(&there, SIGINT));
	assert_false(sigismember(&here, SIGTERM));
}

static void test_a_wait_ends_when_its_time_is_over(void **state)
{
	(void)state;
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t wake;
	wake_init(&wake);
	int64_t until_ms = clock_mono_ms(&clock_system) + 20;
	pthread_mutex_lock(&lock);
	while (wake_wait(&wake, &lock, until_ms))
		continue;
	pthread_mutex_unlock(&lock);
	assert_true(clock_mono_ms(&clock_system) >= until_ms);
	pthread_cond_destroy(&wake);
}

/* --- the ticker --- */

struct count {
	atomic_int ticks;
	bool stays; /* until the end is said */
};

static void count_tick(void *ctx, struct ticker *ticker)
{
	struct count *count = ctx;
	atomic_fetch_add(&count->ticks, 1);
	while (count->stays && !ticker_is_ending(ticker))
		sched_yield();
}

static void ticks_wait(struct count *count, int wanted)
{
	while (atomic_load(&count->ticks) < wanted)
		sched_yield();
}

static void test_a_ticker_ticks_until_it_is_stopped(void **state)
{
	(void)state;
	struct count count = {0};
	struct ticker *ticker;
	const struct ticker_options options = {.name = "count",
					       .every_ms = 1,
					       .tick = count_tick,
					       .ctx = &count};
	assert_int_equal(ticker_start(&ticker, &options), 0);
	ticks_wait(&count, 3);
	ticker_stop(ticker);
	int after = atomic_load(&count.ticks);
	sched_yield();
	assert_int_equal(atomic_load(&count.ticks), after);
}

static void test_the_first_tick_may_come_at_once_and_a_long_one_hears_the_end(void **state)
{
	(void)state;
	struct count count = {.stays = true};
	struct ticker *ticker;
	const struct ticker_options options = {.name = "count",
					       .every_ms = INT64_C(86400000),
					       .at_once = true,
					       .tick = count_tick,
					       .ctx = &count};
	assert_int_equal(ticker_start(&ticker, &options), 0);
	ticks_wait(&count, 1);
	ticker_stop(ticker);
	assert_int_equal(atomic_load(&count.ticks), 1);
}

static void test_a_ticker_that_waits_stops_at_once(void **state)
{
	(void)state;
	struct count count = {0};
	struct ticker *ticker;
	const struct ticker_options options = {.name = "count",
					       .every_ms = INT64_C(86400000),
					       .tick = count_tick,
					       .ctx = &count};
	assert_int_equal(ticker_start(&ticker, &options), 0);
	ticker_stop(ticker);
	assert_int_equal(atomic_load(&count.ticks), 0);
	ticker_stop(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_thread_takes_no_signal_and_its_maker_still_does),
		cmocka_unit_test(test_a_wait_ends_when_its_time_is_over),
		cmocka_unit_test(test_a_ticker_ticks_until_it_is_stopped),
		cmocka_unit_test(test_the_first_tick_may_come_at_once_and_a_long_one_hears_the_end),
		cmocka_unit_test(test_a_ticker_that_waits_stops_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
