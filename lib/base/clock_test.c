/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/base/clock_watch.h"

static void test_virtual_time_stands_still(void **state)
{
	(void)state;
	struct clock_fake fake = {.now_ms = 1796050800000};
	struct clock clock = clock_of_fake(&fake);
	assert_int_equal(clock_now_ms(&clock), 1796050800000);
	assert_int_equal(clock_now_ms(&clock), 1796050800000);
	fake.now_ms += 1500;
	assert_int_equal(clock_now_ms(&clock), 1796050801500);
	assert_int_equal(clock_mono_ms(&clock), 1796050801500);
}

static void test_two_virtual_clocks_are_apart(void **state)
{
	(void)state;
	struct clock_fake a = {1}, b = {2};
	struct clock clock_a = clock_of_fake(&a), clock_b = clock_of_fake(&b);
	a.now_ms = 10;
	assert_int_equal(clock_now_ms(&clock_a), 10);
	assert_int_equal(clock_now_ms(&clock_b), 2);
}

static void test_the_system_clock_is_in_milliseconds(void **state)
{
	(void)state;
	int64_t before = clock_mono_ms(&clock_system);
	int64_t now = clock_now_ms(&clock_system);
	assert_true(now > 1577804400000);   /* 2020 */
	assert_true(now < 253402300800000); /* 10000 */
	assert_true(clock_mono_ms(&clock_system) >= before);
}

/* --- the watch --- */

static int64_t pair_now_ms(void *ctx)
{
	return ((const int64_t *)ctx)[0];
}

static int64_t pair_mono_ms(void *ctx)
{
	return ((const int64_t *)ctx)[1];
}

static void test_a_step_of_more_than_five_seconds_is_noticed(void **state)
{
	(void)state;
	int64_t times[2] = {1796050800000, 77};
	struct clock clock = {pair_now_ms, pair_mono_ms, times};
	struct clock_watch watch = clock_watch_begin(&clock);
	assert_true(clock_watch_agrees(&watch, &clock));
	times[0] += 3600000 + 5000;
	times[1] += 3600000;
	assert_true(clock_watch_agrees(&watch, &clock));
	times[0] += 1;
	assert_false(clock_watch_agrees(&watch, &clock));
	times[0] -= 10001;
	assert_true(clock_watch_agrees(&watch, &clock));
	assert_int_equal(clock_watch_offset_ms(&watch, &clock), -5000);
	times[0] -= 1;
	assert_false(clock_watch_agrees(&watch, &clock));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_virtual_time_stands_still),
		cmocka_unit_test(test_two_virtual_clocks_are_apart),
		cmocka_unit_test(test_the_system_clock_is_in_milliseconds),
		cmocka_unit_test(test_a_step_of_more_than_five_seconds_is_noticed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
