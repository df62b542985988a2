/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/db/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/thread.h"
#include "lib/db/engine.h"

static const struct db_migration item_steps[] = {
	{1, "CREATE TABLE item (\n"
	    "\tno {int64} PRIMARY KEY,\n"
	    "\tname {text} UNIQUE, -- the item's name; it may be missing\n"
	    "\tbody {bytes},\n"
	    "\tparent {int64} REFERENCES item (no),\n"
	    "\tat_ms {int64} NOT NULL DEFAULT {now}\n"
	    ");\n"
	    "-- sqlite: CREATE INDEX item_here ON item (body);\n"
	    "-- postgres: CREATE INDEX item_there ON item (parent);\n"},
};

static const char item_add[] = "INSERT INTO item (no, name, body) VALUES ($1, $2, $3)";
static const char item_get[] = "SELECT name, body, parent FROM item WHERE no = $1";
static const char item_count[] = "SELECT count(*) FROM item";

static struct db *items_of(void **state)
{
	struct db *db = db_fixture_of(state)->db;
	assert_int_equal(db_migrate(db, item_steps, 1), 0);
	return db;
}

static int item_put(struct db *db, int64_t no, const char *name)
{
	return db_run(db, item_add, DB_ARGS(db_int(no), db_text(str_of(name)), db_null()), NULL);
}

static int64_t number_of(struct db *db, const char *sql)
{
	struct db_rows *rows AUTO(db_rows_closep) = NULL;
	assert_int_equal(db_query(db, sql, DB_NO_ARGS, &rows), 0);
	assert_int_equal(db_next(rows), 0);
	return db_column_int(rows, 0);
}

/* --- values --- */

static void test_values_come_back_as_they_went_in(void **state)
{
	struct db *db = items_of(state);
	struct str name = STR("山田　●郎\n'quoted'"), body = str_bytes("\0\xff\x01", 3);
	assert_int_equal(db_run(db, item_add,
				DB_ARGS(db_int(INT64_MIN), db_text(name), db_blob(body)), NULL),
			 0);
	struct db_rows *rows AUTO(db_rows_closep) = NULL;
	assert_int_equal(db_query(db, item_get, DB_ARGS(db_int(INT64_MIN)), &rows), 0);
	assert_int_equal(db_next(rows), 0);
	assert_str_equal(db_column_text(rows, 0), name);
	assert_str_equal(db_column_blob(rows, 1), body);
	assert_false(db_column_is_null(rows, 1));
	assert_int_equal(db_next(rows), DB_END);
	assert_int_equal(db_next(rows), DB_END);
}

static void test_integers_of_every_size_keep_their_sign(void **state)
{
	struct db *db = items_of(state);
	static const char echo[] = "SELECT CAST($1 AS BIGINT)";
	const int64_t numbers[] = {0, 1, -1, 255, -129, INT32_MIN, INT64_MAX, INT64_MIN};
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		struct db_rows *rows AUTO(db_rows_closep) = NULL;
		assert_int_equal(db_query(db, echo, DB_ARGS(db_int(numbers[i])), &rows), 0);
		assert_int_equal(db_next(rows), 0);
		assert_true(db_column_int(rows, 0) == numbers[i]);
	}
	assert_int_equal(number_of(db, "SELECT -7"), -7);
}

static void test_null_is_told_apart_from_empty(void **state)
{
	struct db *db = items_of(state);
	assert_int_equal(db_run(db, item_add, DB_ARGS(db_int(1), db_null(), db_blob(STR(""))),
				NULL),
			 0);
	struct db_rows *rows AUTO(db_rows_closep) = NULL;
	assert_int_equal(db_query(db, item_get, DB_ARGS(db_int(1)), &rows), 0);
	assert_int_equal(db_next(rows), 0);
	assert_true(db_column_is_null(rows, 0));
	assert_null(db_column_text(rows, 0).ptr);
	assert_false(db_column_is_null(rows, 1));
	assert_non_null(db_column_blob(rows, 1).ptr);
	assert_int_equal(db_column_blob(rows, 1).len, 0);
	assert_int_equal(db_column_int(rows, 2), 0);
}

static void test_a_large_blob_passes(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct db *db = items_of(state);
	size_t len = 5 * 1000 * 1000 + 3;
	char *bytes = arena_alloc(&fixture->arena, len);
	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * 31 >> 3);
	struct str blob = {bytes, len};
	assert_int_equal(db_run(db, item_add, DB_ARGS(db_int(1), db_null(), db_blob(blob)), NULL),
			 0);
	struct db_rows *rows AUTO(db_rows_closep) = NULL;
	assert_int_equal(db_query(db, item_get, DB_ARGS(db_int(1)), &rows), 0);
	assert_int_equal(db_next(rows), 0);
	assert_str_equal(db_column_blob(rows, 1), blob);
}

