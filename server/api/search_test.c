/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions, tags, cursors and waiting of count and download. */
#include "server/api/service_test.h"

#include <pthread.h>

#include "lib/base/number.h"
#include "server/api/wait.h"
#include "server/eligibility/query.h"

#define HERE	 "1310000003"
#define NOVEMBER "from=20261101000000&to=20261130235959"

enum { CURSOR_LEN_MAX = 512 };

static struct str tag_of(struct house *house)
{
	const struct web_reply *reply = &house->last.reply;
	struct str copy = {0};
	for (size_t i = 0; i < reply->headers_count; i++)
		if (str_equal(reply->headers[i].name, STR("ETag")))
			assert_int_equal(arena_copy(&house->arena, reply->headers[i].value, &copy),
					 0);
	assert_non_null(copy.ptr);
	return copy;
}

static int get_unless(struct house *house, const char *path, struct str query, struct str token,
		      struct str tag)
{
	struct house_call call = {.method = "GET",
				  .path = path,
				  .query = query,
				  .token = token,
				  .if_none_match = tag};
	return house_send(house, &call);
}

static size_t results_shown(struct house *house)
{
	return json_count(json_member(house->json.root, "results"));
}

/* A person whose only qualification is of this 被保険者証区分. */
static void import_class(struct house *house, int person, const char *card_class)
{
	struct people_imported imported;
	struct str complaint;
	struct str line = house_print(house, HOUSE_PERSON, person, (unsigned)person + 0x1000);
	char *place = strstr((char *)(uintptr_t)line.ptr, "Classification\":\"01");
	assert_non_null(place);
	memcpy(place + strlen("Classification\":\""), card_class, 2);
	assert_int_equal(people_import(house->service->keys, house->db, &house->arena, line,
				       house->time.now_ms, &imported, &complaint),
			 0);
}

static void test_conditions_choose_among_the_results(void **state)
{
	struct house *house = *state;
	import_class(house, 1, "01");
	import_class(house, 2, "07");
	house_confirm(house, &house->here, 1);
	house_confirm(house, &house->here, 2);
	house_confirm(house, &house->here, 2);
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	static const struct {
		const char *query;
		const char *count;
	} rows[] = {
		{NOVEMBER "&card_class=01", "1"},
		{NOVEMBER "&card_class=07", "2"},
		{NOVEMBER "&card_class=A1", "0"},
		{NOVEMBER "&validity=1", "3"},
		{NOVEMBER "&validity=2", "0"},
		{NOVEMBER "&validity=1&card_class=07&reference=without", "2"},
		{NOVEMBER "&validity=1&card_class=07&reference=with", "0"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct str query = str_of(rows[i].query);
		assert_int_equal(house_get(house, "/v1/results/count", query, session.token), 200);
		assert_str_equal(house_number(house, "count"), str_of(rows[i].count));
		assert_int_equal(house_get(house, "/v1/results", query, session.token), 200);
		assert_int_equal(results_shown(house), rows[i].count[0] - '0');
	}
}

static void test_nothing_new_is_304_until_something_is(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	static const char *const paths[] = {"/v1/results/count", "/v1/results"};
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(house_get(house, paths[i], STR(NOVEMBER), session.token), 200);
		struct str tag = tag_of(house);
		size_t audits = house_audits(house, house->here.no);
		assert_int_equal(get_unless(house, paths[i], STR(NOVEMBER), session.token, tag),
				 304);
		assert_int_equal(house->last.reply.body.len, 0);
		assert_str_equal(tag_of(house), tag);
		assert_int_equal(house_audits(house, house->here.no), audits);
		/* Another question, and a tag of nobody's. */
		assert_int_equal(get_unless(house, paths[i], STR(NOVEMBER "&validity=1"),
					    session.token, tag),
				 200);
		assert_int_equal(get_unless(house, paths[i], STR(NOVEMBER), session.token,
					    STR("\"AAAAAAAAAAAAAAAAAAAAAA\"")),
				 200);
		house_confirm(house, &house->there, 1);
		assert_int_equal(get_unless(house, paths[i], STR(NOVEMBER), session.token, tag),
				 304);
		house_confirm(house, &house->here, 1);
		assert_int_equal(get_unless(house, paths[i], STR(NOVEMBER), session.token, tag),
				 200);
	}
}

