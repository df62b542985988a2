/* SPDX-License-Identifier: Apache-2.0 */
/* Real time, in tenths of a second: what is tested is that replies wait. */
#include "server/api/release.h"

#include "lib/base/test.h"

#include <stdatomic.h>
#include <unistd.h>

#include "lib/base/clock.h"

struct letter {
	struct web_exchange exchange;
	struct release_wait wait;
	_Atomic int64_t left_ms;
};

static void letter_left(struct web_exchange *exchange)
{
	struct letter *letter = exchange->adapter_data;
	letter->left_ms = clock_mono_ms(&clock_system);
}

static void letter_post(struct release *release, struct letter *letter, int64_t arrived_ms)
{
	letter->exchange.finish = letter_left;
	letter->exchange.adapter_data = letter;
	release_at(release, &letter->wait, &letter->exchange, arrived_ms);
}

/* The wait ends by itself: a reply that never leaves is the test's time-out. */
static int64_t letter_await(const struct letter *letter)
{
	while (!letter->left_ms)
		usleep(1000);
	return letter->left_ms;
}

static void test_a_reply_leaves_on_its_own_grid_and_never_before(void **state)
{
	(void)state;
	struct release *release;
	assert_int_equal(release_create(&release), 0);
	int64_t now_ms = clock_mono_ms(&clock_system);
	/* Arrived now, long ago, and in between: posted in no order. */
	static const int64_t ages_ms[] = {120, 0, 49, 3, 77};
	struct letter letters[5] = {0};
	for (size_t i = 0; i < 5; i++)
		letter_post(release, &letters[i], now_ms - ages_ms[i]);
	for (size_t i = 0; i < 5; i++) {
		int64_t arrived_ms = now_ms - ages_ms[i];
		assert_true(letter_await(&letters[i]) >= letters[i].wait.due_ms);
		assert_true(letters[i].wait.due_ms >= now_ms);
		assert_int_equal((letters[i].wait.due_ms - arrived_ms) % RELEASE_GRID_MS, 0);
	}
	release_destroy(release);
}

static void test_at_the_end_everything_leaves(void **state)
{
	(void)state;
	struct release *release;
	assert_int_equal(release_create(&release), 0);
	int64_t now_ms = clock_mono_ms(&clock_system);
	struct letter letters[3] = {0};
	for (size_t i = 0; i < 3; i++)
		letter_post(release, &letters[i], now_ms + 3600000);
	release_destroy(release);
	for (size_t i = 0; i < 3; i++)
		assert_true(letters[i].left_ms > 0);
	release_destroy(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_reply_leaves_on_its_own_grid_and_never_before),
		cmocka_unit_test(test_at_the_end_everything_leaves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
