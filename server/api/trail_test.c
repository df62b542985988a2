/* SPDX-License-Identifier: Apache-2.0 */
/* When a call gets into the audit trail. That each does, once, is tests/acceptance/T14. */
#include "server/api/service_test.h"

#include "lib/db/testing.h"

#define PERIOD "from=20261101000000&to=20261130235959"

static struct house *open_on(void **state)
{
	void *part;
	struct db_fixture *fixture = db_fixture_of(state);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	assert_int_equal(house_open_on(&part, postgres ? fixture->target : NULL), 0);
	return part;
}

static void closed(struct house *house)
{
	void *part = house;
	assert_int_equal(house_close(&part), 0);
}

static struct str token_of(struct house *house)
{
	return house_session(house, "1310000003", &house->here.receipt).token;
}

static void count(struct house *house, struct str token, int times)
{
	for (int i = 0; i < times; i++)
		assert_int_equal(house_get(house, "/v1/results/count", STR(PERIOD), token), 200);
}

/* The calls of the last row of this call; 0: there is none. */
static int64_t calls_of(struct house *house, int64_t facility_no, const char *name)
{
	struct store_audit *rows;
	size_t found;
	int64_t calls = 0;
	struct store_audit_query query = {.facility_no = facility_no, .to_ms = INT64_MAX};
	assert_int_equal(store_audit_history(house->db, &house->arena, &query, STORE_AUDIT_PAGE_MAX,
					     &rows, &found),
			 0);
	for (size_t i = 0; i < found; i++)
		if (str_equal(rows[i].call, str_of(name)))
			calls = rows[i].calls;
	return calls;
}

static void test_counts_are_one_row_within_a_minute(void **state)
{
	struct house *house = open_on(state);
	struct str token = token_of(house);
	count(house, token, 5);
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
	assert_int_equal(calls_of(house, house->here.no, "count"), 0);
	house->time.now_ms += TALLY_KEPT_MS;
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
	assert_int_equal(calls_of(house, house->here.no, "count"), 5);
	assert_int_equal(house_audits_of(house, house->here.no, "count"), 1);
	closed(house);
}

static void test_a_session_is_in_the_trail_before_its_logout_is_answered(void **state)
{
	struct house *house = open_on(state);
	struct str token = token_of(house);
	count(house, token, 3);
	struct house_call call = {.method = "POST",
				  .path = "/v1/logout",
				  .token = token,
				  .body = STR("{}")};
	assert_int_equal(house_send(house, &call), 204);
	assert_int_equal(calls_of(house, house->here.no, "count"), 3);
	assert_int_equal(house_audits_of(house, house->here.no, "logout"), 1);
	/* Not a second time. */
	assert_int_equal(tally_flush_all(house->service->tally, house->db), 0);
	assert_int_equal(house_audits_of(house, house->here.no, "count"), 1);
	closed(house);
}

static void test_the_end_of_the_process_is_written_and_signed(void **state)
{
	struct house *house = open_on(state);
	count(house, token_of(house), 2);
	service_destroy(house->service);
	house->service = NULL;
	assert_int_equal(calls_of(house, house->here.no, "count"), 2);
	struct store_audit_end ends[STORE_AUDIT_SLOTS_MAX];
	struct store_audit_head head;
	struct str slots;
	size_t ends_count;
	assert_int_equal(store_audit_ends(house->db, ends, &ends_count), 0);
	assert_int_equal(audit_ends_print(&house->arena, ends, ends_count, &slots), 0);
	assert_int_equal(store_audit_head_last(house->db, &house->arena, &head), 0);
	assert_str_equal(head.slots, slots);
	closed(house);
}

static void test_who_is_known_and_refused_has_a_row_of_that(void **state)
{
	struct house *house = open_on(state);
	struct str token = token_of(house);
	assert_int_equal(house_get(house, "/v1/results", STR(PERIOD "&cursor=AAAA"), token), 422);
	assert_int_equal(house_audits_of(house, house->here.no, "download"), 1);
	/* A reader's call by the receipt link: refused at the door, and counted. */
	for (int i = 0; i < 4; i++)
		assert_int_equal(house_get(house, "/v1/reader/staff", (struct str){0}, token), 403);
	assert_int_equal(house_audits_of(house, house->here.no, "staff"), 0);
	assert_int_equal(tally_flush_all(house->service->tally, house->db), 0);
	assert_int_equal(calls_of(house, house->here.no, "staff"), 4);
	closed(house);
}

static void test_who_is_nobody_is_counted(void **state)
{
	struct house *house = open_on(state);
	for (int i = 0; i < 9; i++)
		assert_int_equal(house_get(house, "/v1/results", STR(PERIOD), (struct str){0}),
				 401);
	assert_int_equal(house_get(house, "/v1/health", (struct str){0}, (struct str){0}), 200);
	int64_t before = house_calls(house);
	assert_int_equal(house_get(house, "/v1/nothing", (struct str){0}, (struct str){0}), 404);
	assert_int_equal(house_calls(house), before);
	struct store_audit *rows;
	size_t found, calls = 0;
	assert_int_equal(store_audit_list(house->db, &house->arena, 0, 0, STORE_AUDIT_PAGE_MAX,
					  &rows, &found),
			 0);
	for (size_t i = 0; i < found; i++) {
		assert_false(str_equal(rows[i].call, STR("health")));
		if (str_equal(rows[i].outcome, STR("token_missing")))
			calls += (size_t)rows[i].calls;
	}
	assert_int_equal(calls, 9);
	closed(house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_counts_are_one_row_within_a_minute),
		DB_TEST(test_a_session_is_in_the_trail_before_its_logout_is_answered),
		DB_TEST(test_the_end_of_the_process_is_written_and_signed),
		DB_TEST_ON(sqlite, test_who_is_known_and_refused_has_a_row_of_that),
		DB_TEST_ON(sqlite, test_who_is_nobody_is_counted),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
