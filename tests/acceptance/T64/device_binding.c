/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T64 device_binding: what was stolen from a device is worth nothing without its key. Where the
 * facility asks for it, every call is proven: by the session's own key, for its method and path and
 * token, within a minute, once. A refresh handle, and each step of a login that a key began, need
 * that key everywhere. The body of the test is run against five planted faults and must find each.
 *
 * "Other TLS session" of the facts: proofs are bound to a key, not to a connection. Every request
 * of the in-process adapter is a connection of its own, and a copied proof is refused because it is
 * spent. Without facility.dpop an access token is a bearer token for its ten minutes (DESIGN §4).
 * "Enabled by default in the SDK" is tests/stack/link.test.mjs and tests/journeys.
 */
#include "server/api/device_test.h"

#include "lib/db/testing.h"
#include "lib/wire/wire.h"

#define HERE	  "1310000003"
#define COUNT	  "/v1/results/count"
#define KEY_1	  "00000000-0000-4000-8000-000000000001"
#define KEY_2	  "00000000-0000-4000-8000-000000000002"
#define KEY_3	  "00000000-0000-4000-8000-000000000003"
#define LONG_AGO  "0123456789abcdef0123456789abcdef"
#define SKEW_MS	  (5 * 60 * 1000)
#define WITHIN_MS (55 * 1000)

static const struct str period = {"from=20261101000000&to=20261122120000", 37};

/* --- planted faults --- */

static enum fault {
	NONE,
	PROOFS_ARE_NOT_SPENT,
	ANY_KEY_IS_GOOD,
	TIME_IS_NOT_LOOKED_AT,
	TOKEN_IS_NOT_LOOKED_AT,
	REQUEST_IS_NOT_LOOKED_AT,
} fault;

static char good_thumbprint[THUMBPRINT_BYTES];

int __real_dpop_spend(struct db *db, const struct dpop_proof *proof);
int __wrap_dpop_spend(struct db *db, const struct dpop_proof *proof);
int __wrap_dpop_spend(struct db *db, const struct dpop_proof *proof)
{
	return fault == PROOFS_ARE_NOT_SPENT ? 0 : __real_dpop_spend(db, proof);
}

int __real_dpop_verify(const struct auth *auth, struct arena *arena,
		       const struct dpop_request *request, int64_t now_ms,
		       struct dpop_proof *ret_proof);
int __wrap_dpop_verify(const struct auth *auth, struct arena *arena,
		       const struct dpop_request *request, int64_t now_ms,
		       struct dpop_proof *ret_proof);

/* The same request, as it would be found by somebody who compares only what fits. */
static int request_guess(const struct auth *auth, struct arena *arena,
			 const struct dpop_request *request, int64_t now_ms,
			 struct dpop_proof *ret_proof)
{
	static const char *const methods[] = {"GET", "POST", "PUT", "DELETE"};
	static const char *const paths[] = {COUNT, "/v1/results", "/v1/devices"};
	int r = DPOP_REFUSED;
	for (size_t m = 0; r == DPOP_REFUSED && m < 4; m++)
		for (size_t p = 0; r == DPOP_REFUSED && p < 3; p++) {
			struct dpop_request guess = *request;
			guess.method = str_of(methods[m]);
			guess.path = str_of(paths[p]);
			r = __real_dpop_verify(auth, arena, &guess, now_ms, ret_proof);
		}
	return r;
}

int __wrap_dpop_verify(const struct auth *auth, struct arena *arena,
		       const struct dpop_request *request, int64_t now_ms,
		       struct dpop_proof *ret_proof)
{
	struct dpop_request seen = *request;
	if (fault == TOKEN_IS_NOT_LOOKED_AT)
		seen.access_token = (struct str){0};
	int r = __real_dpop_verify(auth, arena, &seen, now_ms, ret_proof);
	for (int minutes = -6; fault == TIME_IS_NOT_LOOKED_AT && r && minutes <= 6; minutes++)
		r = __real_dpop_verify(auth, arena, &seen, now_ms + minutes * INT64_C(60000),
				       ret_proof);
	if (fault == REQUEST_IS_NOT_LOOKED_AT && r)
		r = request_guess(auth, arena, &seen, now_ms, ret_proof);
	if (fault == ANY_KEY_IS_GOOD && r == 0)
		memcpy(ret_proof->thumbprint, good_thumbprint, sizeof good_thumbprint);
	return r;
}

