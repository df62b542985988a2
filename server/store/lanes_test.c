/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/lanes.h"

#include "server/store/testing.h"

static const struct store_lane_rule rule = {
	.free_fails = 10,
	.stop_fails = 100,
	.first_ms = 30000,
	.most_ms = 3600000,
};
static const struct store_lane lane = {.subject = 7};

static struct store_lane_state attempt(void **state, enum store_lane_verdict verdict,
				       int64_t now_ms)
{
	struct store_lane_state after;
	assert_int_equal(store_lane_attempt(db_fixture_of(state)->db, &lane, verdict, &rule, now_ms,
					    &after),
			 0);
	return after;
}

static void test_delays_double_from_the_tenth_failure_to_an_hour(void **state)
{
	store_of(state);
	int64_t now_ms = 1000000, delay_ms = 30000;
	for (int i = 1; i <= 9; i++) {
		struct store_lane_state after = attempt(state, STORE_LANE_FAILED, now_ms);
		assert_int_equal(after.fails, i);
		assert_true(after.until_ms <= now_ms);
	}
	for (int i = 10; i <= 100; i++) {
		struct store_lane_state after = attempt(state, STORE_LANE_FAILED, now_ms);
		assert_int_equal(after.fails, i);
		assert_int_equal(after.until_ms, now_ms + delay_ms);
		now_ms = after.until_ms;
		delay_ms = delay_ms * 2 > 3600000 ? 3600000 : delay_ms * 2;
	}
	/* The hundredth is the last: nothing counts any more, whatever the time. */
	assert_int_equal(attempt(state, STORE_LANE_PASSED, now_ms * 100).fails, 100);
	assert_int_equal(store_lane_open(db_fixture_of(state)->db, lane.subject), 0);
	assert_int_equal(attempt(state, STORE_LANE_UNCHANGED, now_ms).fails, 0);
}

static void test_a_closed_lane_counts_nothing(void **state)
{
	store_of(state);
	struct store_lane_state closed = {0};
	for (int i = 0; i < 10; i++)
		closed = attempt(state, STORE_LANE_FAILED, 1000000);
	for (int verdict = STORE_LANE_UNCHANGED; verdict <= STORE_LANE_PASSED; verdict++) {
		struct store_lane_state after =
			attempt(state, (enum store_lane_verdict)verdict, closed.until_ms - 1);
		assert_int_equal(after.fails, 10);
		assert_int_equal(after.until_ms, closed.until_ms);
	}
	assert_int_equal(attempt(state, STORE_LANE_PASSED, closed.until_ms).fails, 0);
}

static void test_a_success_forgets_and_a_first_step_does_not(void **state)
{
	store_of(state);
	for (int i = 0; i < 3; i++)
		attempt(state, STORE_LANE_FAILED, 1000000);
	assert_int_equal(attempt(state, STORE_LANE_UNCHANGED, 1000000).fails, 3);
	assert_int_equal(attempt(state, STORE_LANE_PASSED, 1000000).fails, 0);
}

static void test_a_clock_set_back_neither_opens_nor_closes_for_long(void **state)
{
	store_of(state);
	const int64_t day_ms = 24 * 60 * 60 * 1000, now_ms = 10 * day_ms;
	for (int i = 0; i < 10; i++)
		attempt(state, STORE_LANE_FAILED, now_ms);
	struct store_lane_state after = attempt(state, STORE_LANE_PASSED, now_ms - day_ms);
	assert_int_equal(after.fails, 10);
	assert_int_equal(after.until_ms, now_ms - day_ms + 30000);
	assert_int_equal(attempt(state, STORE_LANE_PASSED, after.until_ms).fails, 0);
}

static void test_a_device_has_its_own_lane(void **state)
{
	store_of(state);
	for (int i = 0; i < 20; i++)
		attempt(state, STORE_LANE_FAILED, 1000000);
	const struct store_lane other = {.subject = lane.subject, .device_no = 3};
	struct store_lane_state after;
	assert_int_equal(store_lane_attempt(db_fixture_of(state)->db, &other, STORE_LANE_PASSED,
					    &rule, 1000000, &after),
			 0);
	assert_int_equal(after.fails, 0);
	assert_int_equal(after.until_ms, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_delays_double_from_the_tenth_failure_to_an_hour),
		DB_TEST(test_a_closed_lane_counts_nothing),
		DB_TEST(test_a_success_forgets_and_a_first_step_does_not),
		DB_TEST(test_a_clock_set_back_neither_opens_nor_closes_for_long),
		DB_TEST(test_a_device_has_its_own_lane),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
