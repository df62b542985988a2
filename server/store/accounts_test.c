/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

static void test_a_store_is_migrated_twice(void **state)
{
	struct db *db = store_of(state);
	assert_int_equal(store_migrate(db), 0);
}

static void test_a_facility_is_found_by_code_and_number(void **state)
{
	struct db *db = store_of(state);
	int64_t no = facility_make(db, "1312345678"), other = facility_make(db, "1312345679");
	struct store_facility facility;
	assert_true(no != other);
	assert_int_equal(store_facility_find(db, arena_of(state), STR("1312345678"), &facility), 0);
	assert_int_equal(facility.no, no);
	assert_str_equal(facility.name, STR("試験施術所"));
	assert_int_equal(facility.version, 0);
	assert_int_equal(store_facility_get(db, arena_of(state), other, &facility), 0);
	assert_str_equal(facility.code, STR("1312345679"));
	assert_str_equal(facility.kind, STR("acupuncture"));
	assert_int_equal(store_facility_find(db, arena_of(state), STR("131234567"), &facility),
			 STORE_NOT_FOUND);
	assert_int_equal(store_facility_get(db, arena_of(state), 99, &facility), STORE_NOT_FOUND);
}

static void test_a_facility_code_is_given_once(void **state)
{
	struct db *db = store_of(state);
	int64_t no = -1;
	facility_make(db, "1312345678");
	assert_int_equal(store_facility_add(db, STR("1312345678"), STR("dental"), STR("x"), &no),
			 STORE_CONFLICT);
	assert_int_equal(no, -1);
}

static void test_an_account_belongs_to_its_facility(void **state)
{
	struct db *db = store_of(state);
	int64_t one = facility_make(db, "1"), two = facility_make(db, "2");
	int64_t no = account_make(db, one, "WA0000001");
	struct store_account account;
	assert_int_equal(store_account_find(db, arena_of(state), STR("WA0000001"), &account), 0);
	assert_int_equal(account.no, no);
	assert_int_equal(account.facility_no, one);
	assert_int_equal(account.kind, ACCOUNT_RECEIPT);
	assert_int_equal(account.epoch, 0);
	assert_true(account.active);
	assert_int_equal(store_account_get(db, arena_of(state), one, no, &account), 0);
	assert_int_equal(store_account_get(db, arena_of(state), two, no, &account),
			 STORE_NOT_FOUND);
	assert_int_equal(store_account_find(db, arena_of(state), STR("wa0000001"), &account),
			 STORE_NOT_FOUND);
}

static void test_a_login_id_is_unique_over_the_service(void **state)
{
	struct db *db = store_of(state);
	account_make(db, facility_make(db, "1"), "WA0000001");
	struct store_account again = {.facility_no = facility_make(db, "2"),
				      .login_id = STR("WA0000001"),
				      .kind = ACCOUNT_READER,
				      .password = STR("x")};
	int64_t no;
	assert_int_equal(store_account_add(db, &again, &no), STORE_CONFLICT);
}

static int64_t passwords_old(struct db *db)
{
	struct db_rows *rows AUTO(db_rows_closep) = NULL;
	assert_int_equal(db_query(db, "SELECT count(*) FROM password_old", DB_NO_ARGS, &rows), 0);
	assert_int_equal(db_next(rows), 0);
	return db_column_int(rows, 0);
}

static void test_a_new_password_ends_the_old_tokens_and_ten_old_ones_stay(void **state)
{
	struct db *db = store_of(state);
	int64_t facility = facility_make(db, "1"), other = facility_make(db, "2");
	int64_t no = account_make(db, facility, "WA0000001");
	struct store_account account, next = {.no = no,
					      .facility_no = facility,
					      .password = STR("$argon2id$next"),
					      .pepper_n = 2,
					      .must_change = true};
	for (int i = 1; i <= 12; i++)
		assert_int_equal(store_account_password_set(db, &next, 1000), 0);
	assert_int_equal(store_account_get(db, arena_of(state), facility, no, &account), 0);
	assert_int_equal(account.epoch, 12);
	assert_int_equal(account.pepper_n, 2);
	assert_int_equal(account.password_ms, 1000);
	assert_true(account.must_change);
	assert_str_equal(account.password, STR("$argon2id$next"));
	assert_int_equal(passwords_old(db), 10);
	next.facility_no = other;
	assert_int_equal(store_account_password_set(db, &next, 1000), STORE_NOT_FOUND);
	assert_int_equal(store_account_get(db, arena_of(state), facility, no, &account), 0);
	assert_int_equal(account.epoch, 12);
}

