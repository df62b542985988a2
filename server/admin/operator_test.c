/* SPDX-License-Identifier: Apache-2.0 */
/* What operators do, beside a running service on the same keys and store. */
#include "server/admin/admin_test.h"
#include "server/api/service_test.h"
#include "server/auth/lane.h"

#define SECOND_PASSWORD "natsu no yoru no ame"
#define HERE		"1310000003"

struct bureau {
	struct house *house;
	struct desk desk;
};

static int bureau_open(void **state)
{
	struct bureau *bureau = test_calloc(1, sizeof *bureau);
	void *house;
	assert_int_equal(house_open(&house), 0);
	bureau->house = house;
	bureau->desk.time.now_ms = HOUSE_NOW_MS;
	snprintf(bureau->desk.settings, sizeof bureau->desk.settings, "%s/settings",
		 bureau->house->folder);
	FILE *file = fopen(bureau->desk.settings, "w");
	assert_non_null(file);
	fprintf(file,
		"[service]\norigin = " HOUSE_ORIGIN "\ncertificate = /c\ncertificate_key = /k\n"
		"state_dir = %s\nenvironment = test\n[store]\ntarget = %s\n[keys]\ndir = %s\n"
		"[anchors]\ndir = /a\n",
		bureau->house->folder, bureau->house->target, bureau->house->keys_dir);
	assert_int_equal(fclose(file), 0);
	*state = bureau;
	assert_int_equal(init(&bureau->desk), ADMIN_OK);
	return 0;
}

static int bureau_close(void **state)
{
	struct bureau *bureau = *state;
	void *house = bureau->house;
	desk_clear(&bureau->desk);
	house_close(&house);
	test_free(bureau);
	return 0;
}

static void later(struct bureau *bureau, int64_t ms)
{
	bureau->desk.time.now_ms += ms;
	bureau->house->time.now_ms += ms;
}

/* "operator password" of name, from the old one to the new one. */
static int password_change(struct desk *desk, const char *name, const char *old, const char *next)
{
	char words[256];
	int old_fd = lines_open(old), new_fd = lines_open(next);
	snprintf(words, sizeof words,
		 "operator password --operator %s --operator-password-fd %d --new-password-fd %d",
		 name, old_fd, new_fd);
	int code = run(desk, words);
	close(old_fd);
	close(new_fd);
	return code;
}

/* Another operator, with a password of their own. */
static void operator_make(struct bureau *bureau, const char *name)
{
	char words[64], made[64];
	snprintf(words, sizeof words, "operator add --name %s", name);
	assert_int_equal(act(&bureau->desk, words), ADMIN_OK);
	assert_int_equal(str_to_c(text_of(&bureau->desk, "password"), made, sizeof made), 0);
	assert_int_equal(password_change(&bureau->desk, name, made, SECOND_PASSWORD), ADMIN_OK);
}

static int act_second(struct bureau *bureau, const char *command)
{
	return act_as(&bureau->desk, "suzuki", SECOND_PASSWORD, command);
}

/* The last row of the trail of HERE, or of all, is this one. */
static void assert_trail(struct bureau *bureau, const char *list, const char *call,
			 const char *operator)
{
	assert_int_equal(run(&bureau->desk, list), ADMIN_OK);
	assert_str_equal(text_of(&bureau->desk, "call"), str_of(call));
	assert_str_equal(text_of(&bureau->desk, "operator"), str_of(operator));
	assert_str_equal(text_of(&bureau->desk, "reason"), STR("試験"));
}

/* --- who may act --- */

static void test_a_wrong_password_does_nothing_and_is_counted(void **state)
{
	struct bureau *bureau = *state;
	const char *command = "account close --login-id WA0000001";
	for (int i = 0; i < LANE_FREE_FAILS; i++)
		assert_int_equal(act_as(&bureau->desk, "yamada", "wrong", command), ADMIN_LOGIN);
	assert_int_equal(run(&bureau->desk, "audit list"), ADMIN_OK);
	assert_str_equal(text_of(&bureau->desk, "call"), STR("admin_login"));
	assert_str_equal(text_of(&bureau->desk, "operator"), STR("yamada"));
	assert_int_equal(act(&bureau->desk, command), ADMIN_LOGIN); /* right, but too soon */
	later(bureau, LANE_FIRST_MS);
	assert_int_equal(act(&bureau->desk, command), ADMIN_OK);
	assert_int_equal(act_as(&bureau->desk, "nobody", "wrong", command), ADMIN_LOGIN);
	/* A facility's account is no operator, whatever its password. */
	char password[64];
	assert_int_equal(str_to_c(secret_str(&bureau->house->there.receipt.password), password,
				  sizeof password),
			 0);
	assert_int_equal(act_as(&bureau->desk, "WA0000002", password, command), ADMIN_LOGIN);
}

