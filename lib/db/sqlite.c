/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The embedded engine. One file in WAL mode with synchronous=FULL: a commit that was answered
 * survives a power cut; readers never wait for the writer.
 *
 * A write with RETURNING that runs outside a transaction is committed when its result has been
 * read to DB_END; closed earlier, a failing commit would go unseen. Writers use transactions.
 */
#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/number.h"
#include "lib/db/engine.h"
#include "lib/db/sealed.h"

enum {
	STATEMENTS_MAX = 512, /* kept per connection; a power of two */
	ERROR_BYTES = 256,
};

struct statement {
	struct db_rows rows;
	const char *sql; /* NULL: a free place */
	sqlite3_stmt *stmt;
	int parameters;
	unsigned char argument[DB_ARGS_MAX]; /* of each parameter, from 0 */
	bool open;
	int pending; /* SQLITE_ROW: the step made by query, not yet given out; SQLITE_DONE: spent */
};

struct sqlite {
	struct db db;
	sqlite3 *handle;
	struct sealed_vfs *sealed; /* NULL: the file is in clear */
	size_t log_pages;
	size_t statements_count;
	char error[ERROR_BYTES];
	struct statement statements[STATEMENTS_MAX];
};

static struct sqlite *sqlite_of(struct db *db)
{
	return (struct sqlite *)db;
}

static void error_keep(struct sqlite *sqlite, const char *words)
{
	snprintf(sqlite->error, sizeof sqlite->error, "%s", words);
}

static bool no_space(int system_error)
{
	return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

/* What an extended result code means to the house. */
static int sqlite_answer(struct sqlite *sqlite, int code)
{
	switch (code) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID: return DB_CONFLICT;
	default: break;
	}
	if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED)
		return DB_BUSY;
	error_keep(sqlite, sqlite3_errmsg(sqlite->handle));
	if ((code & 0xff) == SQLITE_NOMEM)
		return RAISE(ENOMEM);
	if ((code & 0xff) == SQLITE_FULL || no_space(sqlite3_system_errno(sqlite->handle)))
		return RAISE(ENOSPC);
	return RAISE(EIO);
}

/* --- statements --- */

static size_t place_of(const char *sql)
{
	uint64_t address = (uint64_t)(uintptr_t)sql;
	return (size_t)(address * UINT64_C(0x9E3779B97F4A7C15) >> 32) % STATEMENTS_MAX;
}

/*
 * SQLite takes $7 for a name and counts names by first appearance; our $n are numbers.
 */
static int parameters_map(struct sqlite *sqlite, struct statement *statement)
{
	statement->parameters = sqlite3_bind_parameter_count(statement->stmt);
	for (int i = 0; i < statement->parameters; i++) {
		struct str name = str_of(sqlite3_bind_parameter_name(statement->stmt, i + 1));
		int64_t number = 0;
		if (i >= DB_ARGS_MAX || !str_starts(name, STR("$")) ||
		    number_parse((struct str){name.ptr + 1, name.len - 1}, 1, DB_ARGS_MAX,
				 &number)) {
			error_keep(sqlite, "a parameter is not $1..$48");
			return RAISE(EINVAL);
		}
		statement->argument[i] = (unsigned char)(number - 1);
	}
	return 0;
}

static int statement_prepare(struct sqlite *sqlite, struct statement *statement, const char *sql)
{
	int code = sqlite3_prepare_v3(sqlite->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
				      &statement->stmt, NULL);
	if (code != SQLITE_OK)
		return sqlite_answer(sqlite, code);
	int r = parameters_map(sqlite, statement);
	if (r < 0) {
		sqlite3_finalize(statement->stmt);
		statement->stmt = NULL;
		return PASS(r);
	}
	statement->rows.db = &sqlite->db;
	statement->sql = sql;
	sqlite->statements_count++;
	return 0;
}

