/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/client/retry.h"

static void test_the_pause_grows_and_is_drawn(void **state)
{
	(void)state;
	assert_int_equal(retry_delay_ms(1, 0, 0), RETRY_DELAY_FIRST_MS / 2);
	assert_int_equal(retry_delay_ms(1, 0, RETRY_DELAY_FIRST_MS / 2), RETRY_DELAY_FIRST_MS);
	assert_true(retry_delay_ms(2, 0, 0) > retry_delay_ms(1, 0, 0));
	for (uint32_t chance = 0; chance < 5000; chance++) {
		int64_t ms = retry_delay_ms(2, 0, chance);
		assert_true(ms >= RETRY_DELAY_FIRST_MS && ms <= RETRY_DELAY_MAX_MS);
	}
}

static void test_the_third_try_is_the_last(void **state)
{
	(void)state;
	assert_true(retry_delay_ms(RETRY_TRIES_MAX - 1, 0, 7) > 0);
	assert_true(retry_delay_ms(RETRY_TRIES_MAX, 0, 7) < 0);
}

static void test_retry_after_is_waited_for_or_told(void **state)
{
	(void)state;
	assert_true(retry_delay_ms(1, 2, 0) >= 2000);
	assert_true(retry_delay_ms(1, RETRY_AFTER_MAX_MS / 1000, 0) >= RETRY_AFTER_MAX_MS);
	assert_true(retry_delay_ms(1, RETRY_AFTER_MAX_MS / 1000 + 1, 0) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_pause_grows_and_is_drawn),
		cmocka_unit_test(test_the_third_try_is_the_last),
		cmocka_unit_test(test_retry_after_is_waited_for_or_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
