/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T11 enumeration_bytes: whatever is wrong with a login, a passcode or an enrolment code, the reply
 * is the same bytes, and a login has run the same statements. Only the account's own registered
 * device is told the cause. With the planted fault of a login that tells nobody's login ids apart,
 * the same comparison must fail.
 */
#include "server/api/device_test.h"

#include "server/auth/lane.h"
#include "server/auth/login.h"

#define HERE  "1310000003"
#define THERE "1310000011"

/* --- the planted fault --- */

static bool nobody_is_told_apart;

int __real_login_commit(struct db *db, struct login *login, int64_t now_ms);
int __wrap_login_commit(struct db *db, struct login *login, int64_t now_ms);
int __wrap_login_commit(struct db *db, struct login *login, int64_t now_ms)
{
	int r = __real_login_commit(db, login, now_ms);
	return nobody_is_told_apart && login->lane.subject < 0 ? LOGIN_PROOF : r;
}

/* --- the statements of a login, in their order --- */

enum { STATEMENTS_MAX = 64 };

static const char *statements[STATEMENTS_MAX];
static size_t statements_count;

int __real_db_query(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
		    struct db_rows **ret_rows);
int __wrap_db_query(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
		    struct db_rows **ret_rows);
int __wrap_db_query(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
		    struct db_rows **ret_rows)
{
	static const char *const tables[] = {"FROM account", "FROM facility", "FROM device",
					     "INTO lane"};
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		if (strstr(sql, tables[i]) && statements_count < STATEMENTS_MAX)
			statements[statements_count++] = sql;
	return __real_db_query(db, sql, args, args_count, ret_rows);
}

/* --- replies, byte by byte --- */

static struct str reply_bytes(struct house *house)
{
	const struct web_reply *reply = &house->last.reply;
	struct str bytes = house_print(house, "%d %d\n%.*s\n", reply->status, reply->retry_after_s,
				       STR_ARG(reply->content_type));
	for (size_t i = 0; i < reply->headers_count; i++)
		bytes = house_print(house, "%.*s%.*s: %.*s\n", STR_ARG(bytes),
				    STR_ARG(reply->headers[i].name),
				    STR_ARG(reply->headers[i].value));
	return house_print(house, "%.*s\n%.*s", STR_ARG(bytes), STR_ARG(reply->body));
}

static void account_close(struct house *house, const struct house_account *account)
{
	assert_int_equal(db_begin(house->db), 0);
	assert_int_equal(store_account_active_set(house->db, account->row.facility_no,
						  account->row.no, false, house->time.now_ms),
			 0);
	assert_int_equal(db_commit(house->db), 0);
}

static void lane_close(struct house *house, const struct house_account *account, int fails)
{
	struct store_lane lane = {.subject = account->row.no};
	for (int i = 0; i < fails; i++) {
		int r = lane_attempt(house->db, &lane, STORE_LANE_FAILED,
				     house->time.now_ms - (fails - i) * (int64_t)LANE_MOST_MS,
				     NULL);
		assert_true(r >= 0);
	}
	int r = lane_attempt(house->db, &lane, STORE_LANE_FAILED, house->time.now_ms, NULL);
	assert_int_equal(r, LANE_CLOSED);
}

/* --- login --- */

struct login_cause {
	const char *name;
	const char *facility;
	const char *login_id;
	bool right_password; /* of the account there */
	void (*prepare)(struct house *house);
};

static void here_closed(struct house *house)
{
	account_close(house, &house->here.receipt);
}

static void here_delayed(struct house *house)
{
	lane_close(house, &house->here.receipt, LANE_FREE_FAILS);
}

static void here_stopped(struct house *house)
{
	lane_close(house, &house->here.receipt, LANE_STOP_FAILS);
}

static void here_enrolled(struct house *house)
{
	house_enrol(house, &house->here.receipt);
}

