/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T54 mail_account: the whole life of a temporary account (seed table 3-1 ③). Two operators, an
 * address that has stood for 72 hours, nobody logged in with an authenticator; then 72 hours, five
 * sessions of at most an hour, eight digits by mail for one login and one try, the last seven days,
 * no writing; each step is on the trail and in the facility's mail; closed by itself. The mail's
 * server is a table here (tests/stack has a real one).
 *
 * Planted faults, each of which the same trial must find: an account that never ends, uses that are
 * not counted, a code of any login, a facility that is told nothing.
 */
#include "server/api/service_test.h"

#include "lib/db/testing.h"
#include "server/auth/temporary.h"

#define HERE	"1310000003"
#define ADDRESS "uketsuke@clinic.example"

enum { HOUR_MS = 60 * 60 * 1000, ASKING = 901, APPROVING = 902, MAILS_MAX = 64 };

/* --- planted faults --- */

static bool never_ends, never_counts, any_code, tells_nothing;

bool __real_account_is_usable(const struct store_account *account, int64_t now_ms);
bool __wrap_account_is_usable(const struct store_account *account, int64_t now_ms);
bool __wrap_account_is_usable(const struct store_account *account, int64_t now_ms)
{
	return never_ends ? account->active : __real_account_is_usable(account, now_ms);
}

int __real_store_account_use_spend(struct db *db, int64_t facility_no, int64_t account_no,
				   int64_t now_ms);
int __wrap_store_account_use_spend(struct db *db, int64_t facility_no, int64_t account_no,
				   int64_t now_ms);
int __wrap_store_account_use_spend(struct db *db, int64_t facility_no, int64_t account_no,
				   int64_t now_ms)
{
	if (never_counts)
		return 0;
	int r = __real_store_account_use_spend(db, facility_no, account_no, now_ms);
	return r < 0 ? PASS(r) : r;
}

int __real_store_account_code_spend(struct db *db, int64_t facility_no, int64_t account_no,
				    int64_t now_ms);
int __wrap_store_account_code_spend(struct db *db, int64_t facility_no, int64_t account_no,
				    int64_t now_ms);
int __wrap_store_account_code_spend(struct db *db, int64_t facility_no, int64_t account_no,
				    int64_t now_ms)
{
	if (never_ends)
		return 0;
	int r = __real_store_account_code_spend(db, facility_no, account_no, now_ms);
	return r < 0 ? PASS(r) : r;
}

int __real_mail_code_verify(const struct auth *auth, int key_n, struct str family, struct str code);
int __wrap_mail_code_verify(const struct auth *auth, int key_n, struct str family, struct str code);
int __wrap_mail_code_verify(const struct auth *auth, int key_n, struct str family, struct str code)
{
	int r = any_code ? 0 : __real_mail_code_verify(auth, key_n, family, code);
	return r < 0 ? PASS(r) : r;
}

int __real_facility_tell(const struct keys *keys, struct db *db, struct arena *arena,
			 const struct store_facility *facility, const struct facility_news *news);
int __wrap_facility_tell(const struct keys *keys, struct db *db, struct arena *arena,
			 const struct store_facility *facility, const struct facility_news *news);
int __wrap_facility_tell(const struct keys *keys, struct db *db, struct arena *arena,
			 const struct store_facility *facility, const struct facility_news *news)
{
	if (tells_nothing)
		return 0;
	int r = __real_facility_tell(keys, db, arena, facility, news);
	return r ? PASS(r) : 0;
}

/* --- the run --- */

struct run {
	struct house *house;
	struct temporary temporary;
	size_t wrong;
};

static void expect(struct run *run, const char *what, bool right)
{
	if (right)
		return;
	run->wrong++;
	print_message("# not so: %s\n", what);
}

static void address_set(struct run *run, int64_t mail_ms)
{
	struct house *house = run->house;
	struct str sealed;
	assert_int_equal(facility_address_seal(house->service->keys, &house->arena, house->here.no,
					       STR(ADDRESS), &sealed),
			 0);
	assert_int_equal(store_facility_mail_set(house->db, house->here.no, sealed, mail_ms), 0);
}