static void test_a_command_names_operator_and_reason_or_is_not_run(void **state)
{
	struct bureau *bureau = *state;
	assert_int_equal(run(&bureau->desk, "account close --login-id WA0000001"), ADMIN_USAGE);
	assert_non_null(strstr(bureau->desk.err, "--operator"));
	assert_int_equal(run(&bureau->desk, "account close --login-id WA0000001 --operator yamada"),
			 ADMIN_USAGE);
	assert_non_null(strstr(bureau->desk.err, "--reason"));
	assert_int_equal(act(&bureau->desk, "account close --login-id WA0000001"), ADMIN_OK);
	assert_trail(bureau, "audit list --facility " HERE, "admin_account_close", "yamada");
}

static void test_a_new_operator_first_changes_the_password(void **state)
{
	struct bureau *bureau = *state;
	char made[64];
	assert_int_equal(act(&bureau->desk, "operator add --name suzuki"), ADMIN_OK);
	assert_int_equal(str_to_c(text_of(&bureau->desk, "password"), made, sizeof made), 0);
	assert_trail(bureau, "audit list", "admin_operator_add", "yamada");
	assert_int_equal(act_as(&bureau->desk, "suzuki", made,
				"account unlock --login-id W0000001"),
			 ADMIN_LOGIN);
	assert_int_equal(password_change(&bureau->desk, "suzuki", made, "short"), ADMIN_REFUSED);
	assert_int_equal(password_change(&bureau->desk, "suzuki", made, "kono suzuki no heya"),
			 ADMIN_REFUSED);
	assert_int_equal(password_change(&bureau->desk, "suzuki", made, made), ADMIN_REFUSED);
	assert_non_null(strstr(bureau->desk.err, "前に使った"));
	assert_int_equal(password_change(&bureau->desk, "suzuki", made, SECOND_PASSWORD), ADMIN_OK);
	assert_int_equal(act_second(bureau, "account unlock --login-id W0000001"), ADMIN_OK);
	assert_int_equal(act(&bureau->desk, "operator add --name suzuki"), ADMIN_CONFLICT);
	assert_int_equal(act(&bureau->desk, "operator add --name W1234567"), ADMIN_REFUSED);
}

static void test_a_closed_operator_acts_no_more_and_one_always_stays(void **state)
{
	struct bureau *bureau = *state;
	operator_make(bureau, "suzuki");
	assert_int_equal(act(&bureau->desk, "operator close --name yamada"), ADMIN_REFUSED);
	assert_int_equal(act(&bureau->desk, "operator close --name W0000001"), ADMIN_NOT_FOUND);
	assert_int_equal(act(&bureau->desk, "operator close --name suzuki"), ADMIN_OK);
	assert_int_equal(act_second(bureau, "account unlock --login-id W0000001"), ADMIN_LOGIN);
	assert_int_equal(init(&bureau->desk), ADMIN_OK); /* and asks for nothing */
	assert_str_equal(text_of(&bureau->desk, "operator"), STR("kept"));
}

/* --- ways out --- */

static int login(struct bureau *bureau, struct str password)
{
	return house_login(bureau->house, HERE, "WA0000001", password);
}

static void test_an_account_that_stopped_for_good_is_unlocked(void **state)
{
	struct bureau *bureau = *state;
	struct str password = secret_str(&bureau->house->here.receipt.password);
	for (int i = 0; i < LANE_STOP_FAILS; i++) {
		assert_int_equal(login(bureau, STR("wrong")), 401);
		later(bureau, LANE_MOST_MS);
	}
	later(bureau, 365 * DAY_MS);
	assert_int_equal(login(bureau, password), 401);
	assert_int_equal(act(&bureau->desk, "account unlock --login-id WA0000001"), ADMIN_OK);
	assert_trail(bureau, "audit list --facility " HERE, "admin_account_unlock", "yamada");
	assert_int_equal(login(bureau, password), 200);
	assert_int_equal(act(&bureau->desk, "account unlock --login-id WA9999999"),
			 ADMIN_NOT_FOUND);
}

