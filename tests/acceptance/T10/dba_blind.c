/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T10 dba_blind: who has the database - its files, its log of every statement with parameters, its
 * statistics, its dump - and the service's own log finds nothing of any person, in no encoding. The
 * same search must find a column that somebody left open, in each encoding. A crash leaves no core
 * file, and a service whose keys are away answers without any data.
 *
 * What PostgreSQL compresses (long values, the dump's custom form) is unpacked by itself: the plain
 * dump, and pg_restore of the packed one. Nothing else here packs anything; its log is asked not
 * to. The key room is no process of its own: its folder is taken away instead of a process stopped.
 */
#include "tests/acceptance/canary/house.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "lib/base/secret.h"

enum { PEOPLE = 150, PEOPLE_NIGHTLY = 10000 };

static const struct canary_words words = {
	.name = "金糸雀歌子",
	.kana = "ｶﾅﾘﾔ ｳﾀｺ",
	.address = "東京都鳥籠区止木町",
	.symbol = "歌止木７３９",
	.person = "CANARY10-",
	.serial = "ca9a71a0ca9a71",
	.reference = "籠札十番七三九",
	.staff = "鳥守　十三郎",
};

/* What the control writes in the open. */
static const struct canary_words open_words = {
	.name = "黄鶲鳴子十番",
};

/* The folder with the server's log: it listens there (tools/postgres-test.sh). */
static void postgres_folder(char folder[256])
{
	struct str conninfo = str_of(getenv("SHIKAKU_TEST_POSTGRES")), word;
	folder[0] = '\0';
	while (str_split(&conninfo, ' ', &word))
		if (str_starts(word, STR("host=")))
			assert_int_equal(str_to_c((struct str){word.ptr + 5, word.len - 5}, folder,
						  256),
					 0);
	assert_true(folder[0]);
}

/* The schema of this test, as its administrator dumps it. */
static void postgres_dump(struct aviary *aviary, const char *folder)
{
	char file[160], host[300], schema[100];
	snprintf(file, sizeof file, "--file=%s/dump.sql", aviary->house->folder);
	snprintf(host, sizeof host, "--host=%s", folder);
	snprintf(schema, sizeof schema, "--schema=%s", aviary->fixture->name);
	char *argv[] = {"pg_dump", file, host, schema, "--username=shikaku", "postgres", NULL};
	aviary_program(argv);
}

/* Every text that a statement of the administrator's gives. */
static size_t statement_search(struct aviary *aviary, const char *sql, const char *where)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	size_t count = 0;
	assert_int_equal(db_query(aviary->fixture->db, sql, DB_NO_ARGS, &rows), 0);
	for (; db_next(rows) == 0; count++)
		canaries_in_bytes(&aviary->canaries, db_column_text(rows, 0), where);
	return count;
}

/* What the server remembers of statements: those that run, and those that ran. */
static void statistics_search(struct aviary *aviary)
{
	struct db *db = aviary->fixture->db;
	assert_int_equal(db->ops->exec(db, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"
					   " SCHEMA public"),
			 0);
	assert_true(statement_search(aviary, "SELECT query FROM pg_stat_activity",
				     "pg_stat_activity") > 0);
	assert_true(statement_search(aviary, "SELECT query FROM public.pg_stat_statements",
				     "pg_stat_statements") > 20);
	assert_int_equal(statement_search(aviary,
					  "SELECT 'packed' WHERE"
					  " current_setting('wal_compression') <> 'off'",
					  "settings"),
			 0);
}

/* All that the administrator has: with the log still full, and after a checkpoint. */
static void search(struct aviary *aviary)
{
	struct house *house = aviary->house;
	aviary_backup(aviary, house_print(house, "%s/backup", house->folder).ptr);
	canaries_in_tree(&aviary->canaries, house->folder);
	if (aviary->fixture->options.engine == DB_SQLITE) {
		assert_int_equal(house->db->ops->checkpoint(house->db, true), 0);
		canaries_in_tree(&aviary->canaries, house->folder);
		return;
	}
	char folder[256];
	postgres_folder(folder);
	postgres_dump(aviary, folder);
	statistics_search(aviary);
	assert_int_equal(aviary->fixture->db->ops->exec(aviary->fixture->db, "CHECKPOINT"), 0);
	canaries_in_tree(&aviary->canaries, house->folder);
	canaries_in_tree(&aviary->canaries, folder);
	canaries_in_tree(&aviary->canaries, aviary_data(aviary).ptr);
}

