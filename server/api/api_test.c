/* SPDX-License-Identifier: Apache-2.0 */
/* The receipt link as its clients see it, request by request. */
#include "server/api/service_test.h"

#include "lib/base/period.h"

#define HERE	"1310000003"
#define PERIOD	STR("from=20261101000000&to=20261130235959")
#define KEY_ONE "0123456789abcdef0123456789abcde1"
#define KEY_TWO "0123456789abcdef0123456789abcde2"

/* --- login --- */

static void test_health_answers_anybody(void **state)
{
	struct house *house = *state;
	assert_int_equal(house_get(house, "/v1/health", (struct str){0}, (struct str){0}), 200);
	assert_str_equal(house_text(house, "status"), STR("ok"));
}

static void test_password_and_passcode_open_a_session(void **state)
{
	struct house *house = *state;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	assert_str_equal(house_text(house, "account_kind"), STR("WA"));
	assert_str_equal(house_text(house, "facility_name"), STR("試験施術所"));
	assert_str_equal(house_number(house, "expires_in"), STR("600"));
	assert_str_equal(house_number(house, "session_expires_in"), STR("43200"));
	assert_int_equal(house_get(house, "/v1/results/count", PERIOD, session.token), 200);
}

static void test_every_wrong_login_gets_the_same_reply(void **state)
{
	struct house *house = *state;
	struct str good = secret_str(&house->here.receipt.password);
	assert_int_equal(house_login(house, HERE, "WA0000001", STR("wrong password")), 401);
	struct str first = house_text(house, "title");
	assert_problem(house, "credentials_refused");
	static const char *const tries[][2] = {
		{"1310000011", "WA0000001"}, /* another facility */
		{HERE, "WA0009999"},	     /* nobody */
		{HERE, "W0000001"},	     /* the reader's account */
		{"000", "WA0000001"},	     /* no code at all */
	};
	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
		int status = house_login(house, tries[i][0], tries[i][1], good);
		if (i == 3 && status == 422)
			continue; /* too short for a code: refused as a field */
		assert_int_equal(status, 401);
		assert_problem(house, "credentials_refused");
		assert_str_equal(house_text(house, "title"), first);
	}
}

static void test_a_facility_code_may_be_typed_in_any_width(void **state)
{
	struct house *house = *state;
	struct str password = secret_str(&house->here.receipt.password);
	assert_int_equal(house_login(house, "１３－１００００００－３", "WA0000001", password),
			 200);
}

static void test_a_passcode_is_good_once(void **state)
{
	struct house *house = *state;
	struct str password = secret_str(&house->here.receipt.password);
	house_session(house, HERE, &house->here.receipt);
	assert_int_equal(house_login(house, HERE, "WA0000001", password), 200);
	struct str challenge = house_text(house, "challenge");
	struct str used = house_passcode(house, &house->here.receipt, 1);
	assert_int_equal(house_mfa(house, challenge, used), 401);
	assert_problem(house, "passcode_refused"); /* T11: only a device is told the cause */
}

static void test_a_challenge_is_good_for_one_try(void **state)
{
	struct house *house = *state;
	house_enrol(house, &house->here.receipt);
	struct str password = secret_str(&house->here.receipt.password);
	assert_int_equal(house_login(house, HERE, "WA0000001", password), 200);
	struct str challenge = house_text(house, "challenge");
	struct str right = house_passcode(house, &house->here.receipt, 1);
	struct str wrong = str_equal(right, STR("000000")) ? STR("000001") : STR("000000");
	assert_int_equal(house_mfa(house, challenge, wrong), 401);
	assert_problem(house, "passcode_refused");
	assert_int_equal(house_mfa(house, challenge, right), 401);
	assert_problem(house, "passcode_refused");
}

static void test_a_challenge_ends_after_five_minutes(void **state)
{
	struct house *house = *state;
	house_enrol(house, &house->here.receipt);
	struct str password = secret_str(&house->here.receipt.password);
	assert_int_equal(house_login(house, HERE, "WA0000001", password), 200);
	struct str challenge = house_text(house, "challenge");
	house->time.now_ms += AUTH_CHALLENGE_MS;
	struct str right = house_passcode(house, &house->here.receipt, 1);
	assert_int_equal(house_mfa(house, challenge, right), 401);
	assert_problem(house, "passcode_refused");
	assert_int_equal(house_mfa(house, STR("forged"), right), 401);
	assert_problem(house, "passcode_refused");
}

