/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T19 two_walls: either wall between facilities holds alone. The first is what the statements ask
 * for; it is torn down by a store that forgets the facility. The second is row-level security on
 * PostgreSQL, the seal on SQLite. T01's matrix passes with either one down and fails with both.
 */
#include "tests/acceptance/T01/run.h"

#include "lib/db/engine.h"

enum { FACILITIES = 4 };

static void matrix_pass(struct run *run)
{
	matrix_run(&run->matrix, true);
	assert_int_equal(run->matrix.differing, 0);
	assert_int_equal(run->matrix.leaking, 0);
	assert_int_equal(run->matrix.untraced, 0);
}

static int64_t number_of(struct db *db, const char *sql)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	assert_int_equal(db_query(db, sql, DB_NO_ARGS, &rows), 0);
	assert_int_equal(db_next(rows), 0);
	return db_column_int(rows, 0);
}

#define TABLES_HERE                                                           \
	" FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace =" \
	" CAST(quote_ident(current_schema()) AS regnamespace)"
#define OF_FACILITIES                                                            \
	" AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND" \
	" a.attname IN ('facility_no', 'account_no'))"

static void security_end(struct db *db)
{
	assert_int_equal(
		db->ops->exec(db,
			      "DO $$ DECLARE t RECORD; BEGIN FOR t IN SELECT c.relname" TABLES_HERE
			      " AND c.relrowsecurity LOOP"
			      " EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY',"
			      " t.relname); END LOOP; END $$"),
		0);
}

static void test_row_level_security_holds_alone(void **state)
{
	struct run run;
	run_open(&run, state, FACILITIES);
	store_is_blind = BLIND_RESULTS | BLIND_STAFF;
	matrix_pass(&run);
	store_is_blind = 0;
	run_close(&run);
}

static void test_the_statements_hold_alone(void **state)
{
	struct run run;
	run_open(&run, state, FACILITIES);
	security_end(run.fixture->db);
	matrix_pass(&run);
	run_close(&run);
}

static void test_with_both_walls_down_the_matrix_fails(void **state)
{
	struct run run;
	run_open(&run, state, FACILITIES);
	security_end(run.fixture->db);
	store_is_blind = BLIND_RESULTS | BLIND_STAFF;
	matrix_try(&run.matrix, 0, 1);
	store_is_blind = 0;
	assert_true(run.matrix.differing > 0 && run.matrix.leaking > 0);
	run_close(&run);
}

/* Found rows cannot be opened under another facility's name: refused, and nothing shown. */
static void test_the_seal_holds_alone(void **state)
{
	struct run run;
	run_open(&run, state, FACILITIES);
	store_is_blind = BLIND_RESULTS;
	matrix_try(&run.matrix, 0, 1);
	store_is_blind = 0;
	assert_true(run.matrix.differing > 0);
	assert_int_equal(run.matrix.leaking, 0);
	run_close(&run);
}

static void test_every_table_of_facilities_is_behind_the_wall(void **state)
{
	struct run run;
	run_open(&run, state, 1);
	struct db *db = run.fixture->db;
	assert_true(number_of(db, "SELECT count(*)" TABLES_HERE OF_FACILITIES) >= 10);
	assert_int_equal(number_of(db, "SELECT count(*)" TABLES_HERE OF_FACILITIES
				       " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"),
			 0);
	assert_int_equal(number_of(db, "SELECT count(*)" TABLES_HERE
				       " AND c.relname = 'facility' AND c.relforcerowsecurity"),
			 1);
	assert_int_equal(
		number_of(db, "SELECT count(*)" TABLES_HERE " AND c.relforcerowsecurity AND"
			      " (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) <> 2"),
		0);
	assert_int_equal(number_of(db, "SELECT count(*) FROM pg_roles WHERE rolname IN"
				       " ('" DB_ROLE_APP "', '" DB_ROLE_JOB "')"
				       " AND NOT (rolsuper OR rolbypassrls OR rolcreaterole"
				       " OR rolcreatedb OR rolcanlogin)"),
			 2);
	assert_int_equal(number_of(db, "SELECT count(*)" TABLES_HERE " AND c.relowner IN"
				       " (SELECT oid FROM pg_roles WHERE rolname IN"
				       " ('" DB_ROLE_APP "', '" DB_ROLE_JOB "'))"),
			 0);
	run_close(&run);
}

