/* SPDX-License-Identifier: Apache-2.0 */
/* The commands as an operator types them, on a folder of their own. */
#include "server/admin/admin_test.h"

#include <ftw.h>

struct office {
	char folder[64];
	char people[96];
	struct desk desk;
};

static void file_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int office_open(void **state)
{
	struct office *office = test_calloc(1, sizeof *office);
	char text[1024];
	snprintf(office->folder, sizeof office->folder, "/tmp/shikaku-admin-XXXXXX");
	assert_non_null(mkdtemp(office->folder));
	snprintf(office->desk.settings, sizeof office->desk.settings, "%s/settings",
		 office->folder);
	snprintf(office->people, sizeof office->people, "%s/people", office->folder);
	snprintf(text, sizeof text,
		 "[service]\norigin = https://localhost:8443\ncertificate = /c\n"
		 "certificate_key = /k\nstate_dir = %s\nenvironment = test\n"
		 "[store]\ntarget = %s/store.db\n[keys]\ndir = %s/keys\n[anchors]\ndir = /a\n",
		 office->folder, office->folder, office->folder);
	file_write(office->desk.settings, text);
	office->desk.time.now_ms = NOW_MS;
	*state = office;
	return 0;
}

static int entry_remove(const char *path, const struct stat *stat, int kind, struct FTW *walk)
{
	(void)stat;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int office_close(void **state)
{
	struct office *office = *state;
	desk_clear(&office->desk);
	nftw(office->folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
	test_free(office);
	return 0;
}

static void begin(struct office *office)
{
	assert_int_equal(init(&office->desk), ADMIN_OK);
	assert_int_equal(act(&office->desk, "facility add --code 1310000003 --name 試験施術所"),
			 ADMIN_OK);
}

static void test_init_keeps_what_is_there(void **state)
{
	struct office *office = *state;
	assert_int_equal(init(&office->desk), ADMIN_OK);
	assert_str_equal(text_of(&office->desk, "keys"), STR("made"));
	assert_int_equal(init(&office->desk), ADMIN_OK);
	assert_str_equal(text_of(&office->desk, "keys"), STR("kept"));
}

static void test_nothing_works_before_init(void **state)
{
	struct office *office = *state;
	assert_int_not_equal(run(&office->desk, "audit list"), ADMIN_OK);
	assert_int_not_equal(office->desk.err_bytes, 0);
}

static void test_a_facility_is_registered_once_under_one_spelling(void **state)
{
	struct office *office = *state;
	begin(office);
	assert_int_equal(act(&office->desk, "facility add --code １３１-０００-０００３ --name x"),
			 ADMIN_CONFLICT);
	assert_int_equal(act(&office->desk, "facility add --code 1310000004 --name x"),
			 ADMIN_REFUSED);
	assert_int_equal(act(&office->desk, "facility add --code ? --name x"), ADMIN_REFUSED);
}

static void test_an_account_gets_its_id_and_password_once(void **state)
{
	struct office *office = *state;
	begin(office);
	assert_int_equal(act(&office->desk, "account add --facility 1310000003 --kind WA"),
			 ADMIN_OK);
	assert_true(str_starts(text_of(&office->desk, "login_id"), STR("WA")));
	assert_int_equal(text_of(&office->desk, "login_id").len, 9);
	assert_int_equal(text_of(&office->desk, "password").len, 16);
	const char *named = "account add --facility 1310000003 --kind W --login-id W1234567";
	assert_int_equal(act(&office->desk, named), ADMIN_OK);
	assert_int_equal(act(&office->desk, named), ADMIN_CONFLICT);
	assert_int_equal(act(&office->desk,
			     "account add --facility 1310000003 --kind W --login-id X1"),
			 ADMIN_REFUSED);
	assert_int_equal(act(&office->desk, "account add --facility 1310000003 --kind X"),
			 ADMIN_USAGE);
	assert_int_equal(act(&office->desk, "account add --facility 1310000011 --kind W"),
			 ADMIN_NOT_FOUND);
}

static void test_codes_are_issued_for_the_right_kind(void **state)
{
	struct office *office = *state;
	begin(office);
	act(&office->desk, "account add --facility 1310000003 --kind W --login-id W1234567");
	act(&office->desk, "account add --facility 1310000003 --kind WA --login-id WA1234567");
	assert_int_equal(act(&office->desk, "enrolment issue --login-id WA1234567"), ADMIN_OK);
	assert_true(
		str_starts(text_of(&office->desk, "url"), STR("https://localhost:8443/enrol#")));
	assert_true(str_ends(text_of(&office->desk, "url"), text_of(&office->desk, "code")));
	assert_int_equal(act(&office->desk, "activation issue --login-id W1234567"), ADMIN_OK);
	assert_int_equal(text_of(&office->desk, "code").len, 16);
	assert_int_equal(act(&office->desk, "enrolment issue --login-id W1234567"), ADMIN_REFUSED);
	assert_int_equal(act(&office->desk, "activation issue --login-id WA1234567"), ADMIN_OK);
	assert_int_equal(act(&office->desk, "activation issue --login-id W0000000"),
			 ADMIN_NOT_FOUND);
}

static void test_a_facility_may_have_every_call_proven(void **state)
{
	struct office *office = *state;
	begin(office);
	assert_int_equal(act(&office->desk, "facility proof --facility 1310000003 --kind every"),
			 ADMIN_OK);
	assert_str_equal(text_of(&office->desk, "proof"), STR("every"));
	assert_int_equal(act(&office->desk, "facility proof --facility 1310000003 --kind login"),
			 ADMIN_OK);
	assert_int_equal(act(&office->desk, "facility proof --facility 1310000003 --kind never"),
			 ADMIN_REFUSED);
	assert_int_equal(act(&office->desk, "facility proof --facility 1310000011 --kind every"),
			 ADMIN_NOT_FOUND);
}

static void test_people_are_imported_line_by_line(void **state)
{
	struct office *office = *state;
	char command[160];
	begin(office);
	snprintf(command, sizeof command, "import %s", office->people);
	assert_int_equal(act(&office->desk, command), ADMIN_NOT_FOUND);
	file_write(office->people,
		   "{\"person\":\"P1\",\"certificates\":[{\"aki\":\"aa\",\"serial\":\"01\"}],"
		   "\"qualifications\":[]}\n\n"
		   "{\"person\":\"P2\",\"certificates\":[],\"qualifications\":[]}\n");
	assert_int_equal(act(&office->desk, command), ADMIN_OK);
	assert_non_null(strstr(office->desk.out, "\"people\":2,\"certificates\":1"));
	file_write(office->people, "{\"person\":\"P3\",\"certificates\":[],\"qualifications\":[]}\n"
				   "{\"person\":\"P4\"}\n");
	assert_int_equal(act(&office->desk, command), ADMIN_REFUSED);
	assert_non_null(strstr(office->desk.err, "2行目"));
}

static void test_every_change_is_on_the_trail(void **state)
{
	struct office *office = *state;
	begin(office);
	assert_int_equal(act(&office->desk, "staff add --facility 1310000003 --id s1 --name 花子"),
			 ADMIN_OK);
	assert_int_equal(run(&office->desk, "audit list --facility 1310000003"), ADMIN_OK);
	assert_str_equal(text_of(&office->desk, "call"), STR("admin_staff_add"));
	assert_null(strstr(office->desk.out, "花子"));
}

static void test_every_kind_of_key_is_rotated_and_listed(void **state)
{
	struct office *office = *state;
	static const char *const kinds[] = {"root",  "store", "lookup", "pepper",
					    "token", "proof", "audit"};
	begin(office);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		char command[64], call[64];
		snprintf(command, sizeof command, "keys rotate %s", kinds[i]);
		assert_int_equal(act(&office->desk, command), ADMIN_OK);
		assert_str_equal(text_of(&office->desk, "rotated"), str_of(kinds[i]));
		snprintf(call, sizeof call, "keys_rotate_%s", kinds[i]);
		assert_int_equal(run(&office->desk, "audit list"), ADMIN_OK);
		assert_str_equal(text_of(&office->desk, "call"), str_of(call));
	}
	assert_int_equal(run(&office->desk, "keys list"), ADMIN_OK);
	assert_non_null(strstr(office->desk.out, "\"name\":\"store-2\""));
	assert_non_null(strstr(office->desk.out, "\"name\":\"month-"));
	assert_int_equal(act(&office->desk, "keys rotate month"), ADMIN_USAGE);
	assert_int_equal(act(&office->desk, "keys rotate everything"), ADMIN_USAGE);
}

static void test_other_words_are_a_usage_error(void **state)
{
	struct office *office = *state;
	static const char *const commands[] = {
		"",	     "facility",   "facility remove",	 "facility add --code 1310000003",
		"init x",    "init --bad", "audit list extra x", "import",
		"init --id",
	};
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		assert_int_equal(act(&office->desk, commands[i]), ADMIN_USAGE);
}

#define OFFICE_TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OFFICE_TEST(test_init_keeps_what_is_there),
		OFFICE_TEST(test_nothing_works_before_init),
		OFFICE_TEST(test_a_facility_is_registered_once_under_one_spelling),
		OFFICE_TEST(test_an_account_gets_its_id_and_password_once),
		OFFICE_TEST(test_codes_are_issued_for_the_right_kind),
		OFFICE_TEST(test_a_facility_may_have_every_call_proven),
		OFFICE_TEST(test_people_are_imported_line_by_line),
		OFFICE_TEST(test_every_change_is_on_the_trail),
		OFFICE_TEST(test_every_kind_of_key_is_rotated_and_listed),
		OFFICE_TEST(test_other_words_are_a_usage_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
