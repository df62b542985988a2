/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/testing.h"

#include "server/store/leases.h"

static void test_a_lease_has_one_holder_until_it_ends(void **state)
{
	struct db *db = store_of(state);
	struct str a = id_of(state, 1), b = id_of(state, 2), name = STR("retention");
	assert_int_equal(store_lease_take(db, name, a, 1000, 2000), 0);
	assert_int_equal(store_lease_take(db, name, b, 1999, 3000), STORE_CONFLICT);
	assert_int_equal(store_lease_take(db, name, a, 1999, 3000), 0);
	assert_int_equal(store_lease_take(db, name, b, 2999, 4000), STORE_CONFLICT);
	assert_int_equal(store_lease_take(db, STR("mail"), b, 2999, 4000), 0);
	assert_int_equal(store_lease_take(db, name, b, 3000, 4000), 0);
	assert_int_equal(store_lease_take(db, name, a, 3000, 4000), STORE_CONFLICT);
}

static void test_a_lease_given_back_is_free_at_once(void **state)
{
	struct db *db = store_of(state);
	struct str a = id_of(state, 1), b = id_of(state, 2), name = STR("retention");
	assert_int_equal(store_lease_take(db, name, a, 1000, 2000), 0);
	assert_int_equal(store_leases_give_back(db, b), 0);
	assert_int_equal(store_lease_take(db, name, b, 1000, 2000), STORE_CONFLICT);
	assert_int_equal(store_leases_give_back(db, a), 0);
	assert_int_equal(store_lease_take(db, name, b, 1000, 2000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_a_lease_has_one_holder_until_it_ends),
		DB_TEST(test_a_lease_given_back_is_free_at_once),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
