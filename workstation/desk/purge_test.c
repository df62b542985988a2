/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "workstation/desk/purge.h"
#include "workstation/store/jobs.h"
#include "workstation/store/settings.h"
#include "workstation/store/store.h"

/* 2026-11-22 11:00 in Japan. */
static const struct actor desk_actor = {.staff = {"01", 2}, .now_ms = INT64_C(1795312800000)};

static int store_setup(void **state)
{
	struct db *db = NULL;
	assert_int_equal(store_open(":memory:", &db), 0);
	*state = db;
	return 0;
}

static int store_teardown(void **state)
{
	db_close(*state);
	return 0;
}

static void seen_put(struct db *db, const char *id, int64_t chart, const char *confirmed_at,
		     int64_t state)
{
	assert_int_equal(db_run(db,
				"INSERT INTO seen (result_id, state, kind, reason, status, chart, "
				"confirmed_at, raw) VALUES ($1, $2, 0, 0, 0, $3, $4, '{}')",
				DB_ARGS(db_text(str_of(id)), db_int(state), db_int(chart),
					db_text(str_of(confirmed_at))),
				NULL),
			 0);
}

static void chart_put(struct db *db, int64_t number, int64_t state, const char *confirmed_at)
{
	assert_int_equal(
		db_run(db,
		       "INSERT INTO chart (number, reference, name, birth, notes, state, "
		       "confirmed_at) VALUES ($1, CAST($1 AS TEXT), '山田 花子', "
		       "'19800101', '腰痛', $2, $3)",
		       DB_ARGS(db_int(number), db_int(state), db_text(str_of(confirmed_at))), NULL),
		0);
	assert_int_equal(db_run(db,
				"INSERT INTO insurance (chart, place, member_key, begins, "
				"confirmed_at) VALUES ($1, 1, 'k', 0, $2)",
				DB_ARGS(db_int(number), db_text(str_of(confirmed_at))), NULL),
			 0);
}

static void change_put(struct db *db, int64_t no, int64_t chart, int64_t at_ms)
{
	assert_int_equal(db_run(db,
				"INSERT INTO change (no, at_ms, staff, kind, chart, before, after) "
				"VALUES ($1, $2, '01', 'edit', $3, '{}', '{}')",
				DB_ARGS(db_int(no), db_int(at_ms), db_int(chart)), NULL),
			 0);
}

static int64_t count(struct db *db, const char *sql)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	assert_int_equal(db_query(db, sql, DB_NO_ARGS, &rows), 0);
	assert_int_equal(db_next(rows), 0);
	return db_column_int(rows, 0);
}

static struct purge_report purge(struct db *db)
{
	struct purge_report report;
	assert_int_equal(purge_run(db, &desk_actor, &report), 0);
	return report;
}

static void test_results_of_five_years_go_and_younger_ones_stay(void **state)
{
	struct db *db = *state;
	seen_put(db, "old", 1, "20211121235959", SEEN_DONE);
	seen_put(db, "edge", 1, "20211122000000", SEEN_DONE);
	seen_put(db, "waits", 0, "20200101000000", SEEN_OPEN);
	struct purge_report report = purge(db);
	assert_int_equal(report.years, 5);
	assert_int_equal(report.results, 1);
	assert_int_equal(count(db, "SELECT count(*) FROM seen WHERE result_id = 'old'"), 0);
	assert_int_equal(count(db, "SELECT count(*) FROM seen"), 2);
	assert_int_equal(purge(db).results, 0);
}

static void test_a_closed_chart_loses_what_it_says_but_not_its_number(void **state)
{
	struct db *db = *state;
	chart_put(db, 1, 2, "20200101000000");
	chart_put(db, 2, 0, "20200101000000"); /* in use, if not lately */
	chart_put(db, 3, 1, "20260101000000"); /* merged not long ago */
	assert_int_equal(purge(db).charts, 1);
	assert_int_equal(count(db, "SELECT count(*) FROM chart"), 3);
	assert_int_equal(count(db, "SELECT count(*) FROM chart WHERE number = 1 AND "
				   "reference = '1' AND name IS NULL AND birth IS NULL AND "
				   "notes IS NULL"),
			 1);
	assert_int_equal(count(db, "SELECT count(*) FROM insurance WHERE chart = 1"), 0);
	assert_int_equal(count(db, "SELECT count(*) FROM insurance"), 2);
	assert_int_equal(count(db, "SELECT count(*) FROM chart WHERE name IS NOT NULL"), 2);
	assert_int_equal(purge(db).charts, 0);
}

