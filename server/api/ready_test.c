/* SPDX-License-Identifier: Apache-2.0 */
/* Ready says why not; status says what the operator's file says. */
#include "server/api/service_test.h"

#include "server/api/status.h"

static int ready(struct house *house)
{
	return house_get(house, "/v1/ready", (struct str){0}, (struct str){0});
}

static void test_a_service_that_can_serve_is_ready(void **state)
{
	assert_int_equal(ready(*state), 200);
	assert_str_equal(house_text(*state, "status"), STR("ready"));
}

static void test_a_clock_that_jumped_is_not_ready(void **state)
{
	struct house *house = *state;
	house->service->clock_guard.watch.wall_ms -= 2 * CLOCK_WATCH_OFF_MS;
	assert_int_equal(ready(house), 503);
	assert_problem(house, "clock_untrusted");
	assert_true(house->last.reply.retry_after_s > 0);
	house->service->clock_guard.watch.wall_ms += 2 * CLOCK_WATCH_OFF_MS;
}

static void test_a_month_without_its_key_is_not_ready(void **state)
{
	struct house *house = *state;
	/* A year on: no key was made ahead that far. */
	house->time.now_ms += INT64_C(366) * 24 * 3600 * 1000;
	house->service->clock_guard.watch = clock_watch_begin(&house->service->clock);
	assert_int_equal(ready(house), 503);
	assert_problem(house, "month_key_absent");
}

/* --- status --- */

static void status_write(struct house *house, const char *text)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/status", house->folder);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	house->config.service.status_file = str_of(path);
}

static int status_get(struct house *house)
{
	return house_get(house, "/v1/status", (struct str){0}, (struct str){0});
}

static void test_without_a_file_all_is_well(void **state)
{
	struct house *house = *state;
	assert_int_equal(status_get(house), 200);
	assert_str_equal(house_text(house, "state"), STR("normal"));
	assert_str_equal(house_text(house, "text"), STR("通常どおり使えます。"));
	house->config.service.status_file = STR("/nowhere/status");
	assert_int_equal(status_get(house), 200);
	assert_str_equal(house_text(house, "state"), STR("normal"));
}

/* HOUSE_NOW_MS is 2026-11-22 12:00 JST. */
static void test_what_the_operator_plans_is_told_in_its_time(void **state)
{
	struct house *house = *state;
	status_write(house, "# 点検\nstate = planned\nfrom = 20261122130000\n"
			    "until=20261122140000\nmessage = サーバーを入れ替えます。\n");
	assert_int_equal(status_get(house), 200);
	assert_str_equal(house_text(house, "state"), STR("planned"));
	assert_str_equal(house_text(house, "from"), STR("20261122130000"));
	assert_str_equal(house_text(house, "message"), STR("サーバーを入れ替えます。"));
	house->time.now_ms += 3600000;
	assert_int_equal(status_get(house), 200);
	assert_str_equal(house_text(house, "state"), STR("maintenance"));
	assert_str_equal(house_text(house, "text"), STR("点検のため、いまは使えません。"));
	house->time.now_ms += 3600000;
	assert_int_equal(status_get(house), 200);
	assert_str_equal(house_text(house, "state"), STR("normal"));
	assert_null(json_member(house->json.root, "message"));
}

static void test_a_line_that_is_not_understood_says_nothing(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"state = broken\n",	    "planned\n",  "from = tomorrow\n",
		"until = 20261301000000\n", "note = x\n", "state = normal\nmessage = a\x1b[2J\n",
		"message = \xff\n",
	};
	struct wire_status status;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_false(status_parse(str_of(texts[i]), HOUSE_NOW_MS, &status));
	assert_true(status_parse(STR(""), HOUSE_NOW_MS, &status));
	assert_true(status_parse(STR("\r\n# x\r\nstate=trouble\r\n"), HOUSE_NOW_MS, &status));
	assert_int_equal(status.state, WIRE_SERVICE_TROUBLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_open, house_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_service_that_can_serve_is_ready),
		TEST(test_a_clock_that_jumped_is_not_ready),
		TEST(test_a_month_without_its_key_is_not_ready),
		TEST(test_without_a_file_all_is_well),
		TEST(test_what_the_operator_plans_is_told_in_its_time),
		cmocka_unit_test(test_a_line_that_is_not_understood_says_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