static void test_a_closed_accounts_tokens_end_and_it_can_be_reopened(void **state)
{
	struct bureau *bureau = *state;
	struct house *house = bureau->house;
	struct house_session session = house_session(house, HERE, &house->here.receipt);
	struct str query = STR("from=20261101000000&to=20261122235959");
	assert_int_equal(house_get(house, "/v1/results/count", query, session.token), 200);
	assert_int_equal(act(&bureau->desk, "account close --login-id WA0000001"), ADMIN_OK);
	assert_int_equal(tail_poll(house->service->tail), 0);
	assert_int_equal(house_get(house, "/v1/results/count", query, session.token), 401);
	assert_int_equal(login(bureau, secret_str(&house->here.receipt.password)), 401);
	assert_int_equal(act(&bureau->desk, "account reopen --login-id WA0000001"), ADMIN_OK);
	assert_int_equal(house_get(house, "/v1/results/count", query, session.token), 401);
	assert_int_equal(login(bureau, secret_str(&house->here.receipt.password)), 200);
	assert_int_equal(act(&bureau->desk, "account close --login-id yamada"), ADMIN_REFUSED);
}

static void test_a_forgotten_password_is_replaced_by_a_made_one(void **state)
{
	struct bureau *bureau = *state;
	struct str copy;
	assert_int_equal(act(&bureau->desk, "account password --login-id WA0000001"), ADMIN_OK);
	struct str made = text_of(&bureau->desk, "password");
	assert_int_equal(made.len, 16);
	assert_int_equal(arena_copy(&bureau->house->arena, made, &copy), 0);
	assert_trail(bureau, "audit list --facility " HERE, "admin_account_password", "yamada");
	assert_null(strstr(bureau->desk.out, copy.ptr));
	assert_int_equal(login(bureau, secret_str(&bureau->house->here.receipt.password)), 401);
	assert_int_equal(login(bureau, copy), 200);
	struct store_account account;
	assert_int_equal(store_account_find(bureau->house->db, &bureau->house->arena,
					    STR("WA0000001"), &account),
			 0);
	assert_true(account.must_change);
}

static void test_a_device_is_listed_and_closed(void **state)
{
	struct bureau *bureau = *state;
	const struct store_account *account = &bureau->house->here.reader.row;
	struct store_device device = {
		.id = STR("0123456789abcdef"),
		.facility_no = account->facility_no,
		.account_no = account->no,
		.thumbprint = STR("thumbprint"),
		.platform = STR("linux"),
		.name = STR("受付PC"),
	};
	char words[128], id[33];
	assert_int_equal(store_device_add(bureau->house->db, &device, &device.no), 0);
	assert_int_equal(run(&bureau->desk, "device list --login-id W0000001"), ADMIN_OK);
	assert_str_equal(text_of(&bureau->desk, "name"), STR("受付PC"));
	assert_int_equal(str_to_c(text_of(&bureau->desk, "id"), id, sizeof id), 0);
	snprintf(words, sizeof words, "device close --login-id WA0000001 --id %s", id);
	assert_int_equal(act(&bureau->desk, words), ADMIN_NOT_FOUND);
	snprintf(words, sizeof words, "device close --login-id W0000001 --id %s", id);
	assert_int_equal(act(&bureau->desk, words), ADMIN_OK);
	assert_int_equal(run(&bureau->desk, "device list --login-id W0000001"), ADMIN_OK);
	assert_non_null(strstr(bureau->desk.out, "\"active\":false"));
	assert_trail(bureau, "audit list --facility " HERE, "admin_device_close", "yamada");
	assert_int_equal(act(&bureau->desk, "device close --login-id W0000001 --id xyz"),
			 ADMIN_REFUSED);
}

/* --- opening by two --- */

struct result_words {
	char here[128];	 /* the command that shows it */
	char there[128]; /* the same, as if it were the other facility's */
};

/* A result of this facility, its month not over, and two operators who may open. */
static struct result_words opening_begin(struct bureau *bureau)
{
	struct house *house = bureau->house;
	struct result_words words;
	operator_make(bureau, "suzuki");
	later(bureau, DAY_MS);
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	assert_int_equal(run(&bureau->desk, "audit list --facility " HERE), ADMIN_OK);
	struct str id = json_text(json_at(json_member(bureau->desk.json.root, "items"), 0));
	snprintf(words.here, sizeof words.here, "results show --facility " HERE " --id %.*s",
		 STR_ARG(id));
	snprintf(words.there, sizeof words.there, "results show --facility 1310000011 --id %.*s",
		 STR_ARG(id));
	return words;
}