static void test_without_an_authenticator_no_passcode_is_right(void **state)
{
	struct house *house = *state;
	struct str password = secret_str(&house->here.receipt.password);
	assert_int_equal(house_login(house, HERE, "WA0000001", password), 200);
	assert_int_equal(house_mfa(house, house_text(house, "challenge"), STR("123456")), 401);
	assert_problem(house, "passcode_refused");
}

/* --- enrolment --- */

static void test_an_enrolment_code_is_spent_once(void **state)
{
	struct house *house = *state;
	AUTO(secret_wipe) struct secret code = {0};
	struct house_account *account = &house->here.receipt;
	assert_int_equal(enrolment_issue(&house->service->auth, house->db, &house->arena,
					 &account->row, HOUSE_NOW_MS, &code),
			 0);
	struct str shown = house_print(house, "%.*s", STR_ARG(secret_str(&code)));
	struct str begin = house_print(house, "{\"code\":\"%.*s\"}", STR_ARG(shown));
	assert_int_equal(house_post(house, "/v1/enrolment", begin), 200);
	struct str secret = house_text(house, "secret"), seed;
	assert_int_equal(house_post(house, "/v1/enrolment", begin), 200);
	assert_str_equal(house_text(house, "secret"), secret);
	assert_int_equal(decode_base32(&house->arena, secret, &seed), 0);
	memcpy(account->seed, seed.ptr, sizeof account->seed);
	static const char form[] =
		"{\"code\":\"%.*s\",\"passcode_1\":\"%.*s\",\"passcode_2\":\"%.*s\"}";
	struct str same = house_passcode(house, account, 0);
	struct str next = house_passcode(house, account, 1);
	struct str body = house_print(house, form, STR_ARG(shown), STR_ARG(same), STR_ARG(same));
	assert_int_equal(house_post(house, "/v1/enrolment/confirm", body), 422);
	assert_problem(house, "enrolment_codes_refused");
	body = house_print(house, form, STR_ARG(shown), STR_ARG(same), STR_ARG(next));
	assert_int_equal(house_post(house, "/v1/enrolment/confirm", body), 204);
	assert_int_equal(house_post(house, "/v1/enrolment/confirm", body), 404);
	assert_problem(house, "enrolment_refused");
	assert_int_equal(house_post(house, "/v1/enrolment", begin), 404);
}

static void test_an_enrolment_code_ends_after_72_hours(void **state)
{
	struct house *house = *state;
	AUTO(secret_wipe) struct secret code = {0};
	assert_int_equal(enrolment_issue(&house->service->auth, house->db, &house->arena,
					 &house->here.receipt.row, HOUSE_NOW_MS, &code),
			 0);
	house->time.now_ms += CODE_LIFE_MS;
	struct str body = house_print(house, "{\"code\":\"%.*s\"}", STR_ARG(secret_str(&code)));
	assert_int_equal(house_post(house, "/v1/enrolment", body), 404);
}

/* --- session --- */

static void test_a_refresh_rotates_the_handle(void **state)
{
	struct house *house = *state;
	struct house_account *account = &house->here.receipt;
	struct house_session session = house_session(house, HERE, account);
	struct str password = secret_str(&account->password);
	house->time.now_ms += 9 * 60 * 1000;
	assert_int_equal(house_refresh(house, account, session.handle, password, KEY_ONE), 200);
	struct str token = house_text(house, "access_token");
	assert_false(str_equal(house_text(house, "refresh_handle"), session.handle));
	assert_str_equal(house_number(house, "session_expires_in"), STR("42660"));
	assert_int_equal(house_get(house, "/v1/results/count", PERIOD, token), 200);
}

static void test_a_lost_refresh_answer_is_given_again(void **state)
{
	struct house *house = *state;
	struct house_account *account = &house->here.receipt;
	struct house_session session = house_session(house, HERE, account);
	struct str password = secret_str(&account->password);
	assert_int_equal(house_refresh(house, account, session.handle, password, KEY_ONE), 200);
	struct str handle = house_text(house, "refresh_handle");
	house->time.now_ms += AUTH_RETRY_MS;
	assert_int_equal(house_refresh(house, account, session.handle, password, KEY_ONE), 200);
	assert_str_equal(house_text(house, "refresh_handle"), handle);
	house->time.now_ms += 1;
	assert_int_equal(house_refresh(house, account, session.handle, password, KEY_ONE), 401);
	assert_problem(house, "session_ended");
}

