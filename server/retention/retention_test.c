/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/period.h"
#include "server/retention/retention.h"
#include "server/store/audit.h"

static void result_add(void **state, int64_t facility_no, int64_t at_ms, int n)
{
	struct db *db = db_fixture_of(state)->db;
	struct store_patient patient = patient_make(state, facility_no, 1);
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

/* --- forgetting --- */

struct forgetting {
	char dir[64];
	struct keys *keys;
	int64_t times[2]; /* wall, monotonic */
	struct clock clock;
	struct retention retention;
	struct db *db;
	int64_t facility_no, october_ms, closes_ms;
};

static int64_t wall_ms(void *ctx)
{
	return ((const int64_t *)ctx)[0];
}

static int64_t mono_ms(void *ctx)
{
	return ((const int64_t *)ctx)[1];
}

static void pass_ms(struct forgetting *f, int64_t ms)
{
	f->times[0] += ms;
	f->times[1] += ms;
}

static int turn(struct forgetting *f, void **state)
{
	return retention_forget(&f->retention, f->db, arena_of(state), f->times[0]);
}

static bool key_there(struct forgetting *f, void **state, int64_t at_ms)
{
	struct str sealed;
	keys_months_follow(f->keys);
	return keys_seal_month(f->keys, arena_of(state), period_month(at_ms), STR("a"), STR("b"),
			       &sealed) == 0;
}

static int64_t rows(struct forgetting *f)
{
	struct store_results_count count;
	struct store_results_query all = {.rid_max = INT64_MAX};
	assert_int_equal(store_results_count(f->db, f->facility_no, &all, &count), 0);
	return count.count;
}

/* One result of October and one of November, in the last instant in which both can be read. */
static void begin(struct forgetting *f, void **state)
{
	snprintf(f->dir, sizeof f->dir, "/tmp/shikaku-retention-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(period_datetime_parse(STR("20261031235959"), &f->october_ms), 0);
	f->closes_ms = period_closes_ms(f->october_ms);
	f->times[0] = f->closes_ms - 1;
	f->times[1] = 5000;
	f->clock = (struct clock){wall_ms, mono_ms, f->times};
	f->db = store_of(state);
	f->facility_no = facility_make(f->db, "1310000003");
	result_add(state, f->facility_no, f->october_ms, 1);
	result_add(state, f->facility_no, f->october_ms + 1000, 2);
	assert_int_equal(keys_init(f->dir, f->october_ms), 0);
	assert_int_equal(keys_open(&f->keys, f->dir), 0);
	retention_init(&f->retention, f->keys, &f->clock);
	assert_int_equal(retention_keys_make(&f->retention, f->db, arena_of(state), f->times[0]),
			 0);
}

static void end(struct forgetting *f)
{
	keys_close(f->keys);
	DIR *dir = opendir(f->dir);
	for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(f->dir);
}

static void test_a_month_loses_key_and_rows_an_hour_after_its_end(void **state)
{
	struct forgetting f = {0};
	begin(&f, state);
	pass_ms(&f, 1);
	assert_int_equal(turn(&f, state), 0);
	pass_ms(&f, RETENTION_AGREED_MS - 1);
	assert_int_equal(turn(&f, state), 0);
	assert_true(key_there(&f, state, f.october_ms));
	assert_int_equal(rows(&f), 2);
	pass_ms(&f, 1);
	assert_int_equal(turn(&f, state), 0);
	assert_false(key_there(&f, state, f.october_ms));
	assert_true(key_there(&f, state, f.october_ms + 1000));
	assert_int_equal(rows(&f), 1);
	assert_int_equal(turn(&f, state), 0);
	struct store_audit *list;
	size_t count;
	assert_int_equal(store_audit_list(f.db, arena_of(state), 0, 0, 100, &list, &count), 0);
	assert_int_equal(count, 3);
	assert_str_equal(list[0].outcome, STR("begun"));
	assert_str_equal(list[1].call, STR("month_key_destroy"));
	assert_str_equal(list[1].outcome, STR("ok"));
	assert_int_equal(list[1].n, 202610);
	assert_str_equal(list[2].call, STR("results_forget"));
	assert_int_equal(list[2].n, 1);
	end(&f);
}

static void test_a_clock_that_jumped_destroys_nothing(void **state)
{
	struct forgetting f = {0};
	begin(&f, state);
	f.times[0] += 365 * INT64_C(86400000);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(turn(&f, state), 0);
		pass_ms(&f, RETENTION_AGREED_MS);
	}
	assert_true(key_there(&f, state, f.october_ms));
	assert_int_equal(rows(&f), 2);
	/* Set right again: the hour begins anew. */
	f.times[0] -= 365 * INT64_C(86400000);
	assert_int_equal(turn(&f, state), 0);
	assert_true(key_there(&f, state, f.october_ms));
	pass_ms(&f, RETENTION_AGREED_MS);
	assert_int_equal(turn(&f, state), 0);
	assert_false(key_there(&f, state, f.october_ms));
	end(&f);
}

static void test_another_process_drops_what_one_destroyed(void **state)
{
	struct forgetting f = {0};
	begin(&f, state);
	struct keys *other;
	struct str sealed;
	int october = period_month(f.october_ms);
	assert_int_equal(keys_open(&other, f.dir), 0);
	assert_int_equal(keys_seal_month(other, arena_of(state), october, STR("a"), STR("b"),
					 &sealed),
			 0);
	pass_ms(&f, 1);
	assert_int_equal(turn(&f, state), 0);
	pass_ms(&f, RETENTION_AGREED_MS);
	assert_int_equal(turn(&f, state), 0);
	struct retention theirs;
	retention_init(&theirs, other, &f.clock);
	assert_int_equal(retention_keys_follow(&theirs, f.db, arena_of(state), f.times[0]), 0);
	assert_int_equal(keys_seal_month(other, arena_of(state), october, STR("a"), STR("b"),
					 &sealed),
			 KEYS_ABSENT);
	assert_int_equal(keys_seal_month(other, arena_of(state), october + 1, STR("a"), STR("b"),
					 &sealed),
			 0);
	keys_close(other);
	end(&f);
}

static void test_a_patient_goes_with_the_last_result_unless_it_has_a_number(void **state)
{
	struct db *db = store_of(state);
	int64_t facility_no = facility_make(db, "1310000003"), october_ms, gone;
	assert_int_equal(period_datetime_parse(STR("20261001000000"), &october_ms), 0);
	struct arena *arena = arena_of(state);
	struct store_patient with = patient_make(state, facility_no, 7), without;
	struct store_lookup number = {digest_of(state, 8), digest_of(state, 8), 1};
	assert_int_equal(store_patient_reference_set(db, facility_no, with.no, 0, &number,
						     STR("sealed")),
			 0);
	result_add(state, facility_no, october_ms, 1);
	without = patient_make(state, facility_no, 1);
	assert_int_equal(store_patients_forget(db, 10, &gone), 0);
	assert_int_equal(gone, 0);
	assert_int_equal(store_results_forget(db, period_month(october_ms), 10, &gone), 0);
	assert_int_equal(gone, 0);
	assert_int_equal(store_results_forget(db, period_month(october_ms) + 1, 10, &gone), 0);
	assert_int_equal(gone, 1);
	assert_int_equal(store_patients_forget(db, 10, &gone), 0);
	assert_int_equal(gone, 1);
	assert_int_equal(store_patient_get(db, arena, facility_no, with.no, &with), 0);
	assert_int_equal(store_patient_get(db, arena, facility_no, without.no, &without),
			 STORE_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_a_month_is_due_after_the_end_of_the_next),
		DB_TEST(test_a_month_loses_key_and_rows_an_hour_after_its_end),
		DB_TEST(test_a_clock_that_jumped_destroys_nothing),
		DB_TEST(test_another_process_drops_what_one_destroyed),
		DB_TEST(test_a_patient_goes_with_the_last_result_unless_it_has_a_number),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