static void test_old_passwords_come_newest_first(void **state)
{
	struct db *db = store_of(state);
	int64_t facility = facility_make(db, "1");
	struct store_account next = {.no = account_make(db, facility, "WA0000001"),
				     .facility_no = facility,
				     .password = STR("$argon2id$second"),
				     .pepper_n = 2};
	struct store_password_old old[STORE_PASSWORDS_OLD_MAX];
	size_t count;
	assert_int_equal(store_account_password_set(db, &next, 1000), 0);
	next.password = STR("$argon2id$third");
	assert_int_equal(store_account_password_set(db, &next, 1000), 0);
	assert_int_equal(store_passwords_old(db, arena_of(state), facility, next.no, old, &count),
			 0);
	assert_int_equal(count, 2);
	assert_str_equal(old[0].phc, STR("$argon2id$second"));
	assert_int_equal(old[0].pepper_n, 2);
	assert_str_equal(old[1].phc, STR("$argon2id$first"));
	assert_int_equal(store_passwords_old(db, arena_of(state), facility + 1, next.no, old,
					     &count),
			 0);
	assert_int_equal(count, 0);
}

static void test_a_rehash_ends_nothing_and_needs_the_hash_it_replaces(void **state)
{
	struct db *db = store_of(state);
	int64_t facility = facility_make(db, "1");
	struct store_account account, next = {.no = account_make(db, facility, "WA0000001"),
					      .facility_no = facility,
					      .password = STR("$argon2id$better"),
					      .pepper_n = 3};
	assert_int_equal(store_account_rehash(db, &next, STR("$argon2id$other")), STORE_STALE);
	assert_int_equal(store_account_rehash(db, &next, STR("$argon2id$first")), 0);
	assert_int_equal(store_account_get(db, arena_of(state), facility, next.no, &account), 0);
	assert_str_equal(account.password, STR("$argon2id$better"));
	assert_int_equal(account.pepper_n, 3);
	assert_int_equal(account.epoch, 0);
	assert_int_equal(passwords_old(db), 0);
}

static void test_an_operator_has_no_facility(void **state)
{
	struct db *db = store_of(state);
	int64_t facility = facility_make(db, "1"), no;
	struct store_account account, *list,
		made = {.login_id = STR("yamada"),
			.kind = ACCOUNT_OPERATOR,
			.password = STR("$argon2id$first"),
			.password_ms = 7};
	size_t count;
	account_make(db, facility, "WA0000001");
	assert_int_equal(store_account_add(db, &made, &no), 0);
	assert_int_equal(store_account_get(db, arena_of(state), 0, no, &account), 0);
	assert_int_equal(account.facility_no, 0);
	assert_int_equal(account.password_ms, 7);
	assert_int_equal(store_account_get(db, arena_of(state), facility, no, &account),
			 STORE_NOT_FOUND);
	assert_int_equal(store_account_active_set(db, 0, no, false, 1), 0);
	assert_int_equal(store_accounts_list(db, arena_of(state), 0, ACCOUNT_OPERATOR, 0, &list,
					     &count),
			 0);
	assert_int_equal(count, 1);
	assert_false(list[0].active);
	assert_int_equal(store_accounts_list(db, arena_of(state), facility, ACCOUNT_OPERATOR, 0,
					     &list, &count),
			 0);
	assert_int_equal(count, 0);
}

static void test_the_devices_of_an_account_are_listed(void **state)
{
	struct db *db = store_of(state);
	int64_t facility = facility_make(db, "1"), no;
	int64_t account = account_make(db, facility, "WA0000001");
	struct store_device *list, device = {.id = id_of(state, 1),
					     .facility_no = facility,
					     .account_no = account,
					     .thumbprint = STR("t"),
					     .platform = STR("linux"),
					     .name = STR("受付")};
	size_t count;
	assert_int_equal(store_device_add(db, &device, &no), 0);
	assert_int_equal(store_devices_list(db, arena_of(state), facility, account, &list, &count),
			 0);
	assert_int_equal(count, 1);
	assert_str_equal(list[0].name, STR("受付"));
	assert_int_equal(store_devices_list(db, arena_of(state), facility + 1, account, &list,
					    &count),
			 0);
	assert_int_equal(count, 0);
}