static int opening_act(struct bureau *bureau, const char *who, const char *verb, const char *id)
{
	char words[96];
	snprintf(words, sizeof words, "opening %s --id %s", verb, id);
	return act_as(&bureau->desk, who,
		      strcmp(who, "yamada") == 0 ? FIRST_PASSWORD : SECOND_PASSWORD, words);
}

/* Who was touched, by whom: the card at the desk, and the operator who opened its result. */
static void test_the_touched_are_listed_and_counted(void **state)
{
	struct bureau *bureau = *state;
	struct result_words show = opening_begin(bureau);
	house_import(bureau->house, 2);
	house_confirm(bureau->house, &bureau->house->here, 2);
	house_confirm(bureau->house, &bureau->house->there, 2);
	assert_int_equal(act(&bureau->desk, "opening ask --facility " HERE), ADMIN_OK);
	assert_int_equal(opening_act(bureau, "suzuki", "approve", "1"), ADMIN_OK);
	assert_int_equal(act(&bureau->desk, show.here), ADMIN_OK);
	assert_int_equal(run(&bureau->desk,
			     "audit touched --from 20261101 --to 20261130 --facility " HERE),
			 ADMIN_OK);
	const char *check = strstr(bureau->desk.out, "\"call\":\"check\"");
	const char *opened = strstr(bureau->desk.out, "\"call\":\"admin_results_show\"");
	assert_true(check && opened && check < opened);
	assert_non_null(strstr(opened, "\"operator\":\"yamada\""));
	const char *twice = strstr(bureau->desk.out, "\"times\":2");
	const char *once = strstr(bureau->desk.out, "\"times\":1");
	assert_true(twice && once && !strstr(twice + 1, "\"times\":2"));
	assert_null(strstr(bureau->desk.out, "試験　太郎"));
	assert_null(strstr(bureau->desk.out, "1310000011"));
	assert_int_equal(run(&bureau->desk, "audit touched --from 20261101 --to 20261130"),
			 ADMIN_OK);
	assert_non_null(strstr(bureau->desk.out, "1310000011"));
	assert_int_equal(run(&bureau->desk, "audit touched --from 20261201 --to 20261231"),
			 ADMIN_OK);
	assert_int_equal(strlen(bureau->desk.out), 0);
	assert_int_equal(run(&bureau->desk, "audit touched --from x --to 20261231"), ADMIN_REFUSED);
	assert_int_equal(run(&bureau->desk, "audit touched --from 20261101"), ADMIN_USAGE);
}

static void test_a_result_is_shown_to_two_who_opened_it_for_half_an_hour(void **state)
{
	struct bureau *bureau = *state;
	struct result_words show = opening_begin(bureau);
	assert_int_equal(act(&bureau->desk, show.here), ADMIN_REFUSED);
	assert_int_equal(act(&bureau->desk, "opening ask --facility " HERE), ADMIN_OK);
	assert_trail(bureau, "audit list --facility " HERE, "admin_opening_ask", "yamada");
	assert_int_equal(act(&bureau->desk, show.here), ADMIN_REFUSED);
	assert_int_equal(opening_act(bureau, "yamada", "approve", "1"), ADMIN_REFUSED);
	assert_int_equal(act(&bureau->desk, show.here), ADMIN_REFUSED);
	assert_int_equal(opening_act(bureau, "suzuki", "approve", "2"), ADMIN_NOT_FOUND);
	assert_int_equal(opening_act(bureau, "suzuki", "approve", "1"), ADMIN_OK);
	assert_trail(bureau, "audit list --facility " HERE, "admin_opening_approve", "suzuki");
	assert_int_equal(opening_act(bureau, "suzuki", "approve", "1"), ADMIN_CONFLICT);
	assert_int_equal(act(&bureau->desk, show.here), ADMIN_OK);
	assert_non_null(strstr(bureau->desk.out, "試験　太郎"));
	assert_trail(bureau, "audit list --facility " HERE, "admin_results_show", "yamada");
	assert_non_null(strstr(bureau->desk.out, "\"n\":1,\"items\":[\""));
	later(bureau, 30 * 60 * 1000 - 1);
	assert_int_equal(act_second(bureau, show.here), ADMIN_OK);
	later(bureau, 1);
	assert_int_equal(act_second(bureau, show.here), ADMIN_REFUSED);
	assert_int_equal(act(&bureau->desk, show.here), ADMIN_REFUSED);
}

