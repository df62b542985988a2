/* SPDX-License-Identifier: Apache-2.0 */
/* The page's calls without a browser: phases, envelope, problems, lock, events. */
#include "lib/base/test.h"

#include "workstation/faces/keeper_memory.h"
#include "workstation/faces/test_post.h"

struct bench {
	struct station *station;
	struct keeper_memory memory;
	struct keeper keeper;
	struct clock_fake time;
	struct clock clock;
	struct log log;
	struct station_config config;
	struct web_exchange exchange; /* of the last call */
};

static int bench_set_up(void **state)
{
	static struct bench bench;
	bench = (struct bench){.time.now_ms = 1800000000000};
	bench.clock = clock_of_fake(&bench.time);
	bench.log = (struct log){.fd = -1, .clock = &bench.clock};
	bench.keeper = keeper_of_memory(&bench.memory);
	bench.config = (struct station_config){.clock = &bench.clock,
					       .log = &bench.log,
					       .keeper = &bench.keeper,
					       .version = STR("0.1.0")};
	assert_int_equal(station_create(&bench.station, &bench.config), 0);
	*state = &bench;
	return 0;
}

static int bench_clear(void **state)
{
	struct bench *bench = *state;
	web_fake_clear(&bench->exchange);
	station_destroy(bench->station);
	keeper_memory_clear(&bench->memory);
	return 0;
}

/* The body of the reply; the status in bench->exchange. */
static struct str call(struct bench *bench, const char *path, const char *body)
{
	return test_post(bench->station, &bench->exchange, path, body);
}

static const char wish[] =
	"{\"with\":{\"facility\":\"1311234569\",\"facility_name\":\"みほん接骨院\","
	"\"staff\":\"01\",\"staff_name\":\"佐藤\",\"password\":\"correct horse\"}}";
static const char right[] = "{\"with\":{\"staff\":\"01\",\"password\":\"correct horse\"}}";
static const char nothing[] = "{\"with\":{}}";

static void test_a_new_pc_asks_for_its_setup(void **state)
{
	struct bench *bench = *state;
	assert_true(test_has(call(bench, "/api/state", nothing), "\"phase\":\"setup\""));
	assert_true(test_has(call(bench, "/api/state", nothing), "\"version\":\"0.1.0\""));
	assert_true(test_has(call(bench, "/api/alive", nothing), "\"code\":\"desk_setup_needed\""));
	assert_int_equal(bench->exchange.reply.status, 422);
	assert_true(test_has(call(bench, "/api/unlock", right), "desk_setup_needed"));
}

static void test_the_setup_is_made_once_and_opens(void **state)
{
	struct bench *bench = *state;
	assert_true(test_has(call(bench, "/api/setup", wish), "\"recovery\":\"ABCD-E"));
	struct str reply = call(bench, "/api/state", nothing);
	assert_true(test_has(reply, "\"phase\":\"open\""));
	assert_true(test_has(reply, "\"staff\":\"01\""));
	assert_true(test_has(reply, "\"people\":[{\"id\":\"01\",\"name\":\"佐藤\"}]"));
	assert_true(test_has(reply, "\"code\":\"1311234569\""));
	assert_true(test_has(call(bench, "/api/setup", wish), "desk_setup_done"));
}

static void test_wrong_fields_are_named_with_their_sentence(void **state)
{
	struct bench *bench = *state;
	struct str reply =
		call(bench, "/api/setup",
		     "{\"with\":{\"facility\":\"1311234568\",\"facility_name\":\"x\","
		     "\"staff\":\"01\",\"staff_name\":\"y\",\"password\":\"long enough\"}}");
	assert_true(test_has(reply, "\"code\":\"desk_fields\""));
	assert_true(
		test_has(reply, "{\"field\":\"facility\",\"text\":\"10桁の最後の数字が合いません"));
	reply = call(bench, "/api/setup", "{\"with\":{\"facility\":\"1\",\"password\":\"short\"}}");
	assert_true(test_has(reply, "\"field\":\"staff_name\""));
	assert_true(test_has(reply, "\"field\":\"password\""));
	assert_true(test_has(call(bench, "/api/state", nothing), "\"phase\":\"setup\""));
}

static void test_what_is_no_call_does_nothing(void **state)
{
	struct bench *bench = *state;
	(void)call(bench, "/api/nothing", nothing);
	assert_int_equal(bench->exchange.reply.status, 404);
	(void)call(bench, "/", nothing);
	assert_int_equal(bench->exchange.reply.status, 404);
	static const char *const bodies[] = {"", "[]", "{}", "{\"with\":1}", "{", "\xff"};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		assert_true(test_has(call(bench, "/api/state", bodies[i]), "desk_fields"));
		assert_int_equal(bench->exchange.reply.status, 422);
	}
}