static void test_a_replayed_handle_ends_the_family(void **state)
{
	struct house *house = *state;
	struct house_account *account = &house->here.receipt;
	struct house_session session = house_session(house, HERE, account);
	struct str password = secret_str(&account->password);
	assert_int_equal(house_refresh(house, account, session.handle, password, KEY_ONE), 200);
	struct str newest = house_text(house, "refresh_handle");
	struct str token = house_text(house, "access_token");
	assert_int_equal(house_refresh(house, account, session.handle, password, KEY_TWO), 401);
	assert_problem(house, "session_ended");
	assert_int_equal(house_refresh(house, account, newest, password, KEY_TWO), 401);
	assert_int_equal(house_get(house, "/v1/results/count", PERIOD, token), 401);
	assert_problem(house, "session_ended");
}

static void test_a_handle_is_nothing_without_its_password(void **state)
{
	struct house *house = *state;
	struct house_account *account = &house->here.receipt;
	struct house_session session = house_session(house, HERE, account);
	for (int i = 0; i < AUTH_MISSES_MAX; i++) {
		assert_int_equal(house_refresh(house, account, session.handle, STR("guess"),
					       KEY_ONE),
				 401);
		assert_problem(house, "credentials_refused");
	}
	struct str password = secret_str(&account->password);
	assert_int_equal(house_refresh(house, account, session.handle, password, KEY_ONE), 401);
	assert_problem(house, "session_ended");
}

static void test_a_session_ends_when_idle_and_after_twelve_hours(void **state)
{
	struct house *house = *state;
	struct house_account *account = &house->here.receipt;
	struct house_session session = house_session(house, HERE, account);
	struct str password = secret_str(&account->password);
	for (int minutes = 25; minutes < 12 * 60; minutes += 25) {
		house->time.now_ms = HOUSE_NOW_MS + (int64_t)minutes * 60 * 1000;
		assert_int_equal(house_refresh(house, account, session.handle, password, KEY_ONE),
				 200);
		session.handle = house_text(house, "refresh_handle");
	}
	house->time.now_ms = HOUSE_NOW_MS + AUTH_SESSION_MS;
	assert_int_equal(house_refresh(house, account, session.handle, password, KEY_ONE), 401);
	assert_problem(house, "session_ended");
}

static void test_an_idle_session_is_over(void **state)
{
	struct house *house = *state;
	struct house_account *account = &house->here.receipt;
	struct house_session session = house_session(house, HERE, account);
	house->time.now_ms += AUTH_IDLE_MS;
	struct str password = secret_str(&account->password);
	assert_int_equal(house_refresh(house, account, session.handle, password, KEY_ONE), 401);
	assert_problem(house, "session_ended");
}

static void test_a_refresh_needs_an_idempotency_key(void **state)
{
	struct house *house = *state;
	struct house_account *account = &house->here.receipt;
	struct house_session session = house_session(house, HERE, account);
	struct str password = secret_str(&account->password);
	assert_int_equal(house_refresh(house, account, session.handle, password, NULL), 400);
	assert_problem(house, "idempotency_missing");
}

static void test_logout_ends_the_tokens_too(void **state)
{
	struct house *house = *state;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	struct house_call call = {
		.method = "POST",
		.path = "/v1/logout",
		.body = STR("{}"),
		.token = session.token,
	};
	assert_int_equal(house_send(house, &call), 204);
	assert_int_equal(house_get(house, "/v1/results/count", PERIOD, session.token), 401);
	assert_problem(house, "session_ended");
}

static void test_a_token_ends_after_ten_minutes(void **state)
{
	struct house *house = *state;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	house->time.now_ms += AUTH_TOKEN_MS;
	assert_int_equal(house_get(house, "/v1/results/count", PERIOD, session.token), 401);
	assert_problem(house, "token_expired");
}

static void test_without_a_good_token_nothing_is_told(void **state)
{
	struct house *house = *state;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	assert_int_equal(house_get(house, "/v1/results", PERIOD, (struct str){0}), 401);
	assert_problem(house, "token_missing");
	char *bytes = arena_alloc(&house->arena, session.token.len);
	memcpy(bytes, session.token.ptr, session.token.len);
	bytes[session.token.len - 2] = bytes[session.token.len - 2] == 'A' ? 'B' : 'A';
	struct str forged = {bytes, session.token.len};
	assert_int_equal(house_get(house, "/v1/results", PERIOD, forged), 401);
	assert_problem(house, "token_invalid");
	assert_int_equal(house_get(house, "/v1/reader/staff", (struct str){0}, session.token), 403);
	assert_problem(house, "account_kind_refused");
}

