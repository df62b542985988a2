/* SPDX-License-Identifier: Apache-2.0 */
/* Rows and keys while keys are replaced; both engines. */
#include "lib/base/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/auth/totp_seed.h"
#include "server/eligibility/eligibility.h"
#include "server/register/people.h"
#include "server/register/staff.h"
#include "server/rotation/rotation.h"
#include "server/store/audit.h"
#include "server/store/testing.h"

static const int64_t start_ms = INT64_C(1795316400000); /* 2026-11-22 12:00 JST */

#define PERSON                                                                                    \
	"{\"person\":\"P%d\",\"certificates\":[{\"aki\":\"a0b1\",\"serial\":\"%04x\"}],"          \
	"\"qualifications\":[{\"InsuredCardClassification\":\"01\",\"Name\":\"試験　太郎\"," \
	"\"Sex1\":\"1\","                                                                         \
	"\"Birthdate\":\"19700101\",\"InsurerName\":\"試験組合\"}]}"

enum { PEOPLE = 250 }; /* more than a page */

struct office {
	char dir[64];
	struct keys *keys;
	struct db *db;
	struct arena *arena;
	struct rotation rotation;
	int64_t mono_ms;
	int64_t facility_no, account_no;
};

static int entry_remove(const char *path, const struct stat *stat, int kind, struct FTW *walk)
{
	(void)stat;
	(void)kind;
	(void)walk;
	return remove(path);
}