/* A temporary account in the place of the facility's own, with the same password. */
static void here_temporary(struct house *house, int64_t valid_until_ms, int64_t uses_left,
			   int64_t codes_left)
{
	struct house_account *account = &house->here.receipt;
	account->row.login_id = STR("M0000001");
	account->row.kind = ACCOUNT_MAIL;
	account->row.valid_until_ms = valid_until_ms;
	account->row.uses_left = uses_left;
	account->row.codes_left = codes_left;
	secret_wipe(&account->password);
	assert_int_equal(password_make(&house->service->auth, &house->arena, &account->row,
				       STR(HERE), &account->password),
			 0);
	assert_int_equal(store_account_add(house->db, &account->row, &account->row.no), 0);
}

static void here_mail(struct house *house)
{
	here_temporary(house, house->time.now_ms + 1, 5, 20);
}

static void here_mail_over(struct house *house)
{
	here_temporary(house, house->time.now_ms, 5, 20);
}

static void here_mail_used(struct house *house)
{
	here_temporary(house, house->time.now_ms + 1, 0, 20);
}

static void here_mail_spent(struct house *house)
{
	here_temporary(house, house->time.now_ms + 1, 5, 0);
}

static void here_mail_unread(struct house *house)
{
	here_mail(house); /* right in all, but its facility has no address */
}

static const struct login_cause login_causes[] = {
	{"wrong password, no authenticator", HERE, "WA0000001", false, NULL},
	{"wrong password, enrolled", HERE, "WA0000001", false, here_enrolled},
	{"nobody's login id", HERE, "WA9999999", true, NULL},
	{"nobody's login id, another bucket", HERE, "WA9999998", true, NULL},
	{"another facility", THERE, "WA0000001", true, NULL},
	{"nobody's facility", "1310000029", "WA0000001", true, NULL},
	{"what is no facility code", "abcdefgh", "WA0000001", true, NULL},
	{"the reader's account", HERE, "W0000001", true, NULL},
	{"another facility's account", HERE, "WA0000002", true, NULL},
	{"closed account", HERE, "WA0000001", true, here_closed},
	{"closed for a while", HERE, "WA0000001", true, here_delayed},
	{"closed for good", HERE, "WA0000001", true, here_stopped},
	{"temporary account, wrong password", HERE, "M0000001", false, here_mail},
	{"temporary account, over", HERE, "M0000001", true, here_mail_over},
	{"temporary account, used up", HERE, "M0000001", true, here_mail_used},
	{"temporary account, too many codes", HERE, "M0000001", true, here_mail_spent},
	{"temporary account, no address", HERE, "M0000001", true, here_mail_unread},
	{"nobody's temporary account", HERE, "M9999999", true, NULL},
};

enum { LOGIN_CAUSES = sizeof login_causes / sizeof login_causes[0] };

struct login_seen {
	struct str reply;
	const char *statements[STATEMENTS_MAX];
	size_t statements_count;
};

/* Each cause in a house of its own; seen outlives it in keep. */
static void login_see(const struct login_cause *cause, struct arena *keep, struct login_seen *seen)
{
	void *part;
	assert_int_equal(house_open(&part), 0);
	struct house *house = part;
	if (cause->prepare)
		cause->prepare(house);
	const struct house_account *account = &house->here.receipt;
	if (str_equal(str_of(cause->login_id), STR("W0000001")))
		account = &house->here.reader;
	if (str_equal(str_of(cause->login_id), STR("WA0000002")))
		account = &house->there.receipt;
	statements_count = 0;
	house_login(house, cause->facility, cause->login_id,
		    cause->right_password ? secret_str(&account->password)
					  : STR("not the password"));
	seen->statements_count = statements_count;
	memcpy(seen->statements, statements, sizeof statements);
	assert_int_equal(arena_copy(keep, reply_bytes(house), &seen->reply), 0);
	assert_int_equal(house_close(&part), 0);
}

