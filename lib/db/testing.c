/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/db/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/db/engine.h"

const enum db_engine_kind db_fixture_sqlite = DB_SQLITE, db_fixture_sealed = DB_SQLITE,
			  db_fixture_postgres = DB_POSTGRES;

enum { BUSY_MS = 5000, TESTS_MAX = 256 };

static void sqlite_make(struct db_fixture *fixture)
{
	const char *tmp = getenv("TMPDIR");
	snprintf(fixture->name, sizeof fixture->name, "%.40s/shikaku-db-XXXXXX",
		 tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(fixture->name));
	snprintf(fixture->target, sizeof fixture->target, "%s/store.db", fixture->name);
}

/* Each test has a schema of its own: much cheaper than a database of its own. */
static void postgres_make(struct db_fixture *fixture, const char *conninfo)
{
	static unsigned count;
	struct db *db;
	struct db_options options = {.engine = DB_POSTGRES, .target = conninfo};
	char sql[128];
	snprintf(fixture->name, sizeof fixture->name, "test_%ld_%u", (long)getpid(), ++count);
	snprintf(sql, sizeof sql, "CREATE SCHEMA %s", fixture->name);
	assert_int_equal(db_open(&db, &options), 0);
	assert_int_equal(db->ops->exec(db, sql), 0);
	db_close(db);
	int len = snprintf(fixture->target, sizeof fixture->target,
			   "%s options='-c search_path=%s'", conninfo, fixture->name);
	assert_true((size_t)len < sizeof fixture->target);
}

struct db *db_fixture_connect(const struct db_fixture *fixture, int busy_ms, bool read_only)
{
	struct db *db;
	struct db_options options = fixture->options;
	options.busy_ms = busy_ms;
	options.read_only = read_only;
	assert_int_equal(db_open(&db, &options), 0);
	return db;
}

static void seal_key_make(struct db_fixture *fixture)
{
	struct str key = STR("a key for nothing but these tests");
	key.len = 32;
	assert_int_equal(secret_set(&fixture->seal_key, key), 0);
	fixture->options.seal_key = &fixture->seal_key;
}

int db_fixture_setup(void **state)
{
	const enum db_engine_kind *kind = *state;
	enum db_engine_kind engine = *kind;
	const char *conninfo = getenv("SHIKAKU_TEST_POSTGRES");
	struct db_fixture *fixture = calloc(1, sizeof *fixture);
	assert_non_null(fixture);
	*state = fixture;
	arena_init(&fixture->arena, 16 * 1024 * 1024);
	if (engine == DB_SQLITE)
		sqlite_make(fixture);
	else
		postgres_make(fixture, conninfo);
	fixture->options = (struct db_options){.engine = engine,
					       .target = fixture->target,
					       .busy_ms = BUSY_MS};
	if (kind == &db_fixture_sealed)
		seal_key_make(fixture);
	fixture->db = db_fixture_connect(fixture, BUSY_MS, false);
	return 0;
}

static void sqlite_remove(const struct db_fixture *fixture)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < 3; i++) {
		char path[600];
		snprintf(path, sizeof path, "%s%s", fixture->target, ends[i]);
		unlink(path);
	}
	rmdir(fixture->name);
}

static void postgres_remove(struct db_fixture *fixture)
{
	char sql[128];
	snprintf(sql, sizeof sql, "DROP SCHEMA %s CASCADE", fixture->name);
	int r = fixture->db->ops->exec(fixture->db, sql);
	(void)r; /* the whole server goes with the run */
}

int db_fixture_teardown(void **state)
{
	struct db_fixture *fixture = *state;
	if (fixture->options.engine == DB_POSTGRES) {
		db_rollback(fixture->db);
		postgres_remove(fixture);
	}
	db_close(fixture->db);
	if (fixture->options.engine == DB_SQLITE)
		sqlite_remove(fixture);
	arena_clear(&fixture->arena);
	free(fixture);
	return 0;
}

int db_fixture_run(const struct CMUnitTest *tests, size_t tests_count)
{
	struct CMUnitTest here[TESTS_MAX];
	size_t count = 0;
	bool postgres = getenv("SHIKAKU_TEST_POSTGRES");
	assert_true(tests_count <= TESTS_MAX);
	/* Left out, not skipped: cmocka 1.1.5 writes "not ok" for a skipped test. */
	for (size_t i = 0; i < tests_count; i++)
		if (postgres || tests[i].initial_state != &db_fixture_postgres)
			here[count++] = tests[i];
	if (count < tests_count)
		printf("# without PostgreSQL: %zu tests left out\n", tests_count - count);
	fflush(stdout);
	return _cmocka_run_group_tests("db", here, count, NULL, NULL);
}