static void test_nothing_of_a_person_can_be_found(void **state)
{
	struct aviary *aviary = test_calloc(1, sizeof *aviary);
	aviary_open(aviary, state, &words);
	aviary_fill(aviary, getenv("SHIKAKU_NIGHTLY") ? PEOPLE_NIGHTLY : PEOPLE);
	search(aviary);
	print_message("# %zu people, %zu forms, %zu bytes searched, %zu hits\n", aviary->people,
		      aviary->canaries.count, aviary->canaries.bytes_seen, aviary->canaries.hits);
	assert_int_equal(aviary->canaries.hits, 0);
	assert_true(aviary->canaries.bytes_seen > 100000);
	aviary_close(aviary);
	test_free(aviary);
}

/* Somebody adds a column and writes a name into it, as it came or in some dress. */
static void test_an_open_column_is_found_in_every_dress(void **state)
{
	struct aviary *aviary = test_calloc(1, sizeof *aviary);
	aviary_open(aviary, state, &words);
	aviary->canaries = (struct canaries){0};
	canaries_add(&aviary->canaries, open_words.name);
	struct db *db = aviary_owner(aviary);
	assert_int_equal(db_run(db,
				db_engine(db) == DB_SQLITE
					? "CREATE TABLE open_column (n INTEGER, note BLOB)"
					: "CREATE TABLE open_column (n BIGINT, note BYTEA)",
				DB_NO_ARGS, NULL),
			 0);
	for (size_t i = 0; i < aviary->canaries.count; i++) {
		const struct canary_needle *needle = &aviary->canaries.list[i];
		assert_int_equal(db_run(db, "INSERT INTO open_column (n, note) VALUES ($1, $2)",
					DB_ARGS(db_int((int64_t)i),
						db_blob(str_bytes(needle->bytes, needle->len))),
					NULL),
				 0);
	}
	search(aviary);
	for (size_t i = 0; i < aviary->canaries.count; i++)
		assert_true(aviary->canaries.list[i].hits > 0);
	aviary_close(aviary);
	test_free(aviary);
}

/* --- a crash, and keys that are away --- */

/* Would the kernel write this process's memory down? */
static bool core_is_possible(bool guarded)
{
	int status;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};
		struct rlimit limit = {0};
		(void)setrlimit(RLIMIT_CORE, &all);
		if (guarded)
			secret_process_guard();
		bool possible = prctl(PR_GET_DUMPABLE) == 1 &&
				getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur > 0;
		_exit(possible);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

static void test_a_crash_leaves_no_core(void **state)
{
	(void)state;
	assert_true(core_is_possible(false));
	assert_false(core_is_possible(true));
}

static void test_without_the_key_there_is_no_data(void **state)
{
	static const char query[] = "from=20261101000000&to=20261130235959";
	struct aviary *aviary = test_calloc(1, sizeof *aviary);
	char path[200], away[200];
	aviary_open(aviary, state, &words);
	aviary_fill(aviary, 3);
	struct house *house = aviary->house;
	struct str token = house_session(house, "1310000003", &house->here.receipt).token;
	assert_int_equal(house_get(house, "/v1/results", str_of(query), token), 200);
	snprintf(path, sizeof path, "%s/month-202611", house->keys_dir);
	snprintf(away, sizeof away, "%s/away", house->folder);
	assert_int_equal(rename(path, away), 0);
	assert_int_equal(keys_follow(house->service->keys, 0), 0);
	assert_int_equal(house_get(house, "/v1/results", str_of(query), token), 503);
	assert_null(json_member(house->json.root, "results"));
	assert_int_equal(rename(away, path), 0);
	assert_int_equal(keys_follow(house->service->keys, 0), 0);
	assert_int_equal(house_get(house, "/v1/results", str_of(query), token), 200);
	aviary_close(aviary);
	test_free(aviary);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_nothing_of_a_person_can_be_found),
		DB_TEST(test_an_open_column_is_found_in_every_dress),
		DB_TEST(test_without_the_key_there_is_no_data),
		cmocka_unit_test(test_a_crash_leaves_no_core),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