static void office_clear(struct office *office)
{
	keys_close(office->keys);
	nftw(office->dir, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static int person_import(struct office *office, const struct keys *keys, int n)
{
	char line[512];
	struct people_imported imported;
	struct str complaint;
	snprintf(line, sizeof line, PERSON, n, n + 1);
	return people_import(keys, office->db, office->arena, str_of(line), start_ms, &imported,
			     &complaint);
}

static void seed_add(struct office *office)
{
	const struct auth auth = {.keys = office->keys};
	const struct store_account account = {.no = office->account_no,
					      .facility_no = office->facility_no};
	struct str sealed;
	assert_int_equal(totp_seed_seal(&auth, office->arena, &account, 1, STR("seed"), &sealed),
			 0);
	assert_int_equal(store_totp_add(office->db, account.facility_no, account.no, 1, sealed), 0);
}

/* Patient 7 of the facility, with the number カルテ 7. */
static void patient_add(struct office *office, struct str id)
{
	const struct eligibility rules = {.keys = office->keys};
	struct store_patient patient = {.id = id}, next;
	struct store_lookup scope, number;
	struct str sealed_scope, ref;
	int64_t facility_no = office->facility_no;
	assert_int_equal(eligibility_scope_lookup(&rules, office->arena, facility_no, STR("7"),
						  &scope),
			 0);
	patient.scope_hmac = scope.new;
	assert_int_equal(eligibility_scope_seal(&rules, office->arena, facility_no, id, STR("7"),
						&sealed_scope),
			 0);
	assert_int_equal(eligibility_reference_seal(&rules, office->arena, facility_no, &patient,
						    STR(""), &patient.ref),
			 0);
	assert_int_equal(store_patient_add(office->db, facility_no, &patient, sealed_scope,
					   scope.n),
			 0);
	assert_int_equal(store_patient_find(office->db, office->arena, facility_no, &scope,
					    &patient),
			 0);
	next = patient;
	next.ref_version = 1;
	assert_int_equal(eligibility_reference_lookup(&rules, office->arena, facility_no,
						      STR("カルテ 7"), &number),
			 0);
	assert_int_equal(eligibility_reference_seal(&rules, office->arena, facility_no, &next,
						    STR("カルテ 7"), &ref),
			 0);
	assert_int_equal(store_patient_reference_set(office->db, facility_no, patient.no, 0,
						     &number, ref),
			 0);
}

/* Found by scope; what it holds is what the number is found by, too. */
static void patient_is_found(struct office *office)
{
	struct eligibility rules = {.keys = office->keys};
	struct store_patient patient;
	struct store_lookup scope;
	struct str number;
	assert_int_equal(eligibility_scope_lookup(&rules, office->arena, office->facility_no,
						  STR("7"), &scope),
			 0);
	assert_int_equal(store_patient_find(office->db, office->arena, office->facility_no, &scope,
					    &patient),
			 0);
	assert_int_equal(eligibility_reference_open(&rules, office->arena, office->facility_no,
						    &patient, &number),
			 0);
	assert_str_equal(number, STR("カルテ 7"));
	assert_int_equal(patient.ref_version, 1);
	assert_int_equal(eligibility_patient_open(&rules, office->arena, office->facility_no,
						  &patient),
			 0);
}

static void office_open(struct office *office, void **state)
{
	struct staff staff = {STR("s1"), STR("試験 花子")};
	*office = (struct office){.dir = "/tmp/shikaku-rotation-XXXXXX",
				  .db = store_of(state),
				  .arena = arena_of(state)};
	assert_non_null(mkdtemp(office->dir));
	assert_int_equal(keys_init(office->dir, start_ms), 0);
	assert_int_equal(keys_open(&office->keys, office->dir), 0);
	rotation_init(&office->rotation, office->keys);
	office->facility_no = facility_make(office->db, "1310000003");
	office->account_no = account_make(office->db, office->facility_no, "WA0000001");
	assert_int_equal(staff_put(office->keys, office->db, office->arena, office->facility_no,
				   &staff),
			 0);
	seed_add(office);
	patient_add(office, id_of(state, 7));
	assert_int_equal(db_begin(office->db), 0);
	for (int n = 0; n < PEOPLE; n++)
		assert_int_equal(person_import(office, office->keys, n), 0);
	assert_int_equal(db_commit(office->db), 0);
}

static void key_rotate(struct office *office, enum keys_kind kind)
{
	office->mono_ms += 100000;
	assert_int_equal(keys_rotate(office->dir, kind, start_ms), 0);
	assert_int_equal(keys_follow(office->keys, office->mono_ms), 0);
	assert_int_equal(keys_follow(office->keys, office->mono_ms + KEYS_SETTLE_MS), 0);
}

static int run(struct office *office, int64_t now_ms)
{
	return rotation_run(&office->rotation, office->db, office->arena, now_ms);
}

static void everything_is_found(struct office *office)
{
	const struct auth auth = {.keys = office->keys};
	const struct store_account account = {.no = office->account_no,
					      .facility_no = office->facility_no};
	struct people_person person;
	struct store_totp totp = {0};
	struct staff *staff;
	struct str seed;
	size_t count;
	patient_is_found(office);
	for (int n = 0; n < PEOPLE; n++) {
		char serial[8];
		snprintf(serial, sizeof serial, "%04x", n + 1);
		assert_int_equal(people_find(office->keys, office->db, office->arena, STR("a0b1"),
					     str_of(serial + (n < 255 ? 2 : 0)), &person),
				 0);
		assert_int_equal(person.no, n + 1);
	}
	assert_int_equal(staff_list(office->keys, office->db, office->arena, office->facility_no,
				    &staff, &count),
			 0);
	assert_str_equal(staff[0].name, STR("試験 花子"));
	assert_int_equal(store_totp_find(office->db, office->arena, account.facility_no, account.no,
					 false, &totp),
			 0);
	assert_int_equal(totp_seed_open(&auth, office->arena, &account, &totp, &seed), 0);
	assert_str_equal(seed, STR("seed"));
}

static void old_keys_go(struct office *office)
{
	assert_int_equal(keys_generation_destroy(office->keys, KEYS_KIND_STORE, 1), 0);
	assert_int_equal(keys_generation_destroy(office->keys, KEYS_KIND_LOOKUP, 1), 0);
	assert_int_equal(keys_follow(office->keys, office->mono_ms + 2 * KEYS_SETTLE_MS), 0);
}

static void test_rows_move_to_the_new_keys(void **state)
{
	AUTO(office_clear) struct office office;
	office_open(&office, state);
	key_rotate(&office, KEYS_KIND_STORE);
	key_rotate(&office, KEYS_KIND_LOOKUP);
	everything_is_found(&office);
	assert_int_equal(run(&office, start_ms), 0);
	assert_true(office.rotation.clean);
	everything_is_found(&office);
	old_keys_go(&office);
	everything_is_found(&office);
	/* A person who was there before is still the same one. */
	assert_int_equal(person_import(&office, office.keys, 7), 0);
	everything_is_found(&office);
}

/* The control: where the rows were not moved, they are lost with their key. */
static void test_without_the_move_the_rows_go_with_their_key(void **state)
{
	AUTO(office_clear) struct office office;
	struct people_person person;
	office_open(&office, state);
	key_rotate(&office, KEYS_KIND_STORE);
	key_rotate(&office, KEYS_KIND_LOOKUP);
	old_keys_go(&office);
	assert_int_equal(people_find(office.keys, office.db, office.arena, STR("a0b1"), STR("01"),
				     &person),
			 PEOPLE_UNKNOWN);
}

static void test_a_row_that_was_changed_is_left_and_told(void **state)
{
	AUTO(office_clear) struct office office;
	office_open(&office, state);
	assert_int_equal(db_run(office.db, "UPDATE person SET body = key WHERE no = 3", DB_NO_ARGS,
				NULL),
			 0);
	key_rotate(&office, KEYS_KIND_STORE);
	assert_int_equal(run(&office, start_ms), -EBADMSG);
	db_rollback(office.db);
	assert_false(office.rotation.clean);
}

static void test_with_one_key_nothing_is_done(void **state)
{
	AUTO(office_clear) struct office office;
	struct store_audit *rows;
	size_t count;
	office_open(&office, state);
	assert_int_equal(run(&office, start_ms), 0);
	assert_int_equal(store_audit_list(office.db, office.arena, 0, 0, 10, &rows, &count), 0);
	assert_int_equal(count, 0);
}

static size_t keys_alive(struct office *office, enum keys_kind kind)
{
	struct keys_generation all[KEYS_ALIVE_MAX];
	assert_int_equal(keys_follow(office->keys, office->mono_ms += 100000), 0);
	return keys_generations(office->keys, kind, all);
}

static void test_keys_end_when_nothing_of_their_time_is_left(void **state)
{
	AUTO(office_clear) struct office office;
	office_open(&office, state);
	key_rotate(&office, KEYS_KIND_STORE);
	key_rotate(&office, KEYS_KIND_LOOKUP);
	assert_int_equal(run(&office, start_ms + ROTATION_LOOKUP_MS - 1), 0);
	assert_int_equal(keys_alive(&office, KEYS_KIND_LOOKUP), 2);
	assert_int_equal(run(&office, start_ms + ROTATION_LOOKUP_MS), 0);
	assert_int_equal(keys_alive(&office, KEYS_KIND_LOOKUP), 1);
	assert_int_equal(run(&office, start_ms + ROTATION_STORE_MS - 1), 0);
	assert_int_equal(keys_alive(&office, KEYS_KIND_STORE), 2);
	assert_int_equal(run(&office, start_ms + ROTATION_STORE_MS), 0);
	assert_int_equal(keys_alive(&office, KEYS_KIND_STORE), 1);
	everything_is_found(&office);
}

static bool pepper_is_there(struct office *office, int n)
{
	struct str pepper;
	assert_int_equal(keys_follow(office->keys, office->mono_ms += 100000), 0);
	return keys_pepper(office->keys, n, &pepper) == 0;
}

static void test_a_pepper_ends_with_the_last_password_under_it(void **state)
{
	AUTO(office_clear) struct office office;
	int64_t later_ms = start_ms + ROTATION_PEPPER_MS;
	office_open(&office, state);
	key_rotate(&office, KEYS_KIND_PEPPER);
	assert_int_equal(run(&office, later_ms), 0);
	assert_true(pepper_is_there(&office, 1));
	assert_int_equal(db_run(office.db, "UPDATE account SET pepper_n = 2", DB_NO_ARGS, NULL), 0);
	assert_int_equal(run(&office, later_ms - 1), 0);
	assert_true(pepper_is_there(&office, 1));
	assert_int_equal(run(&office, later_ms), 0);
	assert_false(pepper_is_there(&office, 1));
	assert_true(pepper_is_there(&office, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST(test_rows_move_to_the_new_keys),
		DB_TEST(test_without_the_move_the_rows_go_with_their_key),
		DB_TEST(test_a_row_that_was_changed_is_left_and_told),
		DB_TEST(test_with_one_key_nothing_is_done),
		DB_TEST(test_keys_end_when_nothing_of_their_time_is_left),
		DB_TEST(test_a_pepper_ends_with_the_last_password_under_it),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