/* --- statements --- */

static void test_parameters_count_by_number_not_by_place(void **state)
{
	struct db *db = items_of(state);
	static const char reversed[] = "INSERT INTO item (name, no, parent) VALUES ($2, $1, $3)"
				       " ON CONFLICT (no) DO UPDATE SET name = $2, parent = $1";
	for (int i = 0; i < 2; i++)
		assert_int_equal(db_run(db, reversed,
					DB_ARGS(db_int(7), db_text(STR("seven")), db_null()), NULL),
				 0);
	assert_int_equal(number_of(db, "SELECT parent FROM item WHERE name = 'seven'"), 7);
}

static void test_a_statement_is_used_again(void **state)
{
	struct db *db = items_of(state);
	for (int i = 0; i < 300; i++)
		assert_int_equal(item_put(db, i, NULL), 0);
	assert_int_equal(number_of(db, item_count), 300);
	assert_int_equal(number_of(db, item_count), 300);
}

static void test_two_results_of_two_texts_stay_apart(void **state)
{
	struct db *db = items_of(state);
	static const char up[] = "SELECT no FROM item ORDER BY no",
			  down[] = "SELECT no FROM item ORDER BY no DESC";
	for (int i = 1; i <= 3; i++)
		assert_int_equal(item_put(db, i, NULL), 0);
	struct db_rows *rising AUTO(db_rows_closep) = NULL;
	struct db_rows *falling AUTO(db_rows_closep) = NULL;
	assert_int_equal(db_query(db, up, DB_NO_ARGS, &rising), 0);
	assert_int_equal(db_query(db, down, DB_NO_ARGS, &falling), 0);
	for (int i = 1; i <= 3; i++) {
		assert_int_equal(db_next(rising), 0);
		assert_int_equal(db_next(falling), 0);
		assert_int_equal(db_column_int(rising, 0), i);
		assert_int_equal(db_column_int(falling, 0), 4 - i);
	}
}

static void test_the_number_of_changed_rows_is_told(void **state)
{
	struct db *db = items_of(state);
	int64_t changed = -1;
	for (int i = 0; i < 12; i++)
		assert_int_equal(item_put(db, i, NULL), 0);
	assert_int_equal(db_run(db, "UPDATE item SET parent = 0 WHERE no < $1", DB_ARGS(db_int(11)),
				&changed),
			 0);
	assert_int_equal(changed, 11);
	assert_int_equal(db_run(db, "DELETE FROM item WHERE no = $1", DB_ARGS(db_int(99)),
				&changed),
			 0);
	assert_int_equal(changed, 0);
}

static void test_a_wrong_statement_is_a_fault_with_words(void **state)
{
	struct db *db = items_of(state);
	assert_int_equal(db_run(db, "INSERT INTO nowhere VALUES (1)", DB_NO_ARGS, NULL), -EIO);
	assert_non_null(strstr(db_error(db), "nowhere"));
	assert_int_equal(item_put(db, 1, NULL), 0);
}

static void test_a_broken_reference_is_a_fault_not_a_conflict(void **state)
{
	struct db *db = items_of(state);
	assert_int_equal(db_run(db, "INSERT INTO item (no, parent) VALUES (1, 99)", DB_NO_ARGS,
				NULL),
			 -EIO);
}

static void test_a_reader_cannot_write(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct db *db = items_of(state);
	assert_int_equal(item_put(db, 1, NULL), 0);
	struct db *reader AUTO(db_closep) = db_fixture_connect(fixture, 100, true);
	assert_int_equal(number_of(reader, item_count), 1);
	assert_int_equal(item_put(reader, 2, NULL), -EIO);
	assert_int_equal(number_of(db, item_count), 1);
}

/* --- conflicts --- */

static void test_a_taken_key_is_a_conflict(void **state)
{
	struct db *db = items_of(state);
	assert_int_equal(item_put(db, 1, "one"), 0);
	assert_int_equal(item_put(db, 1, "other"), DB_CONFLICT);
	assert_int_equal(item_put(db, 2, "one"), DB_CONFLICT);
	assert_int_equal(number_of(db, item_count), 1);
}

