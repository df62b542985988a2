/* SPDX-License-Identifier: Apache-2.0 */
/* Changing a password over the API, and what a made one allows until then. */
#include "server/api/service_test.h"
#include "server/auth/lane.h"
#include "server/auth/password_list.h"

#define HERE  "1310000003"
#define NEXT  "mado wo akeru asa"
#define QUERY STR("from=20261101000000&to=20261122235959")

static int change(struct house *house, struct str token, struct str old, struct str next)
{
	struct house_call call = {
		.method = "POST",
		.path = "/v1/password",
		.token = token,
		.body = house_print(house, "{\"old_password\":\"%.*s\",\"new_password\":\"%.*s\"}",
				    STR_ARG(old), STR_ARG(next)),
	};
	return house_send(house, &call);
}

static int count(struct house *house, struct str token)
{
	return house_get(house, "/v1/results/count", QUERY, token);
}

static struct str old_of(struct house *house)
{
	return secret_str(&house->here.receipt.password);
}

static void assert_reason(struct house *house, const char *reason)
{
	const struct json *error = json_at(json_member(house->json.root, "errors"), 0);
	assert_str_equal(json_text(json_member(error, "field")), STR("new_password"));
	assert_str_equal(json_text(json_member(error, "reason")), str_of(reason));
}

static void test_a_session_changes_its_password_and_goes_on(void **state)
{
	struct house *house = *state;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	size_t audits = house_audits(house, house->here.no);
	assert_int_equal(change(house, session.token, old_of(house), STR(NEXT)), 200);
	struct str token = house_text(house, "access_token");
	struct str handle = house_text(house, "refresh_handle");
	assert_int_equal(house_audits(house, house->here.no), audits + 1);
	assert_int_equal(count(house, session.token), 401);
	assert_int_equal(count(house, token), 200);
	assert_int_equal(house_refresh(house, &house->here.receipt, handle, old_of(house),
				       "0123456789abcdef-1"),
			 401);
	assert_int_equal(house_refresh(house, &house->here.receipt, handle, STR(NEXT),
				       "0123456789abcdef-2"),
			 200);
	assert_int_equal(house_login(house, HERE, "WA0000001", old_of(house)), 401);
	assert_int_equal(house_login(house, HERE, "WA0000001", STR(NEXT)), 200);
}

static void test_a_changed_password_ends_the_accounts_other_sessions(void **state)
{
	struct house *house = *state;
	struct house_session first = house_session(house, HERE, &house->here.receipt);
	house->time.now_ms += 3 * TOTP_STEP_MS;
	assert_int_equal(house_login(house, HERE, "WA0000001", old_of(house)), 200);
	assert_int_equal(house_mfa(house, house_text(house, "challenge"),
				   house_passcode(house, &house->here.receipt, 0)),
			 200);
	struct str second = house_text(house, "access_token");
	assert_int_equal(count(house, first.token), 200);
	assert_int_equal(change(house, second, old_of(house), STR(NEXT)), 200);
	assert_int_equal(tail_poll(house->service->tail), 0);
	assert_int_equal(count(house, first.token), 401);
	assert_int_equal(house_refresh(house, &house->here.receipt, first.handle, STR(NEXT),
				       "0123456789abcdef-1"),
			 401);
}

static void test_a_wrong_old_password_changes_nothing_and_counts(void **state)
{
	struct house *house = *state;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	for (int i = 1; i < LANE_FREE_FAILS; i++) {
		assert_int_equal(change(house, session.token, STR("wrong"), STR("short")), 403);
		assert_problem(house, "password_wrong"); /* and nothing of the new one */
	}
	assert_int_equal(change(house, session.token, STR("wrong"), STR(NEXT)), 401);
	assert_problem(house, "account_locked");
	assert_int_equal(change(house, session.token, old_of(house), STR("short")), 401);
	assert_problem(house, "account_locked");
	house->time.now_ms += LANE_FIRST_MS;
	assert_int_equal(change(house, session.token, old_of(house), STR(NEXT)), 200);
}

