/* SPDX-License-Identifier: Apache-2.0 */
/* Insurers' batches, on both engines. */
#include "lib/base/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/db/testing.h"
#include "lib/json/json.h"
#include "server/register/batch.h"
#include "server/register/people.h"

enum { NOW_MS = 1000, LINES_MAX = 32 };

#define HEADER "{\"shikaku_register\":1,\"batch\":\"2026-11-22.1\"}"
#define QUALIFICATION(insurer, number, from)                                                          \
	"{\"InsuredCardClassification\":\"01\",\"InsurerNumber\":\"" insurer "\","                    \
	"\"InsuredIdentificationNumber\":\"" number "\",\"Name\":\"試験　太郎\",\"Sex1\":\"1\"," \
	"\"Birthdate\":\"19700101\",\"InsurerName\":\"試験組合\",\"QualificationDate\":\"" from       \
	"\"}"
#define ADD(person, insurer, number, from)       \
	"{\"kind\":\"add\",\"person\":\"" person \
	"\",\"qualification\":" QUALIFICATION(insurer, number, from) "}"
#define CHANGE(person, insurer, number, from)       \
	"{\"kind\":\"change\",\"person\":\"" person \
	"\",\"qualification\":" QUALIFICATION(insurer, number, from) "}"
#define LOSS(person, insurer, number, day)                                                         \
	"{\"kind\":\"loss\",\"person\":\"" person "\",\"insurance\":{\"InsurerNumber\":\"" insurer \
	"\",\"InsuredIdentificationNumber\":\"" number "\"},\"lost_on\":\"" day                    \
	"\",\"reason\":\"03\"}"
#define CERTIFICATE(person, serial, more)                \
	"{\"kind\":\"certificate\",\"person\":\"" person \
	"\",\"aki\":\"00a0\",\"serial\":\"" serial "\"" more "}"
#define OLD "06132013"
#define NEW "01130012"

static int entry_remove(const char *path, const struct stat *stat, int kind, struct FTW *walk)
{
	(void)stat, (void)kind, (void)walk;
	return remove(path);
}

