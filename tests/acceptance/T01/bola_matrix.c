/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T01 bola_matrix: whatever a facility shows of another - id, cursor, code, account, staff, nonce,
 * device, idempotency key - is answered like what does not exist. On both engines; with the planted
 * fault of store functions that forget the facility, the same matrix must fail.
 */
#include "tests/acceptance/T01/run.h"

static void test_no_facility_reaches_anothers_things(void **state)
{
	struct run run;
	bool all = getenv("SHIKAKU_NIGHTLY");
	run_open(&run, state, PARTIES_MAX);
	matrix_run(&run.matrix, all);
	assert_int_equal(run.matrix.differing, 0);
	assert_int_equal(run.matrix.leaking, 0);
	assert_int_equal(run.matrix.untraced, 0);
	assert_int_equal(run.matrix.unknown, 0);
	run_close(&run);
}

static void test_the_matrix_finds_a_store_that_forgets_the_facility(void **state)
{
	struct run run;
	run_open(&run, state, 2);
	store_is_blind = BLIND_RESULTS | BLIND_STAFF;
	matrix_try(&run.matrix, 0, 1);
	store_is_blind = 0;
	assert_true(run.matrix.differing >= 2);
	assert_true(run.matrix.leaking >= 1);
	run_close(&run);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_no_facility_reaches_anothers_things),
		DB_TEST_ON(sqlite, test_the_matrix_finds_a_store_that_forgets_the_facility),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