struct counts {
	int64_t all, without;
};

static struct counts counts_ask(struct house *house, struct str token, const char *query)
{
	struct counts counts;
	assert_int_equal(house_get(house, "/v1/results/count", str_of(query), token), 200);
	assert_int_equal(number_parse(house_number(house, "count"), 0, 1000, &counts.all), 0);
	assert_int_equal(number_parse(house_number(house, "without_reference"), 0, 1000,
				      &counts.without),
			 0);
	return counts;
}

/* The count is what a scan would give, whatever was counted before. */
static void assert_counts(struct house *house, struct str token, const char *query)
{
	struct memo *memo = house->service->eligibility.memo;
	struct counts told = counts_ask(house, token, query);
	house->service->eligibility.memo = NULL;
	struct counts scanned = counts_ask(house, token, query);
	house->service->eligibility.memo = memo;
	assert_int_equal(told.all, scanned.all);
	assert_int_equal(told.without, scanned.without);
}

/* Number the patient of the first result, or clear the number. */
static void first_patient_flip(struct house *house, struct str token, int step)
{
	assert_int_equal(house_get(house, "/v1/results", STR(NOVEMBER), token), 200);
	const struct json *first = json_at(json_member(house->json.root, "results"), 0);
	if (!first)
		return;
	bool numbered = json_member(first, "reference_number") != NULL;
	struct house_call call = {
		.method = "PUT",
		.path = house_print(house, "/v1/results/%s/reference",
				    json_text(json_member(first, "id")).ptr)
				.ptr,
		.token = token,
		.idempotency_key = house_print(house, "key-of-the-flip-%08d", step).ptr,
		.body = numbered ? STR("{\"reference_number\":null,\"expected\":\"7\"}")
				 : STR("{\"reference_number\":\"7\",\"expected\":null}"),
	};
	assert_int_equal(house_send(house, &call), 200);
}

static void test_a_remembered_count_is_what_a_scan_would_give(void **state)
{
	struct house *house = *state;
	import_class(house, 1, "01");
	import_class(house, 2, "07");
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	static const char *const queries[] = {NOVEMBER,
					      NOVEMBER "&reference=with",
					      NOVEMBER "&reference=without",
					      NOVEMBER "&card_class=07",
					      "from=20261101000000&to=20261121235959",
					      "from=20261122120000&to=20261122120003"};
	uint32_t chance = 20261122;
	for (int step = 0; step < 120; step++) {
		chance = chance * 1103515245 + 12345;
		unsigned draw = chance >> 16;
		if (draw % 3 == 0)
			house_confirm(house, &house->here, 1 + (int)(draw / 3 % 2));
		if (draw % 11 == 0)
			house->time.now_ms += 1000;
		if (draw % 7 == 0)
			first_patient_flip(house, session.token, step);
		for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++)
			assert_counts(house, session.token, queries[i]);
	}
}

static void test_a_tag_is_good_for_one_day(void **state)
{
	struct house *house = *state;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	assert_int_equal(house_get(house, "/v1/results/count", STR(NOVEMBER), session.token), 200);
	struct str tag = tag_of(house);
	struct eligibility_query query = {.from_ms = house->time.now_ms - 1000,
					  .to_ms = house->time.now_ms,
					  .limit = 1};
	struct caller caller = {.facility_no = house->here.no};
	struct eligibility_state today, tomorrow;
	const int64_t day_ms = INT64_C(86400000);
	assert_int_equal(eligibility_state(&house->service->eligibility, house->db, &house->arena,
					   &caller, &query, house->time.now_ms, &today),
			 0);
	assert_int_equal(eligibility_state(&house->service->eligibility, house->db, &house->arena,
					   &caller, &query, house->time.now_ms + day_ms, &tomorrow),
			 0);
	assert_false(str_equal(today.etag, tomorrow.etag));
	assert_false(str_equal(today.etag, tag));
}