static void test_an_opening_is_for_its_facility_and_its_two_people(void **state)
{
	struct bureau *bureau = *state;
	struct result_words show = opening_begin(bureau);
	operator_make(bureau, "tanaka");
	act(&bureau->desk, "opening ask --facility " HERE);
	assert_int_equal(opening_act(bureau, "suzuki", "approve", "1"), ADMIN_OK);
	assert_int_equal(act(&bureau->desk, show.there), ADMIN_REFUSED);
	assert_int_equal(act_as(&bureau->desk, "tanaka", SECOND_PASSWORD, show.here),
			 ADMIN_REFUSED);
	assert_int_equal(run(&bureau->desk, "opening list"), ADMIN_OK);
	assert_str_equal(text_of(&bureau->desk, "asked_by"), STR("yamada"));
	assert_str_equal(text_of(&bureau->desk, "approved_by"), STR("suzuki"));
	assert_int_equal(opening_act(bureau, "tanaka", "end", "1"), ADMIN_OK);
	assert_int_equal(act(&bureau->desk, show.here), ADMIN_REFUSED);
	assert_int_equal(opening_act(bureau, "yamada", "end", "1"), ADMIN_CONFLICT);
}

static void test_who_just_got_a_password_neither_asks_nor_approves(void **state)
{
	struct bureau *bureau = *state;
	opening_begin(bureau);
	operator_make(bureau, "tanaka");
	assert_int_equal(act(&bureau->desk, "opening ask --facility " HERE), ADMIN_OK);
	assert_int_equal(opening_act(bureau, "tanaka", "approve", "1"), ADMIN_REFUSED);
	assert_int_equal(act_as(&bureau->desk, "tanaka", SECOND_PASSWORD,
				"opening ask --facility " HERE),
			 ADMIN_REFUSED);
	later(bureau, DAY_MS - 1);
	assert_int_equal(opening_act(bureau, "tanaka", "approve", "1"), ADMIN_REFUSED);
	later(bureau, 1);
	/* By now the question itself is too old. */
	assert_int_equal(opening_act(bureau, "tanaka", "approve", "1"), ADMIN_CONFLICT);
	assert_int_equal(act_as(&bureau->desk, "tanaka", SECOND_PASSWORD,
				"opening ask --facility " HERE),
			 ADMIN_OK);
}

static void test_what_is_forgotten_is_not_opened_either(void **state)
{
	struct bureau *bureau = *state;
	struct result_words show = opening_begin(bureau);
	later(bureau, 60 * DAY_MS);
	assert_int_equal(act(&bureau->desk, "opening ask --facility " HERE), ADMIN_OK);
	assert_int_equal(opening_act(bureau, "suzuki", "approve", "1"), ADMIN_OK);
	assert_int_equal(act(&bureau->desk, show.here), ADMIN_NOT_FOUND);
}

#define BUREAU_TEST(name) cmocka_unit_test_setup_teardown(name, bureau_open, bureau_close)

/* --- a temporary account by two --- */

static int approve(struct bureau *bureau, const char *who, const char *login_id)
{
	char words[96];
	snprintf(words, sizeof words, "account approve --login-id %s", login_id);
	return act_as(&bureau->desk, who,
		      strcmp(who, "yamada") == 0 ? FIRST_PASSWORD : SECOND_PASSWORD, words);
}

static void test_a_temporary_account_is_asked_for_by_one_and_approved_by_another(void **state)
{
	struct bureau *bureau = *state;
	static const char ask[] = "account add --facility " HERE " --kind mail";
	char login_id[16];
	operator_make(bureau, "suzuki");
	assert_int_equal(act(&bureau->desk, ask), ADMIN_REFUSED); /* so young a password */
	later(bureau, DAY_MS);
	assert_int_equal(act(&bureau->desk, ask), ADMIN_REFUSED); /* no address yet */
	assert_int_equal(act(&bureau->desk, "facility mail --facility " HERE " --mail a@b@c"),
			 ADMIN_REFUSED);
	assert_int_equal(act(&bureau->desk, "facility mail --facility " HERE " --mail a@b.example"),
			 ADMIN_OK);
	assert_trail(bureau, "audit list --facility " HERE, "admin_facility_mail", "yamada");
	assert_int_equal(act(&bureau->desk, ask), ADMIN_OK);
	assert_int_equal(str_to_c(text_of(&bureau->desk, "login_id"), login_id, sizeof login_id),
			 0);
	assert_int_equal(strlen(login_id), 8);
	assert_null(strstr(bureau->desk.out, "password"));
	assert_int_equal(act(&bureau->desk, ask), ADMIN_CONFLICT);
	assert_int_equal(approve(bureau, "yamada", login_id), ADMIN_REFUSED);
	assert_int_equal(approve(bureau, "suzuki", "WA0000001"), ADMIN_CONFLICT);
	assert_int_equal(approve(bureau, "suzuki", login_id), ADMIN_OK);
	assert_int_equal(text_of(&bureau->desk, "password").len, 16);
	assert_trail(bureau, "audit list --facility " HERE, "admin_temporary_approve", "suzuki");
	assert_int_equal(approve(bureau, "suzuki", login_id), ADMIN_CONFLICT);
}

