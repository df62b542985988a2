/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

#include "server/store/changes.h"
#include "server/store/sessions.h"

static size_t changes_after(struct db *db, int64_t after, struct store_change *changes)
{
	size_t count = 99;
	assert_int_equal(store_changes_read(db, after, changes, &count), 0);
	return count;
}

static void test_changes_are_read_in_their_order_and_once(void **state)
{
	struct db *db = store_of(state);
	struct store_change changes[STORE_CHANGES_MAX];
	int64_t last = 99;
	assert_int_equal(store_change_last(db, &last), 0);
	assert_int_equal(last, 0);
	assert_int_equal(changes_after(db, 0, changes), 0);
	assert_int_equal(store_change_add(db, STORE_CHANGE_SESSION, id_of(state, 7), 1000), 0);
	assert_int_equal(store_change_number_add(db, STORE_CHANGE_ACCOUNT, INT64_C(1) << 40, 2000),
			 0);
	assert_int_equal(changes_after(db, 0, changes), 2);
	assert_int_equal(changes[0].no, 1);
	assert_int_equal(changes[0].kind, STORE_CHANGE_SESSION);
	assert_memory_equal(changes[0].subject, id_of(state, 7).ptr, STORE_ID_BYTES);
	assert_int_equal(changes[1].kind, STORE_CHANGE_ACCOUNT);
	assert_true(store_change_number(&changes[1]) == INT64_C(1) << 40);
	assert_int_equal(changes_after(db, 1, changes), 1);
	assert_int_equal(changes_after(db, 2, changes), 0);
	assert_int_equal(store_change_last(db, &last), 0);
	assert_int_equal(last, 2);
}

static void test_a_change_goes_with_its_transaction(void **state)
{
	struct db *db = store_of(state);
	struct store_change changes[STORE_CHANGES_MAX];
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(store_change_number_add(db, STORE_CHANGE_DEVICE, 5, 1000), 0);
	db_rollback(db);
	assert_int_equal(changes_after(db, 0, changes), 0);
	assert_int_equal(store_change_number_add(db, STORE_CHANGE_DEVICE, 6, 1000), 0);
	assert_int_equal(changes_after(db, 0, changes), 1);
	assert_int_equal(changes[0].no, 1);
	assert_true(store_change_number(&changes[0]) == 6);
}

static void test_old_changes_are_forgotten_and_their_numbers_are_not(void **state)
{
	struct db *db = store_of(state);
	struct store_change changes[STORE_CHANGES_MAX];
	assert_int_equal(store_change_number_add(db, STORE_CHANGE_DEVICE, 1, 1000), 0);
	assert_int_equal(store_change_number_add(db, STORE_CHANGE_DEVICE, 2, 2000), 0);
	assert_int_equal(store_changes_purge(db, 2000), 0);
	assert_int_equal(changes_after(db, 0, changes), 1);
	assert_int_equal(changes[0].no, 2);
	assert_int_equal(store_changes_purge(db, 3000), 0);
	assert_int_equal(store_change_number_add(db, STORE_CHANGE_DEVICE, 3, 3000), 0);
	assert_int_equal(changes_after(db, 0, changes), 1);
	assert_int_equal(changes[0].no, 3);
}

static void test_a_reading_is_bounded(void **state)
{
	struct db *db = store_of(state);
	struct store_change changes[STORE_CHANGES_MAX];
	assert_int_equal(db_begin(db), 0);
	for (int i = 0; i < STORE_CHANGES_MAX + 1; i++)
		assert_int_equal(store_change_number_add(db, STORE_CHANGE_DEVICE, i, 1000), 0);
	assert_int_equal(db_commit(db), 0);
	assert_int_equal(changes_after(db, 0, changes), STORE_CHANGES_MAX);
	assert_int_equal(changes_after(db, STORE_CHANGES_MAX, changes), 1);
}

/* Of each end that a session can come to, one row. */
static void test_every_end_is_a_change(void **state)
{
	struct db *db = store_of(state);
	struct store_change changes[STORE_CHANGES_MAX];
	int64_t facility = facility_make(db, "1"), device_no;
	int64_t account = account_make(db, facility, "WA0000001");
	struct store_device device = {.id = id_of(state, 3),
				      .facility_no = facility,
				      .account_no = account,
				      .thumbprint = STR("thumb"),
				      .platform = STR("linux"),
				      .name = STR("desk")};
	assert_int_equal(store_device_add(db, &device, &device_no), 0);
	assert_int_equal(changes_after(db, 0, changes), 0);
	struct store_account changed = {.facility_no = facility,
					.no = account,
					.password = STR("x"),
					.pepper_n = 1};
	assert_int_equal(store_account_password_set(db, &changed, 1000), 0);
	assert_int_equal(store_account_active_set(db, facility, account, false, 1000), 0);
	assert_int_equal(store_device_remove(db, facility, device_no, 1000), 0);
	assert_int_equal(changes_after(db, 0, changes), 3);
	assert_int_equal(changes[0].kind, STORE_CHANGE_ACCOUNT);
	assert_int_equal(changes[1].kind, STORE_CHANGE_ACCOUNT);
	assert_int_equal(changes[2].kind, STORE_CHANGE_DEVICE);
	assert_true(store_change_number(&changes[2]) == device_no);
	struct store_account found;
	assert_int_equal(store_account_get(db, arena_of(state), facility, account, &found), 0);
	assert_false(found.active);
	assert_int_equal(found.epoch, 2);
	struct store_device gone;
	assert_int_equal(store_device_get(db, arena_of(state), facility, device_no, &gone), 0);
	assert_false(gone.active);
	/* Another facility's: nothing is done, and nothing said. */
	int64_t other = facility_make(db, "2");
	assert_int_equal(store_account_active_set(db, other, account, true, 1), STORE_NOT_FOUND);
	assert_int_equal(store_device_remove(db, other, device_no, 1), STORE_NOT_FOUND);
	assert_int_equal(changes_after(db, 3, changes), 0);
}

static const struct CMUnitTest tests[] = {
	DB_TEST(test_changes_are_read_in_their_order_and_once),
	DB_TEST(test_a_change_goes_with_its_transaction),
	DB_TEST(test_old_changes_are_forgotten_and_their_numbers_are_not),
	DB_TEST(test_a_reading_is_bounded),
	DB_TEST(test_every_end_is_a_change),
};

int main(void)
{
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
