/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

#include "lib/base/period.h"
#include "server/retention/retention.h"

static void result_add(void **state, int64_t facility_no, int64_t at_ms, int n)
{
	struct db *db = db_fixture_of(state)->db;
	struct store_patient patient;
	assert_int_equal(store_patient_take(db, arena_of(state), facility_no, digest_of(state, 1),
					    &patient),
			 0);
	struct store_result result = {
		.rid = rid_first(facility_no, at_ms),
		.id = id_of(state, n),
		.patient_no = patient.no,
		.staff = STR("s1"),
		.body = STR("x"),
	};
	assert_int_equal(store_result_add(db, facility_no, &result), 0);
}

/* 翌月末: October is over on 1 December, November is not. */
static void test_a_month_is_due_after_the_end_of_the_next(void **state)
{
	struct db *db = store_of(state);
	int64_t facility_no = facility_make(db, "1310000003"), october_ms, november_ms;
	struct retention_due due;
	assert_int_equal(period_datetime_parse(STR("20261031235959"), &october_ms), 0);
	assert_int_equal(period_datetime_parse(STR("20261101000000"), &november_ms), 0);
	result_add(state, facility_no, october_ms, 1);
	result_add(state, facility_no, november_ms, 2);
	int64_t closes_ms = period_closes_ms(october_ms);
	assert_int_equal(retention_due(db, closes_ms - 1, &due), 0);
	assert_int_equal(due.count, 0);
	assert_int_equal(retention_due(db, closes_ms, &due), 0);
	assert_int_equal(due.count, 1);
	assert_int_equal(due.months[0], period_month(october_ms));
	assert_int_equal(retention_due(db, period_closes_ms(november_ms), &due), 0);
	assert_int_equal(due.count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_a_month_is_due_after_the_end_of_the_next),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
