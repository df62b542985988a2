/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/openings.h"
#include "server/store/testing.h"

struct desk {
	struct db *db;
	int64_t facility;
	int64_t asker;
	int64_t approver;
};

static int64_t operator_make(struct db *db, const char *login_id)
{
	struct store_account account = {.login_id = str_of(login_id),
					.kind = ACCOUNT_OPERATOR,
					.password = STR("$argon2id$first"),
					.pepper_n = 1};
	int64_t no = 0;
	assert_int_equal(store_account_add(db, &account, &no), 0);
	return no;
}

static struct desk desk_of(void **state)
{
	struct db *db = store_of(state);
	return (struct desk){db, facility_make(db, "1"), operator_make(db, "asker"),
			     operator_make(db, "approver")};
}

static int64_t ask(const struct desk *desk)
{
	struct store_opening opening = {.facility_no = desk->facility,
					.asked_by = desk->asker,
					.reason = STR("照会"),
					.asked_ms = 1000,
					.until_ms = 2000};
	int64_t no = 0;
	assert_int_equal(store_opening_add(desk->db, &opening, &no), 0);
	return no;
}

static int find(void **state, const struct desk *desk, int64_t facility, int64_t operator_no,
		int64_t now_ms)
{
	struct store_opening opening;
	return store_opening_find(desk->db, arena_of(state), facility, operator_no, now_ms,
				  &opening);
}

static void test_a_question_opens_nothing_until_another_approves(void **state)
{
	struct desk desk = desk_of(state);
	int64_t no = ask(&desk);
	assert_int_equal(find(state, &desk, desk.facility, desk.asker, 1500), STORE_NOT_FOUND);
	assert_int_equal(store_opening_approve(desk.db, no, desk.asker, 1500, 9000), STORE_STALE);
	assert_int_equal(store_opening_approve(desk.db, no, desk.approver, 2000, 9000),
			 STORE_STALE);
	assert_int_equal(store_opening_approve(desk.db, no, desk.approver, 1500, 9000), 0);
	assert_int_equal(store_opening_approve(desk.db, no, desk.approver, 1500, 9000),
			 STORE_STALE);
	assert_int_equal(find(state, &desk, desk.facility, desk.asker, 8999), 0);
	assert_int_equal(find(state, &desk, desk.facility, desk.approver, 8999), 0);
	assert_int_equal(find(state, &desk, desk.facility, desk.asker, 9000), STORE_NOT_FOUND);
}

static void test_an_opening_is_for_one_facility_and_two_people(void **state)
{
	struct desk desk = desk_of(state);
	int64_t other = facility_make(desk.db, "2"), third = operator_make(desk.db, "third");
	assert_int_equal(store_opening_approve(desk.db, ask(&desk), desk.approver, 1500, 9000), 0);
	assert_int_equal(find(state, &desk, other, desk.asker, 1500), STORE_NOT_FOUND);
	assert_int_equal(find(state, &desk, desk.facility, third, 1500), STORE_NOT_FOUND);
}

static void test_an_opening_ends_once(void **state)
{
	struct desk desk = desk_of(state);
	int64_t no = ask(&desk);
	struct store_opening opening, *list;
	size_t count;
	assert_int_equal(store_opening_approve(desk.db, no, desk.approver, 1500, 9000), 0);
	assert_int_equal(store_openings_list(desk.db, arena_of(state), 1600, &list, &count), 0);
	assert_int_equal(count, 1);
	assert_str_equal(list[0].reason, STR("照会"));
	assert_int_equal(store_opening_end(desk.db, no, 1600), 0);
	assert_int_equal(store_opening_end(desk.db, no, 1600), STORE_STALE);
	assert_int_equal(find(state, &desk, desk.facility, desk.asker, 1600), STORE_NOT_FOUND);
	assert_int_equal(store_opening_get(desk.db, arena_of(state), no, &opening), 0);
	assert_int_equal(opening.until_ms, 1600);
	assert_int_equal(opening.approved_by, desk.approver);
	assert_int_equal(store_opening_get(desk.db, arena_of(state), no + 1, &opening),
			 STORE_NOT_FOUND);
	assert_int_equal(store_openings_list(desk.db, arena_of(state), 1600, &list, &count), 0);
	assert_int_equal(count, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_a_question_opens_nothing_until_another_approves),
		DB_TEST(test_an_opening_is_for_one_facility_and_two_people),
		DB_TEST(test_an_opening_ends_once),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
