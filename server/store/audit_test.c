/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

#include "server/store/audit.h"

/* Any hash will do here: the chain is server/audit's. */
static void place_and_add(struct db *db, struct store_audit *row)
{
	static const unsigned char hash[STORE_DIGEST_BYTES] = {7};
	struct store_audit_place place;
	assert_int_equal(store_audit_place_take(db, &place), 0);
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

static void test_rows_are_listed_for_one_facility_and_page_by_page(void **state)
{
	struct db *db = store_of(state);
	struct store_audit *rows;
	size_t count = 0;
	for (int i = 0; i < 3; i++) {
		row_add(db, 1, STR("count"));
		row_add(db, 2, STR("count"));
	}
	assert_int_equal(store_audit_list(db, arena_of(state), 1, 0, 2, &rows, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(rows[1].seq, 3);
	assert_int_equal(store_audit_list(db, arena_of(state), 1, 3, 2, &rows, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(rows[0].facility_no, 1);
	assert_int_equal(store_audit_list(db, arena_of(state), 9, 0, 2, &rows, &count), 0);
	assert_int_equal(count, 0);
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
		DB_TEST(test_rows_are_listed_for_one_facility_and_page_by_page),
		DB_TEST(test_a_row_comes_back_whole),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