static void test_a_new_password_that_does_not_fit_is_told_why(void **state)
{
	struct house *house = *state;
	struct str token = house_session(house, HERE, &house->here.receipt).token;
	static const struct {
		const char *password, *reason;
	} cases[] = {
		{"gT7vkqzmwrbx", "too_short"},	    {"gtvkqzmwrbxjp", "few_kinds"},
		{"passwordpassword1", "common"},    {"gtvkqz-WA0000001-mwrbx", "context"},
		{"gtvkqz" HERE "mwrbx", "context"}, {"gtvkqz試験施術所mwrbx", "context"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(change(house, token, old_of(house), str_of(cases[i].password)),
				 422);
		assert_reason(house, cases[i].reason);
	}
	assert_int_equal(change(house, token, old_of(house), old_of(house)), 422);
	assert_reason(house, "used");
	assert_int_equal(change(house, token, old_of(house),
				secret_str(&house->here.reader.password)),
			 422);
	assert_reason(house, "shared");
	/* Another facility's password is nobody's business. */
	assert_int_equal(change(house, token, old_of(house),
				secret_str(&house->there.reader.password)),
			 200);
}

static void test_the_last_ten_are_refused_and_the_eleventh_is_not(void **state)
{
	struct house *house = *state;
	struct str token = house_session(house, HERE, &house->here.receipt).token;
	struct str last = old_of(house);
	for (int i = 0; i < 10; i++) {
		struct str next = house_print(house, "gtvkqz-%c-mwrbxjph", 'b' + 2 * i);
		assert_int_equal(change(house, token, last, next), 200);
		token = house_text(house, "access_token");
		last = next;
		if (i < 9)
			continue;
		assert_int_equal(change(house, token, last, old_of(house)), 422);
		assert_reason(house, "used");
	}
	assert_int_equal(change(house, token, last, STR(NEXT)), 200);
	token = house_text(house, "access_token");
	assert_int_equal(change(house, token, STR(NEXT), old_of(house)), 200);
}

static void test_another_spelling_of_a_password_is_another_password(void **state)
{
	struct house *house = *state;
	struct str token = house_session(house, HERE, &house->here.receipt).token;
	struct str composed = STR("mado wo akeru gogo が"),
		   apart = STR("mado wo akeru gogo か\xe3\x82\x99");
	assert_int_equal(change(house, token, old_of(house), composed), 200);
	token = house_text(house, "access_token");
	assert_int_equal(change(house, token, apart, STR(NEXT)), 403);
	assert_int_equal(house_login(house, HERE, "WA0000001", apart), 401);
	assert_int_equal(house_login(house, HERE, "WA0000001", composed), 200);
}

static void test_a_reader_changes_its_own_password(void **state)
{
	struct house *house = *state;
	struct str token = house_reader_token(house, &house->here);
	struct str old = secret_str(&house->here.reader.password);
	assert_int_equal(change(house, token, STR("wrong"), STR(NEXT)), 403);
	assert_int_equal(change(house, token, old, STR(NEXT)), 200);
	assert_str_equal(house_text(house, "account_kind"), STR("W"));
	struct str next = house_text(house, "access_token");
	assert_int_equal(house_get(house, "/v1/reader/staff", (struct str){0}, token), 401);
	assert_int_equal(house_get(house, "/v1/reader/staff", (struct str){0}, next), 200);
	assert_int_equal(change(house, next, STR(NEXT), old), 422);
	assert_reason(house, "used");
}

/* --- a password that somebody else made --- */

static void must_change(struct house *house)
{
	struct store_account account = house->here.receipt.row;
	assert_int_equal(db_begin(house->db), 0);
	assert_int_equal(password_make(&house->service->auth, &house->arena, &account, STR(HERE),
				       &house->here.receipt.password),
			 0);
	account.must_change = true;
	assert_int_equal(store_account_password_set(house->db, &account, house->time.now_ms), 0);
	assert_int_equal(db_commit(house->db), 0);
}

static void test_a_made_password_opens_nothing_but_its_change(void **state)
{
	struct house *house = *state;
	must_change(house);
	struct str token = house_session(house, HERE, &house->here.receipt).token;
	for (int i = 0; i < 2; i++) { /* and is not forgotten by having been asked */
		assert_int_equal(count(house, token), 403);
		assert_problem(house, "password_must_change");
	}
	assert_int_equal(house_get(house, "/v1/results", QUERY, token), 403);
	assert_int_equal(change(house, token, old_of(house), old_of(house)), 422);
	assert_int_equal(change(house, token, old_of(house), STR(NEXT)), 200);
	assert_int_equal(count(house, house_text(house, "access_token")), 200);
}

static void test_a_made_password_lets_go(void **state)
{
	struct house *house = *state;
	must_change(house);
	struct house_call call = {
		.method = "POST",
		.path = "/v1/logout",
		.token = house_session(house, HERE, &house->here.receipt).token,
		.body = STR("{}"),
	};
	assert_int_equal(house_send(house, &call), 204);
}

/* --- the operator's list --- */

#define LISTED "gtvkqz-mwrbx-jph"

/* Starts the house's service anew, with the list that the settings name; its outcome. */
static int restart(struct house *house)
{
	static const struct password_cost cheap = {.passes = 1, .memory_kib = 8};
	struct service_options options = {
		.config = &house->config,
		.clock = clock_of_fake(&house->time),
		.log_fd = -1,
		.cost = &cheap,
	};
	service_destroy(house->service);
	house->service = NULL;
	return service_create(&house->service, &options);
}

static void list_write(struct house *house, const char *line, size_t lines)
{
	struct str path = house_print(house, "%s/passwords", house->folder);
	FILE *file = fopen(path.ptr, "we");
	assert_non_null(file);
	for (size_t i = 0; i < lines; i++)
		assert_true(fputs(line, file) >= 0);
	assert_int_equal(fclose(file), 0);
	house->config.passwords.list = path;
}

static void test_a_password_of_the_operators_list_is_refused(void **state)
{
	struct house *house = *state;
	list_write(house, "GTVKQZ-mwrbx-jph\r\n", 1);
	assert_int_equal(restart(house), 0);
	struct str token = house_session(house, HERE, &house->here.receipt).token;
	assert_int_equal(change(house, token, old_of(house), STR(LISTED)), 422);
	assert_reason(house, "common");
	/* Without the list it is nobody's word. */
	house->config.passwords.list = STR("");
	assert_int_equal(restart(house), 0);
	assert_int_equal(change(house, token, old_of(house), STR(LISTED)), 200);
}

static void test_a_list_that_cannot_be_read_whole_stops_the_start(void **state)
{
	struct house *house = *state;
	list_write(house, "a\n", PASSWORD_LIST_LINES_MAX + 1);
	assert_int_equal(restart(house), SERVICE_PASSWORDS_TOO_MANY);
	house->config.passwords.list = house_print(house, "%s/nowhere", house->folder);
	assert_int_equal(restart(house), SERVICE_PASSWORDS_UNREADABLE);
	house->config.passwords.list = str_of(house->folder);
	assert_int_equal(restart(house), SERVICE_PASSWORDS_UNREADABLE);
}

#define HOUSE_TEST(name) cmocka_unit_test_setup_teardown(name, house_open, house_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HOUSE_TEST(test_a_session_changes_its_password_and_goes_on),
		HOUSE_TEST(test_a_changed_password_ends_the_accounts_other_sessions),
		HOUSE_TEST(test_a_wrong_old_password_changes_nothing_and_counts),
		HOUSE_TEST(test_a_new_password_that_does_not_fit_is_told_why),
		HOUSE_TEST(test_the_last_ten_are_refused_and_the_eleventh_is_not),
		HOUSE_TEST(test_another_spelling_of_a_password_is_another_password),
		HOUSE_TEST(test_a_reader_changes_its_own_password),
		HOUSE_TEST(test_a_made_password_opens_nothing_but_its_change),
		HOUSE_TEST(test_a_made_password_lets_go),
		HOUSE_TEST(test_a_password_of_the_operators_list_is_refused),
		HOUSE_TEST(test_a_list_that_cannot_be_read_whole_stops_the_start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
