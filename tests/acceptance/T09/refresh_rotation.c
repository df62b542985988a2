/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T09 refresh_rotation: a handle is good once. Its replay ends the family, and an event says so;
 * the retry of whoever lost the answer gets the same answer. Neither the password nor the handle is
 * enough alone, and a device's session is refreshed by that device. The planted faults: a store
 * that ends no session, and one that does not count handles up.
 */
#include "server/api/service_test.h"

#include <sys/mman.h>

#include "lib/db/testing.h"
#include "server/auth/session.h"

#define KEY_1 "00000000-0000-4000-8000-000000000001"
#define KEY_2 "00000000-0000-4000-8000-000000000002"
#define KEY_3 "00000000-0000-4000-8000-000000000003"

/* --- planted faults --- */

static bool never_ends, never_counts;

int __real_store_session_end(struct db *db, struct str id, int64_t now_ms);
int __wrap_store_session_end(struct db *db, struct str id, int64_t now_ms);
int __wrap_store_session_end(struct db *db, struct str id, int64_t now_ms)
{
	int r = never_ends ? 0 : __real_store_session_end(db, id, now_ms);
	return r < 0 ? PASS(r) : r;
}

int __real_store_session_rotate(struct db *db, struct str id, int64_t counter, struct str idem_key,
				int64_t now_ms);
int __wrap_store_session_rotate(struct db *db, struct str id, int64_t counter, struct str idem_key,
				int64_t now_ms);
int __wrap_store_session_rotate(struct db *db, struct str id, int64_t counter, struct str idem_key,
				int64_t now_ms)
{
	if (never_counts)
		return 0;
	int r = __real_store_session_rotate(db, id, counter, idem_key, now_ms);
	return r < 0 ? PASS(r) : r;
}

/* --- the run --- */

struct run {
	struct house *house;
	struct house_session session; /* as the login gave it */
	struct str password;
	size_t wrong;
};

static void run_open(struct run *run, void **state)
{
	void *part;
	const struct db_fixture *fixture = db_fixture_of(state);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	assert_int_equal(house_open_on(&part, postgres ? fixture->target : NULL), 0);
	*run = (struct run){.house = part};
	run->session = house_session(run->house, "1310000003", &run->house->here.receipt);
	run->password = secret_str(&run->house->here.receipt.password);
}

static void expect(struct run *run, const char *what, bool right)
{
	if (right)
		return;
	run->wrong++;
	print_message("# not so: %s\n", what);
}

static int refresh(struct run *run, struct str handle, const char *key)
{
	return house_refresh(run->house, &run->house->here.receipt, handle, run->password, key);
}

static int data(struct run *run, struct str token)
{
	struct str query = STR("from=20261101000000&to=20261122120000");
	return house_get(run->house, "/v1/results/count", query, token);
}

/* --- the rules --- */

static void replay_try(struct run *run)
{
	struct house *house = run->house;
	int events = memfd_create("events", MFD_CLOEXEC);
	assert_true(events >= 0);
	house->service->log.fd = events;
	house->service->log.level = LOG_LEVEL_WARNING;
	expect(run, "R1 gives R2", refresh(run, run->session.handle, KEY_1) == 200);
	struct str second = house_text(house, "refresh_handle");
	struct str token = house_text(house, "access_token");
	expect(run, "R2 is another", !str_equal(second, run->session.handle));
	expect(run, "data with the new token", data(run, token) == 200);
	expect(run, "R1 with another key is refused",
	       refresh(run, run->session.handle, KEY_2) == 401);
	expect(run, "R2 has died with it", refresh(run, second, KEY_3) == 401);
	expect(run, "and every token", data(run, token) == 401);
	expect(run, "the login's too", data(run, run->session.token) == 401);
	char text[65536];
	ssize_t len = pread(events, text, sizeof text, 0);
	house->service->log.fd = -1;
	close(events);
	expect(run, "an event says so",
	       len > 0 && memmem(text, (size_t)len, "refresh_replayed", 16));
}

static void lost_try(struct run *run)
{
	struct house *house = run->house;
	expect(run, "R1 gives R2", refresh(run, run->session.handle, KEY_1) == 200);
	struct str second = house_text(house, "refresh_handle");
	house->time.now_ms += AUTH_RETRY_MS;
	expect(run, "the retry is answered", refresh(run, run->session.handle, KEY_1) == 200);
	expect(run, "by the same handle", str_equal(second, house_text(house, "refresh_handle")));
	expect(run, "which is good", refresh(run, second, KEY_2) == 200);
	struct str third = house_text(house, "refresh_handle");
	house->time.now_ms += AUTH_RETRY_MS + 1;
	expect(run, "a late retry is a replay", refresh(run, second, KEY_2) == 401);
	expect(run, "that ends the family", refresh(run, third, KEY_3) == 401);
}