static void test_the_new_cursor_gives_what_came_later_only(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	assert_int_equal(house_get(house, "/v1/results", STR(NOVEMBER), session.token), 200);
	assert_int_equal(results_shown(house), 1);
	struct str query = house_print(house, NOVEMBER "&cursor=%.*s",
				       STR_ARG(house_text(house, "new_cursor")));
	assert_int_equal(house_get(house, "/v1/results", query, session.token), 200);
	assert_int_equal(results_shown(house), 0);
	house_confirm(house, &house->here, 1);
	house_confirm(house, &house->here, 1);
	for (int i = 0; i < 2; i++) { /* asked twice, the same is told */
		assert_int_equal(house_get(house, "/v1/results", query, session.token), 200);
		assert_int_equal(results_shown(house), 2);
	}
	query = house_print(house, NOVEMBER "&cursor=%.*s",
			    STR_ARG(house_text(house, "new_cursor")));
	assert_int_equal(house_get(house, "/v1/results", query, session.token), 200);
	assert_int_equal(results_shown(house), 0);
}

static void test_what_arrives_meanwhile_waits_for_the_new_cursor(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	for (int i = 0; i < 3; i++)
		house_confirm(house, &house->here, 1);
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	assert_int_equal(house_get(house, "/v1/results", STR(NOVEMBER "&limit=2"), session.token),
			 200);
	struct str next = house_text(house, "next_cursor");
	assert_null(house_text(house, "new_cursor").ptr);
	house_confirm(house, &house->here, 1);
	struct str query = house_print(house, NOVEMBER "&limit=2&cursor=%.*s", STR_ARG(next));
	assert_int_equal(house_get(house, "/v1/results", query, session.token), 200);
	assert_int_equal(results_shown(house), 1);
	assert_null(house_text(house, "next_cursor").ptr);
	query = house_print(house, NOVEMBER "&limit=2&cursor=%.*s",
			    STR_ARG(house_text(house, "new_cursor")));
	assert_int_equal(house_get(house, "/v1/results", query, session.token), 200);
	assert_int_equal(results_shown(house), 1);
}

/* Every character of a cursor turned into another one, one at a time. */
static void test_a_forged_cursor_is_refused(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	struct house_session other = house_session(house, "1310000011", &house->there.receipt);
	assert_int_equal(house_get(house, "/v1/results", STR(NOVEMBER), session.token), 200);
	struct str cursor = house_text(house, "new_cursor");
	char forged[CURSOR_LEN_MAX + 1];
	for (size_t i = 0; i < cursor.len; i++) {
		assert_int_equal(str_to_c(cursor, forged, sizeof forged), 0);
		forged[i] = forged[i] == 'A' ? 'B' : 'A';
		struct str query = house_print(house, NOVEMBER "&cursor=%s", forged);
		assert_int_equal(house_get(house, "/v1/results", query, session.token), 422);
		assert_problem(house, "cursor_refused");
	}
	struct str query = house_print(house, NOVEMBER "&cursor=%.*s", STR_ARG(cursor));
	assert_int_equal(house_get(house, "/v1/results", query, other.token), 422);
	query = house_print(house, NOVEMBER "&card_class=01&cursor=%.*s", STR_ARG(cursor));
	assert_int_equal(house_get(house, "/v1/results", query, session.token), 422);
	query = house_print(house, NOVEMBER "&validity=1&cursor=%.*s", STR_ARG(cursor));
	assert_int_equal(house_get(house, "/v1/results", query, session.token), 422);
	query = house_print(house, NOVEMBER "&cursor=%.*s", STR_ARG(cursor));
	assert_int_equal(house_get(house, "/v1/results", query, session.token), 200);
}

/* --- waiting --- */

