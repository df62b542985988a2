/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

#include "server/store/outbox.h"

static struct str mail_add(void **state, struct db *db, int n, int64_t next_ms)
{
	struct store_mail mail = {
		.id = id_of(state, n),
		.kind = 1,
		.body = STR("sealed"),
		.made_ms = n,
		.next_ms = next_ms,
		.until_ms = 9000,
	};
	assert_int_equal(store_outbox_add(db, &mail), 0);
	return mail.id;
}

static struct store_mail due_of(void **state, struct db *db, int64_t now_ms)
{
	struct store_mail mail = {0};
	assert_int_equal(store_outbox_due(db, arena_of(state), now_ms, &mail), 0);
	return mail;
}

static void test_the_longest_due_comes_first_and_none_before_its_time(void **state)
{
	struct db *db = store_of(state);
	struct store_mail mail;
	mail_add(state, db, 1, 2000);
	struct str first = mail_add(state, db, 2, 1000);
	assert_int_equal(store_outbox_due(db, arena_of(state), 999, &mail), STORE_NOT_FOUND);
	mail = due_of(state, db, 5000);
	assert_str_equal(mail.id, first);
	assert_str_equal(mail.body, STR("sealed"));
	assert_int_equal(mail.until_ms, 9000);
}

static void test_one_try_is_one_processs(void **state)
{
	struct db *db = store_of(state);
	mail_add(state, db, 1, 1000);
	struct store_mail a = due_of(state, db, 1000), b = due_of(state, db, 1000), later;
	assert_int_equal(store_outbox_claim(db, &a, 6000), 0);
	assert_int_equal(store_outbox_claim(db, &b, 6000), STORE_STALE);
	assert_int_equal(store_outbox_due(db, arena_of(state), 5999, &later), STORE_NOT_FOUND);
	assert_int_equal(due_of(state, db, 6000).tries, 1);
}

static void test_what_is_sent_is_gone(void **state)
{
	struct db *db = store_of(state);
	struct store_mail mail;
	struct str id = mail_add(state, db, 1, 1000);
	assert_int_equal(store_outbox_remove(db, id), 0);
	assert_int_equal(store_outbox_remove(db, id), STORE_NOT_FOUND);
	assert_int_equal(store_outbox_due(db, arena_of(state), 1000, &mail), STORE_NOT_FOUND);
}

static void test_what_is_given_up_waits_for_somebody_unless_erased(void **state)
{
	struct db *db = store_of(state);
	struct str kept = mail_add(state, db, 1, 1000), erased = mail_add(state, db, 2, 1000);
	struct store_mail mail, *mails;
	size_t count;
	assert_int_equal(store_outbox_bury(db, kept, false, 2000), 0);
	assert_int_equal(store_outbox_bury(db, erased, true, 2000), 0);
	assert_int_equal(store_outbox_due(db, arena_of(state), 9999, &mail), STORE_NOT_FOUND);
	assert_int_equal(store_outbox_list(db, arena_of(state), true, &mails, &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(store_outbox_revive(db, erased, 3000), STORE_NOT_FOUND);
	assert_int_equal(store_outbox_revive(db, kept, 3000), 0);
	assert_str_equal(due_of(state, db, 3000).id, kept);
	assert_int_equal(store_outbox_purge(db, 2001), 0);
	assert_int_equal(store_outbox_list(db, arena_of(state), true, &mails, &count), 0);
	assert_int_equal(count, 0);
	assert_int_equal(store_outbox_list(db, arena_of(state), false, &mails, &count), 0);
	assert_int_equal(count, 1);
}

static void test_what_is_late_is_erased(void **state)
{
	struct db *db = store_of(state);
	struct store_mail mail, *mails;
	size_t count;
	mail_add(state, db, 1, 1000);
	assert_int_equal(store_outbox_expire(db, 8999), 0);
	assert_int_equal(due_of(state, db, 1000).tries, 0);
	assert_int_equal(store_outbox_expire(db, 9000), 0);
	assert_int_equal(store_outbox_due(db, arena_of(state), 1000, &mail), STORE_NOT_FOUND);
	assert_int_equal(store_outbox_list(db, arena_of(state), true, &mails, &count), 0);
	assert_int_equal(store_outbox_revive(db, mails[0].id, 9000), STORE_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_the_longest_due_comes_first_and_none_before_its_time),
		DB_TEST(test_one_try_is_one_processs),
		DB_TEST(test_what_is_sent_is_gone),
		DB_TEST(test_what_is_given_up_waits_for_somebody_unless_erased),
		DB_TEST(test_what_is_late_is_erased),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