static void run_open(struct run *run, void **state)
{
	void *part;
	const struct db_fixture *fixture = db_fixture_of(state);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	assert_int_equal(house_open_on(&part, postgres ? fixture->target : NULL), 0);
	*run = (struct run){.house = part};
	address_set(run, 0);
}

static void run_close(struct run *run)
{
	void *part = run->house;
	secret_wipe(&run->temporary.password);
	assert_int_equal(house_close(&part), 0);
}

static struct store_facility facility_of(struct run *run)
{
	struct store_facility facility;
	struct house *house = run->house;
	assert_int_equal(store_facility_get(house->db, &house->arena, house->here.no, &facility),
			 0);
	return facility;
}

static int ask(struct run *run, const char *login_id)
{
	struct house *house = run->house;
	struct store_facility facility = facility_of(run);
	int64_t no = 0;
	assert_int_equal(db_begin(house->db), 0);
	int r = temporary_ask(&house->service->auth, house->db, &house->arena, &facility,
			      str_of(login_id), ASKING, house->time.now_ms, &no);
	assert_int_equal(db_commit(house->db), 0);
	if (r == 0)
		assert_int_equal(store_account_get(house->db, &house->arena, house->here.no, no,
						   &run->temporary.account),
				 0);
	return r;
}

static int approve(struct run *run, int64_t operator_no)
{
	struct house *house = run->house;
	struct store_facility facility = facility_of(run);
	assert_int_equal(db_begin(house->db), 0);
	int r = temporary_approve(&house->service->auth, house->db, &house->arena, &facility,
				  operator_no, house->time.now_ms, &run->temporary);
	assert_int_equal(db_commit(house->db), 0);
	return r;
}

static void account_open(struct run *run)
{
	assert_int_equal(ask(run, "M0000001"), 0);
	assert_int_equal(approve(run, APPROVING), 0);
}

/* --- mail: taken out of the outbox as the sender would --- */

static struct str mail_take(struct run *run, enum mail_kind kind)
{
	struct house *house = run->house;
	struct store_mail mail;
	struct mail_letter letter;
	while (store_outbox_due(house->db, &house->arena, house->time.now_ms, &mail) == 0) {
		assert_int_equal(mail_open(house->service->keys, &house->arena, &mail, &letter), 0);
		assert_int_equal(store_outbox_remove(house->db, mail.id), 0);
		if (letter.kind == kind && str_equal(letter.to, STR(ADDRESS)))
			return kind == MAIL_CODE ? letter.text : letter.subject;
	}
	return STR("");
}

static bool told(struct run *run, const char *word)
{
	struct str subject = mail_take(run, MAIL_NOTICE);
	return subject.len && memmem(subject.ptr, subject.len, word, strlen(word));
}

/* The eight digits behind "番号: ". */
static struct str code_take(struct run *run)
{
	struct str text = mail_take(run, MAIL_CODE);
	const char *mark = text.len ? memmem(text.ptr, text.len, "番号: ", 8) : NULL;
	return mark ? (struct str){mark + 8, MAIL_CODE_DIGITS} : STR("00000000");
}

/* --- a login --- */

static int login(struct run *run)
{
	return house_login(run->house, HERE, "M0000001", secret_str(&run->temporary.password));
}

static struct str challenge_take(struct run *run)
{
	int status = login(run);
	expect(run, "the password is right", status == 200);
	return status == 200 ? house_text(run->house, "challenge") : STR("none");
}

static struct house_session session(struct run *run)
{
	struct str challenge = challenge_take(run);
	expect(run, "the code by mail opens a session",
	       house_mfa(run->house, challenge, code_take(run)) == 200);
	return (struct house_session){
		.token = house_text(run->house, "access_token"),
		.handle = house_text(run->house, "refresh_handle"),
	};
}

static int count(struct run *run, struct str token, const char *from, const char *to)
{
	struct str query = house_print(run->house, "from=%s&to=%s", from, to);
	return house_get(run->house, "/v1/results/count", query, token);
}