static int rows_seen(struct db *db, int64_t facility_no)
{
	db_scope(db, facility_no);
	return (int)number_of(db, "SELECT count(*) FROM account");
}

/* The scope goes with whatever comes next: a statement, a transaction, one that is undone. */
static void test_a_scope_lasts_until_the_next_and_survives_a_rollback(void **state)
{
	struct run run;
	run_open(&run, state, 2);
	struct db *db = run.house->db;
	int64_t one = run.matrix.parties[0].facility.no, two = run.matrix.parties[1].facility.no;
	int all = rows_seen(db, DB_EVERY_FACILITY);
	assert_int_equal(rows_seen(db, one), 2);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(rows_seen(db, two), 2);
	db_rollback(db);
	assert_int_equal(number_of(db, "SELECT CAST(facility_no AS BIGINT) FROM account LIMIT 1"),
			 two);
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(rows_seen(db, 999999), 0);
	assert_int_equal(db_commit(db), 0);
	assert_int_equal(rows_seen(db, 999999), 0);
	assert_int_equal(rows_seen(db, DB_EVERY_FACILITY), all);
	run_close(&run);
}

static void test_the_walled_roles_make_no_tables(void **state)
{
	struct run run;
	run_open(&run, state, 1);
	struct db *db = run.house->db;
	static const int64_t scopes[] = {DB_EVERY_FACILITY, 1};
	for (size_t i = 0; i < 2; i++) {
		rows_seen(db, scopes[i]);
		assert_int_equal(db->ops->exec(db, "CREATE TABLE x (n INT)"), -EIO);
		assert_int_equal(db->ops->exec(db,
					       "ALTER TABLE account DISABLE ROW LEVEL SECURITY"),
				 -EIO);
		assert_int_equal(db->ops->exec(db, "COPY account TO '/tmp/x'"), -EIO);
		assert_int_equal(db->ops->exec(db, "SELECT pg_read_file('/etc/passwd')"), -EIO);
	}
	run_close(&run);
}

/* As an operator would have it: the owner is no superuser. */
static void test_an_owner_without_powers_can_make_the_wall(void **state)
{
	struct db_fixture *fixture = db_fixture_of(state);
	char sql[256], target[640];
	snprintf(sql, sizeof sql,
		 "CREATE ROLE %s_owner LOGIN CREATEROLE; CREATE SCHEMA AUTHORIZATION %s_owner",
		 fixture->name, fixture->name);
	assert_int_equal(fixture->db->ops->exec(fixture->db, sql), 0);
	snprintf(target, sizeof target, "%.400s user=%s_owner options='-c search_path=%s_owner'",
		 fixture->target, fixture->name, fixture->name);
	struct db_options options = {.engine = DB_POSTGRES, .target = target, .busy_ms = 1000};
	AUTO(db_closep) struct db *owner = NULL;
	AUTO(db_closep) struct db *walled = NULL;
	int64_t no;
	assert_int_equal(db_open(&owner, &options), 0);
	assert_int_equal(store_migrate(owner), 0);
	options.walled = true;
	assert_int_equal(db_open(&walled, &options), 0);
	assert_int_equal(store_facility_add(walled, STR("1310000003"), STR("dental"),
					    STR("試験歯科"), &no),
			 0);
	assert_int_equal(number_of(walled, "SELECT count(*) FROM facility"), 1);
	db_scope(walled, no + 1);
	assert_int_equal(number_of(walled, "SELECT count(*) FROM facility"), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST_ON(postgres, test_row_level_security_holds_alone),
		DB_TEST_ON(postgres, test_the_statements_hold_alone),
		DB_TEST_ON(postgres, test_with_both_walls_down_the_matrix_fails),
		DB_TEST_ON(sqlite, test_the_seal_holds_alone),
		DB_TEST_ON(postgres, test_every_table_of_facilities_is_behind_the_wall),
		DB_TEST_ON(postgres, test_a_scope_lasts_until_the_next_and_survives_a_rollback),
		DB_TEST_ON(postgres, test_the_walled_roles_make_no_tables),
		DB_TEST_ON(postgres, test_an_owner_without_powers_can_make_the_wall),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