static struct keys *keys_make(struct db_fixture *fixture)
{
	char dir[] = "/tmp/shikaku-batch-XXXXXX";
	struct keys *keys;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(keys_init(dir, NOW_MS), 0);
	assert_int_equal(keys_open(&keys, dir), 0);
	assert_int_equal(nftw(dir, entry_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	assert_int_equal(store_migrate(fixture->db), 0);
	return keys;
}

/* Rows from..to of lines through one process; ended: the file ends there. */
static int give(struct db_fixture *fixture, const struct keys *keys, const char *const *lines,
		size_t count, bool ended)
{
	struct batch batch;
	int r = batch_open(&batch, keys, fixture->db, &fixture->arena, STR(HEADER));
	assert_int_equal(r, 0);
	assert_int_equal(db_begin(fixture->db), 0);
	for (size_t i = 0; i < count && r == 0; i++)
		r = batch_row(&batch, fixture->db, &fixture->arena, str_of(lines[i]), false,
			      NOW_MS);
	if (r == 0)
		r = batch_save(&batch, fixture->db, &fixture->arena, ended, NOW_MS);
	if (r)
		db_rollback(fixture->db);
	else
		assert_int_equal(db_commit(fixture->db), 0);
	return r;
}

static struct str held(struct db_fixture *fixture, const struct keys *keys, const char *person)
{
	struct people_entry entry;
	assert_int_equal(people_entry_open(keys, fixture->db, &fixture->arena, str_of(person),
					   &entry),
			 0);
	return entry.qualifications;
}

static const char *const story[] = {
	ADD("P1", OLD, "1", "20200401"),
	CERTIFICATE("P1", "0a", ""),
	ADD("P1", OLD, "1", "20210401"),  /* qualification_exists */
	LOSS("P1", OLD, "2", "20261101"), /* qualification_unknown */
	LOSS("P1", OLD, "1", "20190101"), /* dates_contradict */
	LOSS("P1", OLD, "1", "20261101"),
	ADD("P1", NEW, "7", "20261101"),
	CERTIFICATE("P2", "000A", ""),	  /* certificate_taken */
	LOSS("P9", OLD, "1", "20261101"), /* person_unknown */
	CHANGE("P1", NEW, "7", "20261102"),
	"{\"kind\":\"forget\",\"person\":\"P1\"}", /* malformed */
	"{",					   /* malformed */
	"",
	"{\"kind\":\"add\",\"person\":\"P1\",\"qualification\":{\"Name\":\"x\"}}",
	CERTIFICATE("P1", "0b", ",\"registered\":false"),
};

static const struct {
	int64_t row;
	const char *code;
} refused[] = {
	{3, "qualification_exists"}, {4, "qualification_unknown"},    {5, "dates_contradict"},
	{8, "certificate_taken"},    {9, "person_unknown"},	      {11, "malformed"},
	{12, "malformed"},	     {14, "qualification_malformed"},
};

static void told_check(struct db_fixture *fixture)
{
	struct store_refusal *refusals;
	size_t count;
	assert_int_equal(store_refusals_list(fixture->db, &fixture->arena, STR("2026-11-22.1"), 0,
					     &refusals, &count),
			 0);
	assert_int_equal(count, sizeof refused / sizeof *refused);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(refusals[i].row, refused[i].row);
		assert_str_equal(refusals[i].code, str_of(refused[i].code));
	}
}

static const char story_end[] =
	"[{\"InsuredCardClassification\":\"01\",\"InsurerNumber\":\"" OLD "\","
	"\"InsuredIdentificationNumber\":\"1\",\"Name\":\"試験　太郎\",\"Sex1\":\"1\","
	"\"Birthdate\":\"19700101\",\"InsurerName\":\"試験組合\",\"QualificationDate\":"
	"\"20200401\","
	"\"DisqualificationDate\":\"20261101\",\"ReasonOfLoss\":\"03\"}," QUALIFICATION(
		NEW, "7", "20261102") "]";

static void test_each_row_is_done_or_refused_by_itself(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	AUTO(keys_closep) struct keys *keys = keys_make(fixture);
	struct people_person person;
	assert_int_equal(give(fixture, keys, story, sizeof story / sizeof *story, true), 0);
	told_check(fixture);
	assert_str_equal(held(fixture, keys, "P1"), str_of(story_end));
	assert_int_equal(people_find(keys, fixture->db, &fixture->arena, STR("00a0"), STR("0a"),
				     &person),
			 0);
	assert_true(person.registered);
	assert_int_equal(people_find(keys, fixture->db, &fixture->arena, STR("00a0"), STR("0b"),
				     &person),
			 0);
	assert_false(person.registered);
}

/* Wherever it broke off, the same people and the same refusals come out. */
static void test_a_batch_that_broke_off_goes_on_behind_its_last_row(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	AUTO(keys_closep) struct keys *keys = keys_make(fixture);
	size_t count = sizeof story / sizeof *story;
	for (size_t i = 1; i <= count; i += 2)
		assert_int_equal(give(fixture, keys, story, i, false), 0);
	assert_int_equal(give(fixture, keys, story, count, true), 0);
	told_check(fixture);
	assert_str_equal(held(fixture, keys, "P1"), str_of(story_end));
}

static void test_a_batch_that_comes_again_changes_nothing(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	AUTO(keys_closep) struct keys *keys = keys_make(fixture);
	size_t count = sizeof story / sizeof *story;
	assert_int_equal(give(fixture, keys, story, count, true), 0);
	struct batch other;
	static const char next[] = "{\"shikaku_register\":1,\"batch\":\"2026-11-22.2\"}";
	assert_int_equal(batch_open(&other, keys, fixture->db, &fixture->arena, str_of(next)), 0);
	assert_int_equal(batch_row(&other, fixture->db, &fixture->arena,
				   STR(LOSS("P1", NEW, "7", "20261120")), false, NOW_MS),
			 0);
	struct str since = held(fixture, keys, "P1");
	assert_int_equal(give(fixture, keys, story, count, true), 0);
	told_check(fixture);
	assert_str_equal(held(fixture, keys, "P1"), since);
}

static void test_other_rows_under_the_same_id_are_not_taken(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	AUTO(keys_closep) struct keys *keys = keys_make(fixture);
	size_t count = sizeof story / sizeof *story;
	const char *spoiled[LINES_MAX];
	memcpy(spoiled, story, sizeof story);
	spoiled[0] = ADD("P1", OLD, "1", "20200402");
	assert_int_equal(give(fixture, keys, story, 3, false), 0);
	assert_int_equal(give(fixture, keys, spoiled, count, true), BATCH_OTHER_CONTENT);
	assert_int_equal(give(fixture, keys, story, 2, true), BATCH_OTHER_CONTENT);
	assert_int_equal(give(fixture, keys, story, count, true), 0);
	spoiled[0] = story[0];
	spoiled[count] = ADD("P3", OLD, "1", "20200401");
	assert_int_equal(give(fixture, keys, spoiled, count + 1, true), BATCH_OTHER_CONTENT);
}

static void test_two_hands_on_one_batch_are_told(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	AUTO(keys_closep) struct keys *keys = keys_make(fixture);
	struct batch slow;
	assert_int_equal(batch_open(&slow, keys, fixture->db, &fixture->arena, STR(HEADER)), 0);
	assert_int_equal(give(fixture, keys, story, 2, false), 0);
	assert_int_equal(db_begin(fixture->db), 0);
	assert_int_equal(batch_row(&slow, fixture->db, &fixture->arena, STR(""), false, NOW_MS), 0);
	assert_int_equal(batch_save(&slow, fixture->db, &fixture->arena, false, NOW_MS),
			 BATCH_ELSEWHERE);
	db_rollback(fixture->db);
}

static void test_only_this_formats_header_opens_a_batch(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{\"batch\":\"1\"}",
		"{\"shikaku_register\":2,\"batch\":\"1\"}",
		"{\"shikaku_register\":1,\"batch\":\"\"}",
		"{\"shikaku_register\":1,\"batch\":\"a b\"}",
		"{\"shikaku_register\":1,\"batch\":\"名前\"}",
	};
	struct db_fixture *fixture = db_fixture_of(state);
	AUTO(keys_closep) struct keys *keys = keys_make(fixture);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct batch batch;
		assert_int_equal(batch_open(&batch, keys, fixture->db, &fixture->arena,
					    str_of(bad[i])),
				 BATCH_HEADER);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_each_row_is_done_or_refused_by_itself),
		DB_TEST(test_a_batch_that_broke_off_goes_on_behind_its_last_row),
		DB_TEST(test_a_batch_that_comes_again_changes_nothing),
		DB_TEST(test_other_rows_under_the_same_id_are_not_taken),
		DB_TEST(test_two_hands_on_one_batch_are_told),
		DB_TEST_ON(sqlite, test_only_this_formats_header_opens_a_batch),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
