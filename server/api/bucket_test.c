/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "server/api/bucket.h"

enum { START_MS = 1000000 };

static struct buckets *made(size_t slots)
{
	struct buckets *buckets;
	assert_int_equal(buckets_create(&buckets, slots), 0);
	return buckets;
}

static int take(struct buckets *buckets, int kind, uint64_t whose, struct bucket_rule rule,
		int64_t now_ms, int64_t *wait_ms)
{
	struct bucket_claim claim = {bucket_key(buckets, kind, whose), rule};
	return buckets_take(buckets, &claim, 1, now_ms, wait_ms);
}

static void test_a_burst_is_given_and_then_one_at_a_time(void **state)
{
	(void)state;
	AUTO(buckets_destroyp) struct buckets *buckets = made(64);
	const struct bucket_rule rule = {.burst = 5, .per_minute = 60};
	int64_t wait_ms = 0;
	for (int i = 0; i < 5; i++)
		assert_int_equal(take(buckets, 1, 7, rule, START_MS, &wait_ms), 0);
	assert_int_equal(take(buckets, 1, 7, rule, START_MS, &wait_ms), BUCKET_EMPTY);
	assert_int_equal(wait_ms, 1000);
	assert_int_equal(take(buckets, 1, 7, rule, START_MS + 999, &wait_ms), BUCKET_EMPTY);
	assert_int_equal(wait_ms, 1);
	assert_int_equal(take(buckets, 1, 7, rule, START_MS + 1000, &wait_ms), 0);
	assert_int_equal(take(buckets, 1, 7, rule, START_MS + 1000, &wait_ms), BUCKET_EMPTY);
}

static void test_a_bucket_left_alone_is_full_again_and_no_fuller(void **state)
{
	(void)state;
	AUTO(buckets_destroyp) struct buckets *buckets = made(64);
	const struct bucket_rule rule = {.burst = 3, .per_minute = 600};
	int64_t wait_ms;
	for (int64_t now_ms = START_MS; now_ms < START_MS + 3600000; now_ms += 1200000) {
		for (int i = 0; i < 3; i++)
			assert_int_equal(take(buckets, 1, 7, rule, now_ms, &wait_ms), 0);
		assert_int_equal(take(buckets, 1, 7, rule, now_ms, &wait_ms), BUCKET_EMPTY);
	}
}

static void test_each_has_a_bucket_of_its_own(void **state)
{
	(void)state;
	AUTO(buckets_destroyp) struct buckets *buckets = made(64);
	const struct bucket_rule rule = {.burst = 1, .per_minute = 1};
	int64_t wait_ms;
	assert_int_equal(take(buckets, 1, 7, rule, START_MS, &wait_ms), 0);
	assert_int_equal(take(buckets, 2, 7, rule, START_MS, &wait_ms), 0);
	assert_int_equal(take(buckets, 1, 8, rule, START_MS, &wait_ms), 0);
	assert_int_equal(take(buckets, 1, 7, rule, START_MS, &wait_ms), BUCKET_EMPTY);
}

static void test_nothing_is_taken_where_one_is_empty(void **state)
{
	(void)state;
	AUTO(buckets_destroyp) struct buckets *buckets = made(64);
	const struct bucket_claim claims[] = {
		{bucket_key(buckets, 1, 1), {.burst = 2, .per_minute = 1}},
		{bucket_key(buckets, 2, 1), {.burst = 1, .per_minute = 1}},
	};
	int64_t wait_ms = 0;
	assert_int_equal(buckets_take(buckets, claims, 2, START_MS, &wait_ms), 0);
	for (int i = 0; i < 10; i++)
		assert_int_equal(buckets_take(buckets, claims, 2, START_MS, &wait_ms),
				 BUCKET_EMPTY);
	assert_int_equal(wait_ms, 60000);
	assert_int_equal(buckets_take(buckets, claims, 1, START_MS, &wait_ms), 0);
}

static void test_no_rule_is_no_limit(void **state)
{
	(void)state;
	AUTO(buckets_destroyp) struct buckets *buckets = made(64);
	int64_t wait_ms;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(take(buckets, 1, 7, (struct bucket_rule){0}, START_MS, &wait_ms),
				 0);
}

/* A crowd of others pushes out who has hardly called, never who is being held back. */
static void test_a_crowd_does_not_make_an_empty_bucket_forgotten(void **state)
{
	(void)state;
	AUTO(buckets_destroyp) struct buckets *buckets = made(64);
	const struct bucket_rule rule = {.burst = 100, .per_minute = 1};
	int64_t wait_ms;
	for (int i = 0; i < 100; i++)
		assert_int_equal(take(buckets, 1, 7, rule, START_MS, &wait_ms), 0);
	for (uint64_t i = 0; i < 100000; i++)
		assert_int_equal(take(buckets, 2, i, rule, START_MS, &wait_ms), 0);
	assert_int_equal(take(buckets, 1, 7, rule, START_MS, &wait_ms), BUCKET_EMPTY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_burst_is_given_and_then_one_at_a_time),
		cmocka_unit_test(test_a_bucket_left_alone_is_full_again_and_no_fuller),
		cmocka_unit_test(test_each_has_a_bucket_of_its_own),
		cmocka_unit_test(test_nothing_is_taken_where_one_is_empty),
		cmocka_unit_test(test_no_rule_is_no_limit),
		cmocka_unit_test(test_a_crowd_does_not_make_an_empty_bucket_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