static bool refused_as(struct run *run, int status, int wanted, const char *code)
{
	return status == wanted && str_equal(house_text(run->house, "code"), str_of(code));
}

/* --- opening --- */

static void authenticator_login(struct run *run)
{
	house_session(run->house, HERE, &run->house->here.receipt);
}

static void opening_try(struct run *run)
{
	struct house *house = run->house;
	assert_int_equal(store_facility_mail_set(house->db, house->here.no, (struct str){0}, 0), 0);
	expect(run, "no address, no account", ask(run, "M0000001") == TEMPORARY_ADDRESS);
	address_set(run, house->time.now_ms - 24 * HOUR_MS);
	expect(run, "an address changed yesterday", ask(run, "M0000001") == TEMPORARY_ADDRESS);
	address_set(run, house->time.now_ms - INT64_C(72) * HOUR_MS);
	expect(run, "asked for", ask(run, "M0000001") == 0);
	expect(run, "once", ask(run, "M0000002") == TEMPORARY_OPEN_ALREADY);
	expect(run, "not by who asked", approve(run, ASKING) == TEMPORARY_SAME_OPERATOR);
	expect(run, "not by nobody", approve(run, 0) == TEMPORARY_SAME_OPERATOR);
	expect(run, "by another", approve(run, APPROVING) == 0);
	expect(run, "the facility is told", told(run, "開設"));
	expect(run, "opened once", approve(run, APPROVING) == TEMPORARY_NOT_ASKED);
	expect(run, "sixteen letters of password", run->temporary.password.len == 16);
}

static void working_try(struct run *run)
{
	authenticator_login(run);
	expect(run, "not beside an authenticator that works",
	       ask(run, "M0000001") == TEMPORARY_NOT_NEEDED);
	run->house->time.now_ms += AUTH_IDLE_MS;
	expect(run, "but when that is gone", ask(run, "M0000001") == 0);
	run->house->time.now_ms += TEMPORARY_ASKED_MS;
	expect(run, "not approved too late", approve(run, APPROVING) == TEMPORARY_NOT_ASKED);
}

/* --- codes --- */

static void codes_try(struct run *run)
{
	struct house *house = run->house;
	account_open(run);
	struct str first = challenge_take(run), first_code = code_take(run);
	expect(run, "ten minutes", str_equal(house_number(house, "expires_in"), STR("600")));
	expect(run, "it says that a mail was sent",
	       str_equal(house_text(house, "passcode_by"), STR("mail")));
	struct str second = challenge_take(run), second_code = code_take(run);
	expect(run, "another login, another code", !str_equal(first_code, second_code));
	expect(run, "the code of login 1 in login 2", house_mfa(house, second, first_code) == 401);
	expect(run, "a try is all there is", house_mfa(house, second, second_code) == 401);
	expect(run, "login 1 is as it was", house_mfa(house, first, first_code) == 200);
	expect(run, "once", house_mfa(house, first, first_code) == 401);
	struct str late = challenge_take(run), late_code = code_take(run);
	house->time.now_ms += AUTH_MAIL_CODE_MS;
	expect(run, "not after ten minutes", house_mfa(house, late, late_code) == 401);
	struct str short_one = challenge_take(run);
	expect(run, "six digits are not eight", house_mfa(house, short_one, STR("123456")) == 401);
}

/* --- what a session may --- */

