/* SPDX-License-Identifier: Apache-2.0 */
/* ログイン, パスコード and ダウンロード as the page calls them; the line is a script. */
#include "lib/base/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "workstation/faces/keeper_memory.h"
#include "workstation/faces/test_post.h"

enum { WAIT_MS = 10000 };

#define HERE  "1311234569"
#define THERE "1329876542"

/* What a facility's line was told. */
struct ear {
	char facility[24], login_id[COURIER_LOGIN_BYTES], password[64], passcode[16];
	struct line_search search;
};

struct bench {
	char folder[64];
	struct station *station;
	struct couriers *couriers;
	struct keeper_memory memory;
	struct keeper keeper;
	struct log log;
	struct station_config config;
	struct web_exchange exchange; /* of the last call */
	struct ear ears[2];
	size_t ears_count;
};

static int32_t fake_login(void *ctx, const char *facility, const char *login_id,
			  const char *password)
{
	struct ear *ear = ctx;
	assert_string_equal(facility, ear->facility);
	(void)snprintf(ear->login_id, sizeof ear->login_id, "%s", login_id);
	(void)snprintf(ear->password, sizeof ear->password, "%s", password);
	return strcmp(password, "wrong") == 0 ? SHK_ERR_CREDENTIALS : SHK_OK;
}

static int32_t fake_passcode(void *ctx, const char *passcode)
{
	struct ear *ear = ctx;
	(void)snprintf(ear->passcode, sizeof ear->passcode, "%s", passcode);
	return SHK_OK;
}

static int32_t fake_count(void *ctx, const struct line_search *search, struct line_count *ret)
{
	((struct ear *)ctx)->search = *search;
	*ret = (struct line_count){28, 3};
	return SHK_OK;
}

static int32_t fake_wait(void *ctx, int32_t seconds, int32_t *ret_changed)
{
	(void)ctx, (void)seconds, (void)ret_changed;
	return SHK_ERR_NETWORK;
}

static bool fake_clock(void *ctx, int64_t *ret_ahead_ms)
{
	(void)ctx;
	*ret_ahead_ms = 42000;
	return true;
}

static int32_t fake_keys(void *ctx, const char **ret_jwks)
{
	(void)ctx;
	*ret_jwks = "{}";
	return SHK_OK;
}

static void fake_trouble(void *ctx, struct line_trouble *ret_trouble)
{
	(void)ctx;
	*ret_trouble = (struct line_trouble){.code = SHK_ERR_CREDENTIALS,
					     .problem = "credentials_refused",
					     .title = "だめ。"};
}

static void fake_about(void *ctx, struct line_about *ret_about)
{
	(void)ctx;
	*ret_about = (struct line_about){.passcode = SHK_PASSCODE_AUTHENTICATOR};
}

static int32_t fake_logout(void *ctx)
{
	(void)ctx;
	return SHK_OK;
}

static void fake_cancel(void *ctx)
{
	(void)ctx;
}

static void line_give(void *ctx, struct str facility, struct line *ret_line)
{
	struct bench *bench = ctx;
	assert_true(bench->ears_count < 2);
	struct ear *ear = &bench->ears[bench->ears_count++];
	assert_int_equal(str_to_c(facility, ear->facility, sizeof ear->facility), 0);
	*ret_line = (struct line){.login = fake_login,
				  .passcode = fake_passcode,
				  .logout = fake_logout,
				  .count = fake_count,
				  .wait = fake_wait,
				  .keys = fake_keys,
				  .clock = fake_clock,
				  .trouble = fake_trouble,
				  .about = fake_about,
				  .cancel = fake_cancel,
				  .ctx = ear};
}

static struct str call(struct bench *bench, const char *name, const char *facility,
		       const char *with)
{
	static char path[64], body[1024];
	(void)snprintf(path, sizeof path, "/api/%s", name);
	(void)snprintf(body, sizeof body, "{\"facility\":\"%s\",\"with\":%s}", facility, with);
	return test_post(bench->station, &bench->exchange, path, body);
}