static size_t login_differing(void)
{
	AUTO(arena_clear) struct arena keep;
	arena_init(&keep, 1 << 20);
	struct login_seen first;
	size_t differing = 0;
	login_see(&login_causes[0], &keep, &first);
	assert_true(str_starts(first.reply, STR("401 ")));
	assert_int_equal(first.statements_count, 4);
	for (size_t i = 1; i < LOGIN_CAUSES; i++) {
		struct login_seen seen;
		login_see(&login_causes[i], &keep, &seen);
		bool same = str_equal(seen.reply, first.reply) &&
			    seen.statements_count == first.statements_count;
		for (size_t n = 0; same && n < seen.statements_count; n++)
			same = seen.statements[n] == first.statements[n];
		if (!same)
			print_message("# differs: %s\n", login_causes[i].name);
		differing += !same;
	}
	return differing;
}

static void test_a_login_does_not_tell_what_is_wrong(void **state)
{
	(void)state;
	assert_int_equal(login_differing(), 0);
}

static void test_a_login_that_tells_is_found(void **state)
{
	(void)state;
	nobody_is_told_apart = true;
	size_t differing = login_differing();
	nobody_is_told_apart = false;
	assert_int_equal(differing, 3);
}

/* --- mfa --- */

static struct str challenge_take(struct house *house)
{
	assert_int_equal(house_login(house, HERE, "WA0000001",
				     secret_str(&house->here.receipt.password)),
			 200);
	return house_text(house, "challenge");
}

static struct str passcode_wrong(struct house *house)
{
	struct str right = house_passcode(house, &house->here.receipt, 1);
	return str_equal(right, STR("000000")) ? STR("000001") : STR("000000");
}

static void test_a_passcode_does_not_tell_what_is_wrong(void **state)
{
	struct house *house = *state;
	print_message("# later: portal reset\n");
	assert_int_equal(house_mfa(house, challenge_take(house), STR("123456")), 401);
	struct str absent = reply_bytes(house);
	house_enrol(house, &house->here.receipt);
	assert_int_equal(house_mfa(house, challenge_take(house), passcode_wrong(house)), 401);
	assert_str_equal(reply_bytes(house), absent);
	struct str drifted = house_passcode(house, &house->here.receipt, 20);
	assert_int_equal(house_mfa(house, challenge_take(house), drifted), 401);
	assert_str_equal(reply_bytes(house), absent);
	assert_int_equal(house_mfa(house, challenge_take(house),
				   house_passcode(house, &house->here.receipt, 0)),
			 401);
	assert_str_equal(reply_bytes(house), absent); /* spent by the enrolment */
	struct str challenge = challenge_take(house);
	lane_close(house, &house->here.receipt, LANE_FREE_FAILS);
	struct str right = house_passcode(house, &house->here.receipt, 1);
	assert_int_equal(house_mfa(house, challenge, right), 401);
	assert_str_equal(reply_bytes(house), absent);
}

static void test_a_challenge_does_not_tell_why_it_is_no_good(void **state)
{
	struct house *house = *state;
	assert_int_equal(house_mfa(house, challenge_take(house), STR("123456")), 401);
	struct str absent = reply_bytes(house);
	house_enrol(house, &house->here.receipt);
	struct str right = house_passcode(house, &house->here.receipt, 1);
	assert_int_equal(house_mfa(house, STR("forged"), right), 401);
	struct str forged = reply_bytes(house);
	assert_str_equal(forged, absent);
	struct str spent = challenge_take(house);
	assert_int_equal(house_mfa(house, spent, passcode_wrong(house)), 401);
	assert_int_equal(house_mfa(house, spent, right), 401);
	assert_str_equal(reply_bytes(house), forged);
	struct str late = challenge_take(house);
	house->time.now_ms += AUTH_CHALLENGE_MS;
	assert_int_equal(house_mfa(house, late, right), 401);
	assert_str_equal(reply_bytes(house), forged);
	struct str closed = challenge_take(house);
	account_close(house, &house->here.receipt);
	assert_int_equal(house_mfa(house, closed, house_passcode(house, &house->here.receipt, 1)),
			 401);
	assert_str_equal(reply_bytes(house), forged);
}

/* --- enrolment --- */

