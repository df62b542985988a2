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

static void test_a_person_imported_again_keeps_the_number(void **state)
{
	struct db *db = store_of(state);
	struct store_person person;
	int64_t no = 0, again = 0, other = 0;
	assert_int_equal(store_person_put(db, digest_of(state, 1), STR("one"), &no), 0);
	assert_int_equal(store_person_put(db, digest_of(state, 2), STR("two"), &other), 0);
	assert_int_equal(store_person_put(db, digest_of(state, 1), STR("one anew"), &again), 0);
	assert_int_equal(again, no);
	assert_true(other != no);
	assert_int_equal(store_person_get(db, arena_of(state), no, &person), 0);
	assert_str_equal(person.body, STR("one anew"));
	assert_str_equal(person.key_hmac, digest_of(state, 1));
	assert_int_equal(store_person_get(db, arena_of(state), 99, &person), STORE_NOT_FOUND);
}

static void test_a_certificate_is_one_persons(void **state)
{
	struct db *db = store_of(state);
	struct str hmac = digest_of(state, 7);
	int64_t one = 0, two = 0, found = 0;
	assert_int_equal(store_person_put(db, digest_of(state, 1), STR("one"), &one), 0);
	assert_int_equal(store_person_put(db, digest_of(state, 2), STR("two"), &two), 0);
	assert_int_equal(store_certificate_find(db, hmac, &found), STORE_NOT_FOUND);
	assert_int_equal(store_certificate_add(db, hmac, STR("sealed"), one, 5), 0);
	assert_int_equal(store_certificate_add(db, hmac, STR("sealed"), one, 6), 0);
	assert_int_equal(store_certificate_add(db, hmac, STR("sealed"), two, 7), STORE_CONFLICT);
	assert_int_equal(store_certificate_find(db, hmac, &found), 0);
	assert_int_equal(found, one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_staff_are_named_and_renamed),
		DB_TEST(test_a_person_imported_again_keeps_the_number),
		DB_TEST(test_a_certificate_is_one_persons),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
