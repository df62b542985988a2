/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prepare, bind, next: one SQL text for SQLite and PostgreSQL.
 *
 * SQL is a constant with $1…$n; $n may be used more than once. Common ground only: ON CONFLICT,
 * RETURNING; no FOR UPDATE, no engine's own functions. A connection belongs to one thread at a
 * time. A statement is prepared at its first use on a connection and kept by the address of its
 * text, so SQL must be a constant with static storage.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/secret.h"
#include "lib/base/str.h"

struct db;
struct db_rows; /* an open result */

enum db_engine_kind {
	DB_SQLITE,
	DB_POSTGRES,
};

struct db_options {
	enum db_engine_kind engine;
	/* A file's path (":memory:": of this connection alone), or a libpq connection string
	 * without a password. */
	const char *target;
	bool read_only;
	int busy_ms; /* wait that long for another writer's lock (SQLite) or statement (PostgreSQL)
		      */
	/*
	 * PostgreSQL: not as the owner of the tables but as the roles DB_ROLE_APP and DB_ROLE_JOB,
	 * which own nothing and are held by row-level security; db_scope chooses. SQLite: nothing.
	 */
	bool walled;
	/*
	 * PostgreSQL: a commit that is not done after this (its replica does not answer) is a
	 * fault, -ETIMEDOUT, outcome unknown; it goes on waiting on its connection, which is of no
	 * use until then. 0: wait as long as it takes.
	 */
	int commit_ms;
	/*
	 * SQLite: everything in the file and its log is sealed under this key of 32 bytes, and so
	 * is what db_copy makes of it. Borrowed until db_open returns (a writer opens later, too:
	 * until it ends). NULL: in clear.
	 */
	const struct secret *seal_key;
};

#define DB_ROLE_APP "shikaku_app" /* the rows of one facility */
#define DB_ROLE_JOB "shikaku_job" /* the work that crosses facilities; makes no tables */

enum db_outcome {
	DB_BUSY = 1,  /* another writer held on longer than busy_ms; nothing was done */
	DB_CONFLICT,  /* a UNIQUE or PRIMARY KEY said no; the statement did nothing */
	DB_END,	      /* db_next: no row any more */
	DB_KEY_WRONG, /* db_open: not sealed under this key, or not at all; nothing was changed */
};

/* Faults: -EIO (the engine failed; its words in db_error), -ENOMEM, -ENOSPC (disk full).
 * A sealed page that was changed on the disk is -EIO as soon as it is needed.
 * Outcome of db_open: DB_KEY_WRONG, with a seal_key only.
 */
MUST_CHECK int db_open(struct db **ret_db, const struct db_options *options);
void db_close(struct db *db); /* accepts NULL; an open transaction is rolled back */
DEFINE_AUTO_POINTER(struct db, db_close)

enum db_engine_kind db_engine(const struct db *db);

/* A number of this connection's own, drawn when it was opened; > 0, and hardly ever drawn twice. */
int64_t db_number(const struct db *db);

/*
 * Has another connection committed anything since this one asked last? The first answer is yes.
 * PostgreSQL cannot tell: always yes. Not inside a transaction. Outcome: DB_BUSY.
 */
MUST_CHECK int db_moved(struct db *db, bool *ret_moved);

enum { DB_EVERY_FACILITY = 0 };

/*
 * From the next statement on a walled connection reads and writes the rows of this facility only,
 * whatever a statement forgets to ask; it begins with DB_EVERY_FACILITY. Travels with that
 * statement, without a round trip of its own. On SQLite, and for connections without walls, nothing
 * happens (SQLite's second wall is the seal).
 */
void db_scope(struct db *db, int64_t facility_no);

/* The engine's words for the last fault on this connection: for the log only. Borrowed. */
const char *db_error(const struct db *db);

enum db_type {
	DB_NULL,
	DB_INT,
	DB_TEXT,
	DB_BLOB,
};

struct db_value {
	enum db_type type;
	int64_t number;
	struct str bytes;
};

static inline struct db_value db_int(int64_t number)
{
	return (struct db_value){.type = DB_INT, .number = number};
}