static void test_a_conflict_leaves_the_transaction_alive(void **state)
{
	struct db *db = items_of(state);
	struct db_rows *rows AUTO(db_rows_closep) = NULL;
	static const char returning[] = "INSERT INTO item (no) VALUES ($1) RETURNING no";
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(item_put(db, 1, "one"), 0);
	assert_int_equal(item_put(db, 1, "again"), DB_CONFLICT);
	assert_int_equal(db_query(db, returning, DB_ARGS(db_int(1)), &rows), DB_CONFLICT);
	assert_int_equal(db_query(db, returning, DB_ARGS(db_int(2)), &rows), 0);
	assert_int_equal(db_next(rows), 0);
	assert_int_equal(db_column_int(rows, 0), 2);
	assert_int_equal(db_next(rows), DB_END);
	assert_int_equal(item_put(db, 3, "three"), 0);
	assert_int_equal(db_commit(db), 0);
	assert_int_equal(number_of(db, item_count), 3);
}

static void test_on_conflict_do_nothing_changes_nothing(void **state)
{
	struct db *db = items_of(state);
	static const char add[] = "INSERT INTO item (no) VALUES ($1) ON CONFLICT DO NOTHING";
	int64_t changed = -1;
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(db_run(db, add, DB_ARGS(db_int(1)), &changed), 0);
	assert_int_equal(changed, 1);
	assert_int_equal(db_run(db, add, DB_ARGS(db_int(1)), &changed), 0);
	assert_int_equal(changed, 0);
	assert_int_equal(db_commit(db), 0);
}

/* --- transactions --- */

static void test_a_rollback_takes_all_back(void **state)
{
	struct db *db = items_of(state);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(item_put(db, 1, NULL), 0);
	db_rollback(db);
	db_rollback(db); /* nothing open: nothing happens */
	assert_int_equal(number_of(db, item_count), 0);
}

static void test_a_closed_connection_rolls_back(void **state)
{
	struct db *db = items_of(state);
	struct db *other = db_fixture_connect(db_fixture_of(state), 100, false);
	assert_int_equal(db_begin(other), 0);
	assert_int_equal(item_put(other, 1, NULL), 0);
	db_close(other);
	assert_int_equal(number_of(db, item_count), 0);
	assert_int_equal(item_put(db, 1, NULL), 0);
}

static void test_a_savepoint_takes_back_its_own_part(void **state)
{
	struct db *db = items_of(state);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(item_put(db, 1, NULL), 0);
	assert_int_equal(db_savepoint(db), 0);
	assert_int_equal(item_put(db, 2, NULL), 0);
	assert_int_equal(item_put(db, 2, NULL), DB_CONFLICT);
	assert_int_equal(db_savepoint_rollback(db), 0);
	assert_int_equal(db_savepoint(db), 0);
	assert_int_equal(item_put(db, 3, NULL), 0);
	assert_int_equal(db_savepoint_release(db), 0);
	assert_int_equal(db_commit(db), 0);
	assert_int_equal(number_of(db, "SELECT CAST(sum(no) AS BIGINT) FROM item"), 4);
}

static void test_a_steady_view_does_not_see_later_rows(void **state)
{
	struct db *db = items_of(state);
	struct db *reader AUTO(db_closep) = db_fixture_connect(db_fixture_of(state), 100, true);
	assert_int_equal(db_begin_read(reader), 0);
	assert_int_equal(number_of(reader, item_count), 0);
	assert_int_equal(item_put(db, 1, NULL), 0);
	assert_int_equal(number_of(reader, item_count), 0);
	assert_int_equal(db_commit(reader), 0);
	assert_int_equal(number_of(reader, item_count), 1);
}

static int row_lock(struct db *db)
{
	int r = db_begin(db);
	if (r)
		return r;
	r = db_run(db, "UPDATE item SET name = 'locked' WHERE no = 1", DB_NO_ARGS, NULL);
	if (r)
		db_rollback(db);
	return r;
}

static void test_a_held_row_is_busy_and_then_free(void **state)
{
	struct db *db = items_of(state);
	struct db *other AUTO(db_closep) = db_fixture_connect(db_fixture_of(state), 20, false);
	assert_int_equal(item_put(db, 1, NULL), 0);
	assert_int_equal(row_lock(db), 0);
	assert_int_equal(row_lock(other), DB_BUSY);
	assert_int_equal(db_commit(db), 0);
	assert_int_equal(row_lock(other), 0);
	assert_int_equal(db_commit(other), 0);
}

static void test_a_full_disk_has_its_own_fault(void **state)
{
	struct db *db = items_of(state);
	char bytes[64 * 1024] = {1};
	assert_int_equal(db->ops->exec(db, "PRAGMA max_page_count = 8"), 0);
	assert_int_equal(db_run(db, item_add,
				DB_ARGS(db_int(1), db_null(),
					db_blob(str_bytes(bytes, sizeof bytes))),
				NULL),
			 -ENOSPC);
	assert_int_equal(number_of(db, item_count), 0);
}