static int statement_get(struct sqlite *sqlite, const char *sql, struct statement **ret_statement)
{
	size_t place = place_of(sql);
	while (sqlite->statements[place].sql && sqlite->statements[place].sql != sql)
		place = (place + 1) % STATEMENTS_MAX;
	struct statement *statement = &sqlite->statements[place];
	if (!statement->sql) {
		if (sqlite->statements_count == STATEMENTS_MAX - 1) {
			error_keep(sqlite, "more statements than a connection keeps");
			return RAISE(EIO);
		}
		int r = statement_prepare(sqlite, statement, sql);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	assert(!statement->open);
	*ret_statement = statement;
	return 0;
}

static int value_bind(sqlite3_stmt *stmt, int index, const struct db_value *value,
		      sqlite3_destructor_type keep)
{
	const char *bytes = value->bytes.ptr ? value->bytes.ptr : "";
	switch (value->type) {
	case DB_NULL: return sqlite3_bind_null(stmt, index);
	case DB_INT: return sqlite3_bind_int64(stmt, index, value->number);
	case DB_TEXT:
		return sqlite3_bind_text64(stmt, index, bytes, value->bytes.len, keep, SQLITE_UTF8);
	case DB_BLOB: return sqlite3_bind_blob64(stmt, index, bytes, value->bytes.len, keep);
	}
	return SQLITE_MISUSE;
}

static int statement_bind(struct sqlite *sqlite, struct statement *statement,
			  const struct db_value *args, size_t args_count,
			  sqlite3_destructor_type keep)
{
	for (int i = 0; i < statement->parameters; i++) {
		size_t argument = statement->argument[i];
		assert(argument < args_count);
		int code = value_bind(statement->stmt, i + 1, &args[argument], keep);
		if (code != SQLITE_OK)
			return sqlite_answer(sqlite, code);
	}
	return 0;
}

static void statement_reset(struct statement *statement)
{
	sqlite3_reset(statement->stmt);
	sqlite3_clear_bindings(statement->stmt);
	statement->open = false;
}

static int sqlite_run(struct db *db, const char *sql, const struct db_value *args,
		      size_t args_count, int64_t *ret_changed)
{
	struct sqlite *sqlite = sqlite_of(db);
	struct statement *statement;
	int r = statement_get(sqlite, sql, &statement);
	if (r)
		return r;
	/* The arguments outlive this call, so nothing is copied. */
	r = statement_bind(sqlite, statement, args, args_count, SQLITE_STATIC);
	int code = SQLITE_ROW;
	while (r == 0 && code == SQLITE_ROW)
		code = sqlite3_step(statement->stmt);
	if (r == 0 && code != SQLITE_DONE)
		r = sqlite_answer(sqlite, code);
	if (r == 0)
		*ret_changed = sqlite3_changes64(sqlite->handle);
	statement_reset(statement);
	return r < 0 ? PASS(r) : r;
}

static int sqlite_query(struct db *db, const char *sql, const struct db_value *args,
			size_t args_count, struct db_rows **ret_rows)
{
	struct sqlite *sqlite = sqlite_of(db);
	struct statement *statement;
	int r = statement_get(sqlite, sql, &statement);
	if (r)
		return r;
	r = statement_bind(sqlite, statement, args, args_count, SQLITE_TRANSIENT);
	/* The first step happens here: a conflict belongs to the query, not to its rows. */
	if (r == 0)
		statement->pending = sqlite3_step(statement->stmt);
	if (r == 0 && statement->pending != SQLITE_ROW && statement->pending != SQLITE_DONE)
		r = sqlite_answer(sqlite, statement->pending);
	if (r) {
		statement_reset(statement);
		return r < 0 ? PASS(r) : r;
	}
	statement->open = true;
	*ret_rows = &statement->rows;
	return 0;
}

static int sqlite_next(struct db_rows *rows)
{
	struct statement *statement = (struct statement *)rows;
	if (statement->pending == SQLITE_DONE)
		return DB_END;
	int code = statement->pending;
	statement->pending = SQLITE_OK;
	if (code != SQLITE_ROW)
		code = sqlite3_step(statement->stmt);
	if (code == SQLITE_ROW)
		return 0;
	statement->pending = SQLITE_DONE;
	return code == SQLITE_DONE ? DB_END : sqlite_answer(sqlite_of(rows->db), code);
}

static void sqlite_rows_close(struct db_rows *rows)
{
	statement_reset((struct statement *)rows);
}

static int64_t sqlite_column_int(struct db_rows *rows, int column)
{
	return sqlite3_column_int64(((struct statement *)rows)->stmt, column);
}

static bool sqlite_column_is_null(struct db_rows *rows, int column)
{
	return sqlite3_column_type(((struct statement *)rows)->stmt, column) == SQLITE_NULL;
}

static struct str sqlite_column_bytes(struct db_rows *rows, int column)
{
	sqlite3_stmt *stmt = ((struct statement *)rows)->stmt;
	if (sqlite_column_is_null(rows, column))
		return (struct str){0};
	const char *bytes = sqlite3_column_blob(stmt, column);
	size_t len = (size_t)sqlite3_column_bytes(stmt, column);
	return (struct str){bytes ? bytes : "", len};
}

/* --- transactions --- */

static int sqlite_exec(struct db *db, const char *sql)
{
	struct sqlite *sqlite = sqlite_of(db);
	int code = sqlite3_exec(sqlite->handle, sql, NULL, NULL, NULL);
	return code == SQLITE_OK ? 0 : sqlite_answer(sqlite, code);
}

static int sqlite_control(struct db *db, const char *sql)
{
	int64_t changed;
	int r = sqlite_run(db, sql, DB_NO_ARGS, &changed);
	return r < 0 ? PASS(r) : r;
}

static int sqlite_commit(struct db *db)
{
	int r = sqlite_control(db, "COMMIT");
	return r < 0 ? PASS(r) : r;
}

static bool sqlite_in_transaction(const struct db *db)
{
	return !sqlite3_get_autocommit(((const struct sqlite *)db)->handle);
}

static bool sqlite_is_aborted(const struct db *db)
{
	(void)db; /* SQLite ends a broken transaction at once: in_transaction turns false */
	return false;
}

/* --- the log --- */

static int log_grew(void *ctx, sqlite3 *handle, const char *name, int pages)
{
	(void)handle;
	(void)name;
	((struct sqlite *)ctx)->log_pages = (size_t)pages;
	return SQLITE_OK;
}

static size_t sqlite_log_pages(const struct db *db)
{
	return ((const struct sqlite *)db)->log_pages;
}

static void sqlite_checkpoint_elsewhere(struct db *db)
{
	sqlite3_wal_hook(sqlite_of(db)->handle, log_grew, db);
}

static int sqlite_checkpoint(struct db *db, bool all)
{
	struct sqlite *sqlite = sqlite_of(db);
	int mode = all ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE;
	int code = sqlite3_wal_checkpoint_v2(sqlite->handle, NULL, mode, NULL, NULL);
	return code == SQLITE_OK ? 0 : sqlite_answer(sqlite, code);
}

/* --- the connection --- */

static void sqlite_close(struct db *db)
{
	struct sqlite *sqlite = sqlite_of(db);
	for (size_t i = 0; i < STATEMENTS_MAX; i++)
		sqlite3_finalize(sqlite->statements[i].stmt);
	sqlite3_close(sqlite->handle);
	sealed_vfs_destroy(sqlite->sealed);
	free(sqlite);
}

static const char *sqlite_error(const struct db *db)
{
	return ((const struct sqlite *)db)->error;
}

static const struct db_ops sqlite_ops = {
	.close = sqlite_close,
	.error = sqlite_error,
	.run = sqlite_run,
	.query = sqlite_query,
	.next = sqlite_next,
	.rows_close = sqlite_rows_close,
	.column_int = sqlite_column_int,
	.column_bytes = sqlite_column_bytes,
	.column_is_null = sqlite_column_is_null,
	.exec = sqlite_exec,
	.control = sqlite_control,
	.commit = sqlite_commit,
	.in_transaction = sqlite_in_transaction,
	.is_aborted = sqlite_is_aborted,
	.checkpoint = sqlite_checkpoint,
	.log_pages = sqlite_log_pages,
	.checkpoint_elsewhere = sqlite_checkpoint_elsewhere,
	.begin = "BEGIN IMMEDIATE",
	.begin_read = "BEGIN",
};

/*
 * A new file is ours alone whatever the umask says; its log and index inherit the mode. Only when
 * it is new: closing a descriptor of a file that SQLite has open would drop its locks.
 */
static void file_make(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
}

/* The size of a page, and whether it may be mapped, are settled before the first page is made. */
static int shape_apply(struct sqlite *sqlite, bool read_only)
{
	static const char clear[] = "PRAGMA mmap_size = 0x7fff0000; PRAGMA page_size = 8192",
			  sealed[] = "PRAGMA mmap_size = 0; PRAGMA page_size = 4096";
	int reserve = SEALED_RESERVE_BYTES;
	static_assert(SEALED_PAGE_BYTES == 4096, "as the text says");
	if (sqlite->sealed)
		sqlite3_file_control(sqlite->handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserve);
	int r = sqlite_exec(&sqlite->db, sqlite->sealed ? sealed : clear);
	if (r == 0 && !read_only)
		r = sqlite_exec(&sqlite->db, "PRAGMA journal_mode = WAL");
	return r < 0 ? PASS(r) : r;
}

static int settings_apply(struct sqlite *sqlite, const struct db_options *options)
{
	static const char *const common[] = {
		"PRAGMA synchronous = FULL",   "PRAGMA foreign_keys = ON",
		"PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON",
		"PRAGMA temp_store = MEMORY",  "PRAGMA cache_size = -8192",
	};
	sqlite3_busy_timeout(sqlite->handle, options->busy_ms);
	sqlite3_db_config(sqlite->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(sqlite->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(sqlite->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	int r = shape_apply(sqlite, options->read_only);
	for (size_t i = 0; r == 0 && i < sizeof common / sizeof common[0]; i++)
		r = sqlite_exec(&sqlite->db, common[i]);
	/* Not SQLITE_OPEN_READONLY: a reader of a WAL file must be able to make the index. */
	if (r == 0 && options->read_only)
		r = sqlite_exec(&sqlite->db, "PRAGMA query_only = ON");
	return r < 0 ? PASS(r) : r;
}

/* With a key: over a way to the disk of this connection's own. */
static int handle_open(struct sqlite *sqlite, const struct db_options *options)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	if (options->seal_key) {
		int r = sealed_vfs_create(&sqlite->sealed, options->seal_key);
		if (r < 0)
			return PASS(r);
	}
	if (!options->read_only) {
		flags |= SQLITE_OPEN_CREATE;
		if (strcmp(options->target, ":memory:") != 0)
			file_make(options->target);
	}
	int code = sqlite3_open_v2(options->target, &sqlite->handle, flags,
				   sqlite->sealed ? sealed_vfs_name(sqlite->sealed) : NULL);
	if (code == SQLITE_OK)
		return 0;
	return sqlite->handle ? sqlite_answer(sqlite, code) : RAISE(ENOMEM);
}

/* SQLite counts its memory under one lock for the whole process, and nobody reads the count. */
static void library_configure(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

int sqlite_open(struct db **ret_db, const struct db_options *options)
{
	static pthread_once_t configured = PTHREAD_ONCE_INIT;
	pthread_once(&configured, library_configure);
	struct sqlite *sqlite = calloc(1, sizeof *sqlite);
	if (!sqlite)
		return RAISE(ENOMEM);
	sqlite->db = (struct db){.ops = &sqlite_ops, .engine = DB_SQLITE};
	int r = handle_open(sqlite, options);
	if (r == 0)
		r = settings_apply(sqlite, options);
	if (r) {
		bool refused = sqlite->sealed && sealed_vfs_refused(sqlite->sealed);
		sqlite_close(&sqlite->db);
		return refused ? DB_KEY_WRONG : r < 0 ? PASS(r) : RAISE(EBUSY);
	}
	*ret_db = &sqlite->db;
	return 0;
}