/* --- results --- */

static void test_count_and_download_show_the_period(void **state)
{
	struct house *house = *state;
	for (int person = 1; person <= 3; person++) {
		house_import(house, person);
		house_confirm(house, &house->here, person);
	}
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	assert_int_equal(house_get(house, "/v1/results/count", PERIOD, session.token), 200);
	assert_str_equal(house_number(house, "count"), STR("3"));
	assert_str_equal(house_number(house, "without_reference"), STR("3"));
	assert_int_equal(house_get(house, "/v1/results", PERIOD, session.token), 200);
	const struct json *results = json_member(house->json.root, "results");
	assert_int_equal(json_count(results), 3);
	const struct json *first = json_at(results, 0);
	assert_str_equal(json_text(json_member(first, "confirmed_at")), STR("20261122120000"));
	assert_str_equal(json_text(json_member(first, "method")), STR("pin"));
	assert_str_equal(json_text(json_member(first, "staff")), STR("s1"));
	assert_null(json_member(first, "reference_number"));
	assert_non_null(json_member(json_member(first, "result"), "XmlMsg"));
	assert_null(json_member(house->json.root, "next_cursor"));
}

static void test_pages_join_into_the_whole(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	for (int i = 0; i < 5; i++)
		house_confirm(house, &house->here, 1);
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	size_t seen = 0, pages = 0;
	struct str cursor = {0};
	do {
		struct str query =
			house_print(house, "from=20261101000000&to=20261130235959&limit=2%s%.*s",
				    cursor.ptr ? "&cursor=" : "", STR_ARG(cursor));
		assert_int_equal(house_get(house, "/v1/results", query, session.token), 200);
		seen += json_count(json_member(house->json.root, "results"));
		cursor = house_text(house, "next_cursor");
		pages++;
	} while (cursor.ptr);
	assert_int_equal(seen, 5);
	assert_int_equal(pages, 3);
}

static void test_a_cursor_belongs_to_its_query(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	for (int i = 0; i < 3; i++)
		house_confirm(house, &house->here, 1);
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	assert_int_equal(house_get(house, "/v1/results",
				   STR("from=20261101000000&to=20261130235959&limit=1"),
				   session.token),
			 200);
	struct str query = house_print(house, "from=20261102000000&to=20261130235959&cursor=%.*s",
				       STR_ARG(house_text(house, "next_cursor")));
	assert_int_equal(house_get(house, "/v1/results", query, session.token), 422);
	assert_problem(house, "cursor_refused");
	query = STR("from=20261101000000&to=20261130235959&cursor=AAAA");
	assert_int_equal(house_get(house, "/v1/results", query, session.token), 422);
	assert_problem(house, "cursor_refused");
}

static void test_another_facility_sees_nothing(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	struct house_session mine = house_session(house, HERE, &house->here.receipt);
	assert_int_equal(house_get(house, "/v1/results", PERIOD, mine.token), 200);
	struct str id =
		json_text(json_member(json_at(json_member(house->json.root, "results"), 0), "id"));
	struct str path = house_print(house, "/v1/results/%.*s/reference", STR_ARG(id));
	struct house_session theirs = house_session(house, "1310000011", &house->there.receipt);
	assert_int_equal(house_get(house, "/v1/results/count", PERIOD, theirs.token), 200);
	assert_str_equal(house_number(house, "count"), STR("0"));
	assert_int_equal(house_get(house, "/v1/results", PERIOD, theirs.token), 200);
	assert_int_equal(json_count(json_member(house->json.root, "results")), 0);
	struct house_call call = {
		.method = "PUT",
		.path = path.ptr,
		.token = theirs.token,
		.idempotency_key = KEY_ONE,
		.body = STR("{\"reference_number\":\"9\",\"expected\":null}"),
	};
	assert_int_equal(house_send(house, &call), 404);
	assert_problem(house, "result_unknown");
	struct str title = house_text(house, "title");
	call.path = "/v1/results/00000000000000000000000000000000/reference";
	call.idempotency_key = KEY_TWO;
	assert_int_equal(house_send(house, &call), 404);
	assert_str_equal(house_text(house, "title"), title);
}