static void rights_try(struct run *run)
{
	struct house *house = run->house;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	account_open(run);
	told(run, "開設");
	size_t audits = house_audits_of(house, house->here.no, "mfa");
	struct house_session open = session(run);
	expect(run, "the use is on the trail",
	       house_audits_of(house, house->here.no, "mfa") == audits + 1);
	expect(run, "and in the facility's mail", told(run, "ログイン"));
	expect(run, "counts", count(run, open.token, "20261120000000", "20261122235959") == 200);
	expect(run, "one", str_equal(house_number(house, "count"), STR("1")));
	expect(run, "a longer period is cut to seven days",
	       count(run, open.token, "20261001000000", "20261122235959") == 200);
	expect(run, "which it says", str_equal(house_text(house, "from"), STR("20261116000000")));
	expect(run, "what lies before is refused",
	       refused_as(run, count(run, open.token, "20261101000000", "20261115235959"), 422,
			  "period_temporary"));
	expect(run, "downloads",
	       house_get(house, "/v1/results", STR("from=20261116000000&to=20261122235959"),
			 open.token) == 200);
	struct house_call reference = {
		.method = "PUT",
		.path = "/v1/results/00000000000000000000000000000000/reference",
		.body = STR("{\"number\":\"1\",\"expected\":null}"),
		.token = open.token,
		.idempotency_key = "0123456789abcdef",
	};
	expect(run, "writes no reference number",
	       refused_as(run, house_send(house, &reference), 403, "temporary_refused"));
	struct house_call staff = {.method = "GET", .path = "/v1/staff", .token = open.token};
	int status = house_send(house, &staff);
	expect(run, "nor is it the reader's", status == 403 || status == 404);
}

static int refresh(struct run *run, struct str handle, const char *key)
{
	struct house_account account = {.row = {.login_id = STR("M0000001")}};
	return house_refresh(run->house, &account, handle, secret_str(&run->temporary.password),
			     key);
}

static void hour_try(struct run *run)
{
	struct house *house = run->house;
	account_open(run);
	struct house_session open = session(run);
	struct str handle = open.handle;
	static const char *const keys[] = {"00000000-0000-4000-8000-000000000001",
					   "00000000-0000-4000-8000-000000000002",
					   "00000000-0000-4000-8000-000000000003"};
	for (int i = 0; i < 2; i++) {
		house->time.now_ms += HOUR_MS / 3;
		expect(run, "renewed within the hour", refresh(run, handle, keys[i]) == 200);
		handle = house_text(house, "refresh_handle");
	}
	struct str token = house_text(house, "access_token");
	house->time.now_ms += HOUR_MS / 3;
	expect(run, "not past it", refresh(run, handle, keys[2]) == 401);
	expect(run, "nor with a token",
	       count(run, token, "20261120000000", "20261122235959") == 401);
}

/* --- the end --- */

static bool is_closed(struct run *run)
{
	struct store_account account;
	struct house *house = run->house;
	assert_int_equal(tasks_run_once(house->service->tasks), 0);
	assert_int_equal(store_account_get(house->db, &house->arena, house->here.no,
					   run->temporary.account.no, &account),
			 0);
	return !account.active;
}

static void uses_try(struct run *run)
{
	account_open(run);
	struct house_session last = {0};
	for (int i = 0; i < AUTH_MAIL_USES; i++) {
		expect(run, "not closed before its last use", !is_closed(run));
		last = session(run);
	}
	expect(run, "no sixth login", login(run) == 401);
	expect(run, "the fifth goes on", !is_closed(run));
	expect(run, "with data", count(run, last.token, "20261120000000", "20261122235959") == 200);
	run->house->time.now_ms += HOUR_MS;
	expect(run, "then it is closed", is_closed(run));
}

static void days_try(struct run *run)
{
	struct house *house = run->house;
	account_open(run);
	house->time.now_ms += INT64_C(72) * HOUR_MS - HOUR_MS / 2;
	struct house_session open = session(run);
	expect(run, "told of it", told(run, "ログイン"));
	expect(run, "a last half hour",
	       str_equal(house_number(house, "session_expires_in"), STR("1800")));
	house->time.now_ms += HOUR_MS / 2;
	expect(run, "no login after 72 hours", login(run) == 401);
	expect(run, "no data", count(run, open.token, "20261124000000", "20261125235959") == 401);
	expect(run, "closed", is_closed(run));
	expect(run, "and told so", told(run, "閉じ"));
}

