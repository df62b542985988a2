/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

#include "server/store/sessions.h"

static struct store_session session_make(void **state, struct db *db)
{
	int64_t facility = facility_make(db, "1");
	struct store_session session = {.id = id_of(state, 1),
					.facility_no = facility,
					.account_no = account_make(db, facility, "WA0000001"),
					.device_no = 3,
					.rotated_ms = 1000,
					.key_n = 1,
					.verifier = digest_of(state, 2),
					.client = STR("vendor product 1.0"),
					.epoch = 4,
					.ends_ms = 43201000};
	assert_int_equal(store_session_add(db, &session), 0);
	return session;
}

static void test_a_session_comes_back_whole(void **state)
{
	struct db *db = store_of(state);
	struct store_session session = session_make(state, db), found;
	assert_int_equal(store_session_find(db, arena_of(state), session.id, &found), 0);
	assert_str_equal(found.id, session.id);
	assert_int_equal(found.facility_no, session.facility_no);
	assert_int_equal(found.account_no, session.account_no);
	assert_int_equal(found.device_no, 3);
	assert_int_equal(found.counter, 0);
	assert_int_equal(found.rotated_ms, 1000);
	assert_null(found.idem_key.ptr);
	assert_int_equal(found.key_n, 1);
	assert_str_equal(found.verifier, session.verifier);
	assert_str_equal(found.client, session.client);
	assert_int_equal(found.epoch, 4);
	assert_int_equal(found.ends_ms, 43201000);
	assert_int_equal(found.ended_ms, 0);
	assert_int_equal(store_session_add(db, &session), STORE_CONFLICT);
	assert_int_equal(store_session_find(db, arena_of(state), id_of(state, 9), &found),
			 STORE_NOT_FOUND);
}

static void test_a_handle_is_rotated_by_one_of_two(void **state)
{
	struct db *db = store_of(state);
	struct store_session session = session_make(state, db), found;
	struct str key = digest_of(state, 5);
	int64_t misses = 0;
	assert_int_equal(store_session_miss(db, session.id, &misses), 0);
	assert_int_equal(store_session_miss(db, session.id, &misses), 0);
	assert_int_equal(misses, 2);
	assert_int_equal(store_session_rotate(db, session.id, 0, key, 2000), 0);
	assert_int_equal(store_session_rotate(db, session.id, 0, key, 2000), STORE_STALE);
	assert_int_equal(store_session_rotate(db, session.id, 2, key, 2000), STORE_STALE);
	assert_int_equal(store_session_find(db, arena_of(state), session.id, &found), 0);
	assert_int_equal(found.counter, 1);
	assert_int_equal(found.misses, 0);
	assert_int_equal(found.rotated_ms, 2000);
	assert_str_equal(found.idem_key, key);
}

static void test_an_ended_session_stays_ended(void **state)
{
	struct db *db = store_of(state);
	struct store_session session = session_make(state, db), found;
	int64_t misses;
	assert_int_equal(store_session_end(db, session.id, 5000), 0);
	assert_int_equal(store_session_end(db, session.id, 6000), 0);
	assert_int_equal(store_session_end(db, id_of(state, 9), 6000), STORE_NOT_FOUND);
	assert_int_equal(store_session_rotate(db, session.id, 0, digest_of(state, 5), 7000),
			 STORE_STALE);
	assert_int_equal(store_session_miss(db, session.id, &misses), STORE_NOT_FOUND);
	assert_int_equal(store_session_find(db, arena_of(state), session.id, &found), 0);
	assert_int_equal(found.ended_ms, 5000);
}

static void test_what_is_spent_is_spent(void **state)
{
	struct db *db = store_of(state);
	struct str digest = digest_of(state, 1);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(store_spent_add(db, STORE_SPENT_NONCE, digest, 1000), 0);
	assert_int_equal(store_spent_add(db, STORE_SPENT_NONCE, digest, 1000), STORE_CONFLICT);
	assert_int_equal(store_spent_add(db, STORE_SPENT_CHALLENGE, digest, 2000), 0);
	assert_int_equal(db_commit(db), 0);
	assert_int_equal(store_spent_purge(db, 1001), 0);
	assert_int_equal(store_spent_add(db, STORE_SPENT_CHALLENGE, digest, 2000), STORE_CONFLICT);
	assert_int_equal(store_spent_add(db, STORE_SPENT_NONCE, digest, 1000), 0);
}

static void test_a_repeated_write_finds_its_first_answer(void **state)
{
	struct db *db = store_of(state);
	struct arena *arena = arena_of(state);
	struct store_idempotency row = {.key_hash = digest_of(state, 1),
					.request_hash = digest_of(state, 2),
					.reply = STR("sealed"),
					.until_ms = 1000},
				 found;
	assert_int_equal(store_idempotency_put(db, 1, 2, &row), 0);
	assert_int_equal(store_idempotency_put(db, 1, 3, &row), 0);
	assert_int_equal(store_idempotency_find(db, arena, 1, 2, row.key_hash, 999, &found), 0);
	assert_str_equal(found.reply, row.reply);
	assert_str_equal(found.request_hash, row.request_hash);
	assert_int_equal(store_idempotency_find(db, arena, 1, 2, row.key_hash, 1000, &found),
			 STORE_NOT_FOUND);
	assert_int_equal(store_idempotency_find(db, arena, 2, 2, row.key_hash, 999, &found),
			 STORE_NOT_FOUND);
	row.reply = STR("another");
	row.until_ms = 3000;
	assert_int_equal(store_idempotency_put(db, 1, 2, &row), 0);
	assert_int_equal(store_idempotency_find(db, arena, 1, 2, row.key_hash, 1000, &found), 0);
	assert_str_equal(found.reply, row.reply);
	assert_int_equal(store_spent_purge(db, 3001), 0);
	assert_int_equal(store_idempotency_find(db, arena, 1, 2, row.key_hash, 0, &found),
			 STORE_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_a_session_comes_back_whole),
		DB_TEST(test_a_handle_is_rotated_by_one_of_two),
		DB_TEST(test_an_ended_session_stays_ended),
		DB_TEST(test_what_is_spent_is_spent),
		DB_TEST(test_a_repeated_write_finds_its_first_answer),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
