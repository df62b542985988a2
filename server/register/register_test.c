/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/db/testing.h"
#include "server/register/people.h"
#include "server/register/staff.h"
#include "server/store/accounts.h"

enum { NOW_MS = 1000 };

#define AKI "00a0b1c2"
#define GOOD(serial)                                                                              \
	"{\"person\":\"P1\",\"certificates\":[{\"aki\":\"" AKI "\",\"serial\":\"" serial "\"}],"  \
	"\"qualifications\":[{\"InsuredCardClassification\":\"01\",\"Name\":\"試験　太郎\"," \
	"\"Sex1\":\"1\",\"Birthdate\":\"19700101\",\"InsurerName\":\"試験組合\"}]}"

static int entry_remove(const char *path, const struct stat *stat, int kind, struct FTW *walk)
{
	(void)stat;
	(void)kind;
	(void)walk;
	return remove(path);
}

/* The files are not needed once the keys are open. */
static struct keys *keys_make(struct db_fixture *fixture)
{
	char dir[] = "/tmp/shikaku-register-XXXXXX";
	struct keys *keys;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(keys_init(dir, NOW_MS), 0);
	assert_int_equal(keys_open(&keys, dir), 0);
	assert_int_equal(nftw(dir, entry_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	assert_int_equal(store_migrate(fixture->db), 0);
	return keys;
}

static int import(struct db_fixture *fixture, const struct keys *keys, const char *line,
		  struct str *complaint)
{
	struct people_imported imported;
	return people_import(keys, fixture->db, &fixture->arena, str_of(line), NOW_MS, &imported,
			     complaint);
}

static int find(struct db_fixture *fixture, const struct keys *keys, const char *aki,
		const char *serial, struct people_person *ret_person)
{
	return people_find(keys, fixture->db, &fixture->arena, str_of(aki), str_of(serial),
			   ret_person);
}

static void test_a_person_is_found_by_the_certificate_only(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	AUTO(keys_closep) struct keys *keys = keys_make(fixture);
	struct people_person person;
	struct str complaint;
	assert_int_equal(import(fixture, keys, GOOD("0A1B"), &complaint), 0);
	assert_int_equal(find(fixture, keys, AKI, "0a1b", &person), 0);
	assert_true(str_starts(person.qualifications, STR("[{")));
	assert_int_equal(find(fixture, keys, AKI, "0a1c", &person), PEOPLE_UNKNOWN);
	assert_int_equal(find(fixture, keys, "a0b1c2", "0a1b", &person), PEOPLE_UNKNOWN);
}

/* A serial may be typed with zeros before it; an authority key identifier is bytes. */
static void test_a_serial_is_a_number(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	AUTO(keys_closep) struct keys *keys = keys_make(fixture);
	struct people_person person;
	struct str complaint;
	assert_int_equal(import(fixture, keys, GOOD("0000abc"), &complaint), 0);
	assert_int_equal(find(fixture, keys, AKI, "0abc", &person), 0);
}

static void test_importing_again_replaces_the_qualifications(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	AUTO(keys_closep) struct keys *keys = keys_make(fixture);
	struct people_person before, after;
	struct str complaint;
	assert_int_equal(import(fixture, keys, GOOD("01"), &complaint), 0);
	assert_int_equal(find(fixture, keys, AKI, "01", &before), 0);
	static const char empty[] = "{\"person\":\"P1\",\"certificates\":[],\"qualifications\":[]}";
	assert_int_equal(import(fixture, keys, empty, &complaint), 0);
	assert_int_equal(find(fixture, keys, AKI, "01", &after), 0);
	assert_int_equal(after.no, before.no);
	assert_str_equal(after.qualifications, STR("[]"));
}

static void test_a_certificate_has_one_holder(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	AUTO(keys_closep) struct keys *keys = keys_make(fixture);
	struct str complaint;
	assert_int_equal(import(fixture, keys, GOOD("01"), &complaint), 0);
	static const char other[] = "{\"person\":\"P2\",\"certificates\":[{\"aki\":\"" AKI
				    "\",\"serial\":\"01\"}],\"qualifications\":[]}";
	assert_int_equal(import(fixture, keys, other, &complaint), PEOPLE_CERTIFICATE_TAKEN);
}

static void test_a_malformed_line_is_told_and_stores_nothing(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	AUTO(keys_closep) struct keys *keys = keys_make(fixture);
	static const char *const lines[] = {
		"",
		"[]",
		"{\"person\":\"P1\"}",
		"{\"person\":\"P1\",\"certificates\":[{\"aki\":\"00\",\"serial\":\"xy\"}],"
		"\"qualifications\":[]}",
		"{\"person\":\"P1\",\"certificates\":[{\"aki\":\"00\",\"serial\":\"0\"}],"
		"\"qualifications\":[]}",
		"{\"person\":\"P1\",\"certificates\":[],\"qualifications\":[{\"Name\":\"x\"}]}",
		"{\"person\":\"P1\",\"certificates\":[],\"qualifications\":[{\"Bad\":\"x\"}]}",
		"{\"person\":\"P1\",\"certificates\":[],\"qualifications\":[],\"x\":1}",
	};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct str complaint = {0};
		assert_int_equal(db_begin(fixture->db), 0);
		assert_int_equal(import(fixture, keys, lines[i], &complaint), PEOPLE_MALFORMED);
		db_rollback(fixture->db);
		assert_int_not_equal(complaint.len, 0);
	}
}

static void test_staff_names_are_sealed_to_their_facility(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	AUTO(keys_closep) struct keys *keys = keys_make(fixture);
	int64_t here, there;
	assert_int_equal(store_facility_add(fixture->db, STR("1"), STR("x"), STR("a"), &here), 0);
	assert_int_equal(store_facility_add(fixture->db, STR("2"), STR("x"), STR("b"), &there), 0);
	struct staff one = {.id = STR("s1"), .name = STR("試験 花子")}, *staff;
	size_t count;
	assert_int_equal(staff_put(keys, fixture->db, &fixture->arena, here, &one), 0);
	assert_int_equal(staff_check(fixture->db, &fixture->arena, here, STR("s1")), 0);
	assert_int_equal(staff_check(fixture->db, &fixture->arena, there, STR("s1")),
			 STAFF_UNKNOWN);
	assert_int_equal(staff_list(keys, fixture->db, &fixture->arena, here, &staff, &count), 0);
	assert_int_equal(count, 1);
	assert_str_equal(staff[0].name, one.name);
	/* The sealed name under another facility does not open. */
	struct store_staff row;
	assert_int_equal(store_staff_get(fixture->db, &fixture->arena, here, STR("s1"), &row), 0);
	assert_int_equal(store_staff_put(fixture->db, there, &row), 0);
	assert_int_equal(staff_list(keys, fixture->db, &fixture->arena, there, &staff, &count),
			 -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST_ON(sqlite, test_a_person_is_found_by_the_certificate_only),
		DB_TEST_ON(sqlite, test_a_serial_is_a_number),
		DB_TEST_ON(sqlite, test_importing_again_replaces_the_qualifications),
		DB_TEST_ON(sqlite, test_a_certificate_has_one_holder),
		DB_TEST_ON(sqlite, test_a_malformed_line_is_told_and_stores_nothing),
		DB_TEST_ON(sqlite, test_staff_names_are_sealed_to_their_facility),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