static struct str enrolment_code(struct house *house)
{
	AUTO(secret_wipe) struct secret code = {0};
	assert_int_equal(db_begin(house->db), 0);
	assert_int_equal(enrolment_issue(&house->service->auth, house->db, &house->arena,
					 &house->here.receipt.row, house->time.now_ms, &code),
			 0);
	assert_int_equal(db_commit(house->db), 0);
	return house_print(house, "%.*s", STR_ARG(secret_str(&code)));
}

static struct str enrolment_reply(struct house *house, struct str code)
{
	struct str body = house_print(house, "{\"code\":\"%.*s\"}", STR_ARG(code));
	assert_int_equal(house_post(house, "/v1/enrolment", body), 404);
	return reply_bytes(house);
}

static void test_an_enrolment_code_does_not_tell_why_it_is_no_good(void **state)
{
	struct house *house = *state;
	struct str code = enrolment_code(house);
	struct str never = enrolment_reply(house, STR("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"));
	house->time.now_ms += CODE_LIFE_MS;
	assert_str_equal(enrolment_reply(house, code), never);
	code = enrolment_code(house);
	account_close(house, &house->here.receipt);
	assert_str_equal(enrolment_reply(house, code), never);
}

/* --- the account's own device --- */

static void device_register(struct house *house, const struct house_account *account,
			    const struct signing_key *device)
{
	AUTO(verify_key_destroyp) struct verify_key *key = NULL;
	char thumbprint[THUMBPRINT_BYTES];
	unsigned char id[STORE_ID_BYTES];
	int64_t no;
	random_bytes(id, sizeof id);
	assert_int_equal(verify_key_of(device, &key), 0);
	assert_int_equal(verify_key_thumbprint(key, thumbprint), 0);
	struct store_device row = {
		.id = str_bytes(id, sizeof id),
		.facility_no = account->row.facility_no,
		.account_no = account->row.no,
		.thumbprint = str_of(thumbprint),
		.platform = STR("linux"),
		.name = STR("受付"),
	};
	assert_int_equal(store_device_add(house->db, &row, &no), 0);
}

static int login_proven(struct house *house, const struct signing_key *device, struct str password)
{
	return house_login_proven(house, device, HERE, &house->here.receipt, password);
}

static void test_the_accounts_own_device_hears_the_cause(void **state)
{
	struct house *house = *state;
	struct str password = secret_str(&house->here.receipt.password);
	AUTO(signing_key_destroyp) struct signing_key *own = NULL, *others = NULL;
	assert_int_equal(signing_key_generate(&own), 0);
	assert_int_equal(signing_key_generate(&others), 0);
	device_register(house, &house->here.receipt, own);
	device_register(house, &house->there.receipt, others);
	assert_int_equal(login_proven(house, own, password), 200);
	assert_int_equal(house_mfa_proven(house, own, STR("123456")), 401);
	assert_problem(house, "authenticator_absent");
	house_enrol(house, &house->here.receipt);
	assert_int_equal(login_proven(house, own, password), 200);
	assert_int_equal(house_mfa_proven(house, own,
					  house_passcode(house, &house->here.receipt, 0)),
			 401);
	assert_problem(house, "passcode_reused");
	assert_int_equal(login_proven(house, own, password), 200);
	assert_int_equal(house_mfa_proven(house, own,
					  house_passcode(house, &house->here.receipt, 20)),
			 401);
	assert_problem(house, "passcode_drifted");
	assert_int_equal(login_proven(house, own, password), 200);
	assert_int_equal(house_mfa_proven(house, own, passcode_wrong(house)), 401);
	assert_problem(house, "passcode_refused");
	/* A challenge given to a device is no good without it, nor with another. */
	struct str right = house_passcode(house, &house->here.receipt, 1);
	assert_int_equal(login_proven(house, own, password), 200);
	assert_int_equal(house_mfa_proven(house, NULL, right), 401);
	assert_problem(house, "passcode_refused");
	assert_int_equal(login_proven(house, own, password), 200);
	assert_int_equal(house_mfa_proven(house, others, right), 401);
	assert_problem(house, "passcode_refused");
	assert_int_equal(login_proven(house, own, password), 200);
	assert_int_equal(house_mfa_proven(house, own, right), 200);
	/* Outsiders, and another facility's device, close their own lane and hear nothing. */
	for (int i = 0; i < LANE_FREE_FAILS; i++)
		assert_int_equal(login_proven(house, i % 2 ? others : NULL, STR("wrong")), 401);
	assert_int_equal(login_proven(house, others, password), 401);
	assert_problem(house, "credentials_refused");
	assert_int_equal(login_proven(house, own, password), 200);
	for (int i = 0; i < LANE_FREE_FAILS; i++)
		assert_int_equal(login_proven(house, own, STR("wrong")), 401);
	assert_int_equal(login_proven(house, own, password), 401);
	assert_problem(house, "account_locked");
	assert_true(house->last.reply.retry_after_s > 0);
}