static void test_a_period_before_last_month_is_too_old(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	struct str old = STR("from=20260801000000&to=20260930235959");
	assert_int_equal(house_get(house, "/v1/results/count", old, session.token), 422);
	assert_problem(house, "period_too_old");
	assert_int_equal(house_get(house, "/v1/results", old, session.token), 422);
	assert_problem(house, "period_too_old");
	struct str part = STR("from=20260801000000&to=20261130235959");
	assert_int_equal(house_get(house, "/v1/results/count", part, session.token), 200);
	assert_str_equal(house_text(house, "from"), STR("20261001000000"));
	assert_str_equal(house_number(house, "count"), STR("1"));
}

/* 翌月末: readable to the last second of the next month, then gone in every query. */
static void test_a_result_is_gone_after_the_end_of_next_month(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	struct str period = STR("from=20261101000000&to=20270131235959");
	house->time.now_ms = period_closes_ms(HOUSE_NOW_MS) - 1000;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	assert_int_equal(house_get(house, "/v1/results/count", period, session.token), 200);
	assert_str_equal(house_number(house, "count"), STR("1"));
	house->time.now_ms += 1000;
	assert_int_equal(house_get(house, "/v1/results/count", period, session.token), 200);
	assert_str_equal(house_number(house, "count"), STR("0"));
	assert_int_equal(house_get(house, "/v1/results", period, session.token), 200);
	assert_int_equal(json_count(json_member(house->json.root, "results")), 0);
}

static void test_a_download_is_on_the_audit_trail_before_it_leaves(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	size_t before = house_audits_of(house, house->here.no, "download");
	assert_int_equal(house_get(house, "/v1/results", PERIOD, session.token), 200);
	assert_int_equal(house_audits_of(house, house->here.no, "download"), before + 1);
	assert_int_equal(house_audits(house, house->there.no), 0);
}

/* --- 照会番号 --- */

static int reference_put(struct house *house, struct str token, struct str id, const char *key,
			 const char *body)
{
	struct str path = house_print(house, "/v1/results/%.*s/reference", STR_ARG(id));
	struct house_call call = {
		.method = "PUT",
		.path = path.ptr,
		.token = token,
		.idempotency_key = key,
		.body = str_of(body),
	};
	return house_send(house, &call);
}

static struct str result_id(struct house *house, struct str token, size_t index)
{
	struct str copy;
	assert_int_equal(house_get(house, "/v1/results", PERIOD, token), 200);
	const struct json *results = json_member(house->json.root, "results");
	struct str id = json_text(json_member(json_at(results, index), "id"));
	assert_int_equal(arena_copy(&house->arena, id, &copy), 0);
	return copy;
}

static void test_a_number_shows_on_every_result_of_the_person(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	struct str token = house_session(house, HERE, &house->here.receipt).token;
	struct str id = result_id(house, token, 0);
	assert_int_equal(reference_put(house, token, id, KEY_ONE,
				       "{\"reference_number\":\"カルテ０１\",\"expected\":null}"),
			 200);
	assert_str_equal(house_number(house, "reference_version"), STR("1"));
	house_confirm(house, &house->here, 1);
	house->time.now_ms += 1000;
	assert_int_equal(house_get(house, "/v1/results", PERIOD, token), 200);
	const struct json *results = json_member(house->json.root, "results");
	assert_int_equal(json_count(results), 2);
	for (size_t i = 0; i < 2; i++)
		assert_str_equal(json_text(json_member(json_at(results, i), "reference_number")),
				 STR("カルテ０１"));
	assert_int_equal(house_get(house, "/v1/results/count", PERIOD, token), 200);
	assert_str_equal(house_number(house, "without_reference"), STR("0"));
	assert_int_equal(house_get(house, "/v1/results/count",
				   STR("from=20261101000000&to=20261130235959&reference=without"),
				   token),
			 200);
	assert_str_equal(house_number(house, "count"), STR("0"));
}

static void test_a_number_is_written_over_the_expected_one_only(void **state)
{
	struct house *house = *state;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	struct str token = house_session(house, HERE, &house->here.receipt).token;
	struct str id = result_id(house, token, 0);
	const char *set = "{\"reference_number\":\"1\",\"expected\":null}";
	assert_int_equal(reference_put(house, token, id, KEY_ONE, set), 200);
	assert_int_equal(reference_put(house, token, id, KEY_ONE, set), 200);
	assert_str_equal(house_number(house, "reference_version"), STR("1"));
	const char *other = "{\"reference_number\":\"2\",\"expected\":null}";
	assert_int_equal(reference_put(house, token, id, KEY_ONE, other), 409);
	assert_problem(house, "idempotency_reused");
	assert_int_equal(reference_put(house, token, id, KEY_TWO, other), 409);
	assert_problem(house, "reference_conflict");
	assert_str_equal(json_text(json_member(json_member(house->json.root, "held"),
					       "reference_number")),
			 STR("1"));
	assert_int_equal(reference_put(house, token, id, "0123456789abcdef3",
				       "{\"reference_number\":null,\"expected\":\"1\"}"),
			 200);
	assert_str_equal(house_number(house, "reference_version"), STR("2"));
	assert_str_equal(house_number(house, "reference_number"), STR("null"));
}