static void test_a_closed_chart_that_is_still_looked_at_stays(void **state)
{
	struct db *db = *state;
	chart_put(db, 1, 2, "20200101000000");
	chart_put(db, 2, 2, "20200101000000");
	change_put(db, 1, 1, desk_actor.now_ms - 1000);
	seen_put(db, "young", 2, "20260101000000", SEEN_DONE);
	assert_int_equal(purge(db).charts, 0);
}

static void test_old_changes_go_with_their_pictures(void **state)
{
	struct db *db = *state;
	chart_put(db, 1, 0, "20260101000000");
	change_put(db, 1, 1, desk_actor.now_ms - INT64_C(6) * 366 * 86400000);
	change_put(db, 2, 1, desk_actor.now_ms - INT64_C(4) * 366 * 86400000);
	assert_int_equal(purge(db).changes, 1);
	assert_int_equal(count(db, "SELECT no FROM change"), 2);
}

static void test_the_facility_sets_its_own_years(void **state)
{
	struct db *db = *state;
	seen_put(db, "a", 1, "20240101000000", SEEN_DONE);
	assert_int_equal(purge(db).results, 0);
	assert_int_equal(store_setting_number_put(db, STR(PURGE_SETTING), 2), 0);
	struct purge_report report = purge(db);
	assert_int_equal(report.years, 2);
	assert_int_equal(report.results, 1);
	/* What is no number of years is not taken for one. */
	assert_int_equal(store_setting_number_put(db, STR(PURGE_SETTING), 0), 0);
	assert_int_equal(purge(db).years, 5);
}

static void test_each_purge_is_written_down(void **state)
{
	struct db *db = *state;
	AUTO(arena_clear) struct arena arena;
	struct job job;
	arena_init(&arena, 64 * 1024);
	assert_int_equal(store_job_last(db, &arena, STR("purge"), (struct str){0}, &job),
			 STORE_ABSENT);
	seen_put(db, "old", 1, "20200101000000", SEEN_DONE);
	(void)purge(db);
	assert_int_equal(store_job_last(db, &arena, STR("purge"), STR("done"), &job), 0);
	assert_int_equal(job.at_ms, desk_actor.now_ms);
	assert_int_equal(job.done, 1);
	assert_str_equal(job.staff, STR("01"));
	assert_str_equal(job.note, STR("years 5 charts 0 changes 0"));
	assert_int_equal(store_job_last(db, &arena, STR("backup"), (struct str){0}, &job),
			 STORE_ABSENT);
}

/* On 29 February the day so many years before may not be there. */
static void test_a_leap_day_is_counted_too(void **state)
{
	struct db *db = *state;
	const struct actor leap = {.staff = STR("01"), .now_ms = INT64_C(1835395200000)};
	struct purge_report report;
	seen_put(db, "a", 1, "20230228120000", SEEN_DONE);
	seen_put(db, "b", 1, "20230301120000", SEEN_DONE);
	assert_int_equal(purge_run(db, &leap, &report), 0);
	assert_int_equal(report.results, 1);
}

#define STORE_TEST(test) cmocka_unit_test_setup_teardown(test, store_setup, store_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(test_results_of_five_years_go_and_younger_ones_stay),
		STORE_TEST(test_a_closed_chart_loses_what_it_says_but_not_its_number),
		STORE_TEST(test_a_closed_chart_that_is_still_looked_at_stays),
		STORE_TEST(test_old_changes_go_with_their_pictures),
		STORE_TEST(test_the_facility_sets_its_own_years),
		STORE_TEST(test_each_purge_is_written_down),
		STORE_TEST(test_a_leap_day_is_counted_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