/* --- the run --- */

struct run {
	struct house *house;
	struct house_account *account;
	struct signing_key *own, *others; /* the PC's, and a registered one of the same account */
	struct house_session session;	  /* by own */
	struct str device_id;
	size_t wrong;
};

static void expect(struct run *run, const char *what, bool right)
{
	if (right)
		return;
	run->wrong++;
	if (!fault)
		print_message("# not so: %s\n", what);
}

static void facility_ask(struct run *run, bool dpop)
{
	struct house *house = run->house;
	assert_int_equal(db_begin(house->db), 0);
	assert_int_equal(store_facility_dpop_set(house->db, house->here.no, dpop,
						 house->time.now_ms),
			 0);
	assert_int_equal(db_commit(house->db), 0);
	assert_int_equal(tail_poll(house->service->tail), 0);
}

static void thumbprint_note(const struct signing_key *key)
{
	AUTO(verify_key_destroyp) struct verify_key *half = NULL;
	assert_int_equal(verify_key_of(key, &half), 0);
	assert_int_equal(verify_key_thumbprint(half, good_thumbprint), 0);
}

static struct house_session device_open(struct run *run, const struct signing_key *key,
					struct str *ret_id)
{
	struct house_session session = house_key_session(run->house, key, HERE, run->account);
	assert_int_equal(house_register(run->house, key, session.token, HOUSE_PC), 200);
	*ret_id = house_text(run->house, "device_id");
	return session;
}

static void run_open(struct run *run, void **state)
{
	void *part;
	struct str other_id;
	const struct db_fixture *fixture = db_fixture_of(state);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	assert_int_equal(house_open_on(&part, postgres ? fixture->target : NULL), 0);
	*run = (struct run){.house = part};
	run->account = &run->house->here.receipt;
	assert_int_equal(signing_key_generate(&run->own), 0);
	assert_int_equal(signing_key_generate(&run->others), 0);
	thumbprint_note(run->own);
	house_enrol(run->house, run->account);
	device_open(run, run->others, &other_id);
	run->session = device_open(run, run->own, &run->device_id);
	facility_ask(run, true);
}

static void run_close(struct run *run)
{
	void *part = run->house;
	signing_key_destroy(run->own);
	signing_key_destroy(run->others);
	assert_int_equal(house_close(&part), 0);
}

/* --- one count, with the proof that is given --- */

static int counted(struct run *run, struct str dpop)
{
	struct house_call call = {
		.method = "GET",
		.path = COUNT,
		.query = period,
		.token = run->session.token,
		.dpop = dpop,
	};
	return house_send(run->house, &call);
}

static struct house_proof good(const struct run *run)
{
	return (struct house_proof){.method = "GET", .path = COUNT, .token = run->session.token};
}

static int counted_with(struct run *run, const struct signing_key *key, struct house_proof proof)
{
	return counted(run, house_prove(run->house, key, &proof));
}

static void key_try(struct run *run)
{
	expect(run, "its own proof", counted_with(run, run->own, good(run)) == 200);
	expect(run, "a stolen token alone", counted(run, (struct str){0}) == 401);
	expect(run, "it says how to do better",
	       str_equal(run->house->last.reply.headers[0].value, STR("DPoP")));
	expect(run, "a stolen token by another key",
	       counted_with(run, run->others, good(run)) == 401);
	expect(run, "no proof at all", counted(run, STR("e30.e30.AAAA")) == 401);
	expect(run, "its own proof again", counted_with(run, run->own, good(run)) == 200);
}