/* Nothing happened: 30 s, or no answer at all. A busy machine takes its time, but not so long. */
enum { SOON_MS = 15000 };

struct waiting {
	struct house *house;
	struct web_request request;
	struct web_exchange reply;
	pthread_t thread;
	int64_t took_ms;
};

/* The event loop is one thread; here several take its place, one at a time. */
static pthread_mutex_t loop = PTHREAD_MUTEX_INITIALIZER;

static void loop_handle(void *ctx, struct web_exchange *exchange)
{
	pthread_mutex_lock(&loop);
	api_dispatch(ctx, exchange);
	pthread_mutex_unlock(&loop);
}

static const struct web_app loop_app = {.handle = loop_handle};

static void *waiting_main(void *arg)
{
	struct waiting *waiting = arg;
	int64_t begun_ms = clock_mono_ms(&clock_system);
	web_fake_call(&loop_app, waiting->house->service, &waiting->request, &waiting->reply);
	waiting->took_ms = clock_mono_ms(&clock_system) - begun_ms;
	return NULL;
}

static void waiting_begin(struct waiting *waiting, struct house *house, const char *path,
			  struct str query, struct str token, struct str tag)
{
	*waiting = (struct waiting){
		.house = house,
		.request = {.method = STR("GET"),
			    .path = str_of(path),
			    .query = query,
			    .authorization = house_print(house, "Bearer %.*s", STR_ARG(token)),
			    .if_none_match = tag},
	};
	assert_int_equal(pthread_create(&waiting->thread, NULL, waiting_main, waiting), 0);
}

static int waiting_end(struct waiting *waiting)
{
	assert_int_equal(pthread_join(waiting->thread, NULL), 0);
	return waiting->reply.reply.status;
}

static void test_a_waiting_call_is_answered_by_a_new_result(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	assert_int_equal(house_get(house, "/v1/results/count", STR(NOVEMBER), session.token), 200);
	struct str tag = tag_of(house);
	assert_int_equal(house_get(house, "/v1/results", STR(NOVEMBER), session.token), 200);
	struct str query = house_print(house, NOVEMBER "&wait=30&cursor=%.*s",
				       STR_ARG(house_text(house, "new_cursor")));
	struct waiting page, count;
	waiting_begin(&page, house, "/v1/results", query, session.token, (struct str){0});
	waiting_begin(&count, house, "/v1/results/count", STR(NOVEMBER "&wait=30"), session.token,
		      tag);
	house_confirm(house, &house->here, 1);
	assert_int_equal(waiting_end(&page), 200);
	assert_int_equal(waiting_end(&count), 200);
	assert_true(page.took_ms < SOON_MS && count.took_ms < SOON_MS);
	assert_true(str_starts(page.reply.reply.body, STR("{\"results\":[{\"id\":")));
	assert_true(str_starts(count.reply.reply.body, STR("{\"count\":1,")));
	web_fake_clear(&page.reply);
	web_fake_clear(&count.reply);
}

static void test_a_wait_ends_with_nothing_new(void **state)
{
	struct house *house = *state;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	assert_int_equal(house_get(house, "/v1/results/count", STR(NOVEMBER), session.token), 200);
	struct waiting count;
	waiting_begin(&count, house, "/v1/results/count", STR(NOVEMBER "&wait=1"), session.token,
		      tag_of(house));
	assert_int_equal(waiting_end(&count), 304);
	assert_true(count.took_ms >= 1000 && count.took_ms < SOON_MS);
	web_fake_clear(&count.reply);
}

static void test_who_waits_is_answered_when_the_process_ends(void **state)
{
	struct house *house = *state;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	assert_int_equal(house_get(house, "/v1/results/count", STR(NOVEMBER), session.token), 200);
	struct waiting counts[2];
	waiting_begin(&counts[0], house, "/v1/results/count", STR(NOVEMBER "&wait=30"),
		      session.token, tag_of(house));
	service_quit(house->service);
	waiting_begin(&counts[1], house, "/v1/results/count", STR(NOVEMBER "&wait=30"),
		      session.token, tag_of(house));
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(waiting_end(&counts[i]), 304);
		assert_true(counts[i].took_ms < SOON_MS);
		web_fake_clear(&counts[i].reply);
	}
}