static int bench_open(struct bench *bench, bool has_line)
{
	static const char right[] = "{\"staff\":\"01\",\"password\":\"correct horse\"}";
	bench->log = (struct log){.fd = -1, .clock = &clock_system};
	(void)snprintf(bench->folder, sizeof bench->folder, "/tmp/session_test.XXXXXX");
	assert_non_null(mkdtemp(bench->folder));
	bench->memory.folder = bench->folder;
	bench->memory.exists = true;
	bench->memory.password = STR("correct horse");
	bench->memory.staff[0] = (struct keeper_staff){STR("01"), STR("佐藤"), false};
	bench->memory.staff_count = 1;
	bench->memory.facilities[0] =
		(struct keeper_facility){STR(HERE), STR("みほん接骨院"), false};
	bench->memory.facilities[1] =
		(struct keeper_facility){STR(THERE), STR("みほん鍼灸院"), false};
	bench->memory.facilities_count = 2;
	bench->keeper = keeper_of_memory(&bench->memory);
	const struct couriers_options options = {.clock = &clock_system,
						 .log = &bench->log,
						 .home = "/nonexistent",
						 .line = has_line ? line_give : NULL,
						 .line_ctx = bench};
	assert_int_equal(couriers_create(&bench->couriers, &options), 0);
	bench->config = (struct station_config){.clock = &clock_system,
						.log = &bench->log,
						.keeper = &bench->keeper,
						.version = STR("0.1.0"),
						.couriers = bench->couriers};
	assert_int_equal(station_create(&bench->station, &bench->config), 0);
	assert_true(test_has(call(bench, "unlock", "", right), "{}"));
	return 0;
}

static int bench_set_up(void **state)
{
	static struct bench bench;
	bench = (struct bench){.ears_count = 0};
	*state = &bench;
	return bench_open(&bench, true);
}

static int bench_set_up_unserved(void **state)
{
	static struct bench bench;
	bench = (struct bench){.ears_count = 0};
	*state = &bench;
	return bench_open(&bench, false);
}

static int entry_remove(const char *path, const struct stat *facts, int kind, struct FTW *walk)
{
	(void)facts, (void)kind, (void)walk;
	return remove(path);
}

static int bench_clear(void **state)
{
	struct bench *bench = *state;
	web_fake_clear(&bench->exchange);
	station_destroy(bench->station);
	keeper_memory_clear(&bench->memory);
	(void)nftw(bench->folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}

/* What became of the order that the last reply told. */
static struct str done(struct bench *bench, const char *facility, struct str reply)
{
	char with[64];
	int64_t until_ms = clock_mono_ms(&clock_system) + WAIT_MS;
	assert_true(test_has(reply, "{\"order\":"));
	(void)snprintf(with, sizeof with, "{\"order\":%c}", reply.ptr[strlen("{\"order\":")]);
	do
		reply = call(bench, "session_done", facility, with);
	while (!test_has(reply, "\"done\":true") && clock_mono_ms(&clock_system) < until_ms);
	assert_true(test_has(reply, "\"done\":true"));
	return reply;
}

static void login(struct bench *bench, const char *facility, const char *with)
{
	(void)done(bench, facility, call(bench, "session_login", facility, with));
	(void)done(bench, facility,
		   call(bench, "session_passcode", facility, "{\"passcode\":\"１２３ 456\"}"));
}

static void test_without_an_address_there_is_nobody_to_ask(void **state)
{
	struct bench *bench = *state;
	assert_true(test_has(call(bench, "session", HERE, "{}"),
			     "{\"service\":false,\"phase\":\"out\""));
	assert_true(test_has(call(bench, "receive_start", HERE,
				  "{\"choice\":\"new\",\"reference\":\"any\"}"),
			     "service_absent"));
	assert_true(
		test_has(call(bench, "session_login", HERE,
			      "{\"login_id\":\"WA1\",\"password\":\"x\",\"service\":\"http://a\"}"),
			 "{\"field\":\"service\",\"text\":\"https://"));
}

static void test_a_login_and_a_passcode_of_either_width(void **state)
{
	struct bench *bench = *state;
	assert_true(test_has(call(bench, "session", HERE, "{}"), "\"phase\":\"out\""));
	struct str reply = call(bench, "session_login", HERE,
				"{\"login_id\":\"ＷＡ０００１\",\"password\":\"wrong\"}");
	reply = done(bench, HERE, reply);
	assert_true(test_has(reply, "\"code\":\"credentials_refused\""));
	assert_true(test_has(reply, "\"title\":\"だめ。\""));
	assert_string_equal(bench->ears[0].login_id, "WA0001");
	login(bench, HERE, "{\"login_id\":\"WA0001\",\"password\":\"right\"}");
	assert_string_equal(bench->ears[0].passcode, "123456");
	assert_true(test_has(call(bench, "session", HERE, "{}"), "\"phase\":\"in\""));
	assert_false(test_has(call(bench, "session", HERE, "{}"), "right"));
}

static void test_a_passcode_that_is_none_is_not_sent(void **state)
{
	struct bench *bench = *state;
	static const char *const wrong[] = {"12345", "1234567", "12345a", "一二三四五六",
					    "12345678"};
	(void)done(bench, HERE,
		   call(bench, "session_login", HERE,
			"{\"login_id\":\"WA0001\",\"password\":\"right\"}"));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char with[64];
		(void)snprintf(with, sizeof with, "{\"passcode\":\"%s\"}", wrong[i]);
		assert_true(test_has(call(bench, "session_passcode", HERE, with), "6桁の数字"));
	}
	assert_string_equal(bench->ears[0].passcode, "");
}

