/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

#include "lib/base/period.h"
#include "server/store/results.h"

static const int64_t now_ms = INT64_C(1795329000000); /* 2026-11-22 15:30 JST */
static const struct store_results_query everything = {.rid_max = INT64_MAX};

/* One confirmation, as the service records it; answers its rid. */
static int64_t result_make(void **state, struct db *db, int64_t facility, int person, int n,
			   int64_t at_ms)
{
	struct store_result result = {.id = id_of(state, n),
				      .flags = 5,
				      .device_no = 1,
				      .staff = STR("S01"),
				      .body = STR("sealed body")};
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(store_result_rid_take(db, facility, at_ms, &result.rid), 0);
	result.patient_no = patient_make(state, facility, person).no;
	assert_int_equal(store_result_add(db, facility, &result), 0);
	assert_int_equal(db_commit(db), 0);
	return result.rid;
}

/* What a row borrows, kept beyond the next one. */
static void result_keep(void **state, struct store_result *result)
{
	struct str *texts[] = {&result->id,	    &result->staff,	 &result->body,
			       &result->patient_id, &result->scope_hmac, &result->ref};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i]->ptr)
			assert_int_equal(arena_copy(arena_of(state), *texts[i], texts[i]), 0);
}

static size_t page_of(void **state, struct db *db, int64_t facility,
		      const struct store_results_query *query, int64_t after, size_t limit,
		      struct store_result **ret_results)
{
	AUTO(store_results_close) struct store_results results;
	struct store_result *list = arena_array(arena_of(state), limit, sizeof *list);
	size_t count = 0;
	int r;
	store_results_open(&results, db, facility, query, after, limit);
	while ((r = store_results_next(&results, &list[count])) == 0)
		result_keep(state, &list[count++]);
	assert_int_equal(r, STORE_NOT_FOUND);
	*ret_results = list;
	return count;
}

/* --- patients --- */

static void test_a_patient_is_one_row_a_facility(void **state)
{
	struct db *db = store_of(state);
	int64_t one = facility_make(db, "1"), two = facility_make(db, "2");
	struct store_patient here = patient_make(state, one, 1), got;
	assert_int_equal(patient_make(state, one, 1).no, here.no);
	assert_true(patient_make(state, one, 2).no != here.no);
	assert_true(patient_make(state, two, 1).no != here.no);
	assert_int_equal(here.ref_version, 0);
	assert_str_equal(here.ref, STR("sealed nothing"));
	assert_int_equal(store_patient_get(db, arena_of(state), one, here.no, &got), 0);
	assert_str_equal(got.scope_hmac, digest_of(state, 1));
	assert_int_equal(store_patient_get(db, arena_of(state), two, here.no, &got),
			 STORE_NOT_FOUND);
}

static void test_a_number_is_set_replaced_and_cleared(void **state)
{
	struct db *db = store_of(state);
	int64_t facility = facility_make(db, "1");
	int64_t no = patient_make(state, facility, 1).no;
	struct store_lookup hmac = {digest_of(state, 50), digest_of(state, 50), 1};
	struct store_patient patient;
	struct store_facility touched;
	assert_int_equal(store_patient_reference_set(db, facility, no, 0, &hmac, STR("A-1")), 0);
	assert_int_equal(store_patient_reference_set(db, facility, no, 0, &hmac, STR("A-1")),
			 STORE_STALE);
	assert_int_equal(store_patient_get(db, arena_of(state), facility, no, &patient), 0);
	assert_int_equal(patient.ref_version, 1);
	assert_str_equal(patient.ref, STR("A-1"));
	assert_str_equal(patient.ref_hmac, hmac.new);
	assert_int_equal(store_patient_reference_set(db, facility, no, 1, NULL, STR("cleared")), 0);
	assert_int_equal(store_patient_get(db, arena_of(state), facility, no, &patient), 0);
	assert_int_equal(patient.ref_version, 2);
	assert_str_equal(patient.ref, STR("cleared"));
	assert_null(patient.ref_hmac.ptr);
	assert_int_equal(store_facility_get(db, arena_of(state), facility, &touched), 0);
	assert_int_equal(touched.version, 2);
}

