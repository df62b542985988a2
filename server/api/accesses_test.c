/* SPDX-License-Identifier: Apache-2.0 */
/* A facility's access history: its own rows and no other's, each once, page by page. */
#include "server/api/service_test.h"

#define PERIOD "from=20261122000000&to=20261122235959"

static struct house_session session_of(struct house *house)
{
	return house_session(house, "1310000003", &house->here.receipt);
}

static int ask(struct house *house, struct str query, struct str token)
{
	return house_get(house, "/v1/accesses", query, token);
}

static const struct json *accesses(struct house *house)
{
	return json_member(house->json.root, "accesses");
}

static struct str text(const struct json *access, const char *name)
{
	return json_text(json_member(access, name));
}

/* The last access of this call in the last reply; NULL: there is none. */
static const struct json *access_find(struct house *house, const char *call)
{
	const struct json *found = NULL;
	for (size_t i = 0; i < json_count(accesses(house)); i++) {
		const struct json *access = json_at(accesses(house), i);
		if (str_equal(text(access, "call"), str_of(call)))
			found = access;
	}
	return found;
}

static void test_it_tells_who_did_what(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	struct house_session session = session_of(house);
	assert_int_equal(house_get(house, "/v1/results", STR(PERIOD), session.token), 200);
	assert_int_equal(ask(house, STR(PERIOD), session.token), 200);
	const struct json *download = access_find(house, "download");
	assert_non_null(download);
	assert_str_equal(text(download, "at"), STR("20261122120000"));
	assert_str_equal(text(download, "outcome"), STR("ok"));
	assert_str_equal(text(download, "login_id"), STR("WA0000001"));
	const struct json *check = access_find(house, "check");
	assert_str_equal(text(check, "staff"), STR("s1"));
	assert_str_equal(text(check, "login_id"), STR("W0000001"));
	assert_non_null(access_find(house, "login"));
	/* The history is in the history: the next one shows it. */
	assert_null(access_find(house, "accesses"));
	assert_int_equal(ask(house, STR(PERIOD), session.token), 200);
	assert_non_null(access_find(house, "accesses"));
}

static void test_it_tells_what_the_operator_did_and_why(void **state)
{
	struct house *house = *state;
	struct house_session session = session_of(house);
	const struct store_audit row = {
		.at_ms = house->time.now_ms,
		.facility_no = house->here.no,
		.operator= STR("yamada"),
		.reason = STR("問い合わせ 123"),
		.call = STR("admin_results_show"),
		.outcome = STR("ok"),
		.request_id = STR("0123456789abcdef0123456789abcdef"),
		.n = 1,
	};
	assert_int_equal(db_begin(house->db), 0);
	assert_int_equal(audit_add(house->db, &row), 0);
	assert_int_equal(db_commit(house->db), 0);
	assert_int_equal(ask(house, STR(PERIOD), session.token), 200);
	const struct json *access = access_find(house, "admin_results_show");
	assert_str_equal(text(access, "operator"), STR("yamada"));
	assert_str_equal(text(access, "reason"), STR("問い合わせ 123"));
	assert_null(text(access, "login_id").ptr);
}

static void test_another_facility_is_not_in_it(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	house_confirm(house, &house->there, 1);
	struct house_session session = session_of(house);
	assert_int_equal(ask(house, STR(PERIOD), session.token), 200);
	assert_null(access_find(house, "check"));
}

static void test_pages_give_each_access_once(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	for (int i = 0; i < 7; i++)
		house_confirm(house, &house->here, 1); /* all at one moment */
	struct house_session session = session_of(house);
	struct str query = STR(PERIOD "&limit=3"), cursor = {0};
	size_t checks = 0, pages = 0;
	do {
		assert_int_equal(ask(house, query, session.token), 200);
		for (size_t i = 0; i < json_count(accesses(house)); i++)
			checks +=
				str_equal(text(json_at(accesses(house), i), "call"), STR("check"));
		cursor = house_text(house, "next_cursor");
		query = house_print(house, PERIOD "&limit=3&cursor=%.*s", STR_ARG(cursor));
	} while (cursor.ptr && ++pages < 20);
	assert_int_equal(checks, 7);
}

static void test_a_cursor_is_good_for_its_period_and_facility_only(void **state)
{
	struct house *house = *state;
	struct house_session here = session_of(house);
	struct house_session there = house_session(house, "1310000011", &house->there.receipt);
	assert_int_equal(ask(house, STR(PERIOD "&limit=1"), here.token), 200);
	struct str cursor = house_text(house, "next_cursor");
	struct str mine = house_print(house, PERIOD "&cursor=%.*s", STR_ARG(cursor));
	assert_int_equal(ask(house, mine, here.token), 200);
	assert_int_equal(ask(house, mine, there.token), 422);
	assert_problem(house, "cursor_refused");
	struct str later = house_print(house, "from=20261122000000&to=20261123000000&cursor=%.*s",
				       STR_ARG(cursor));
	assert_int_equal(ask(house, later, here.token), 422);
	assert_int_equal(house_get(house, "/v1/results", mine, here.token), 422);
	assert_problem(house, "cursor_refused");
	assert_int_equal(ask(house, STR("from=1&to=2"), here.token), 422);
	assert_problem(house, "period_malformed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_it_tells_who_did_what, house_open,
						house_close),
		cmocka_unit_test_setup_teardown(test_it_tells_what_the_operator_did_and_why,
						house_open, house_close),
		cmocka_unit_test_setup_teardown(test_another_facility_is_not_in_it, house_open,
						house_close),
		cmocka_unit_test_setup_teardown(test_pages_give_each_access_once, house_open,
						house_close),
		cmocka_unit_test_setup_teardown(
			test_a_cursor_is_good_for_its_period_and_facility_only, house_open,
			house_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
