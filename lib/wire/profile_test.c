/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/wire/profile.h"
#include "lib/wire/wire.h"

#define ID "0123456789abcdef0123456789abcdef"

static const struct {
	const char *method;
	const char *path;
	int outcome;
	enum wire_call call;
	const char *argument; /* or the methods allowed */
} rows[] = {
	{"GET", "/v1/health", 0, WIRE_HEALTH, NULL},
	{"POST", "/v1/login", 0, WIRE_LOGIN, NULL},
	{"POST", "/v1/mfa", 0, WIRE_MFA, NULL},
	{"POST", "/v1/refresh", 0, WIRE_REFRESH, NULL},
	{"POST", "/v1/logout", 0, WIRE_LOGOUT, NULL},
	{"GET", "/v1/results/count", 0, WIRE_COUNT, NULL},
	{"GET", "/v1/results", 0, WIRE_DOWNLOAD, NULL},
	{"PUT", "/v1/results/" ID "/reference", 0, WIRE_REFERENCE, ID},
	{"PUT", "/v1/results/%2e%2e/reference", 0, WIRE_REFERENCE, "%2e%2e"},
	{"POST", "/v1/enrolment", 0, WIRE_ENROLMENT_BEGIN, NULL},
	{"POST", "/v1/enrolment/confirm", 0, WIRE_ENROLMENT_CONFIRM, NULL},
	{"POST", "/v1/reader/activate", 0, WIRE_ACTIVATE, NULL},
	{"POST", "/v1/reader/login", 0, WIRE_READER_LOGIN, NULL},
	{"POST", "/v1/reader/nonces", 0, WIRE_NONCE, NULL},
	{"POST", "/v1/reader/checks", 0, WIRE_CHECK, NULL},
	{"GET", "/v1/reader/staff", 0, WIRE_STAFF, NULL},
	{"GET", "/v1/login", WIRE_ROUTE_METHOD, 0, "POST"},
	{"HEAD", "/v1/health", WIRE_ROUTE_METHOD, 0, "GET"},
	{"get", "/v1/health", WIRE_ROUTE_METHOD, 0, "GET"},
	{"", "/v1/health", WIRE_ROUTE_METHOD, 0, "GET"},
	{"GET", "/v1/results/" ID "/reference", WIRE_ROUTE_METHOD, 0, "PUT"},
	{"GET", "/", WIRE_ROUTE_NOT_FOUND, 0, NULL},
	{"GET", "", WIRE_ROUTE_NOT_FOUND, 0, NULL},
	{"GET", "/v1/health/", WIRE_ROUTE_NOT_FOUND, 0, NULL},
	{"GET", "/v1//health", WIRE_ROUTE_NOT_FOUND, 0, NULL},
	{"GET", "/V1/health", WIRE_ROUTE_NOT_FOUND, 0, NULL},
	{"GET", "/v1/results/", WIRE_ROUTE_NOT_FOUND, 0, NULL},
	{"GET", "/v1/results/" ID, WIRE_ROUTE_NOT_FOUND, 0, NULL},
	{"PUT", "/v1/results//reference", WIRE_ROUTE_NOT_FOUND, 0, NULL},
	{"PUT", "/v1/results/reference", WIRE_ROUTE_NOT_FOUND, 0, NULL},
	{"PUT", "/v1/results/a/b/reference", WIRE_ROUTE_NOT_FOUND, 0, NULL},
	{"DELETE", "/v1/devices/" ID, 0, WIRE_DEVICE_CLOSE, ID},
	{"PATCH", "/v1/devices", WIRE_ROUTE_METHOD, 0, "GET, POST"},
	{"PUT", "/v1/results/" ID "/references", WIRE_ROUTE_NOT_FOUND, 0, NULL},
};

static void test_every_call_is_found_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct wire_match match = {.allow = ""};
		int r = wire_route(&wire_profile_default, str_of(rows[i].method),
				   str_of(rows[i].path), &match);
		if (r != rows[i].outcome)
			fail_msg("%s %s: %d", rows[i].method, rows[i].path, r);
		if (r == 0) {
			assert_int_equal(match.call, rows[i].call);
			assert_str_equal(match.argument, str_of(rows[i].argument));
		}
		if (r == WIRE_ROUTE_METHOD)
			assert_string_equal(match.allow, rows[i].argument);
	}
}