static void test_a_number_is_one_patients_within_a_facility(void **state)
{
	struct db *db = store_of(state);
	int64_t one = facility_make(db, "1"), two = facility_make(db, "2");
	int64_t first = patient_make(state, one, 1).no, second = patient_make(state, one, 2).no;
	int64_t elsewhere = patient_make(state, two, 1).no;
	struct store_lookup hmac = {digest_of(state, 50), digest_of(state, 50), 1};
	struct store_lookup anew = {digest_of(state, 51), digest_of(state, 50), 2};
	struct str text = STR("A-1");
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(store_patient_reference_set(db, one, first, 0, &hmac, text), 0);
	assert_int_equal(store_patient_reference_set(db, one, second, 0, &hmac, text),
			 STORE_CONFLICT);
	/* Also where it would stand under a newer key. */
	assert_int_equal(store_patient_reference_set(db, one, second, 0, &anew, text),
			 STORE_CONFLICT);
	assert_int_equal(store_patient_reference_set(db, two, elsewhere, 0, &hmac, text), 0);
	assert_int_equal(store_patient_reference_set(db, two, first, 1, &hmac, text), STORE_STALE);
	assert_int_equal(db_commit(db), 0);
}

/* --- rids --- */

static void test_rids_rise_even_when_the_clock_does_not(void **state)
{
	struct db *db = store_of(state);
	int64_t one = facility_make(db, "1"), two = facility_make(db, "2"), rids[5];
	struct store_facility facility;
	assert_int_equal(store_result_rid_take(db, one, now_ms, &rids[0]), 0);
	assert_int_equal(store_result_rid_take(db, one, now_ms, &rids[1]), 0);
	assert_int_equal(store_result_rid_take(db, one, now_ms - 60000, &rids[2]), 0);
	assert_int_equal(store_result_rid_take(db, one, now_ms + 1000, &rids[3]), 0);
	assert_int_equal(store_result_rid_take(db, two, now_ms, &rids[4]), 0);
	assert_true(rids[0] == rid_first(one, now_ms));
	for (int i = 1; i < 3; i++)
		assert_true(rids[i] == rids[i - 1] + 1);
	assert_true(rids[3] == rid_first(one, now_ms + 1000));
	assert_true(rids[4] == rid_first(two, now_ms));
	assert_int_equal(store_facility_get(db, arena_of(state), one, &facility), 0);
	assert_int_equal(facility.version, 4);
	assert_int_equal(store_result_rid_take(db, 99, now_ms, &rids[4]), STORE_NOT_FOUND);
}

/* --- results --- */

static void test_a_result_is_found_by_its_own_facility_only(void **state)
{
	struct db *db = store_of(state);
	int64_t one = facility_make(db, "1"), two = facility_make(db, "2");
	int64_t rid = result_make(state, db, one, 1, 7, now_ms);
	struct store_result result;
	assert_int_equal(store_result_find(db, arena_of(state), one, id_of(state, 7), &result), 0);
	assert_true(result.rid == rid);
	assert_int_equal(result.flags, 5);
	assert_int_equal(result.device_no, 1);
	assert_str_equal(result.staff, STR("S01"));
	assert_str_equal(result.body, STR("sealed body"));
	assert_str_equal(result.scope_hmac, digest_of(state, 1));
	assert_str_equal(result.ref, STR("sealed nothing"));
	assert_int_equal(store_result_find(db, arena_of(state), two, id_of(state, 7), &result),
			 STORE_NOT_FOUND);
	assert_int_equal(store_result_find(db, arena_of(state), one, id_of(state, 8), &result),
			 STORE_NOT_FOUND);
}

static void test_an_id_is_taken_once(void **state)
{
	struct db *db = store_of(state);
	int64_t facility = facility_make(db, "1");
	struct store_result again = {.rid = result_make(state, db, facility, 1, 7, now_ms) + 1,
				     .id = id_of(state, 7),
				     .patient_no = patient_make(state, facility, 1).no,
				     .staff = STR("S01"),
				     .body = STR("x")};
	assert_int_equal(store_result_add(db, facility, &again), STORE_CONFLICT);
}