static void test_two_facilities_have_nothing_in_common(void **state)
{
	struct bench *bench = *state;
	(void)call(bench, "session", HERE, "{}");
	(void)call(bench, "session", THERE, "{}");
	assert_string_equal(bench->ears[0].facility, HERE);
	assert_string_equal(bench->ears[1].facility, THERE);
	login(bench, THERE, "{\"login_id\":\"WA0002\",\"password\":\"right\"}");
	assert_true(test_has(call(bench, "session", THERE, "{}"), "\"login_id\":\"WA0002\""));
	struct str reply = call(bench, "session", HERE, "{}");
	assert_true(test_has(reply, "\"phase\":\"out\""));
	assert_false(test_has(reply, "WA0002"));
	assert_string_equal(bench->ears[0].password, "");
	assert_true(test_has(call(bench, "session", "1310000003", "{}"), "facility_switched"));
}

static void test_a_count_is_told_and_a_period_is_put_right(void **state)
{
	struct bench *bench = *state;
	(void)call(bench, "session", HERE, "{}");
	(void)call(bench, "receive_automatic", HERE, "{\"on\":false}");
	login(bench, HERE, "{\"login_id\":\"WA0001\",\"password\":\"right\"}");
	struct str reply = call(bench, "receive_count", HERE,
				"{\"choice\":\"today\",\"reference\":\"without\"}");
	reply = done(bench, HERE, reply);
	assert_true(test_has(reply, "\"count\":28,\"without\":3,\"known\":0"));
	assert_int_equal(bench->ears[0].search.reference, SHK_REFERENCE_WITHOUT);
	assert_int_equal(strlen(bench->ears[0].search.from), 8);
	static const struct {
		const char *with, *told;
	} rows[] = {
		{"{\"choice\":\"between\",\"reference\":\"any\",\"from\":20200101,"
		 "\"to\":20200131}",
		 "もう受け取れません"},
		{"{\"choice\":\"between\",\"reference\":\"any\",\"from\":20990101,"
		 "\"to\":20990131}",
		 "まだ来ていない"},
		{"{\"choice\":\"between\",\"reference\":\"any\",\"from\":20260231,"
		 "\"to\":20260301}",
		 "\"from\""},
		{"{\"choice\":\"sometime\",\"reference\":\"any\"}", "\"choice\""},
		{"{\"choice\":\"today\",\"reference\":\"some\"}", "\"reference\""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		reply = call(bench, "receive_count", HERE, rows[i].with);
		assert_true(test_has(reply, "desk_fields"));
		assert_true(test_has(reply, rows[i].told));
	}
}

#define AT_BENCH(test) cmocka_unit_test_setup_teardown(test, bench_set_up, bench_clear)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_without_an_address_there_is_nobody_to_ask,
						bench_set_up_unserved, bench_clear),
		AT_BENCH(test_a_login_and_a_passcode_of_either_width),
		AT_BENCH(test_a_passcode_that_is_none_is_not_sent),
		AT_BENCH(test_two_facilities_have_nothing_in_common),
		AT_BENCH(test_a_count_is_told_and_a_period_is_put_right),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