/* --- the reader's login: only the account's own device hears anything about the password --- */

static int reader_login(struct house *house, const struct signing_key *device, const char *login_id,
			struct str password)
{
	struct str body =
		house_print(house, "{\"login_id\":\"%s\",\"password\":\"%.*s\"," HOUSE_CLIENT "}",
			    login_id, STR_ARG(password));
	statements_count = 0;
	return house_post_proven(house, device, "/v1/reader/login", body);
}

static void test_a_readers_login_does_not_tell_what_is_wrong(void **state)
{
	struct house *house = *state;
	struct str right = secret_str(&house->here.reader.password);
	struct str receipt = secret_str(&house->here.receipt.password);
	AUTO(signing_key_destroyp) struct signing_key *stranger = NULL, *others = NULL, *own = NULL;
	assert_int_equal(signing_key_generate(&stranger), 0);
	assert_int_equal(signing_key_generate(&others), 0);
	assert_int_equal(signing_key_generate(&own), 0);
	device_register(house, &house->there.reader, others);
	device_register(house, &house->here.reader, own);
	assert_int_equal(reader_login(house, stranger, "W0000001", right), 401);
	assert_problem(house, "device_unknown");
	struct str first = reply_bytes(house);
	size_t count = statements_count;
	const struct {
		const struct signing_key *device;
		const char *login_id;
		struct str password;
	} causes[] = {
		{stranger, "W0000001", STR("wrong")}, {stranger, "W9999999", right},
		{stranger, "WA0000001", receipt},     {others, "W0000001", right},
		{others, "W0000001", STR("wrong")},   {others, "W9999999", right},
	};
	for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
		reader_login(house, causes[i].device, causes[i].login_id, causes[i].password);
		assert_str_equal(reply_bytes(house), first);
		assert_int_equal(statements_count, count);
	}
	/* Guesses of strangers, however many, do not close the lane of its own device. */
	for (int i = 0; i < LANE_FREE_FAILS; i++) {
		reader_login(house, stranger, "W0000001", STR("wrong"));
		assert_str_equal(reply_bytes(house), first);
	}
	assert_int_equal(reader_login(house, own, "W0000001", STR("wrong")), 401);
	assert_problem(house, "credentials_refused");
	assert_int_equal(reader_login(house, own, "W0000001", right), 200);
	account_close(house, &house->here.reader);
	reader_login(house, stranger, "W0000001", right);
	assert_str_equal(reply_bytes(house), first);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_login_does_not_tell_what_is_wrong),
		cmocka_unit_test(test_a_login_that_tells_is_found),
		cmocka_unit_test_setup_teardown(test_a_passcode_does_not_tell_what_is_wrong,
						house_open, house_close),
		cmocka_unit_test_setup_teardown(test_a_challenge_does_not_tell_why_it_is_no_good,
						house_open, house_close),
		cmocka_unit_test_setup_teardown(
			test_an_enrolment_code_does_not_tell_why_it_is_no_good, house_open,
			house_close),
		cmocka_unit_test_setup_teardown(test_the_accounts_own_device_hears_the_cause,
						house_open, house_close),
		cmocka_unit_test_setup_teardown(test_a_readers_login_does_not_tell_what_is_wrong,
						house_open, house_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