/* Absent (ptr == NULL) binds NULL. */
static inline struct db_value db_text(struct str text)
{
	return (struct db_value){.type = text.ptr ? DB_TEXT : DB_NULL, .bytes = text};
}

static inline struct db_value db_blob(struct str bytes)
{
	return (struct db_value){.type = bytes.ptr ? DB_BLOB : DB_NULL, .bytes = bytes};
}

static inline struct db_value db_null(void)
{
	return (struct db_value){.type = DB_NULL};
}

/* The arguments of one statement, in order: DB_ARGS(db_int(1), db_text(name)). */
#define DB_ARGS(...)                            \
	(const struct db_value[]){__VA_ARGS__}, \
		sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)
#define DB_NO_ARGS NULL, 0

/*
 * A statement without rows. *ret_changed (may be NULL) gets the number of rows it changed.
 * Outcomes: DB_BUSY, DB_CONFLICT. After DB_CONFLICT the transaction goes on (on PostgreSQL the
 * statement runs under a savepoint of its own when a transaction is open).
 */
MUST_CHECK int db_run(struct db *db, const char *sql, const struct db_value *args,
		      size_t args_count, int64_t *ret_changed);

/*
 * A statement with rows: db_query, then db_next until DB_END, then db_rows_close (which may come
 * earlier). One result at a time may be open on a connection per SQL text.
 * Outcomes as db_run.
 */
MUST_CHECK int db_query(struct db *db, const char *sql, const struct db_value *args,
			size_t args_count, struct db_rows **ret_rows);
MUST_CHECK int db_next(struct db_rows *rows); /* 0: a row stands ready; DB_END; DB_BUSY; faults */
void db_rows_close(struct db_rows *rows);     /* accepts NULL */
DEFINE_AUTO_POINTER(struct db_rows, db_rows_close)

/* Columns from 0; bytes borrowed until the next db_next or db_rows_close. NULL: 0 and absent. */
int64_t db_column_int(struct db_rows *rows, int column);
struct str db_column_text(struct db_rows *rows, int column);
struct str db_column_blob(struct db_rows *rows, int column);
bool db_column_is_null(struct db_rows *rows, int column);

/*
 * Transactions. db_begin takes the write lock at once (SQLite BEGIN IMMEDIATE; DB_BUSY possible).
 * db_begin_read: a steady view for several queries. A savepoint has depth 1 and no name of its own.
 */
MUST_CHECK int db_begin(struct db *db);
MUST_CHECK int db_begin_read(struct db *db);
/*
 * Returns after the sync. Outcome: DB_BUSY (PostgreSQL could not serialise it; nothing was kept).
 * A fault: unknown whether it was kept (-ETIMEDOUT: not yet; see commit_ms). In both cases no
 * transaction is open any more.
 */
MUST_CHECK int db_commit(struct db *db);
void db_rollback(struct db *db);
MUST_CHECK int db_savepoint(struct db *db);
MUST_CHECK int db_savepoint_release(struct db *db);
MUST_CHECK int db_savepoint_rollback(struct db *db);

/*
 * SQLite: the whole database as it stands at one moment, into a new or empty file; others go on
 * writing. Not inside a transaction. Fault -EINVAL on PostgreSQL, which has pg_dump.
 */
MUST_CHECK int db_copy(struct db *db, const char *path);

/*
 * work inside a transaction that only one program at a time has on this store: another one, and
 * whoever holds what work needs, is waited for up to a minute. work answers 0, a fault, or DB_BUSY:
 * then it is done again from the start. Not inside a transaction. Faults: work's, -ETIMEDOUT
 * (somebody is still at it; nothing was done).
 */
MUST_CHECK int db_alone(struct db *db, int (*work)(struct db *db, const void *ctx),
			const void *ctx);

/*
 * Make or bring up the tables. script is DDL in common words plus tokens: {int64}, {bytes}, {text},
 * {now}; statements end with ';'; "-- sqlite:" / "-- postgres:" at a line's start limits that one
 * statement to an engine. Steps are numbered; each runs once, by db_alone with the row that
 * remembers it (table schema). Faults: db_alone's.
 */
struct db_migration {
	int version; /* rising from 1 */
	const char *script;
};
MUST_CHECK int db_migrate(struct db *db, const struct db_migration *steps, size_t steps_count);
