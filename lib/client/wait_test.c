/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting over a script: the clock moves only while somebody takes a breath. */
#include "lib/client/test_desk.h"

#define COUNT(number)                                    \
	"{\"count\":" number ",\"without_reference\":0," \
	"\"from\":\"20261101000000\",\"to\":\"20261130235959\"}"
#define ID "0123456789abcdef0123456789abcdef"
#define ENTRY                                                                        \
	"{\"id\":\"" ID "\",\"confirmed_at\":\"20261122103000\",\"method\":\"pin\"," \
	"\"staff\":\"S1\",\"reference_version\":0,\"proof\":\"" PROOF "\",\"result\":{}}"

static int desk_open_logged_in(void **state)
{
	int r = desk_open(state);
	logged_in(*state);
	return r;
}

static void test_a_count_is_remembered_while_nothing_changes(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 200, .body = COUNT("3"), .etag = "\"a\""},
		{.status = 304, .etag = "\"a\""},
		{.status = 200, .body = COUNT("4"), .etag = "\"b\""},
	};
	struct client_counted counted = {.is_known = false};
	bool changed;
	SCRIPT(desk, steps);
	assert_int_equal(client_count_again(desk->client, &november, 0, &counted, &changed), 0);
	assert_true(changed && counted.count.count == 3);
	assert_null(desk->fake.asked[0].if_none_match.ptr);
	assert_int_equal(client_count_again(desk->client, &november, 0, &counted, &changed), 0);
	assert_false(changed);
	assert_int_equal(counted.count.count, 3);
	assert_str_equal(desk->fake.asked[1].if_none_match, STR("\"a\""));
	assert_int_equal(client_count_again(desk->client, &november, 0, &counted, &changed), 0);
	assert_true(changed && counted.count.count == 4);
	assert_string_equal(counted.tag, "\"b\"");
	assert_int_equal(desk->waits, 0);
}

static void test_a_304_that_nobody_asked_for_is_no_answer(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {{.status = 304}};
	struct client_counted counted = {.is_known = false};
	bool changed;
	SCRIPT(desk, steps);
	assert_int_equal(client_count_again(desk->client, &november, 0, &counted, &changed),
			 PROBLEM_REPLY_MALFORMED);
}

/* What comes back at once with nothing was a reload; the wait goes on, and ends in time. */
static void test_a_wait_survives_what_ends_it_early(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 304},
		{.outcome = TRANSPORT_BROKEN},
		{.status = 304},
		{.status = 200, .body = COUNT("4"), .etag = "\"b\""},
	};
	struct client_counted counted = {.is_known = true, .tag = "\"a\""};
	bool changed;
	SCRIPT(desk, steps);
	assert_int_equal(client_count_again(desk->client, &november, 60, &counted, &changed), 0);
	assert_true(changed);
	assert_int_equal(desk->fake.asked_count, 4);
	assert_true(contains(desk->fake.asked[0].url, "&wait=30"));
	assert_int_equal(desk->fake.asked[0].patience_ms, 30000);
	assert_str_equal(desk->fake.asked[3].if_none_match, STR("\"a\""));
}

static void test_a_wait_ends_when_its_time_is_over(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 304}, {.status = 304}, {.status = 304}, {.status = 304},
		{.status = 304}, {.status = 304}, {.status = 304}, {.status = 304},
	};
	struct client_counted counted = {.is_known = true, .tag = "\"a\""};
	bool changed = true;
	int64_t begun_ms = desk->time.now_ms;
	SCRIPT(desk, steps);
	assert_int_equal(client_count_again(desk->client, &november, 1, &counted, &changed), 0);
	assert_false(changed);
	assert_true(desk->time.now_ms - begun_ms >= 1000);
	assert_true(contains(desk->fake.asked[0].url, "&wait=1"));
}

static void test_a_wait_is_cancelled_between_two_calls(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {{.status = 304}, {.status = 304}};
	struct client_counted counted = {.is_known = true, .tag = "\"a\""};
	bool changed;
	SCRIPT(desk, steps);
	desk->cancel_in_wait = true;
	assert_int_equal(client_count_again(desk->client, &november, 60, &counted, &changed),
			 PROBLEM_CANCELLED);
	assert_int_equal(desk->fake.asked_count, 1);
}

static void test_what_is_new_is_waited_for_behind_the_cursor(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 200, .body = "{\"results\":[],\"new_cursor\":\"c2\"}"},
		{.status = 200, .body = "{\"results\":[" ENTRY "],\"new_cursor\":\"c3\"}"},
	};
	struct wire_search search = november;
	struct client_answer answer;
	struct wire_page page;
	search.cursor = STR("c1");
	SCRIPT(desk, steps);
	client_answer_init(&answer);
	assert_int_equal(client_page_new(desk->client, &search, 60, &answer, &page), 0);
	assert_int_equal(page.results_count, 1);
	assert_str_equal(page.new_cursor, STR("c3"));
	assert_true(contains(desk->fake.asked[0].url, "cursor=c1"));
	assert_true(contains(desk->fake.asked[0].url, "wait=30"));
	assert_true(contains(desk->fake.asked[1].url, "cursor=c2"));
	assert_int_equal(desk->fake.asked[1].patience_ms, 30000);
	client_answer_clear(&answer);
}

static void test_without_a_wait_an_empty_page_is_an_answer(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 200, .body = "{\"results\":[],\"new_cursor\":\"c2\"}"},
	};
	struct wire_search search = november;
	struct client_answer answer;
	struct wire_page page;
	SCRIPT(desk, steps);
	client_answer_init(&answer);
	assert_int_equal(client_page_new(desk->client, &search, 0, &answer, &page), 0);
	assert_int_equal(page.results_count, 0);
	assert_false(contains(desk->fake.asked[0].url, "wait="));
	assert_int_equal(desk->fake.asked_count, 1);
	client_answer_clear(&answer);
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, desk_open_logged_in, desk_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_a_count_is_remembered_while_nothing_changes),
		DESK_TEST(test_a_304_that_nobody_asked_for_is_no_answer),
		DESK_TEST(test_a_wait_survives_what_ends_it_early),
		DESK_TEST(test_a_wait_ends_when_its_time_is_over),
		DESK_TEST(test_a_wait_is_cancelled_between_two_calls),
		DESK_TEST(test_what_is_new_is_waited_for_behind_the_cursor),
		DESK_TEST(test_without_a_wait_an_empty_page_is_an_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