static void test_the_file_is_its_owners_only(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	struct stat file;
	items_of(state);
	assert_int_equal(stat(fixture->target, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	char log[600];
	snprintf(log, sizeof log, "%s-wal", fixture->target);
	assert_int_equal(stat(log, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
}

static void test_a_missing_file_is_not_made_for_a_reader(void **state)
{
	struct db *db = NULL;
	(void)state;
	struct db_options options = {.engine = DB_SQLITE,
				     .target = "/nonexistent/store.db",
				     .read_only = true};
	assert_int_equal(db_open(&db, &options), -EIO);
	assert_null(db);
}

/* What a primary says when the wait for its replica was cancelled: a success with a warning. */
static void test_a_commit_with_a_warning_is_unknown(void **state)
{
	struct db *db = items_of(state);
	assert_int_equal(
		db->ops->exec(db, "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS "
				  "'BEGIN RAISE WARNING ''not replicated''; RETURN NULL; END'"),
		0);
	assert_int_equal(db->ops->exec(db, "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON item "
					   "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW "
					   "EXECUTE FUNCTION warn()"),
			 0);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(item_put(db, 1, NULL), 0);
	assert_int_equal(db_commit(db), -EIO);
	assert_non_null(strstr(db_error(db), "not replicated"));
	assert_int_equal(item_put(db, 2, NULL), -EIO);
}

static void test_a_failed_transaction_does_not_commit(void **state)
{
	struct db *db = items_of(state);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(item_put(db, 1, NULL), 0);
	assert_int_equal(db->ops->exec(db, "SELECT 1 / 0"), -EIO);
	assert_true(db->ops->is_aborted(db));
	assert_int_equal(db_commit(db), -EIO);
	assert_int_equal(number_of(db, item_count), 0);
}

static void test_a_lost_session_is_met_again(void **state)
{
	struct db *db = items_of(state);
	struct db *other AUTO(db_closep) = db_fixture_connect(db_fixture_of(state), 100, false);
	int64_t pid = number_of(other, "SELECT pg_backend_pid()");
	int64_t ended = -1;
	assert_int_equal(db_run(db, "SELECT pg_terminate_backend(CAST($1 AS INTEGER))",
				DB_ARGS(db_int(pid)), &ended),
			 0);
	assert_int_equal(item_put(other, 1, NULL), -EIO);
	assert_int_equal(item_put(other, 1, NULL), 0);
	assert_int_equal(number_of(db, item_count), 1);
}

static void test_a_column_of_a_foreign_type_is_refused(void **state)
{
	struct db *db = items_of(state);
	struct db_rows *rows = NULL;
	assert_int_equal(db_query(db, "SELECT 1.5", DB_NO_ARGS, &rows), -ENOTSUP);
	assert_null(rows);
}

/* --- migration --- */

static void test_steps_run_once_and_resume_after_a_failure(void **state)
{
	struct db *db = db_fixture_of(state)->db;
	const struct db_migration broken[] = {
		{1, "CREATE TABLE one (no {int64} PRIMARY KEY);"},
		{2, "CREATE TABLE two (no {int64} PRIMARY KEY); CREATE TABLE one (no {int64});"},
	};
	const struct db_migration mended[] = {
		broken[0],
		{2, "CREATE TABLE two (no {int64} PRIMARY KEY, mark {text} DEFAULT ';');"},
		{5, "INSERT INTO one VALUES (5);"},
	};
	assert_int_equal(db_migrate(db, broken, 2), -EIO);
	assert_int_equal(number_of(db, "SELECT count(*) FROM one"), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(db_migrate(db, mended, 3), 0);
	assert_int_equal(number_of(db, "SELECT count(*) FROM one"), 1);
	assert_int_equal(number_of(db, "SELECT count(*) FROM two"), 0);
	assert_int_equal(number_of(db, "SELECT max(version) FROM schema"), 5);
	assert_true(number_of(db, "SELECT min(at_ms) FROM schema") > INT64_C(1700000000000));
}

static void test_a_newer_store_is_left_alone(void **state)
{
	struct db *db = items_of(state);
	assert_int_equal(db_run(db, "INSERT INTO schema (version) VALUES (99)", DB_NO_ARGS, NULL),
			 0);
	assert_int_equal(db_migrate(db, item_steps, 1), 0);
	assert_int_equal(number_of(db, item_count), 0);
}

static void *let_go(void *ctx)
{
	const struct timespec held = {.tv_nsec = 500000000};
	nanosleep(&held, NULL);
	db_rollback(ctx);
	return NULL;
}

/* For longer than a statement waits: the machine may be slow, and a step long. */
static void test_a_migration_waits_for_who_holds_the_store(void **state)
{
	struct db *db = items_of(state);
	AUTO(db_closep) struct db *late = db_fixture_connect(db_fixture_of(state), 100, false);
	const struct db_migration steps[] = {
		item_steps[0],
		{2, "CREATE TABLE two (no {int64} PRIMARY KEY);"},
	};
	pthread_t holder;
	assert_int_equal(db_begin(db), 0);
	if (db_engine(db) == DB_POSTGRES)
		assert_int_equal(db->ops->exec(db, "LOCK TABLE schema"), 0);
	assert_int_equal(thread_start(&holder, "holder", let_go, db), 0);
	int r = db_migrate(late, steps, 2);
	assert_int_equal(pthread_join(holder, NULL), 0);
	assert_int_equal(r, 0);
	assert_int_equal(number_of(db, "SELECT count(*) FROM two"), 0);
}

static void test_a_commit_elsewhere_is_noticed(void **state)
{
	const struct db_fixture *fixture = db_fixture_of(state);
	AUTO(db_closep) struct db *other = db_fixture_connect(fixture, 0, false);
	bool postgres = db_engine(fixture->db) == DB_POSTGRES, moved = false;
	assert_int_equal(db_moved(fixture->db, &moved), 0);
	assert_true(moved);
	assert_int_equal(db_moved(fixture->db, &moved), 0);
	assert_int_equal(moved, postgres);
	assert_int_equal(db_run(fixture->db, "CREATE TABLE own (n integer)", DB_NO_ARGS, NULL), 0);
	assert_int_equal(db_moved(fixture->db, &moved), 0);
	assert_int_equal(moved, postgres);
	assert_int_equal(db_run(other, "INSERT INTO own (n) VALUES (1)", DB_NO_ARGS, NULL), 0);
	assert_int_equal(db_moved(fixture->db, &moved), 0);
	assert_true(moved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DB_TEST_ALL(test_values_come_back_as_they_went_in),
		DB_TEST_ALL(test_integers_of_every_size_keep_their_sign),
		DB_TEST_ALL(test_null_is_told_apart_from_empty),
		DB_TEST_ALL(test_a_large_blob_passes),
		DB_TEST_ALL(test_parameters_count_by_number_not_by_place),
		DB_TEST_ALL(test_a_statement_is_used_again),
		DB_TEST_ALL(test_two_results_of_two_texts_stay_apart),
		DB_TEST_ALL(test_the_number_of_changed_rows_is_told),
		DB_TEST_ALL(test_a_wrong_statement_is_a_fault_with_words),
		DB_TEST_ALL(test_a_broken_reference_is_a_fault_not_a_conflict),
		DB_TEST_ALL(test_a_reader_cannot_write),
		DB_TEST_ALL(test_a_taken_key_is_a_conflict),
		DB_TEST_ALL(test_a_conflict_leaves_the_transaction_alive),
		DB_TEST_ALL(test_on_conflict_do_nothing_changes_nothing),
		DB_TEST_ALL(test_a_rollback_takes_all_back),
		DB_TEST_ALL(test_a_closed_connection_rolls_back),
		DB_TEST_ALL(test_a_savepoint_takes_back_its_own_part),
		DB_TEST_ALL(test_a_steady_view_does_not_see_later_rows),
		DB_TEST_ALL(test_a_held_row_is_busy_and_then_free),
		DB_TEST_ALL(test_steps_run_once_and_resume_after_a_failure),
		DB_TEST_ALL(test_a_newer_store_is_left_alone),
		DB_TEST_ALL(test_a_migration_waits_for_who_holds_the_store),
		DB_TEST_ON(sqlite, test_a_full_disk_has_its_own_fault),
		DB_TEST_ON(sealed, test_a_full_disk_has_its_own_fault),
		DB_TEST_ON(sqlite, test_the_file_is_its_owners_only),
		DB_TEST_ON(sealed, test_the_file_is_its_owners_only),
		DB_TEST_ON(sqlite, test_a_missing_file_is_not_made_for_a_reader),
		DB_TEST_ON(sealed, test_a_missing_file_is_not_made_for_a_reader),
		DB_TEST_ON(postgres, test_a_commit_with_a_warning_is_unknown),
		DB_TEST_ON(postgres, test_a_failed_transaction_does_not_commit),
		DB_TEST_ON(postgres, test_a_lost_session_is_met_again),
		DB_TEST_ON(postgres, test_a_column_of_a_foreign_type_is_refused),
		DB_TEST_ALL(test_a_commit_elsewhere_is_noticed),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