static void test_earlier_results_show_a_later_number(void **state)
{
	struct db *db = store_of(state);
	int64_t facility = facility_make(db, "1");
	int64_t no = patient_make(state, facility, 1).no;
	struct store_results_count count;
	struct store_results_query with = {.rid_max = INT64_MAX, .reference = STORE_REFERENCE_WITH};
	struct store_results_query without = {.rid_max = INT64_MAX,
					      .reference = STORE_REFERENCE_WITHOUT};
	struct store_result *results;
	result_make(state, db, facility, 1, 1, now_ms);
	result_make(state, db, facility, 2, 2, now_ms);
	struct store_lookup hmac = {digest_of(state, 50), digest_of(state, 50), 1};
	assert_int_equal(store_patient_reference_set(db, facility, no, 0, &hmac, STR("A-1")), 0);
	result_make(state, db, facility, 1, 3, now_ms);
	assert_int_equal(store_results_count(db, facility, &everything, &count), 0);
	assert_int_equal(count.count, 3);
	assert_int_equal(count.without_reference, 1);
	assert_int_equal(store_results_count(db, facility, &with, &count), 0);
	assert_int_equal(count.count, 2);
	assert_int_equal(count.without_reference, 0);
	assert_int_equal(store_results_count(db, facility, &without, &count), 0);
	assert_int_equal(count.count, 1);
	assert_int_equal(page_of(state, db, facility, &with, 0, 10, &results), 2);
	assert_str_equal(results[0].id, id_of(state, 1));
	assert_str_equal(results[0].ref, STR("A-1"));
	assert_int_equal(results[0].ref_version, 1);
	assert_str_equal(results[1].id, id_of(state, 3));
	assert_int_equal(page_of(state, db, facility, &without, 0, 10, &results), 1);
	assert_str_equal(results[0].id, id_of(state, 2));
}

static void test_pages_cross_months_in_order_and_miss_nothing(void **state)
{
	struct db *db = store_of(state);
	int64_t first = facility_make(db, "1"), middle = facility_make(db, "2"),
		last = facility_make(db, "3");
	int month = period_month(now_ms);
	int64_t edge_ms = period_month_start_ms(month), rids[12];
	/* Six results around a month's end, the neighbours' rids lying between them. */
	for (int i = 0; i < 6; i++) {
		result_make(state, db, first, 1, 100 + i, edge_ms + (i - 3) * 1000);
		rids[i] = result_make(state, db, middle, 1, i, edge_ms + (i - 3) * 1000);
		result_make(state, db, last, 1, 200 + i, edge_ms + (i - 3) * 1000);
	}
	struct store_results_query query = {.rid_min = rid_first(middle, edge_ms - 2000),
					    .rid_max = rid_last(middle, edge_ms + 1000)};
	struct store_result *results;
	struct store_results_count count;
	int64_t after = 0;
	for (size_t limit = 1; limit <= 5; limit++) {
		size_t seen = 0, got = limit;
		for (after = 0; got == limit; seen += got) {
			got = page_of(state, db, middle, &query, after, limit, &results);
			for (size_t i = 0; i < got; i++)
				assert_true(results[i].rid == rids[1 + seen + i]);
			after = got ? results[got - 1].rid : after;
		}
		assert_int_equal(seen, 4);
	}
	assert_int_equal(store_results_count(db, middle, &query, &count), 0);
	assert_int_equal(count.count, 4);
}

static void test_an_empty_period_has_no_page(void **state)
{
	struct db *db = store_of(state);
	int64_t facility = facility_make(db, "1");
	struct store_result *results;
	struct store_results_count count;
	struct store_results_query past = {.rid_min = rid_first(facility, now_ms - 86400000),
					   .rid_max = rid_last(facility, now_ms - 1000)};
	result_make(state, db, facility, 1, 1, now_ms);
	assert_int_equal(page_of(state, db, facility, &past, 0, 10, &results), 0);
	assert_int_equal(store_results_count(db, facility, &past, &count), 0);
	assert_int_equal(count.count, 0);
	assert_int_equal(count.without_reference, 0);
}

static void test_months_with_results_are_listed(void **state)
{
	struct db *db = store_of(state);
	int64_t facility = facility_make(db, "1");
	int month = period_month(now_ms), months[8];
	const int offsets[] = {-5, -2, -2, 0};
	size_t count = 9;
	for (int i = 0; i < 4; i++)
		result_make(state, db, facility, 1, i,
			    period_month_start_ms(month + offsets[i]) + i * 1000);
	assert_int_equal(store_results_months(db, month, months, 8, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(months[0], month - 5);
	assert_int_equal(months[1], month - 2);
	assert_int_equal(store_results_months(db, month + 1, months, 2, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(store_results_months(db, month - 5, months, 8, &count), 0);
	assert_int_equal(count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_a_patient_is_one_row_a_facility),
		DB_TEST(test_a_number_is_set_replaced_and_cleared),
		DB_TEST(test_a_number_is_one_patients_within_a_facility),
		DB_TEST(test_rids_rise_even_when_the_clock_does_not),
		DB_TEST(test_a_result_is_found_by_its_own_facility_only),
		DB_TEST(test_an_id_is_taken_once),
		DB_TEST(test_earlier_results_show_a_later_number),
		DB_TEST(test_pages_cross_months_in_order_and_miss_nothing),
		DB_TEST(test_an_empty_period_has_no_page),
		DB_TEST(test_months_with_results_are_listed),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