static void test_the_lock_closes_and_the_password_opens(void **state)
{
	struct bench *bench = *state;
	(void)call(bench, "/api/setup", wish);
	assert_int_equal((call(bench, "/api/lock", nothing), bench->exchange.reply.status), 200);
	struct str reply = call(bench, "/api/state", nothing);
	assert_true(test_has(reply, "\"phase\":\"locked\""));
	assert_false(test_has(reply, "facilities"));
	assert_true(test_has(call(bench, "/api/alive", nothing), "desk_locked"));
	assert_true(test_has(call(bench, "/api/unlock",
				  "{\"with\":{\"staff\":\"01\",\"password\":\"wrong\"}}"),
			     "desk_password_wrong"));
	assert_true(test_has(call(bench, "/api/unlock",
				  "{\"with\":{\"staff\":\"02\",\"password\":\"correct horse\"}}"),
			     "desk_password_wrong"));
	assert_true(test_has(call(bench, "/api/state", nothing), "\"phase\":\"locked\""));
	assert_int_equal((call(bench, "/api/unlock", right), bench->exchange.reply.status), 200);
	assert_true(test_has(call(bench, "/api/state", nothing), "\"phase\":\"open\""));
}

static void test_the_recovery_key_gives_a_new_password(void **state)
{
	struct bench *bench = *state;
	static const char wrong[] = "{\"with\":{\"staff\":\"01\",\"recovery\":\"ABCD\","
				    "\"password\":\"another horse\"}}";
	static const char good[] =
		"{\"with\":{\"staff\":\"01\",\"recovery\":\"ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-"
		"6789-ABCD-EFGH-JKMN\",\"password\":\"another horse\"}}";
	(void)call(bench, "/api/setup", wish);
	assert_true(test_has(call(bench, "/api/recover", good),
			     "desk_setup_done")); /* not while open */
	(void)call(bench, "/api/lock", nothing);
	assert_true(test_has(call(bench, "/api/recover", wrong), "desk_recovery_wrong"));
	assert_true(test_has(call(bench, "/api/state", nothing), "\"phase\":\"locked\""));
	assert_int_equal((call(bench, "/api/recover", good), bench->exchange.reply.status), 200);
	assert_true(test_has(call(bench, "/api/state", nothing), "\"phase\":\"open\""));
	(void)call(bench, "/api/lock", nothing);
	assert_true(test_has(call(bench, "/api/unlock", right), "desk_password_wrong"));
}

static void test_five_minutes_without_a_sign_lock(void **state)
{
	struct bench *bench = *state;
	(void)call(bench, "/api/setup", wish);
	bench->time.now_ms += STATION_LOCK_MS - 1;
	station_tick(bench->station);
	assert_true(test_has(call(bench, "/api/state", nothing), "\"phase\":\"open\""));
	(void)call(bench, "/api/alive", nothing);
	bench->time.now_ms += STATION_LOCK_MS - 1;
	station_tick(bench->station);
	assert_true(test_has(call(bench, "/api/state", nothing), "\"phase\":\"open\""));
	bench->time.now_ms += 1;
	station_tick(bench->station);
	assert_true(test_has(call(bench, "/api/state", nothing), "\"phase\":\"locked\""));
}

static void test_looking_at_the_state_is_no_sign_of_life(void **state)
{
	struct bench *bench = *state;
	(void)call(bench, "/api/setup", wish);
	for (int i = 0; i < 5; i++) {
		bench->time.now_ms += STATION_LOCK_MS / 5;
		(void)call(bench, "/api/state", nothing);
		station_tick(bench->station);
	}
	assert_true(test_has(call(bench, "/api/state", nothing), "\"phase\":\"locked\""));
}

static void test_an_event_wakes_who_waits(void **state)
{
	struct bench *bench = *state;
	assert_true(test_has(call(bench, "/api/events", "{\"with\":{\"after\":7}}"),
			     "\"kind\":\"all\""));
	faces_event(bench->station, STR("1311234569"), "results");
	struct str reply = call(bench, "/api/events", "{\"with\":{\"after\":0}}");
	assert_true(test_has(reply, "\"event\":1,\"events\":[{\"kind\":\"results\","
				    "\"facility\":\"1311234569\"}]"));
	assert_true(test_has(call(bench, "/api/events", "{\"with\":{}}"), "desk_fields"));
}

static void test_the_page_is_in_the_program(void **state)
{
	struct bench *bench = *state;
	static const char *const paths[] = {"/", "/app.js", "/common/look.css",
					    "/screens/setup.js"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		const struct web_request request = {.method = STR("GET"), .path = str_of(paths[i])};
		web_fake_clear(&bench->exchange);
		web_fake_call(&station_app, bench->station, &request, &bench->exchange);
		assert_int_equal(bench->exchange.reply.status, 200);
		assert_true(bench->exchange.reply.body.len > 100);
	}
	const struct web_request request = {.method = STR("GET"), .path = STR("/../app.js")};
	web_fake_clear(&bench->exchange);
	web_fake_call(&station_app, bench->station, &request, &bench->exchange);
	assert_int_equal(bench->exchange.reply.status, 404);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_clear)
		T(test_a_new_pc_asks_for_its_setup),
		T(test_the_setup_is_made_once_and_opens),
		T(test_wrong_fields_are_named_with_their_sentence),
		T(test_what_is_no_call_does_nothing),
		T(test_the_lock_closes_and_the_password_opens),
		T(test_the_recovery_key_gives_a_new_password),
		T(test_five_minutes_without_a_sign_lock),
		T(test_looking_at_the_state_is_no_sign_of_life),
		T(test_an_event_wakes_who_waits),
		T(test_the_page_is_in_the_program),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
