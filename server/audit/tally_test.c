/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

#include "server/audit/tally.h"

static struct tally_call call_of(int session, const char *name, int64_t at_ms)
{
	return (struct tally_call){
		.session = {(unsigned char)session, 7, 7},
		.facility_no = 1,
		.account_no = 2,
		.call = str_of(name),
		.outcome = STR("ok"),
		.request_id = "0123456789abcdef0123456789abcdef",
		.at_ms = at_ms,
		.ends_ms = at_ms + 600000,
		.calls = 1,
	};
}

static void add(struct tally *tally, struct tally_call call)
{
	assert_int_equal(tally_add(tally, &call), 0);
}

static struct tally *tally_make(void)
{
	struct tally *tally = NULL;
	assert_int_equal(tally_create(&tally), 0);
	return tally;
}

static size_t rows_of(void **state, struct db *db, struct store_audit **ret_rows)
{
	size_t count;
	const struct store_audit_query query = {.facility_no = 1, .to_ms = INT64_MAX};
	assert_int_equal(store_audit_history(db, arena_of(state), &query, STORE_AUDIT_PAGE_MAX,
					     ret_rows, &count),
			 0);
	return count;
}

static void test_calls_of_a_session_become_one_row_within_a_minute(void **state)
{
	struct db *db = store_of(state);
	AUTO(tally_destroyp) struct tally *tally = tally_make();
	struct store_audit *rows;
	for (int i = 0; i < 5; i++)
		add(tally, call_of(1, "count", 1000 + i));
	add(tally, call_of(1, "download", 1000));
	add(tally, call_of(2, "count", 1000));
	assert_int_equal(tally_flush(tally, db, arena_of(state), 1000 + TALLY_KEPT_MS - 1), 0);
	assert_int_equal(rows_of(state, db, &rows), 0);
	assert_int_equal(tally_flush(tally, db, arena_of(state), 1000 + TALLY_KEPT_MS), 0);
	assert_int_equal(rows_of(state, db, &rows), 3);
	assert_int_equal(rows[0].calls, 5);
	assert_int_equal(rows[0].at_ms, 1000);
	assert_str_equal(rows[0].call, STR("count"));
	assert_int_equal(rows[1].calls, 1);
	assert_int_equal(tally_flush(tally, db, arena_of(state), 1000 + 10 * TALLY_KEPT_MS), 0);
	assert_int_equal(rows_of(state, db, &rows), 3);
}

static void test_a_session_that_ends_soon_does_not_wait(void **state)
{
	struct db *db = store_of(state);
	AUTO(tally_destroyp) struct tally *tally = tally_make();
	struct store_audit *rows;
	struct tally_call call = call_of(1, "count", 1000);
	call.ends_ms = 30000;
	add(tally, call);
	add(tally, call_of(2, "count", 1000));
	assert_int_equal(tally_flush(tally, db, arena_of(state), 1001), 0);
	assert_int_equal(rows_of(state, db, &rows), 1);
}

static void test_a_clock_that_was_set_back_keeps_nothing_here(void **state)
{
	struct db *db = store_of(state);
	AUTO(tally_destroyp) struct tally *tally = tally_make();
	struct store_audit *rows;
	add(tally, call_of(1, "count", 100000000));
	assert_int_equal(tally_flush(tally, db, arena_of(state), 1000), 0);
	assert_int_equal(rows_of(state, db, &rows), 1);
}

static void test_a_sessions_calls_can_be_taken_out(void **state)
{
	struct db *db = store_of(state);
	AUTO(tally_destroyp) struct tally *tally = tally_make();
	struct store_audit *rows;
	struct tally_call calls[TALLY_SESSION_MAX];
	/* Of one bucket, but not of one session. */
	struct tally_call other = call_of(1, "count", 1000);
	other.session[5] = 9;
	add(tally, other);
	add(tally, call_of(1, "count", 1000));
	add(tally, call_of(1, "download", 1000));
	assert_int_equal(tally_take_session(tally, call_of(1, "count", 0).session, calls,
					    TALLY_SESSION_MAX),
			 2);
	assert_int_equal(tally_flush_all(tally, db), 0);
	assert_int_equal(rows_of(state, db, &rows), 1);
}

/* A store without its tables stands for every store that cannot be written. */
static void test_what_cannot_be_written_is_kept_and_shuts_the_tally(void **state)
{
	struct db *empty = db_fixture_of(state)->db;
	AUTO(tally_destroyp) struct tally *tally = tally_make();
	struct store_audit *rows;
	add(tally, call_of(1, "count", 1000));
	assert_true(tally_is_open(tally));
	assert_true(tally_flush_all(tally, empty) < 0);
	assert_false(tally_is_open(tally));
	add(tally, call_of(1, "count", 2000));
	struct db *db = store_of(state);
	assert_int_equal(tally_flush_all(tally, db), 0);
	assert_true(tally_is_open(tally));
	assert_int_equal(rows_of(state, db, &rows), 1);
	assert_int_equal(rows[0].calls, 2);
	assert_int_equal(rows[0].at_ms, 1000);
}

static void test_more_kinds_of_calls_than_it_keeps_are_refused(void **state)
{
	struct db *db = store_of(state);
	AUTO(tally_destroyp) struct tally *tally = tally_make();
	struct tally_call call = call_of(1, "count", 1000);
	int r = 0;
	int64_t added = 0;
	for (; r == 0 && added <= TALLY_CALLS_MAX; added += r == 0) {
		call.account_no = added;
		memcpy(call.session, &added, sizeof added);
		r = tally_add(tally, &call);
	}
	assert_int_equal(r, TALLY_FULL);
	call.account_no = 5;
	memcpy(call.session, &(int64_t){5}, sizeof(int64_t));
	assert_int_equal(tally_add(tally, &call), 0); /* it is there */
	struct tally_call taken[TALLY_SESSION_MAX];
	assert_int_equal(tally_take_session(tally, call.session, taken, TALLY_SESSION_MAX), 1);
	assert_int_equal(taken[0].calls, 2);
	assert_int_equal(tally_add(tally, &taken[0]), 0);
	(void)db;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_calls_of_a_session_become_one_row_within_a_minute),
		DB_TEST_ON(sqlite, test_a_session_that_ends_soon_does_not_wait),
		DB_TEST_ON(sqlite, test_a_clock_that_was_set_back_keeps_nothing_here),
		DB_TEST_ON(sqlite, test_a_sessions_calls_can_be_taken_out),
		DB_TEST(test_what_cannot_be_written_is_kept_and_shuts_the_tally),
		DB_TEST_ON(sqlite, test_more_kinds_of_calls_than_it_keeps_are_refused),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