static void test_a_path_leads_back_to_its_call(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 16);
	for (enum wire_call call = 0; call < WIRE_CALLS; call++) {
		bool takes_one = strchr(wire_profile_default.routes[call].path, '{') != NULL;
		struct str argument = takes_one ? STR(ID) : (struct str){0};
		struct wire_match match;
		struct str path;
		assert_int_equal(wire_path(&wire_profile_default, call, argument, &arena, &path),
				 0);
		const char *method = wire_profile_method(&wire_profile_default, call);
		assert_int_equal(wire_route(&wire_profile_default, str_of(method), path, &match),
				 0);
		assert_int_equal(match.call, call);
		assert_str_equal(match.argument, argument);
	}
}

static void test_an_argument_cannot_leave_its_segment(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 16);
	struct str path;
	assert_int_equal(wire_path(&wire_profile_default, WIRE_REFERENCE, STR("../a?b#c"), &arena,
				   &path),
			 0);
	assert_str_equal(path, STR("/v1/results/..%2Fa%3Fb%23c/reference"));
}

static void test_another_profile_spells_everything_differently(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 16);
	struct wire_profile other = wire_profile_default;
	other.routes[WIRE_REFERENCE] = (struct wire_profile_route){"POST", "/api/ref/{rid}"};
	other.routes[WIRE_COUNT] = (struct wire_profile_route){"POST", "/api/ref/count"};
	other.routes[WIRE_DOWNLOAD] = (struct wire_profile_route){"GET", "/api/ref/{any}"};
	struct wire_match match;
	struct str path;
	assert_int_equal(wire_path(&other, WIRE_REFERENCE, STR("7"), &arena, &path), 0);
	assert_str_equal(path, STR("/api/ref/7"));
	assert_int_equal(wire_route(&other, STR("POST"), path, &match), 0);
	assert_int_equal(match.call, WIRE_REFERENCE);
	/* The fixed path wins, with either method. */
	assert_int_equal(wire_route(&other, STR("POST"), STR("/api/ref/count"), &match), 0);
	assert_int_equal(match.call, WIRE_COUNT);
	assert_int_equal(wire_route(&other, STR("PUT"), STR("/api/ref/7"), &match),
			 WIRE_ROUTE_METHOD);
	assert_string_equal(match.allow, "GET, POST");
	assert_int_equal(wire_route(&other, STR("PUT"), STR("/v1/results/7/reference"), &match),
			 WIRE_ROUTE_NOT_FOUND);
}

static void test_rows_say_who_may_call_and_where_it_runs(void **state)
{
	(void)state;
	assert_int_equal(wire_call_row(WIRE_LOGIN)->accounts, 0);
	assert_int_equal(wire_call_row(WIRE_LOGIN)->lane, WIRE_LANE_HASH);
	assert_int_equal(wire_call_row(WIRE_DOWNLOAD)->accounts,
			 WIRE_ACCOUNT_WA | WIRE_ACCOUNT_MAIL);
	assert_int_equal(wire_call_row(WIRE_REFERENCE)->accounts, WIRE_ACCOUNT_WA);
	assert_int_equal(wire_call_row(WIRE_CHECK)->accounts, WIRE_ACCOUNT_W);
	assert_int_equal(wire_call_row(WIRE_CHECK)->lane, WIRE_LANE_NET);
	assert_int_equal(wire_call_row(WIRE_LOGOUT)->accounts,
			 WIRE_ACCOUNT_W | WIRE_ACCOUNT_WA | WIRE_ACCOUNT_MAIL);
	assert_string_equal(wire_call_row(WIRE_ENROLMENT_BEGIN)->operation, "enrolment_begin");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_call_is_found_and_nothing_else),
		cmocka_unit_test(test_a_path_leads_back_to_its_call),
		cmocka_unit_test(test_an_argument_cannot_leave_its_segment),
		cmocka_unit_test(test_another_profile_spells_everything_differently),
		cmocka_unit_test(test_rows_say_who_may_call_and_where_it_runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