static void test_a_code_is_spent_once(void **state)
{
	struct db *db = store_of(state);
	int64_t facility = facility_make(db, "1");
	struct store_code code = {.kind = STORE_CODE_ENROLMENT,
				  .facility_no = facility,
				  .account_no = account_make(db, facility, "WA0000001"),
				  .until_ms = 1000};
	struct store_code found;
	struct str hmac = digest_of(state, 1);
	assert_int_equal(store_code_add(db, hmac, &code), 0);
	assert_int_equal(store_code_add(db, hmac, &code), STORE_CONFLICT);
	assert_int_equal(store_code_use(db, hmac, STORE_CODE_ACTIVATION, 10), STORE_NOT_FOUND);
	assert_int_equal(store_code_use(db, digest_of(state, 2), STORE_CODE_ENROLMENT, 10),
			 STORE_NOT_FOUND);
	assert_int_equal(store_code_use(db, hmac, STORE_CODE_ENROLMENT, 1000), STORE_STALE);
	assert_int_equal(store_code_use(db, hmac, STORE_CODE_ENROLMENT, 999), 0);
	assert_int_equal(store_code_use(db, hmac, STORE_CODE_ENROLMENT, 999), STORE_STALE);
	assert_int_equal(store_code_find(db, hmac, STORE_CODE_ENROLMENT, &found), 0);
	assert_int_equal(found.used_ms, 999);
	assert_int_equal(found.account_no, code.account_no);
	assert_int_equal(store_code_find(db, hmac, STORE_CODE_ACTIVATION, &found), STORE_NOT_FOUND);
}

static void test_an_authenticator_is_confirmed_and_its_steps_rise(void **state)
{
	struct db *db = store_of(state);
	struct arena *arena = arena_of(state);
	int64_t facility = facility_make(db, "1"), other = facility_make(db, "2");
	int64_t no = account_make(db, facility, "WA0000001");
	struct store_totp totp;
	assert_int_equal(store_totp_find(db, arena, facility, no, false, &totp), STORE_NOT_FOUND);
	assert_int_equal(store_totp_add(db, facility, no, 1, STR("seed one")), 0);
	assert_int_equal(store_totp_add(db, facility, no, 1, STR("seed one")), STORE_CONFLICT);
	assert_int_equal(store_totp_add(db, other, no, 2, STR("seed")), STORE_NOT_FOUND);
	assert_int_equal(store_totp_find(db, arena, other, no, false, &totp), STORE_NOT_FOUND);
	assert_int_equal(store_totp_find(db, arena, facility, no, false, &totp), 0);
	assert_str_equal(totp.seed, STR("seed one"));
	assert_int_equal(store_totp_spend(db, facility, no, 1, 5), STORE_STALE); /* unconfirmed */
	assert_int_equal(store_totp_confirm(db, other, no, 1, 7, 1000), STORE_STALE);
	assert_int_equal(store_totp_confirm(db, facility, no, 1, 7, 1000), 0);
	assert_int_equal(store_totp_confirm(db, facility, no, 1, 8, 1000), STORE_STALE);
	assert_int_equal(store_totp_spend(db, facility, no, 1, 7), STORE_STALE);
	assert_int_equal(store_totp_spend(db, other, no, 1, 8), STORE_STALE);
	assert_int_equal(store_totp_spend(db, facility, no, 1, 8), 0);
	assert_int_equal(store_totp_spend(db, facility, no, 1, 8), STORE_STALE);
	assert_int_equal(store_totp_find(db, arena, facility, no, true, &totp), 0);
	assert_int_equal(totp.last_step, 8);
	assert_int_equal(totp.confirmed_ms, 1000);
}

static void test_a_new_authenticator_replaces_the_old_one(void **state)
{
	struct db *db = store_of(state);
	struct arena *arena = arena_of(state);
	int64_t facility = facility_make(db, "1");
	int64_t no = account_make(db, facility, "WA0000001");
	int64_t neighbour = account_make(db, facility, "WA0000002");
	struct store_totp totp;
	assert_int_equal(store_totp_add(db, facility, neighbour, 1, STR("theirs")), 0);
	assert_int_equal(store_totp_add(db, facility, no, 1, STR("old")), 0);
	assert_int_equal(store_totp_confirm(db, facility, no, 1, 7, 1000), 0);
	assert_int_equal(store_totp_add(db, facility, no, 2, STR("new")), 0);
	assert_int_equal(store_totp_find(db, arena, facility, no, true, &totp), 0);
	assert_str_equal(totp.seed, STR("old"));
	assert_int_equal(store_totp_confirm(db, facility, no, 2, 9, 2000), 0);
	assert_int_equal(store_totp_find(db, arena, facility, no, true, &totp), 0);
	assert_str_equal(totp.seed, STR("new"));
	assert_int_equal(store_totp_spend(db, facility, no, 1, 20), STORE_STALE); /* it is gone */
	assert_int_equal(store_totp_find(db, arena, facility, neighbour, false, &totp), 0);
}