static void halves_try(struct run *run)
{
	struct house *house = run->house;
	const struct house_account *account = &house->here.receipt;
	struct str handle = run->session.handle;
	expect(run, "a handle of nobody's", refresh(run, STR("AAAA"), KEY_1) == 401);
	expect(run, "a changed handle",
	       refresh(run, house_print(house, "%.*sA", STR_ARG(handle)), KEY_1) == 401);
	for (int i = 1; i < AUTH_MISSES_MAX; i++)
		expect(run, "a wrong password",
		       house_refresh(house, account, handle, STR("wrong"), KEY_1) == 401);
	expect(run, "four misses are forgiven", refresh(run, handle, KEY_2) == 200);
	struct str second = house_text(house, "refresh_handle");
	struct str token = house_text(house, "access_token");
	expect(run, "data goes on", data(run, token) == 200);
	expect(run, "another account's login id",
	       house_refresh(house, &house->there.receipt, second, run->password, KEY_1) == 401);
	for (int i = 1; i < AUTH_MISSES_MAX; i++)
		expect(run, "a wrong password",
		       house_refresh(house, account, second, STR("wrong"), KEY_1) == 401);
	expect(run, "five misses are the end", refresh(run, second, KEY_3) == 401);
	expect(run, "of the tokens too", data(run, token) == 401);
}

/* A session of a device, made as its login would, asked by the room's own door. */
static int device_refresh(struct run *run, struct str handle, const char *thumbprint)
{
	struct house *house = run->house;
	struct session_refresh request = {
		.handle = handle,
		.login_id = house->here.reader.row.login_id,
		.password = secret_str(&house->here.reader.password),
		.idempotency_key = STR(KEY_1),
		.thumbprint = thumbprint,
	};
	struct session_refreshed refreshed;
	assert_int_equal(db_begin(house->db), 0);
	int r = session_refresh(&house->service->auth, house->db, &house->arena, &request,
				house->time.now_ms, &refreshed);
	assert_int_equal(db_commit(house->db), 0);
	return r;
}

static void device_try(struct run *run)
{
	static const char own[] = "0123456789012345678901234567890123456789012";
	static const char other[] = "2109876543210987654321098765432109876543210";
	struct house *house = run->house;
	const struct store_account *account = &house->here.reader.row;
	struct store_device device = {
		.id = STR("0123456789abcdef"),
		.facility_no = account->facility_no,
		.account_no = account->no,
		.thumbprint = str_of(own),
		.platform = STR("linux"),
		.name = STR("受付"),
	};
	int64_t device_no;
	assert_int_equal(store_device_add(house->db, &device, &device_no), 0);
	struct session_binding binding = {account->no, account->facility_no, str_of(own),
					  secret_str(&house->here.reader.password)};
	unsigned char verifier[KEYS_MAC_BYTES];
	int key_n = keys_token_number(house->service->keys);
	struct str family = STR("family-of-device");
	assert_int_equal(session_verifier(&house->service->auth, key_n, family, &binding, verifier),
			 0);
	struct store_session session = {
		.id = family,
		.facility_no = account->facility_no,
		.account_no = account->no,
		.device_no = device_no,
		.thumbprint = str_of(own),
		.rotated_ms = house->time.now_ms,
		.key_n = key_n,
		.verifier = str_bytes(verifier, sizeof verifier),
		.client = STR("test"),
		.ends_ms = house->time.now_ms + AUTH_SESSION_MS,
	};
	assert_int_equal(store_session_add(house->db, &session), 0);
	struct session_tokens tokens;
	assert_int_equal(session_tokens_issue(&house->service->auth, &house->arena, &session,
					      ACCOUNT_READER, &tokens),
			 0);
	struct str handle = tokens.refresh_handle;
	expect(run, "no proof", device_refresh(run, handle, "") == SESSION_DEVICE);
	expect(run, "another's proof", device_refresh(run, handle, other) == SESSION_DEVICE);
	expect(run, "its own proof", device_refresh(run, handle, own) == 0);
	assert_int_equal(store_device_remove(house->db, account->facility_no, device_no, 1), 0);
	expect(run, "a removed device's proof", device_refresh(run, handle, own) == SESSION_DEVICE);
}

static size_t rule_try(void **state, void (*rule)(struct run *run))
{
	struct run run;
	run_open(&run, state);
	rule(&run);
	void *part = run.house;
	assert_int_equal(house_close(&part), 0);
	return run.wrong;
}

static void test_a_replay_ends_the_family_and_is_told(void **state)
{
	assert_int_equal(rule_try(state, replay_try), 0);
}

static void test_a_lost_answer_is_given_again(void **state)
{
	assert_int_equal(rule_try(state, lost_try), 0);
}

static void test_neither_half_is_enough(void **state)
{
	assert_int_equal(rule_try(state, halves_try), 0);
}

static void test_a_device_refreshes_its_own_session(void **state)
{
	assert_int_equal(rule_try(state, device_try), 0);
}

static void test_the_rules_see_a_store_that_ends_nothing(void **state)
{
	never_ends = true;
	size_t replay = rule_try(state, replay_try), halves = rule_try(state, halves_try);
	never_ends = false;
	assert_true(replay >= 1);
	assert_true(halves >= 1);
}

static void test_the_rules_see_handles_that_are_not_counted(void **state)
{
	never_counts = true;
	size_t wrong = rule_try(state, replay_try);
	never_counts = false;
	assert_true(wrong >= 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_a_replay_ends_the_family_and_is_told),
		DB_TEST(test_a_lost_answer_is_given_again),
		DB_TEST(test_neither_half_is_enough),
		DB_TEST(test_a_device_refreshes_its_own_session),
		DB_TEST_ON(sqlite, test_the_rules_see_a_store_that_ends_nothing),
		DB_TEST_ON(sqlite, test_the_rules_see_handles_that_are_not_counted),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
