/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T62 session_timeouts: thirty minutes without a refresh, or twelve hours, end a session - at the
 * service, whatever its client believes. Virtual time. The planted fault is a store that tells
 * every session to be fresh.
 */
#include "server/api/service_test.h"

#include "lib/db/testing.h"

enum { MINUTE_MS = 60 * 1000 };

#define HOUR_MS (60 * MINUTE_MS)

/* --- planted fault --- */

static const struct clock_fake *always_fresh;

int __real_store_session_find(struct db *db, struct arena *arena, struct str id,
			      struct store_session *ret_session);
int __wrap_store_session_find(struct db *db, struct arena *arena, struct str id,
			      struct store_session *ret_session);
int __wrap_store_session_find(struct db *db, struct arena *arena, struct str id,
			      struct store_session *ret_session)
{
	int r = __real_store_session_find(db, arena, id, ret_session);
	if (r == 0 && always_fresh) {
		ret_session->rotated_ms = always_fresh->now_ms;
		ret_session->ends_ms = always_fresh->now_ms + AUTH_SESSION_MS;
	}
	return r < 0 ? PASS(r) : r;
}

struct run {
	struct house *house;
	struct house_session session;
	int refreshes; /* so far: each has its own idempotency key */
	size_t wrong;  /* answers that are not the rule's */
};

static void run_open(struct run *run, void **state)
{
	void *part;
	const struct db_fixture *fixture = db_fixture_of(state);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	assert_int_equal(house_open_on(&part, postgres ? fixture->target : NULL), 0);
	*run = (struct run){.house = part};
	run->session = house_session(run->house, "1310000003", &run->house->here.receipt);
}

static void run_close(struct run *run)
{
	void *part = run->house;
	assert_int_equal(house_close(&part), 0);
}

static void wait_ms(struct run *run, int64_t ms)
{
	run->house->time.now_ms += ms;
}

static void expect(struct run *run, const char *what, int status, int expected)
{
	if (status == expected)
		return;
	run->wrong++;
	print_message("# %s: %d, not %d\n", what, status, expected);
}

static void refresh_expect(struct run *run, const char *what, int expected)
{
	struct house *house = run->house;
	char key[40];
	snprintf(key, sizeof key, "00000000-0000-4000-8000-%012d", ++run->refreshes);
	int status = house_refresh(house, &house->here.receipt, run->session.handle,
				   secret_str(&house->here.receipt.password), key);
	expect(run, what, status, expected);
	if (status != 200)
		return;
	run->session.handle = house_text(house, "refresh_handle");
	run->session.token = house_text(house, "access_token");
}

static void data_expect(struct run *run, const char *what, int expected)
{
	struct str query = STR("from=20261101000000&to=20261122120000");
	expect(run, what, house_get(run->house, "/v1/results/count", query, run->session.token),
	       expected);
}

/* --- the rules --- */

static void idle_try(struct run *run)
{
	data_expect(run, "data after login", 200);
	wait_ms(run, 29 * MINUTE_MS);
	data_expect(run, "data with a token of 29 minutes ago", 401);
	refresh_expect(run, "refresh after 29 idle minutes", 200);
	data_expect(run, "data after that", 200);
	wait_ms(run, 30 * MINUTE_MS - 1);
	refresh_expect(run, "refresh in the last moment", 200);
	wait_ms(run, 31 * MINUTE_MS);
	refresh_expect(run, "refresh after 31 idle minutes", 401);
	data_expect(run, "data after that", 401);
}

static void absolute_try(struct run *run)
{
	int64_t begun_ms = run->house->time.now_ms;
	for (int i = 0; i < 28; i++) {
		wait_ms(run, 25 * MINUTE_MS);
		refresh_expect(run, "refresh every 25 minutes", 200);
	}
	run->house->time.now_ms = begun_ms + 12 * HOUR_MS - MINUTE_MS;
	refresh_expect(run, "refresh after 11:59", 200);
	data_expect(run, "data after 11:59", 200);
	wait_ms(run, MINUTE_MS - 1);
	data_expect(run, "data in the last moment", 200);
	/* The token has nine minutes left; its session has none. */
	wait_ms(run, MINUTE_MS + 1);
	data_expect(run, "data after 12:01", 401);
	refresh_expect(run, "refresh after 12:01", 401);
}

/* A client that lost everything but the password logs in anew; the old handle is worth nothing. */
static void restart_try(struct run *run)
{
	struct house *house = run->house;
	struct str handle = run->session.handle;
	run->session.handle = STR("");
	refresh_expect(run, "refresh without a handle", 422);
	run->session.handle = handle;
	wait_ms(run, 31 * MINUTE_MS);
	refresh_expect(run, "refresh after a long night", 401);
	int status = house_login(house, "1310000003", "WA0000001",
				 secret_str(&house->here.receipt.password));
	expect(run, "login", status, 200);
	struct str challenge = house_text(house, "challenge");
	status = house_mfa(house, challenge, house_passcode(house, &house->here.receipt, 0));
	expect(run, "passcode", status, 200);
	run->session.token = house_text(house, "access_token");
	data_expect(run, "data of the new session", 200);
	refresh_expect(run, "refresh with the handle of the old one", 401);
}

static size_t rule_try(void **state, void (*rule)(struct run *run), bool fresh)
{
	struct run run;
	run_open(&run, state);
	always_fresh = fresh ? &run.house->time : NULL;
	rule(&run);
	always_fresh = NULL;
	run_close(&run);
	return run.wrong;
}

static void test_half_an_hour_without_refresh_ends_a_session(void **state)
{
	assert_int_equal(rule_try(state, idle_try, false), 0);
}

static void test_twelve_hours_end_a_session(void **state)
{
	assert_int_equal(rule_try(state, absolute_try, false), 0);
}

static void test_a_client_that_restarts_begins_anew(void **state)
{
	assert_int_equal(rule_try(state, restart_try, false), 0);
}

static void test_the_rules_see_a_store_where_all_is_fresh(void **state)
{
	assert_true(rule_try(state, idle_try, true) >= 1);
	assert_true(rule_try(state, absolute_try, true) >= 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_half_an_hour_without_refresh_ends_a_session),
		DB_TEST(test_twelve_hours_end_a_session),
		DB_TEST(test_a_client_that_restarts_begins_anew),
		DB_TEST_ON(sqlite, test_the_rules_see_a_store_where_all_is_fresh),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
