/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

#include "server/store/people.h"

static void test_staff_are_named_and_renamed(void **state)
{
	struct db *db = store_of(state);
	struct arena *arena = arena_of(state);
	int64_t facility = facility_make(db, "1"), other = facility_make(db, "2");
	struct store_staff staff = {STR("S02"), STR("sealed"), true}, *list;
	size_t count = 9;
	assert_int_equal(store_staff_put(db, facility, &staff), 0);
	staff.name = STR("sealed anew");
	assert_int_equal(store_staff_put(db, facility, &staff), 0);
	struct store_staff first = {STR("S01"), STR("a"), true};
	struct store_staff gone = {STR("S00"), STR("b"), false};
	assert_int_equal(store_staff_put(db, facility, &first), 0);
	assert_int_equal(store_staff_put(db, facility, &gone), 0);
	assert_int_equal(store_staff_list(db, arena, facility, &list, &count), 0);
	assert_int_equal(count, 2);
	assert_str_equal(list[0].id, STR("S01"));
	assert_str_equal(list[1].name, STR("sealed anew"));
	assert_int_equal(store_staff_get(db, arena, facility, STR("S00"), &gone), 0);
	assert_false(gone.active);
	assert_int_equal(store_staff_get(db, arena, other, STR("S01"), &gone), STORE_NOT_FOUND);
	assert_int_equal(store_staff_list(db, arena, other, &list, &count), 0);
	assert_int_equal(count, 0);
}

static struct store_lookup lookup_of(void **state, int new, int old)
{
	return (struct store_lookup){digest_of(state, new), digest_of(state, old), 2};
}

static int64_t person_make(void **state, int hmac)
{
	struct store_lookup lookup = lookup_of(state, hmac, hmac);
	int64_t no;
	assert_int_equal(store_person_add(store_of(state), &lookup, STR("key"), STR("body"), &no),
			 0);
	return no;
}

static void test_a_person_is_found_under_either_key(void **state)
{
	struct db *db = store_of(state);
	struct store_person person;
	int64_t no = person_make(state, 1);
	struct store_lookup both = lookup_of(state, 2, 1), other = lookup_of(state, 2, 3);
	assert_int_equal(store_person_find(db, arena_of(state), &both, &person), 0);
	assert_int_equal(person.no, no);
	assert_str_equal(person.key_hmac, digest_of(state, 1));
	assert_int_equal(store_person_find(db, arena_of(state), &other, &person), STORE_NOT_FOUND);
	assert_int_equal(store_person_body_set(db, &person, STR("body anew")), 0);
	assert_int_equal(store_person_body_set(db, &person, STR("too late")), STORE_STALE);
	assert_int_equal(store_person_get(db, arena_of(state), no, &person), 0);
	assert_str_equal(person.body, STR("body anew"));
	struct store_lookup taken = lookup_of(state, 1, 1);
	assert_int_equal(store_person_add(db, &taken, STR("key"), STR("body"), &no),
			 STORE_CONFLICT);
}

static void test_a_certificate_is_one_persons(void **state)
{
	struct db *db = store_of(state);
	int64_t one = person_make(state, 1), two = person_make(state, 2);
	struct store_certificate found;
	struct store_lookup old = lookup_of(state, 7, 7), both = lookup_of(state, 8, 7),
			    none = lookup_of(state, 9, 9);
	assert_int_equal(store_certificate_add(db, &old, STR("sealed"), one, 1), 0);
	assert_int_equal(store_certificate_add(db, &old, STR("sealed"), one, 2), 0);
	assert_int_equal(store_certificate_add(db, &both, STR("sealed"), one, 2), 0);
	assert_int_equal(store_certificate_add(db, &both, STR("sealed"), two, 3), STORE_CONFLICT);
	assert_int_equal(store_certificate_find(db, &both, &found), 0);
	assert_int_equal(found.person_no, one);
	assert_int_equal(found.registered_ms, 1);
	assert_int_equal(store_certificate_find(db, &none, &found), STORE_NOT_FOUND);
}

static void test_a_certificate_is_registered_once(void **state)
{
	struct db *db = store_of(state);
	int64_t one = person_make(state, 1);
	struct store_lookup lookup = lookup_of(state, 7, 7);
	struct store_certificate found;
	assert_int_equal(store_certificate_add(db, &lookup, STR("sealed"), one, 0), 0);
	assert_int_equal(store_certificate_find(db, &lookup, &found), 0);
	assert_int_equal(found.registered_ms, 0);
	for (int64_t now_ms = 5; now_ms < 7; now_ms++)
		assert_int_equal(store_certificate_register(db, &lookup, now_ms), 0);
	assert_int_equal(store_certificate_find(db, &lookup, &found), 0);
	assert_int_equal(found.registered_ms, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_staff_are_named_and_renamed),
		DB_TEST(test_a_person_is_found_under_either_key),
		DB_TEST(test_a_certificate_is_one_persons),
		DB_TEST(test_a_certificate_is_registered_once),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
