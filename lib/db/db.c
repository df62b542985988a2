/* SPDX-License-Identifier: Apache-2.0 */
/* One door, two engines: hands each call to the connection's table of functions. */
#include "lib/db/db.h"

#include <assert.h>
#include <sys/random.h>

#include "lib/db/engine.h"

/* Cannot fail for so few bytes once the system has started (getrandom(2)). */
static int64_t number_draw(void)
{
	int64_t number = 0;
	ssize_t got = getrandom(&number, sizeof number, 0);
	assert(got == sizeof number);
	(void)got;
	number &= INT64_MAX;
	return number ? number : 1;
}

int db_open(struct db **ret_db, const struct db_options *options)
{
	assert(options->target && options->busy_ms >= 0);
	int r = options->engine == DB_SQLITE ? sqlite_open(ret_db, options)
					     : postgres_open(ret_db, options);
	if (r)
		return r < 0 ? PASS(r) : r;
	(*ret_db)->number = number_draw();
	return 0;
}

void db_close(struct db *db)
{
	if (db)
		db->ops->close(db);
}

int64_t db_number(const struct db *db)
{
	return db->number;
}

enum db_engine_kind db_engine(const struct db *db)
{
	return db->engine;
}

const char *db_error(const struct db *db)
{
	return db->ops->error(db);
}

void db_scope(struct db *db, int64_t facility_no)
{
	if (db->ops->scope)
		db->ops->scope(db, facility_no);
}

static int busy_note(struct db *db, int r)
{
	if (r == DB_BUSY)
		db->busy_seen = true;
	return r < 0 ? PASS(r) : r;
}

int db_run(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
	   int64_t *ret_changed)
{
	assert(args_count <= DB_ARGS_MAX);
	int64_t changed = 0;
	int r = db->ops->run(db, sql, args, args_count, &changed);
	if (r == 0 && ret_changed)
		*ret_changed = changed;
	return busy_note(db, r);
}

int db_query(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
	     struct db_rows **ret_rows)
{
	assert(args_count <= DB_ARGS_MAX);
	return busy_note(db, db->ops->query(db, sql, args, args_count, ret_rows));
}

int db_next(struct db_rows *rows)
{
	return busy_note(rows->db, rows->db->ops->next(rows));
}

void db_rows_close(struct db_rows *rows)
{
	if (rows)
		rows->db->ops->rows_close(rows);
}

int64_t db_column_int(struct db_rows *rows, int column)
{
	return rows->db->ops->column_int(rows, column);
}

struct str db_column_text(struct db_rows *rows, int column)
{
	return rows->db->ops->column_bytes(rows, column);
}

struct str db_column_blob(struct db_rows *rows, int column)
{
	return rows->db->ops->column_bytes(rows, column);
}

bool db_column_is_null(struct db_rows *rows, int column)
{
	return rows->db->ops->column_is_null(rows, column);
}

/* SQLite counts commits of others per connection (PRAGMA data_version): no page is read. */
static int version_read(struct db *db, int64_t *ret_version)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, "PRAGMA data_version", DB_NO_ARGS, &rows);
	if (r == 0)
		r = db_next(rows);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_version = db_column_int(rows, 0);
	return 0;
}

int db_moved(struct db *db, bool *ret_moved)
{
	int64_t version = db->version + 1;
	if (db->engine == DB_SQLITE) {
		int r = version_read(db, &version);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	*ret_moved = version != db->version;
	db->version = version;
	return 0;
}

int db_begin(struct db *db)
{
	db->busy_seen = false;
	return busy_note(db, db->ops->control(db, db->ops->begin));
}

int db_begin_read(struct db *db)
{
	db->busy_seen = false;
	return busy_note(db, db->ops->control(db, db->ops->begin_read));
}

int db_commit(struct db *db)
{
	int r = db->ops->commit(db);
	if (r)
		db_rollback(db);
	return busy_note(db, r);
}

void db_rollback(struct db *db)
{
	/* An engine that failed has rolled back by itself; a lost connection has too. */
	if (db->ops->in_transaction(db)) {
		int r = db->ops->control(db, "ROLLBACK");
		(void)r;
	}
}

int db_savepoint(struct db *db)
{
	return busy_note(db, db->ops->control(db, "SAVEPOINT job"));
}

int db_savepoint_release(struct db *db)
{
	return busy_note(db, db->ops->control(db, "RELEASE SAVEPOINT job"));
}

int db_savepoint_rollback(struct db *db)
{
	int r = db->ops->control(db, "ROLLBACK TO SAVEPOINT job");
	if (r)
		return busy_note(db, r);
	return busy_note(db, db->ops->control(db, "RELEASE SAVEPOINT job"));
}

int db_copy(struct db *db, const char *path)
{
	static const char copy[] = "VACUUM INTO $1";
	if (db_engine(db) != DB_SQLITE)
		return RAISE(EINVAL);
	int r = db_run(db, copy, DB_ARGS(db_text(str_of(path))), NULL);
	return r < 0 ? PASS(r) : r ? RAISE(EBUSY) : 0;
}