static void once_try(struct run *run)
{
	struct house_proof proof = good(run);
	struct str text = house_prove(run->house, run->own, &proof);
	expect(run, "a proof", counted(run, text) == 200);
	expect(run, "the same proof again", counted(run, text) == 401);
	proof.id = LONG_AGO;
	expect(run, "a chosen jti", counted_with(run, run->own, proof) == 200);
	run->house->time.now_ms += 1000;
	expect(run, "an old jti in a new proof", counted_with(run, run->own, proof) == 401);
}

static void request_try(struct run *run)
{
	struct house_proof proof = good(run);
	proof.method = "POST";
	expect(run, "a wrong htm", counted_with(run, run->own, proof) == 401);
	proof = good(run);
	proof.path = "/v1/results";
	expect(run, "a wrong htu", counted_with(run, run->own, proof) == 401);
	proof.path = COUNT "?limit=1";
	expect(run, "an htu with a query", counted_with(run, run->own, proof) == 401);
}

static void time_try(struct run *run)
{
	static const struct {
		const char *what;
		int64_t off_ms;
		int status;
	} clocks[] = {
		{"a clock 5 minutes ahead", SKEW_MS, 401},
		{"a clock 5 minutes behind", -SKEW_MS, 401},
		{"a clock nearly a minute ahead", WITHIN_MS, 200},
		{"a clock nearly a minute behind", -WITHIN_MS, 200},
	};
	for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
		struct house_proof proof = good(run);
		proof.off_ms = clocks[i].off_ms;
		expect(run, clocks[i].what, counted_with(run, run->own, proof) == clocks[i].status);
	}
}

static void token_try(struct run *run)
{
	struct house_proof proof = good(run);
	proof.token = STR("eyJhbGciOiJFUzI1NiJ9.e30.AAAA");
	expect(run, "the ath of another token", counted_with(run, run->own, proof) == 401);
	proof.token = (struct str){0};
	expect(run, "no ath", counted_with(run, run->own, proof) == 401);
}

/* --- every call that takes a token --- */

static void calls_try(struct run *run)
{
	size_t refused = 0;
	for (enum wire_call name = 0; name < WIRE_CALLS; name++) {
		const struct wire_call_row *row = wire_call_row(name);
		const char *path = wire_profile_default.routes[name].path,
			   *open = strchr(path, '{');
		if (!(row->accounts & WIRE_ACCOUNT_WA) || name == WIRE_LOGOUT)
			continue;
		struct house_call call = {
			.method = wire_profile_method(&wire_profile_default, name),
			.path = path,
			.token = run->session.token,
			.body = STR("{\"name\":\"n\",\"platform\":\"linux\"}"),
			.idempotency_key = LONG_AGO,
		};
		if (open)
			call.path = house_print(run->house, "%.*s" LONG_AGO "%s",
						(int)(open - path), path, strchr(open, '}') + 1)
					    .ptr;
		expect(run, row->operation, house_send(run->house, &call) == 401);
		expect(run, row->operation,
		       str_equal(house_text(run->house, "code"), STR("device_proof_refused")));
		refused++;
	}
	assert_true(refused >= 6);
}

/* --- handle, login, the device's end: whatever the facility asks --- */

static int refreshed(struct run *run, const struct signing_key *key, const char *once)
{
	struct house_call call = {
		.method = "POST",
		.path = "/v1/refresh",
		.idempotency_key = once,
		.body = house_print(run->house,
				    "{\"refresh_handle\":\"%.*s\",\"login_id\":\"%.*s\","
				    "\"password\":\"%.*s\"}",
				    STR_ARG(run->session.handle),
				    STR_ARG(run->account->row.login_id),
				    STR_ARG(secret_str(&run->account->password))),
	};
	return house_send_proven(run->house, key, call);
}

static void handle_try(struct run *run)
{
	expect(run, "a stolen handle alone", refreshed(run, NULL, KEY_1) == 401);
	expect(run, "a stolen handle by another key", refreshed(run, run->others, KEY_2) == 401);
	expect(run, "the handle by its key", refreshed(run, run->own, KEY_3) == 200);
	expect(run, "told whose it is",
	       str_equal(house_text(run->house, "device_id"), run->device_id));
}