static void test_a_number_belongs_to_one_person(void **state)
{
	struct house *house = *state;
	for (int person = 1; person <= 2; person++) {
		house_import(house, person);
		house_confirm(house, &house->here, person);
	}
	struct str token = house_session(house, HERE, &house->here.receipt).token;
	struct str first = result_id(house, token, 0), second = result_id(house, token, 1);
	const char *set = "{\"reference_number\":\"7\",\"expected\":null}";
	assert_int_equal(reference_put(house, token, first, KEY_ONE, set), 200);
	assert_int_equal(reference_put(house, token, second, KEY_TWO, set), 409);
	assert_problem(house, "reference_taken");
}

/* --- housekeeping --- */

static void test_a_service_that_runs_for_months_has_its_keys(void **state)
{
	struct house *house = *state;
	house->time.now_ms = period_month_start_ms(period_month(HOUSE_NOW_MS) + 5);
	house_import(house, 1);
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
	house_confirm(house, &house->here, 1);
}

/* --- a clock that jumps --- */

static int64_t steady_ms(void *ctx)
{
	(void)ctx;
	return HOUSE_NOW_MS;
}

/* A key of this kind more, taken up by the service and in use. */
static void key_rotate(struct house *house, enum keys_kind kind)
{
	assert_int_equal(keys_rotate(house->keys_dir, kind, house->time.now_ms), 0);
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
	house->time.now_ms += KEYS_SETTLE_MS;
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
}

static int64_t pepper_of(struct house *house, const struct house_account *account)
{
	struct store_account row;
	assert_int_equal(store_account_find(house->db, &house->arena, account->row.login_id, &row),
			 0);
	return row.pepper_n;
}

static void test_a_new_pepper_is_under_a_password_from_its_next_login_on(void **state)
{
	struct house *house = *state;
	struct house_account *account = &house->here.receipt;
	struct str password = secret_str(&account->password);
	house_enrol(house, account);
	key_rotate(house, KEYS_KIND_PEPPER);
	assert_int_equal(house_login(house, "1310000003", "WA0000001", STR("wrong")), 401);
	assert_int_equal(pepper_of(house, account), 1);
	assert_int_equal(house_login(house, "1310000003", "WA0000001", password), 200);
	assert_int_equal(pepper_of(house, account), 2);
	assert_int_equal(house_login(house, "1310000003", "WA0000001", password), 200);
	struct str challenge = house_text(house, "challenge");
	assert_int_equal(house_mfa(house, challenge, house_passcode(house, account, 1)), 200);
	assert_int_equal(pepper_of(house, &house->there.receipt), 1);
}

static void test_a_clock_that_jumped_stops_tokens_and_recording_only(void **state)
{
	struct house *house = *state;
	struct str token = house_session(house, HERE, &house->here.receipt).token;
	struct house_account *account = &house->here.receipt;
	house->service->clock.mono_ms = steady_ms;
	house->time.now_ms += CLOCK_WATCH_OFF_MS;
	assert_int_equal(house_login(house, HERE, "WA0000001", secret_str(&account->password)),
			 200);
	house->time.now_ms++;
	assert_int_equal(house_login(house, HERE, "WA0000001", secret_str(&account->password)),
			 503);
	assert_problem(house, "clock_untrusted");
	assert_int_equal(house_refresh(house, account, STR("a"), STR("b"),
				       "0123456789abcdef0123456789abcdef"),
			 503);
	struct str period = STR("from=20261101000000&to=20261130235959");
	assert_int_equal(house_get(house, "/v1/results/count", period, token), 200);
	house->time.now_ms -= 2 * CLOCK_WATCH_OFF_MS + 2;
	assert_int_equal(house_login(house, HERE, "WA0000001", secret_str(&account->password)),
			 503);
	house->time.now_ms++;
	assert_int_equal(house_login(house, HERE, "WA0000001", secret_str(&account->password)),
			 200);
}