static void test_a_changed_address_holds_a_temporary_account_up(void **state)
{
	struct bureau *bureau = *state;
	static const char ask[] = "account add --facility " HERE " --kind mail";
	later(bureau, DAY_MS);
	act(&bureau->desk, "facility mail --facility " HERE " --mail old@b.example");
	act(&bureau->desk, "facility mail --facility " HERE " --mail new@b.example");
	later(bureau, 3 * DAY_MS - 1);
	assert_int_equal(act(&bureau->desk, ask), ADMIN_REFUSED);
	later(bureau, 1);
	assert_int_equal(act(&bureau->desk, ask), ADMIN_OK);
}

/* --- alarms and mail --- */

static void test_alarms_and_mail_that_was_given_up_are_listed_and_tried_again(void **state)
{
	struct bureau *bureau = *state;
	struct house *house = bureau->house;
	char words[96];
	struct alarm alarm = {ALARM_HANDLE_REPLAYED, house->here.no, house->here.receipt.row.no, 2};
	assert_int_equal(alarm_raise(house->db, &alarm, house->time.now_ms), 0);
	assert_int_equal(run(&bureau->desk, "alarm list"), ADMIN_OK);
	assert_str_equal(text_of(&bureau->desk, "alarm"), STR("handle_replayed"));
	assert_str_equal(text_of(&bureau->desk, "login_id"), STR("WA0000001"));
	act(&bureau->desk, "facility mail --facility " HERE " --mail old@b.example");
	act(&bureau->desk, "facility mail --facility " HERE " --mail new@b.example");
	assert_int_equal(run(&bureau->desk, "mail list"), ADMIN_OK);
	assert_str_equal(text_of(&bureau->desk, "state"), STR("waiting"));
	assert_null(strstr(bureau->desk.out, "b.example"));
	char id[40];
	assert_int_equal(str_to_c(text_of(&bureau->desk, "id"), id, sizeof id), 0);
	snprintf(words, sizeof words, "mail retry --id %s", id);
	assert_int_equal(act(&bureau->desk, words), ADMIN_NOT_FOUND); /* it waits by itself */
	assert_int_equal(db_run(house->db, "UPDATE outbox SET dead_ms = 1", DB_NO_ARGS, NULL), 0);
	assert_int_equal(run(&bureau->desk, "mail list"), ADMIN_OK);
	assert_str_equal(text_of(&bureau->desk, "state"), STR("given_up"));
	assert_int_equal(act(&bureau->desk, words), ADMIN_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BUREAU_TEST(test_a_wrong_password_does_nothing_and_is_counted),
		BUREAU_TEST(test_a_command_names_operator_and_reason_or_is_not_run),
		BUREAU_TEST(test_a_new_operator_first_changes_the_password),
		BUREAU_TEST(test_a_closed_operator_acts_no_more_and_one_always_stays),
		BUREAU_TEST(test_an_account_that_stopped_for_good_is_unlocked),
		BUREAU_TEST(test_a_closed_accounts_tokens_end_and_it_can_be_reopened),
		BUREAU_TEST(test_a_forgotten_password_is_replaced_by_a_made_one),
		BUREAU_TEST(test_a_device_is_listed_and_closed),
		BUREAU_TEST(test_the_touched_are_listed_and_counted),
		BUREAU_TEST(test_a_result_is_shown_to_two_who_opened_it_for_half_an_hour),
		BUREAU_TEST(test_an_opening_is_for_its_facility_and_its_two_people),
		BUREAU_TEST(test_who_just_got_a_password_neither_asks_nor_approves),
		BUREAU_TEST(test_what_is_forgotten_is_not_opened_either),
		BUREAU_TEST(test_a_temporary_account_is_asked_for_by_one_and_approved_by_another),
		BUREAU_TEST(test_a_changed_address_holds_a_temporary_account_up),
		BUREAU_TEST(test_alarms_and_mail_that_was_given_up_are_listed_and_tried_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
