/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/acceptance/T05/one_store.h"

#include "lib/base/test.h"

#include <pthread.h>
#include <stdlib.h>

int __real_db_open(struct db **ret_db, const struct db_options *options);
void __real_db_close(struct db *db);
int __real_db_begin(struct db *db);
int __real_db_begin_read(struct db *db);
int __real_db_commit(struct db *db);
void __real_db_rollback(struct db *db);
int __real_db_moved(struct db *db, bool *ret_moved);
int __wrap_db_open(struct db **ret_db, const struct db_options *options);
void __wrap_db_close(struct db *db);
int __wrap_db_begin(struct db *db);
int __wrap_db_begin_read(struct db *db);
int __wrap_db_commit(struct db *db);
void __wrap_db_rollback(struct db *db);
int __wrap_db_moved(struct db *db, bool *ret_moved);

static bool is_one;
static struct db *one;
static pthread_t walker;

/* Savepoint names nest: the innermost of a name is meant. */
static const char *const marks[] = {"SAVEPOINT m0", "SAVEPOINT m1", "SAVEPOINT m2", "SAVEPOINT m3",
				    "SAVEPOINT m4", "SAVEPOINT m5", "SAVEPOINT m6"};
static const char *const returns[] = {"ROLLBACK TO m0", "ROLLBACK TO m1", "ROLLBACK TO m2",
				      "ROLLBACK TO m3", "ROLLBACK TO m4", "ROLLBACK TO m5",
				      "ROLLBACK TO m6"};

static const char *const releases[] = {"RELEASE m0", "RELEASE m1", "RELEASE m2", "RELEASE m3",
				       "RELEASE m4", "RELEASE m5", "RELEASE m6"};

static int one_run(const char *sql)
{
	return db_run(one, sql, DB_NO_ARGS, NULL);
}

void one_store_begin(void)
{
	is_one = true;
	walker = pthread_self();
}

void one_store_end(void)
{
	is_one = false;
	__real_db_close(one);
	one = NULL;
}

void one_store_mark(int number)
{
	assert_int_equal(one_run(marks[number]), 0);
}

/* Made anew, for going back reads again all that was ever undone since a savepoint was made. */
void one_store_return(int number)
{
	assert_int_equal(one_run(returns[number]), 0);
	assert_int_equal(one_run(releases[number]), 0);
	one_store_mark(number);
}

int __wrap_db_open(struct db **ret_db, const struct db_options *options)
{
	if (!is_one)
		return __real_db_open(ret_db, options);
	if (!one) {
		struct db_options writing = *options;
		writing.read_only = false;
		assert_int_equal(__real_db_open(&one, &writing), 0);
		/*
		 * In memory, what savepoints keep is a list that is walked from its start. A file
		 * in memory is none, where there is such a folder.
		 */
		assert_int_equal(setenv("SQLITE_TMPDIR", "/dev/shm", 0), 0);
		assert_int_equal(one_run("PRAGMA temp_store = FILE"), 0);
		assert_int_equal(__real_db_begin(one), 0);
	}
	*ret_db = one;
	return 0;
}

void __wrap_db_close(struct db *db)
{
	if (!db || db != one)
		__real_db_close(db);
}

int __wrap_db_begin(struct db *db)
{
	return db == one ? one_run("SAVEPOINT work") : __real_db_begin(db);
}

int __wrap_db_begin_read(struct db *db)
{
	return db == one ? one_run("SAVEPOINT work") : __real_db_begin_read(db);
}

int __wrap_db_commit(struct db *db)
{
	return db == one ? one_run("RELEASE work") : __real_db_commit(db);
}

void __wrap_db_rollback(struct db *db)
{
	if (db != one)
		__real_db_rollback(db);
	else if (one_run("ROLLBACK TO work") == 0)
		assert_int_equal(one_run("RELEASE work"), 0);
}

/* The walker's own thread reads the tail; who waits in the background finds nothing new. */
int __wrap_db_moved(struct db *db, bool *ret_moved)
{
	if (!is_one)
		return __real_db_moved(db, ret_moved);
	*ret_moved = pthread_equal(pthread_self(), walker);
	return 0;
}