/* A service of its own on the house's store and keys, as after a restart. */
static struct service *service_again(struct house *house)
{
	static const struct password_cost cheap = {.passes = 1, .memory_kib = 8};
	struct service_options options = {
		.config = &house->config,
		.clock = clock_of_fake(&house->time),
		.log_fd = -1,
		.cost = &cheap,
	};
	struct service *service;
	assert_int_equal(service_create(&service, &options), 0);
	return service;
}

static void test_a_clock_behind_the_last_signed_head_is_not_believed(void **state)
{
	struct house *house = *state;
	struct house_account *account = &house->here.receipt;
	struct str password = secret_str(&account->password);
	struct service *first = house->service;
	struct str token = house_session(house, HERE, account).token;
	house_import(house, 1);
	house_confirm(house, &house->here, 1); /* leaves a row, which is signed */
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
	house->time.now_ms -= CLOCK_WATCH_OFF_MS;
	assert_int_equal(house_login(house, HERE, "WA0000001", password), 200);
	house->time.now_ms--;
	assert_int_equal(house_login(house, HERE, "WA0000001", password), 503);
	assert_problem(house, "clock_untrusted");
	/* So does one that starts now; what was recorded is still shown. */
	house->service = service_again(house);
	assert_int_equal(house_login(house, HERE, "WA0000001", password), 503);
	assert_problem(house, "clock_untrusted");
	struct str period = STR("from=20261101000000&to=20261130235959");
	assert_int_equal(house_get(house, "/v1/results/count", period, token), 200);
	house->time.now_ms += CLOCK_WATCH_OFF_MS;
	assert_int_equal(house_login(house, HERE, "WA0000001", password), 200);
	service_destroy(house->service);
	house->service = first;
}

/* --- what is refused before any rule --- */