static void test_a_wait_is_cut_to_the_longest_allowed(void **state)
{
	struct house *house = *state;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	house->config.limits.wait_max_s = 1;
	assert_int_equal(house_get(house, "/v1/results/count", STR(NOVEMBER), session.token), 200);
	struct waiting count;
	waiting_begin(&count, house, "/v1/results/count", STR(NOVEMBER "&wait=30"), session.token,
		      tag_of(house));
	assert_int_equal(waiting_end(&count), 304);
	assert_true(count.took_ms >= 1000 && count.took_ms < SOON_MS);
	web_fake_clear(&count.reply);
}

enum { CROWD_MAX = 16 };

/* So many calls wait a second at once; how many of them are refused with this status? */
static int crowd_refused(struct house *house, struct str token, size_t count, int status)
{
	assert_int_equal(house_get(house, "/v1/results/count", STR(NOVEMBER), token), 200);
	struct str tag = tag_of(house);
	struct waiting calls[CROWD_MAX];
	int refused = 0, unchanged = 0;
	assert_true(count <= CROWD_MAX);
	for (size_t i = 0; i < count; i++)
		waiting_begin(&calls[i], house, "/v1/results/count", STR(NOVEMBER "&wait=1"), token,
			      tag);
	for (size_t i = 0; i < count; i++) {
		int answered = waiting_end(&calls[i]);
		refused += answered == status && calls[i].reply.reply.retry_after_s > 0;
		unchanged += answered == 304;
		web_fake_clear(&calls[i].reply);
	}
	assert_int_equal((size_t)(refused + unchanged), count);
	return refused;
}

static void test_only_so_many_of_an_account_wait(void **state)
{
	struct house *house = *state;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	house->config.limits.waits_account_max = 3;
	assert_int_equal(crowd_refused(house, session.token, 4, 429), 1);
	assert_int_equal(crowd_refused(house, session.token, 3, 429), 0);
}

static void test_only_so_many_of_a_facility_wait(void **state)
{
	struct house *house = *state;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	house->config.limits.waits_account_max = 10;
	house->config.limits.waits_facility_max = 3;
	assert_int_equal(crowd_refused(house, session.token, 5, 429), 2);
}

static void test_only_so_many_wait_in_all(void **state)
{
	struct house *house = *state;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	house->config.limits.waits_account_max = 10;
	house->config.limits.waits_facility_max = 10;
	house->config.limits.waits_max = 6;
	assert_int_equal(crowd_refused(house, session.token, 7, 503), 1);
}

#define HOUSE_TEST(name) cmocka_unit_test_setup_teardown(name, house_open, house_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(test_conditions_choose_among_the_results),
		HOUSE_TEST(test_nothing_new_is_304_until_something_is),
		HOUSE_TEST(test_a_remembered_count_is_what_a_scan_would_give),
		HOUSE_TEST(test_a_tag_is_good_for_one_day),
		HOUSE_TEST(test_the_new_cursor_gives_what_came_later_only),
		HOUSE_TEST(test_what_arrives_meanwhile_waits_for_the_new_cursor),
		HOUSE_TEST(test_a_forged_cursor_is_refused),
		HOUSE_TEST(test_a_waiting_call_is_answered_by_a_new_result),
		HOUSE_TEST(test_a_wait_ends_with_nothing_new),
		HOUSE_TEST(test_who_waits_is_answered_when_the_process_ends),
		HOUSE_TEST(test_a_wait_is_cut_to_the_longest_allowed),
		HOUSE_TEST(test_only_so_many_of_an_account_wait),
		HOUSE_TEST(test_only_so_many_of_a_facility_wait),
		HOUSE_TEST(test_only_so_many_wait_in_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
