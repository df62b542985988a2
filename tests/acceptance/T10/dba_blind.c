/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T10 dba_blind: who has the database - its files, its log of every statement with parameters, its
 * dump - and the service's own log finds nothing of any person, in no encoding. The same search
 * must find a column that somebody left open, in each encoding.
 */
#include "tests/acceptance/canary/house.h"

#include <spawn.h>
#include <sys/wait.h>

enum { PEOPLE = 150, PEOPLE_NIGHTLY = 10000 };

extern char **environ;

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

/* The server's folder, with its log: it listens there (tools/postgres-test.sh). */
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
	pid_t pid;
	int status;
	assert_int_equal(posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void activity_search(struct aviary *aviary)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	assert_int_equal(db_query(aviary->fixture->db, "SELECT query FROM pg_stat_activity",
				  DB_NO_ARGS, &rows),
			 0);
	while (db_next(rows) == 0)
		canaries_in_bytes(&aviary->canaries, db_column_text(rows, 0), "pg_stat_activity");
}

/* All that the administrator has: with the log still full, and after a checkpoint. */
static void search(struct aviary *aviary)
{
	struct house *house = aviary->house;
	canaries_in_tree(&aviary->canaries, house->folder);
	if (aviary->fixture->options.engine == DB_SQLITE) {
		assert_int_equal(house->db->ops->checkpoint(house->db, true), 0);
		canaries_in_tree(&aviary->canaries, house->folder);
		return;
	}
	char folder[256];
	postgres_folder(folder);
	postgres_dump(aviary, folder);
	activity_search(aviary);
	assert_int_equal(aviary->fixture->db->ops->exec(aviary->fixture->db, "CHECKPOINT"), 0);
	canaries_in_file(&aviary->canaries, house_print(house, "%s/dump.sql", house->folder).ptr);
	canaries_in_tree(&aviary->canaries, folder);
}

static void test_nothing_of_a_person_can_be_found(void **state)
{
	struct aviary *aviary = test_calloc(1, sizeof *aviary);
	aviary_open(aviary, state, &words);
	aviary_fill(aviary, getenv("SHIKAKU_NIGHTLY") ? PEOPLE_NIGHTLY : PEOPLE);
	search(aviary);
	print_message("# %zu people, %zu forms, %zu bytes searched, %zu hits\n", aviary->people,
		      aviary->canaries.count, aviary->canaries.bytes_seen, aviary->canaries.hits);
	print_message("# later: a key process of its own, stopped (answers 503)\n");
	print_message("# later: pg_stat_statements, core files, text behind zlib, lz4 and zstd\n");
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_nothing_of_a_person_can_be_found),
		DB_TEST(test_an_open_column_is_found_in_every_dress),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