static void test_wrong_fields_are_named(void **state)
{
	struct house *house = *state;
	static const struct {
		const char *body;
		int status;
		const char *code;
		const char *field;
	} rows[] = {
		{"{", 400, "request_not_json", NULL},
		{"[]", 400, "request_malformed", NULL},
		{"{\"challenge\":\"a\",\"challenge\":\"b\",\"passcode\":\"123456\"}", 400, NULL,
		 NULL},
		{"{\"challenge\":\"a\"}", 422, "field_invalid", "passcode"},
		{"{\"challenge\":7,\"passcode\":\"123456\"}", 422, "field_invalid", "challenge"},
		{"{\"challenge\":\"a\",\"passcode\":\"123456\",\"x\":1}", 422, "field_invalid",
		 "x"},
		{"{\"challenge\":\"a\",\"passcode\":\"1234567\"}", 422, "field_invalid",
		 "passcode"},
		{"{\"challenge\":\"\xff\",\"passcode\":\"123456\"}", 400, NULL, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(house_post(house, "/v1/mfa", str_of(rows[i].body)),
				 rows[i].status);
		assert_str_equal(house->last.reply.content_type, STR("application/problem+json"));
		if (rows[i].code)
			assert_str_equal(house_text(house, "code"), str_of(rows[i].code));
		if (!rows[i].field)
			continue;
		const struct json *errors = json_member(house->json.root, "errors");
		assert_str_equal(json_text(json_member(json_at(errors, 0), "field")),
				 str_of(rows[i].field));
	}
}

static void test_queries_are_judged_too(void **state)
{
	struct house *house = *state;
	struct str token = house_session(house, HERE, &house->here.receipt).token;
	static const struct {
		const char *query;
		const char *code;
	} rows[] = {
		{"from=20261101000000", "period_malformed"},
		{"from=20261301000000&to=20261130235959", "period_malformed"},
		{"from=20261130000000&to=20261101000000", "period_malformed"},
		{"from=20261101000000&to=20261130235959&limit=501", "query_invalid"},
		{"from=20261101000000&to=20261130235959&name=x", "query_invalid"},
		{"from=20261101000000&to=20261130235959&reference=maybe", "query_invalid"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(house_get(house, "/v1/results", str_of(rows[i].query), token),
				 422);
		assert_str_equal(house_text(house, "code"), str_of(rows[i].code));
	}
	struct str far = STR("from=20261101000000&to=99991231235959");
	assert_int_equal(house_get(house, "/v1/results", far, token), 200);
	struct str future = STR("from=20991101000000&to=99991231235959");
	assert_int_equal(house_get(house, "/v1/results", future, token), 200);
}

static void test_wrong_paths_methods_and_types_are_told_apart(void **state)
{
	struct house *house = *state;
	assert_int_equal(house_get(house, "/v1/nothing", (struct str){0}, (struct str){0}), 404);
	assert_problem(house, "not_found");
	assert_int_equal(house_get(house, "/v1/login", (struct str){0}, (struct str){0}), 405);
	assert_problem(house, "method_not_allowed");
	assert_int_equal(house->last.reply.headers_count, 1);
	assert_str_equal(house->last.reply.headers[0].name, STR("Allow"));
	assert_str_equal(house->last.reply.headers[0].value, STR("POST"));
	struct house_call call = {.method = "POST", .path = "/v1/mfa"};
	assert_int_equal(house_send(house, &call), 415);
	assert_problem(house, "media_type");
	char *large = arena_alloc(&house->arena, 70000);
	memset(large, ' ', 70000);
	assert_int_equal(house_post(house, "/v1/mfa", (struct str){large, 70000}), 413);
	assert_problem(house, "body_too_large");
}

static void test_what_the_adapter_refused_is_told_in_our_words(void **state)
{
	struct house *house = *state;
	struct web_request request = {.method = STR("GET"), .path = STR("/"), .refused = 431};
	house_reply_clear(house);
	web_fake_call(&house_app, house->service, &request, &house->last);
	assert_int_equal(house->last.reply.status, 431);
	assert_str_equal(json_span_member(house->last.reply.body, "code"),
			 STR("\"header_too_large\""));
}

#define HOUSE_TEST(name) cmocka_unit_test_setup_teardown(name, house_open, house_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(test_health_answers_anybody),
		HOUSE_TEST(test_password_and_passcode_open_a_session),
		HOUSE_TEST(test_every_wrong_login_gets_the_same_reply),
		HOUSE_TEST(test_a_facility_code_may_be_typed_in_any_width),
		HOUSE_TEST(test_a_passcode_is_good_once),
		HOUSE_TEST(test_a_challenge_is_good_for_one_try),
		HOUSE_TEST(test_a_challenge_ends_after_five_minutes),
		HOUSE_TEST(test_without_an_authenticator_no_passcode_is_right),
		HOUSE_TEST(test_an_enrolment_code_is_spent_once),
		HOUSE_TEST(test_an_enrolment_code_ends_after_72_hours),
		HOUSE_TEST(test_a_refresh_rotates_the_handle),
		HOUSE_TEST(test_a_lost_refresh_answer_is_given_again),
		HOUSE_TEST(test_a_replayed_handle_ends_the_family),
		HOUSE_TEST(test_a_handle_is_nothing_without_its_password),
		HOUSE_TEST(test_a_session_ends_when_idle_and_after_twelve_hours),
		HOUSE_TEST(test_an_idle_session_is_over),
		HOUSE_TEST(test_a_refresh_needs_an_idempotency_key),
		HOUSE_TEST(test_logout_ends_the_tokens_too),
		HOUSE_TEST(test_a_token_ends_after_ten_minutes),
		HOUSE_TEST(test_without_a_good_token_nothing_is_told),
		HOUSE_TEST(test_count_and_download_show_the_period),
		HOUSE_TEST(test_pages_join_into_the_whole),
		HOUSE_TEST(test_a_cursor_belongs_to_its_query),
		HOUSE_TEST(test_another_facility_sees_nothing),
		HOUSE_TEST(test_a_period_before_last_month_is_too_old),
		HOUSE_TEST(test_a_result_is_gone_after_the_end_of_next_month),
		HOUSE_TEST(test_a_download_is_on_the_audit_trail_before_it_leaves),
		HOUSE_TEST(test_a_number_shows_on_every_result_of_the_person),
		HOUSE_TEST(test_a_number_is_written_over_the_expected_one_only),
		HOUSE_TEST(test_a_number_belongs_to_one_person),
		HOUSE_TEST(test_a_service_that_runs_for_months_has_its_keys),
		HOUSE_TEST(test_a_new_pepper_is_under_a_password_from_its_next_login_on),
		HOUSE_TEST(test_a_clock_that_jumped_stops_tokens_and_recording_only),
		HOUSE_TEST(test_a_clock_behind_the_last_signed_head_is_not_believed),
		HOUSE_TEST(test_wrong_fields_are_named),
		HOUSE_TEST(test_queries_are_judged_too),
		HOUSE_TEST(test_wrong_paths_methods_and_types_are_told_apart),
		HOUSE_TEST(test_what_the_adapter_refused_is_told_in_our_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