static void recovered_try(struct run *run)
{
	account_open(run);
	struct house_session open = session(run);
	authenticator_login(run);
	expect(run, "an authenticator that works again closes it", is_closed(run));
	expect(run, "with its sessions",
	       count(run, open.token, "20261120000000", "20261122235959") == 401);
	expect(run, "and no login", login(run) == 401);
	expect(run, "nor can it be approved again", approve(run, APPROVING) == TEMPORARY_NOT_ASKED);
}

/* Each mail is one guess of 10^8, and mails are counted. */
static void guesses_try(struct run *run)
{
	account_open(run);
	size_t logins = 0;
	for (int i = 0; i < 3 * AUTH_MAIL_CODES; i++) {
		run->house->time.now_ms += 60 * 1000;
		logins += login(run) == 200;
	}
	expect(run, "twenty mails and no more", logins == AUTH_MAIL_CODES);
}

static const struct {
	const char *name;
	void (*run)(struct run *run);
} rules[] = {
	{"opening", opening_try}, {"working", working_try},	{"codes", codes_try},
	{"rights", rights_try},	  {"hour", hour_try},		{"uses", uses_try},
	{"days", days_try},	  {"recovered", recovered_try}, {"guesses", guesses_try},
};

static size_t trial(void **state, size_t rule)
{
	struct run run;
	run_open(&run, state);
	rules[rule].run(&run);
	size_t wrong = run.wrong;
	run_close(&run);
	return wrong;
}

enum { OPENING, WORKING, CODES, RIGHTS, HOUR, USES, DAYS, RECOVERED, GUESSES };

#define RULE(name, rule)                                   \
	static void name(void **state)                     \
	{                                                  \
		assert_int_equal(trial(state, (rule)), 0); \
	}
RULE(test_two_operators_and_an_address_that_stood_open_it, OPENING)
RULE(test_it_is_not_opened_beside_an_authenticator_that_works, WORKING)
RULE(test_a_code_is_of_one_login_once_for_ten_minutes, CODES)
RULE(test_a_session_counts_and_downloads_seven_days_and_writes_nothing, RIGHTS)
RULE(test_a_session_ends_after_an_hour, HOUR)
RULE(test_there_is_no_sixth_login, USES)
RULE(test_it_ends_after_72_hours, DAYS)
RULE(test_it_ends_when_the_authenticator_works_again, RECOVERED)
RULE(test_a_password_alone_buys_few_guesses, GUESSES)

static void found(void **state, bool *fault, size_t rule)
{
	*fault = true;
	size_t wrong = trial(state, rule);
	*fault = false;
	print_message("# planted fault: %zu things were not so\n", wrong);
	assert_true(wrong > 0);
}

static void test_an_account_that_never_ends_is_found(void **state)
{
	found(state, &never_ends, DAYS);
}

static void test_uses_that_are_not_counted_are_found(void **state)
{
	found(state, &never_counts, USES);
}

static void test_a_code_for_any_login_is_found(void **state)
{
	found(state, &any_code, CODES);
}

static void test_a_facility_that_is_told_nothing_is_found(void **state)
{
	found(state, &tells_nothing, RIGHTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_two_operators_and_an_address_that_stood_open_it),
		DB_TEST_ON(sqlite, test_it_is_not_opened_beside_an_authenticator_that_works),
		DB_TEST_ON(sqlite, test_a_code_is_of_one_login_once_for_ten_minutes),
		DB_TEST(test_a_session_counts_and_downloads_seven_days_and_writes_nothing),
		DB_TEST_ON(sqlite, test_a_session_ends_after_an_hour),
		DB_TEST(test_there_is_no_sixth_login),
		DB_TEST(test_it_ends_after_72_hours),
		DB_TEST_ON(sqlite, test_it_ends_when_the_authenticator_works_again),
		DB_TEST_ON(sqlite, test_a_password_alone_buys_few_guesses),
		DB_TEST_ON(sqlite, test_an_account_that_never_ends_is_found),
		DB_TEST_ON(sqlite, test_uses_that_are_not_counted_are_found),
		DB_TEST_ON(sqlite, test_a_code_for_any_login_is_found),
		DB_TEST_ON(sqlite, test_a_facility_that_is_told_nothing_is_found),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
