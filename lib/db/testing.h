/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests: an empty database of its own on each engine. SQLite always; PostgreSQL when the
 * environment names one (SHIKAKU_TEST_POSTGRES, a libpq conninfo; tools/postgres-test.sh sets it),
 * else its tests are left out, and the output says so.
 */
#pragma once

#include "lib/base/test.h"

#include "lib/db/db.h"

struct db_fixture {
	struct db_options options; /* for further connections to the same database */
	struct db *db;
	struct arena arena;	/* 16 MiB, cleared with the test */
	struct secret seal_key; /* of a sealed one */
	char target[512];
	char name[64]; /* SQLite: the folder; PostgreSQL: the schema */
};

/* Run all tests whose engine is here, at most 256; the program's exit code. */
int db_fixture_run(const struct CMUnitTest *tests, size_t tests_count);

/* The running test's. */
static inline struct db_fixture *db_fixture_of(void **state)
{
	return *state;
}

/* cmocka's setup and teardown; the test's prestate is a const enum db_engine_kind *. */
int db_fixture_setup(void **state);
int db_fixture_teardown(void **state);

/* One more connection to the same database; the test closes it. */
struct db *db_fixture_connect(const struct db_fixture *fixture, int busy_ms, bool read_only);

/* db_fixture_sealed: SQLite under a key of the fixture's. */
extern const enum db_engine_kind db_fixture_sqlite, db_fixture_sealed, db_fixture_postgres;

/* One test on both engines: two rows of the table of tests. */
#define DB_TEST(test)                                                             \
	{#test " (sqlite)", test, db_fixture_setup, db_fixture_teardown,          \
	 (void *)(uintptr_t)&db_fixture_sqlite},                                  \
	{                                                                         \
#test " (postgres)", test, db_fixture_setup, db_fixture_teardown, \
			(void *)(uintptr_t)&db_fixture_postgres                   \
	}
#define DB_TEST_ON(engine, test)                                                     \
	{                                                                            \
#test " (" #engine ")", test, db_fixture_setup, db_fixture_teardown, \
			(void *)(uintptr_t)&db_fixture_##engine                      \
	}
/* One test on both engines, and on SQLite sealed. */
#define DB_TEST_ALL(test) DB_TEST(test), DB_TEST_ON(sealed, test)