static void login_try(struct run *run)
{
	struct house *house = run->house;
	struct str password = secret_str(&run->account->password);
	house->time.now_ms += 2 * TOTP_STEP_MS;
	struct str right = house_passcode(house, run->account, 0);
	assert_int_equal(house_login_proven(house, run->own, HERE, run->account, password), 200);
	expect(run, "a relayed challenge by another key",
	       house_mfa_proven(house, run->others, right) == 401);
	assert_int_equal(house_login_proven(house, run->own, HERE, run->account, password), 200);
	expect(run, "a relayed challenge without a key",
	       house_mfa_proven(house, NULL, right) == 401);
	struct house_proof proof = {.path = "/v1/login"};
	struct house_call call = {
		.method = "POST",
		.path = "/v1/login",
		.dpop = house_prove(house, run->own, &proof),
		.body = house_print(house,
				    "{\"facility_code\":\"" HERE "\",\"login_id\":\"%.*s\","
				    "\"password\":\"%.*s\"," HOUSE_CLIENT "}",
				    STR_ARG(run->account->row.login_id), STR_ARG(password)),
	};
	expect(run, "a login's proof", house_send(house, &call) == 200);
	expect(run, "the same proof again", house_send(house, &call) == 401);
}

static void end_try(struct run *run)
{
	facility_ask(run, false);
	expect(run, "bearer where nobody asks", counted(run, (struct str){0}) == 200);
	facility_ask(run, true);
	expect(run, "asked anew", counted(run, (struct str){0}) == 401);
	struct house_session bare = house_key_session(run->house, NULL, HERE, run->account);
	expect(run, "without a device", house_get(run->house, COUNT, period, bare.token) == 403);
	facility_ask(run, false);
	struct house_call call = {
		.method = "DELETE",
		.path = house_print(run->house, "/v1/devices/%.*s", STR_ARG(run->device_id)).ptr,
		.token = bare.token,
	};
	expect(run, "closing it", house_send(run->house, &call) == 204);
	expect(run, "a closed device's proof", counted_with(run, run->own, good(run)) == 401);
	expect(run, "its handle", refreshed(run, run->own, KEY_1) == 401);
}

typedef void rule_try(struct run *run);

static rule_try *const rules[] = {
	key_try,   once_try,   request_try, time_try, token_try,
	calls_try, handle_try, login_try,   end_try,
};

static void test_what_is_stolen_is_worth_nothing_without_the_key(void **state)
{
	struct run run;
	fault = NONE;
	run_open(&run, state);
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		rules[i](&run);
	run_close(&run);
	assert_int_equal(run.wrong, 0);
}

/* What is set up is good; then the rule meets the fault. */
static size_t with_fault(void **state, enum fault planted, rule_try *rule)
{
	struct run run;
	fault = NONE;
	run_open(&run, state);
	fault = planted;
	rule(&run);
	fault = NONE;
	run_close(&run);
	return run.wrong;
}

static void test_the_rules_find_each_planted_fault(void **state)
{
	assert_true(with_fault(state, PROOFS_ARE_NOT_SPENT, once_try) >= 2);
	assert_true(with_fault(state, PROOFS_ARE_NOT_SPENT, login_try) >= 1);
	assert_true(with_fault(state, ANY_KEY_IS_GOOD, key_try) >= 1);
	assert_true(with_fault(state, ANY_KEY_IS_GOOD, handle_try) >= 1);
	assert_true(with_fault(state, TIME_IS_NOT_LOOKED_AT, time_try) >= 2);
	assert_true(with_fault(state, TOKEN_IS_NOT_LOOKED_AT, token_try) >= 2);
	assert_true(with_fault(state, REQUEST_IS_NOT_LOOKED_AT, request_try) >= 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_what_is_stolen_is_worth_nothing_without_the_key),
		DB_TEST_ON(sqlite, test_the_rules_find_each_planted_fault),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
