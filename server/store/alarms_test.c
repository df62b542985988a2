/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

#include "server/store/alarms.h"

enum { WINDOW_MS = 1000 };

static struct store_alarm alarm_of(int64_t n, int64_t at_ms)
{
	return (struct store_alarm){
		.kind = 1, .facility_no = 2, .account_no = 3, .first_ms = at_ms, .n = n};
}

static void test_events_are_counted_and_told_once_in_a_window(void **state)
{
	struct db *db = store_of(state);
	struct store_alarm alarm = alarm_of(1, 5000), due;
	assert_int_equal(store_alarm_due(db, 5000, WINDOW_MS, &due), STORE_NOT_FOUND);
	assert_int_equal(store_alarm_add(db, &alarm), 0);
	assert_int_equal(store_alarm_due(db, 5000, WINDOW_MS, &due), 0);
	assert_int_equal(due.n, 1);
	assert_int_equal(store_alarm_told(db, &due, 5000), 0);
	assert_int_equal(store_alarm_told(db, &due, 5000), STORE_STALE);
	alarm = alarm_of(2, 5500);
	assert_int_equal(store_alarm_add(db, &alarm), 0);
	assert_int_equal(store_alarm_due(db, 5999, WINDOW_MS, &due), STORE_NOT_FOUND);
	assert_int_equal(store_alarm_due(db, 6000, WINDOW_MS, &due), 0);
	assert_int_equal(due.n, 3);
	assert_int_equal(due.told, 1);
	assert_int_equal(due.first_ms, 5000);
	assert_int_equal(due.last_ms, 5500);
}

static void test_a_height_is_told_when_it_rises(void **state)
{
	struct db *db = store_of(state);
	struct store_alarm alarm = alarm_of(20, 5000), due;
	assert_int_equal(store_alarm_set(db, &alarm), 0);
	assert_int_equal(store_alarm_due(db, 5000, WINDOW_MS, &due), 0);
	assert_int_equal(store_alarm_told(db, &due, 5000), 0);
	assert_int_equal(store_alarm_set(db, &alarm), 0);
	assert_int_equal(store_alarm_due(db, 9000, WINDOW_MS, &due), STORE_NOT_FOUND);
	alarm = alarm_of(21, 9000);
	assert_int_equal(store_alarm_set(db, &alarm), 0);
	assert_int_equal(store_alarm_due(db, 9000, WINDOW_MS, &due), 0);
	assert_int_equal(store_alarm_told(db, &due, 9000), 0);
	/* Down, and up again to less than before: that is new. */
	alarm = alarm_of(20, 9500);
	assert_int_equal(store_alarm_set(db, &alarm), 0);
	assert_int_equal(store_alarm_due(db, 10000, WINDOW_MS, &due), 0);
	assert_int_equal(due.n, 20);
}

static void test_old_alarms_go_when_they_were_told(void **state)
{
	struct db *db = store_of(state);
	struct store_alarm told = alarm_of(1, 5000), untold = alarm_of(1, 5000), *alarms, due;
	size_t count;
	untold.kind = 2;
	assert_int_equal(store_alarm_add(db, &told), 0);
	assert_int_equal(store_alarm_due(db, 5000, WINDOW_MS, &due), 0);
	assert_int_equal(store_alarm_told(db, &due, 5000), 0);
	assert_int_equal(store_alarm_add(db, &untold), 0);
	assert_int_equal(store_alarms_purge(db, 5000), 0);
	assert_int_equal(store_alarms_list(db, arena_of(state), &alarms, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(store_alarms_purge(db, 5001), 0);
	assert_int_equal(store_alarms_list(db, arena_of(state), &alarms, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(alarms[0].kind, 2);
}

static void test_the_newest_stand_first_in_the_list(void **state)
{
	struct db *db = store_of(state);
	struct store_alarm a = alarm_of(1, 5000), b = alarm_of(1, 6000), *alarms;
	size_t count;
	b.kind = 2;
	assert_int_equal(store_alarm_add(db, &a), 0);
	assert_int_equal(store_alarm_add(db, &b), 0);
	assert_int_equal(store_alarms_list(db, arena_of(state), &alarms, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(alarms[0].kind, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_events_are_counted_and_told_once_in_a_window),
		DB_TEST(test_a_height_is_told_when_it_rises),
		DB_TEST(test_old_alarms_go_when_they_were_told),
		DB_TEST(test_the_newest_stand_first_in_the_list),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
