/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

#include "server/store/audit.h"

/* Any hash will do here: the chain is server/audit's. */
static void place_and_add(struct db *db, struct store_audit *row)
{
	static const unsigned char hash[STORE_DIGEST_BYTES] = {7};
	struct store_audit_place place;
	row->calls = 1;
	assert_int_equal(store_audit_place_take(db, 1000000, &place), 0);
	row->slot = place.slot;
	row->seq = place.seq;
	row->hash = str_bytes(hash, sizeof hash);
	assert_int_equal(place.previous[0], place.seq == 1 ? 0 : 7);
	assert_int_equal(store_audit_add(db, row), 0);
}

static void row_add(struct db *db, int64_t facility, struct str call)
{
	struct store_audit row = {.at_ms = 1000,
				  .facility_no = facility,
				  .account_no = 2,
				  .call = call,
				  .outcome = STR("ok"),
				  .request_id = STR("0123456789abcdef0123456789abcdef")};
	place_and_add(db, &row);
}

static void test_rows_are_numbered_without_a_gap(void **state)
{
	struct db *db = store_of(state);
	struct store_audit *rows;
	size_t count = 0;
	row_add(db, 1, STR("login"));
	assert_int_equal(db_begin(db), 0);
	row_add(db, 1, STR("undone"));
	db_rollback(db);
	row_add(db, 2, STR("mfa"));
	row_add(db, 1, STR("download"));
	assert_int_equal(store_audit_list(db, arena_of(state), 0, 0, 10, &rows, &count), 0);
	assert_int_equal(count, 3);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(rows[i].seq, i + 1);
	assert_str_equal(rows[1].call, STR("mfa"));
}

/* Rows of one moment too: the place in the trail tells them apart. */
static void test_a_facilitys_history_comes_page_by_page(void **state)
{
	struct db *db = store_of(state);
	struct store_audit *rows;
	size_t count = 0;
	struct store_audit_query query = {.facility_no = 1, .from_ms = 1000, .to_ms = 1000};
	for (int i = 0; i < 3; i++) {
		row_add(db, 1, STR("count"));
		row_add(db, 2, STR("count"));
	}
	assert_int_equal(store_audit_history(db, arena_of(state), &query, 2, &rows, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(rows[1].seq, 3);
	query.after_ms = rows[1].at_ms;
	query.after_slot = rows[1].slot;
	query.after_seq = rows[1].seq;
	assert_int_equal(store_audit_history(db, arena_of(state), &query, 2, &rows, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].facility_no, 1);
	query = (struct store_audit_query){.facility_no = 1, .from_ms = 1001, .to_ms = 2000};
	assert_int_equal(store_audit_history(db, arena_of(state), &query, 2, &rows, &count), 0);
	assert_int_equal(count, 0);
	query = (struct store_audit_query){.facility_no = 9, .to_ms = 2000};
	assert_int_equal(store_audit_history(db, arena_of(state), &query, 2, &rows, &count), 0);
	assert_int_equal(count, 0);
}

static int64_t slot_take(struct db *db, int64_t now_ms)
{
	struct store_audit_place place;
	assert_int_equal(store_audit_place_take(db, now_ms, &place), 0);
	return place.slot;
}

static void test_each_connection_claims_a_slot_and_keeps_it(void **state)
{
	struct db *first = store_of(state);
	AUTO(db_closep) struct db *second = db_fixture_connect(db_fixture_of(state), 1000, false);
	AUTO(db_closep) struct db *third = db_fixture_connect(db_fixture_of(state), 1000, false);
	assert_int_equal(slot_take(first, 1000000), 1);
	assert_int_equal(slot_take(second, 1000000), 2);
	assert_int_equal(slot_take(first, 1000000), 1);
	assert_int_equal(slot_take(second, 1000000 + STORE_AUDIT_CLAIM_MS - 1), 2);
	/* The first has not used its own for so long that it is anybody's. */
	assert_int_equal(slot_take(third, 1000000 + STORE_AUDIT_CLAIM_MS), 1);
	assert_int_equal(slot_take(first, 1000000 + STORE_AUDIT_CLAIM_MS), 3);
	assert_int_equal(store_audit_place_leave(second), 0);
	assert_int_equal(slot_take(first, 1000000 + STORE_AUDIT_CLAIM_MS), 3);
	AUTO(db_closep) struct db *fourth = db_fixture_connect(db_fixture_of(state), 1000, false);
	assert_int_equal(slot_take(fourth, 1000000 + STORE_AUDIT_CLAIM_MS), 2);
}

static void test_writers_on_slots_of_their_own_do_not_wait_for_each_other(void **state)
{
	struct db *first = store_of(state);
	AUTO(db_closep) struct db *second = db_fixture_connect(db_fixture_of(state), 100, false);
	row_add(first, 1, STR("login"));
	row_add(second, 1, STR("login"));
	assert_int_equal(db_begin(first), 0);
	row_add(first, 1, STR("download"));
	assert_int_equal(db_begin(second), 0);
	row_add(second, 2, STR("download"));
	assert_int_equal(db_commit(second), 0);
	assert_int_equal(db_commit(first), 0);
	struct store_audit_end ends[STORE_AUDIT_SLOTS_MAX];
	size_t count = 0;
	assert_int_equal(store_audit_ends(first, ends, &count), 0);
	assert_int_equal(count, 2);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(ends[i].slot, i + 1);
		assert_int_equal(ends[i].seq, 2);
		assert_int_equal(ends[i].hash[0], 7);
	}
}

static void test_a_row_comes_back_whole(void **state)
{
	struct db *db = store_of(state);
	struct store_audit row = {.at_ms = 1000,
				  .facility_no = 1,
				  .account_no = 2,
				  .device_no = 3,
				  .staff = STR("S01"),
				  .call = STR("check"),
				  .outcome = STR("ok"),
				  .request_id = STR("r"),
				  .n = 2,
				  .items = digest_of(state, 4)};
	struct store_audit *rows;
	size_t count = 0;
	place_and_add(db, &row);
	row_add(db, 1, STR("login"));
	assert_int_equal(store_audit_list(db, arena_of(state), 0, 0, 10, &rows, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(rows[0].slot, 1);
	assert_int_equal(rows[0].device_no, 3);
	assert_int_equal(rows[0].n, 2);
	assert_str_equal(rows[0].staff, STR("S01"));
	assert_str_equal(rows[0].items, row.items);
	assert_str_equal(rows[0].hash, row.hash);
	assert_null(rows[1].staff.ptr);
	assert_null(rows[1].items.ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_rows_are_numbered_without_a_gap),
		DB_TEST(test_a_facilitys_history_comes_page_by_page),
		DB_TEST_ON(postgres, test_each_connection_claims_a_slot_and_keeps_it),
		DB_TEST_ON(postgres, test_writers_on_slots_of_their_own_do_not_wait_for_each_other),
		DB_TEST(test_a_row_comes_back_whole),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
