/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PostgreSQL's second wall, set up after every migration and only where it is missing, so that a
 * new table with a facility_no stands behind it by itself.
 *
 * The tables belong to whoever migrates. The roles app and job own nothing, make nothing and bypass
 * nothing: app sees the rows of the facility in the session's setting, none when there is none; job
 * sees all. Both are made here where the migrating role may; elsewhere the operator makes them
 * before (docs/operation).
 *
 * A temporary table would stand before ours of the same name: nobody but the database's owner makes
 * any.
 *
 * "(SELECT …)" around the setting lets the planner read it once a statement, not once a row.
 */
#include "server/store/wall.h"

#define FACILITY \
	"(SELECT CAST(nullif(current_setting(''shikaku.facility'', true), '''') AS BIGINT))"
#define OF_ACCOUNT                                                        \
	"EXISTS (SELECT 1 FROM account WHERE account.no = account_no AND" \
	" account.facility_no = " FACILITY ")"

/* Roles belong to the whole server: its stores make them one after the other. */
static const char roles_make[] =
	"DO $$ DECLARE name TEXT; BEGIN"
	" PERFORM pg_advisory_xact_lock(7350927);"
	" FOREACH name IN ARRAY ARRAY['" DB_ROLE_APP "', '" DB_ROLE_JOB "'] LOOP"
	"  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name) THEN"
	"   EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', name);"
	"  END IF;"
	"  IF NOT pg_has_role(current_user, name, 'MEMBER') THEN"
	"   EXECUTE format('GRANT %I TO %I', name, current_user);"
	"  END IF;"
	"  IF NOT has_schema_privilege(name, current_schema(), 'USAGE') THEN"
	"   EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), name);"
	"  END IF;"
	" END LOOP;"
	" IF has_database_privilege('" DB_ROLE_APP "', current_database(), 'TEMPORARY') AND"
	"  pg_has_role(current_user, (SELECT datdba FROM pg_database"
	"  WHERE datname = current_database()), 'USAGE') THEN"
	"  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());"
	" END IF; END $$";

static const char tables_open[] =
	"DO $$ DECLARE t RECORD; name TEXT; BEGIN"
	" FOR t IN SELECT c.oid, c.relname FROM pg_class c"
	"  WHERE c.relnamespace = CAST(quote_ident(current_schema()) AS regnamespace)"
	"  AND c.relkind IN ('r', 'p') AND c.relname <> 'schema' LOOP"
	"  FOREACH name IN ARRAY ARRAY['" DB_ROLE_APP "', '" DB_ROLE_JOB "'] LOOP"
	"   IF NOT has_table_privilege(name, t.oid, 'DELETE') THEN"
	"    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I',"
	"     t.relname, name);"
	"   END IF;"
	"  END LOOP;"
	" END LOOP; END $$";

/* The condition under which a row is the facility's own, by what columns its table has. */
static const char tables_wall[] =
	"DO $$ DECLARE t RECORD; BEGIN"
	" FOR t IN SELECT c.relname, CASE"
	"   WHEN c.relname = 'facility' THEN 'no = " FACILITY "'"
	"   WHEN bool_or(a.attname = 'facility_no') THEN 'facility_no = " FACILITY "'"
	"   ELSE '" OF_ACCOUNT "' END AS own"
	"  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
	"  WHERE c.relnamespace = CAST(quote_ident(current_schema()) AS regnamespace)"
	"  AND c.relkind IN ('r', 'p') AND NOT c.relforcerowsecurity"
	"  GROUP BY c.oid, c.relname"
	"  HAVING bool_or(a.attname IN ('facility_no', 'account_no')) OR c.relname = 'facility' "
	"LOOP"
	"  EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t.relname);"
	"  EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t.relname);"
	"  EXECUTE format('CREATE POLICY own ON %I TO " DB_ROLE_APP " USING (%s)',"
	"   t.relname, t.own);"
	"  EXECUTE format('CREATE POLICY every ON %I TO " DB_ROLE_JOB " USING (true)',"
	"   t.relname);"
	" END LOOP; END $$";

static int roles_run(struct db *db, const void *ctx)
{
	(void)ctx;
	int r = db_run(db, roles_make, DB_NO_ARGS, NULL);
	return r < 0 ? PASS(r) : r;
}

static int tables_run(struct db *db, const void *ctx)
{
	(void)ctx;
	int r = db_run(db, tables_open, DB_NO_ARGS, NULL);
	if (r == 0)
		r = db_run(db, tables_wall, DB_NO_ARGS, NULL);
	return r < 0 ? PASS(r) : r;
}

int store_wall_make(struct db *db)
{
	if (db_engine(db) != DB_POSTGRES)
		return 0;
	int r = db_alone(db, roles_run, NULL);
	if (r == 0)
		r = db_alone(db, tables_run, NULL);
	return r < 0 ? PASS(r) : 0;
}
