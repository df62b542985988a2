/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "workstation/vault/home.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
	char folder[64];
	struct home home;
};

static int place_setup(void **state)
{
	struct place *place = calloc(1, sizeof *place);
	assert_non_null(place);
	*state = place;
	snprintf(place->folder, sizeof place->folder, "/tmp/shikaku-home-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	snprintf(place->home.path, sizeof place->home.path, "%s/share/shikaku", place->folder);
	return 0;
}

static void remove_at(const char *folder, const char *name)
{
	char path[HOME_FILE_BYTES];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (unlink(path) != 0)
		(void)!rmdir(path);
}

static int place_teardown(void **state)
{
	struct place *place = *state;
	static const char *const names[] = {"run",	 "1310000003", "2710000007",
					    "協1234567", "lost+found", ""};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		remove_at(place->home.path, names[i]);
	remove_at(place->folder, "share");
	assert_int_equal(rmdir(place->folder), 0);
	free(place);
	return 0;
}

static void test_it_is_found_where_the_desktop_keeps_data(void **state)
{
	(void)state;
	struct home home;
	char longest[2 * HOME_PATH_BYTES];
	setenv("HOME", "/desk", 1);
	unsetenv("XDG_DATA_HOME");
	assert_int_equal(home_find(NULL, &home), 0);
	assert_string_equal(home.path, "/desk/.local/share/shikaku");
	setenv("XDG_DATA_HOME", "/data", 1);
	assert_int_equal(home_find(NULL, &home), 0);
	assert_string_equal(home.path, "/data/shikaku");
	setenv("XDG_DATA_HOME", "not/absolute", 1);
	assert_int_equal(home_find(NULL, &home), 0);
	assert_string_equal(home.path, "/desk/.local/share/shikaku");
	assert_int_equal(home_find("/media/charts", &home), 0);
	assert_string_equal(home.path, "/media/charts");
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_int_equal(home_find(longest, &home), HOME_UNUSABLE);
	assert_int_equal(home_find("", &home), HOME_UNUSABLE);
}

static void test_its_folders_are_its_owners_only(void **state)
{
	struct place *place = *state;
	struct stat facts;
	char path[HOME_FILE_BYTES];
	umask(0);
	assert_int_equal(home_make(&place->home), 0);
	assert_int_equal(home_make(&place->home), 0);
	assert_int_equal(home_facility_make(&place->home, STR("1310000003")), 0);
	assert_int_equal(stat(place->home.path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0700);
	home_file(&place->home, "1310000003", path);
	assert_int_equal(stat(path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0700);
	assert_int_equal(chmod(place->home.path, 0750), 0);
	assert_int_equal(home_make(&place->home), HOME_EXPOSED);
}

static void test_a_file_in_its_place_is_told(void **state)
{
	struct place *place = *state;
	char path[HOME_FILE_BYTES];
	assert_int_equal(home_make(&place->home), 0);
	home_file(&place->home, "1310000003", path);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	assert_int_equal(home_facility_make(&place->home, STR("1310000003")), HOME_UNUSABLE);
	struct home inside = place->home;
	snprintf(inside.path + strlen(inside.path), 64, "/1310000003");
	assert_int_equal(home_make(&inside), HOME_UNUSABLE);
}

static void test_facilities_are_kept_apart_and_chosen(void **state)
{
	struct place *place = *state;
	struct home_facilities found;
	char code[HOME_CODE_BYTES], path[HOME_FILE_BYTES];
	assert_int_equal(home_facilities(&place->home, &found), HOME_UNUSABLE);
	assert_int_equal(home_make(&place->home), 0);
	assert_int_equal(home_facility_choose(&place->home, NULL, code), HOME_FACILITY_UNKNOWN);
	assert_int_equal(home_facility_make(&place->home, STR("2710000007")), 0);
	assert_int_equal(home_facility_choose(&place->home, NULL, code), 0);
	assert_string_equal(code, "2710000007");
	assert_int_equal(home_facility_make(&place->home, STR("1310000003")), 0);
	assert_int_equal(home_facility_choose(&place->home, NULL, code), HOME_FACILITY_WHICH);
	assert_int_equal(home_facility_choose(&place->home, "1310000003", code), 0);
	assert_string_equal(code, "1310000003");
	assert_int_equal(home_facility_choose(&place->home, "1310000004", code),
			 HOME_FACILITY_UNKNOWN);
	home_file(&place->home, "lost+found", path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(home_facilities(&place->home, &found), 0);
	assert_int_equal(found.count, 2);
	assert_string_equal(found.codes[0], "1310000003");
	home_facility_file(&place->home, STR("1310000003"), "charts.db", path);
	assert_true(str_ends(str_of(path), STR("/share/shikaku/1310000003/charts.db")));
}

static void test_what_is_no_code_makes_no_folder(void **state)
{
	struct place *place = *state;
	static const char *const codes[] = {"",
					    "run",
					    "123456",
					    "131000000a",
					    "../1310000",
					    "1310000003123",
					    "１３１００００００３",
					    "協123456",
					    "協ABCDEFG",
					    "協../../x",
					    "VAULT.JSON"};
	assert_int_equal(home_make(&place->home), 0);
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		assert_int_equal(home_facility_make(&place->home, str_of(codes[i])),
				 HOME_CODE_REFUSED);
	assert_int_equal(home_facility_make(&place->home, STR("協1234567")), 0);
}

#define PLACE_TEST(test) cmocka_unit_test_setup_teardown(test, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_found_where_the_desktop_keeps_data),
		PLACE_TEST(test_its_folders_are_its_owners_only),
		PLACE_TEST(test_a_file_in_its_place_is_told),
		PLACE_TEST(test_facilities_are_kept_apart_and_chosen),
		PLACE_TEST(test_what_is_no_code_makes_no_folder),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