static void test_a_device_key_is_registered_once(void **state)
{
	struct db *db = store_of(state);
	struct arena *arena = arena_of(state);
	int64_t facility = facility_make(db, "1"), other = facility_make(db, "2");
	struct store_device device = {.id = id_of(state, 1),
				      .facility_no = facility,
				      .account_no = account_make(db, facility, "W0000001"),
				      .thumbprint =
					      STR("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"),
				      .platform = STR("linux"),
				      .name = STR("受付")};
	struct store_device found;
	int64_t no = 0, again = 0;
	assert_int_equal(store_device_add(db, &device, &no), 0);
	device.id = id_of(state, 2);
	assert_int_equal(store_device_add(db, &device, &again), STORE_CONFLICT);
	assert_int_equal(store_device_find(db, arena, device.thumbprint, &found), 0);
	assert_int_equal(found.no, no);
	assert_str_equal(found.id, id_of(state, 1));
	assert_str_equal(found.name, STR("受付"));
	assert_true(found.active);
	assert_int_equal(store_device_find(db, arena, STR("other"), &found), STORE_NOT_FOUND);
	assert_int_equal(store_device_get(db, arena, facility, no, &found), 0);
	assert_int_equal(store_device_get(db, arena, other, no, &found), STORE_NOT_FOUND);
}

static void test_devices_are_counted_while_they_are_active(void **state)
{
	struct db *db = store_of(state);
	struct arena *arena = arena_of(state);
	int64_t facility = facility_make(db, "1"), other = facility_make(db, "2"), no = 0;
	int64_t account = account_make(db, facility, "WA0000001");
	int64_t neighbour = account_make(db, facility, "WA0000002");
	static const char *const keys[] = {"key-1", "key-2", "key-3"};
	for (int i = 0; i < 3; i++) {
		struct store_device device = {.id = id_of(state, i + 1),
					      .facility_no = facility,
					      .account_no = i < 2 ? account : neighbour,
					      .thumbprint = str_of(keys[i]),
					      .platform = STR("linux"),
					      .name = STR("受付"),
					      .registered_ms = 5};
		assert_int_equal(store_device_add(db, &device, &no), 0);
	}
	struct store_device_count count;
	assert_int_equal(store_devices_count(db, facility, account, ACCOUNT_RECEIPT, &count), 0);
	assert_int_equal(count.of_account, 2);
	assert_int_equal(count.of_facility, 3);
	assert_int_equal(store_devices_count(db, facility, account, ACCOUNT_READER, &count), 0);
	assert_int_equal(count.of_facility, 0);
	struct store_device found;
	assert_int_equal(store_device_of(db, arena, facility, account, id_of(state, 1), &found), 0);
	assert_int_equal(found.registered_ms, 5);
	assert_int_equal(store_device_of(db, arena, other, account, id_of(state, 1), &found),
			 STORE_NOT_FOUND);
	assert_int_equal(store_device_of(db, arena, facility, neighbour, id_of(state, 1), &found),
			 STORE_NOT_FOUND);
	assert_int_equal(store_device_remove(db, facility, found.no, 1), 0);
	assert_int_equal(store_device_of(db, arena, facility, account, id_of(state, 1), &found),
			 STORE_NOT_FOUND);
	assert_int_equal(store_devices_count(db, facility, account, ACCOUNT_RECEIPT, &count), 0);
	assert_int_equal(count.of_account, 1);
	assert_int_equal(count.of_facility, 2);
}

static void test_no_memory_is_a_fault(void **state)
{
	struct db *db = store_of(state);
	facility_make(db, "1312345678");
	for (long after = 0; after < 3; after++) {
		struct arena arena AUTO(arena_clear) = {0};
		struct store_facility facility;
		arena_init(&arena, 4096);
		arena.fail_after = after;
		assert_int_equal(store_facility_find(db, &arena, STR("1312345678"), &facility),
				 -ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_a_store_is_migrated_twice),
		DB_TEST(test_a_facility_is_found_by_code_and_number),
		DB_TEST(test_a_facility_code_is_given_once),
		DB_TEST(test_an_account_belongs_to_its_facility),
		DB_TEST(test_a_login_id_is_unique_over_the_service),
		DB_TEST(test_a_new_password_ends_the_old_tokens_and_ten_old_ones_stay),
		DB_TEST(test_old_passwords_come_newest_first),
		DB_TEST(test_a_rehash_ends_nothing_and_needs_the_hash_it_replaces),
		DB_TEST(test_an_operator_has_no_facility),
		DB_TEST(test_the_devices_of_an_account_are_listed),
		DB_TEST(test_a_code_is_spent_once),
		DB_TEST(test_an_authenticator_is_confirmed_and_its_steps_rise),
		DB_TEST(test_a_new_authenticator_replaces_the_old_one),
		DB_TEST(test_a_device_key_is_registered_once),
		DB_TEST(test_devices_are_counted_while_they_are_active),
		DB_TEST(test_no_memory_is_a_fault),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
