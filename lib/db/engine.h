/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the room: what an engine gives to db.c. db.c keeps what both engines share; the rest of
 * the house sees db.h only.
 */
#pragma once

#include "lib/db/db.h"

/* Arguments of one statement; SQL texts of ours have at most 29. */
enum { DB_ARGS_MAX = 48 };

struct db_ops {
	void (*close)(struct db *db);
	const char *(*error)(const struct db *db);

	/* Constant texts, prepared once and kept by their address. */
	int (*run)(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
		   int64_t *ret_changed);
	int (*query)(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
		     struct db_rows **ret_rows);
	int (*next)(struct db_rows *rows);
	void (*rows_close)(struct db_rows *rows);
	int64_t (*column_int)(struct db_rows *rows, int column);
	struct str (*column_bytes)(struct db_rows *rows, int column);
	bool (*column_is_null)(struct db_rows *rows, int column);

	void (*scope)(struct db *db, int64_t facility_no); /* may be NULL */

	/* One statement of any text, without arguments, not kept: DDL. */
	int (*exec)(struct db *db, const char *sql);

	/* BEGIN, SAVEPOINT and their kin: a constant text without arguments. */
	int (*control)(struct db *db, const char *sql);
	int (*commit)(struct db *db);
	/* Wait that long for a commit that ran out of time. Outcome: DB_BUSY (still waiting). NULL:
	 * commits of this engine end by themselves.
	 */
	int (*commit_settle)(struct db *db, int timeout_ms);
	/* A transaction is open / is open but only a rollback is left of it. */
	bool (*in_transaction)(const struct db *db);
	bool (*is_aborted)(const struct db *db);

	/*
	 * Move the log into the main file (SQLite; PostgreSQL does it by itself: NULL). all: wait
	 * for readers until everything is moved and the log starts anew.
	 */
	int (*checkpoint)(struct db *db, bool all);
	size_t (*log_pages)(const struct db *db);    /* in the log after the last commit */
	void (*checkpoint_elsewhere)(struct db *db); /* no checkpoints inside commits any more */

	const char *begin;
	const char *begin_read;
};

/* First member of each engine's connection. */
struct db {
	const struct db_ops *ops;
	enum db_engine_kind engine;
	int64_t number;	 /* db_number */
	bool busy_seen;	 /* DB_BUSY was answered since the last begin */
	int64_t version; /* what db_moved saw last; 0: not asked yet */
};

/* First member of each engine's open result. */
struct db_rows {
	struct db *db;
};

MUST_CHECK int sqlite_open(struct db **ret_db, const struct db_options *options);
MUST_CHECK int postgres_open(struct db **ret_db, const struct db_options *options);
