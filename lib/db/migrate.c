/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables are made and brought up step by step, each in one transaction with the row that remembers
 * it: a crash leaves either the step or nothing of it. A store that is newer than this program is
 * left as it is; steps only add, so that the older program still runs on it during an upgrade.
 */
#include <assert.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/db/engine.h"

enum {
	SCRIPT_BYTES_MAX = 512 * 1024,
	WAIT_MS = 60000, /* for another program that is at it */
	PAUSE_NS = 10000000,
};

static const char schema_script[] =
	"CREATE TABLE IF NOT EXISTS schema ("
	"version {int64} PRIMARY KEY, at_ms {int64} NOT NULL DEFAULT {now});";

/*
 * Two programs that bring up one store at once: one waits. SQLite's BEGIN IMMEDIATE does it there.
 * Stores in other schemas of the database are not waited for.
 */
static const char lock_script[] =
	"-- postgres: SELECT CAST(pg_advisory_xact_lock(7350927,"
	" CAST(CAST(quote_ident(current_schema()) AS regnamespace) AS INTEGER)) AS TEXT);";

struct token {
	struct str name;
	struct str text[2]; /* by enum db_engine_kind */
};

static const struct token tokens[] = {
	{{"{int64}", 7}, {{"INTEGER", 7}, {"BIGINT", 6}}},
	{{"{bytes}", 7}, {{"BLOB", 4}, {"BYTEA", 5}}},
	/* Compared and ordered by its bytes on both engines. */
	{{"{text}", 6}, {{"TEXT", 4}, {"TEXT COLLATE \"C\"", 16}}},
	{{"{now}", 5},
	 {{"(CAST(strftime('%s', 'now') AS INTEGER) * 1000)", 47},
	  {"(CAST(extract(epoch FROM now()) AS BIGINT) * 1000)", 50}}},
};

static const struct token *token_at(struct str text)
{
	for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
		if (str_starts(text, tokens[i].name))
			return &tokens[i];
	return NULL;
}

/* The statement in the engine's own words, as a C string in the arena. */
static int tokens_replace(struct arena *arena, enum db_engine_kind engine, struct str statement,
			  const char **ret_sql)
{
	size_t bytes_max = statement.len * 11; /* {now}, five bytes, becomes 50 */
	char *sql = arena_alloc(arena, bytes_max + 1);
	if (!sql)
		return RAISE(ENOMEM);
	size_t used = 0;
	while (statement.len) {
		const struct token *token = token_at(statement);
		struct str piece = token ? token->text[engine] : (struct str){statement.ptr, 1};
		size_t taken = token ? token->name.len : 1;
		if (used + piece.len > bytes_max)
			return RAISE(EMSGSIZE);
		memcpy(sql + used, piece.ptr, piece.len);
		used += piece.len;
		statement.ptr += taken;
		statement.len -= taken;
	}
	*ret_sql = sql;
	return 0;
}

static const struct str marks[] = {{"-- sqlite:", 10}, {"-- postgres:", 12}};

static bool comment_begins(struct str text)
{
	return str_starts(text, STR("--")) && !str_starts(text, marks[DB_SQLITE]) &&
	       !str_starts(text, marks[DB_POSTGRES]);
}

/* Up to the next ';' outside quotes and comments; false at the script's end. */
static bool statement_split(struct str *rest, struct str *ret_statement)
{
	bool quoted = false, comment = false;
	for (size_t i = 0; i < rest->len; i++) {
		char c = rest->ptr[i];
		struct str here = {rest->ptr + i, rest->len - i};
		if (comment) {
			comment = c != '\n';
		} else if (c == '\'') {
			quoted = !quoted;
		} else if (!quoted && comment_begins(here)) {
			comment = true;
		} else if (!quoted && c == ';') {
			*ret_statement = (struct str){rest->ptr, i};
			*rest = (struct str){here.ptr + 1, here.len - 1};
			return true;
		}
	}
	assert(str_trim(*rest).len == 0);
	return false;
}

/* Takes "-- sqlite:" or "-- postgres:" off the front. False: the other engine's statement. */
static bool statement_is_for(struct str *statement, enum db_engine_kind engine)
{
	*statement = str_trim(*statement);
	for (size_t i = 0; i < 2; i++)
		if (str_starts(*statement, marks[i])) {
			statement->ptr += marks[i].len;
			statement->len -= marks[i].len;
			return (enum db_engine_kind)i == engine;
		}
	return true;
}

/* Outcomes of this and of what follows: those of db_run. */
static int script_run(struct db *db, const char *script)
{
	struct arena arena AUTO(arena_clear) = {0};
	arena_init(&arena, SCRIPT_BYTES_MAX);
	struct str rest = str_of(script), statement;
	while (statement_split(&rest, &statement)) {
		const char *sql;
		if (!statement_is_for(&statement, db->engine))
			continue;
		int r = tokens_replace(&arena, db->engine, statement, &sql);
		if (r < 0)
			return PASS(r);
		r = db->ops->exec(db, sql);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return 0;
}

static int step_is_done(struct db *db, int version, bool *ret_done)
{
	struct db_rows *rows AUTO(db_rows_closep) = NULL;
	int r = db_query(db, "SELECT version FROM schema WHERE version = $1",
			 DB_ARGS(db_int(version)), &rows);
	if (r == 0)
		r = db_next(rows);
	*ret_done = r == 0;
	if (r < 0)
		return PASS(r);
	return r == DB_END ? 0 : r;
}

static int step_make(struct db *db, const void *ctx)
{
	const struct db_migration *step = ctx;
	bool done = false;
	int r = step_is_done(db, step->version, &done);
	if (r || done)
		return r < 0 ? PASS(r) : r;
	r = script_run(db, step->script);
	if (r == 0)
		r = db_run(db, "INSERT INTO schema (version) VALUES ($1)",
			   DB_ARGS(db_int(step->version)), NULL);
	return r < 0 ? PASS(r) : r;
}

static int schema_make(struct db *db, const void *ctx)
{
	(void)ctx;
	int r = script_run(db, schema_script);
	return r < 0 ? PASS(r) : r;
}

static int alone_try(struct db *db, int (*work)(struct db *db, const void *ctx), const void *ctx)
{
	int r = db_begin(db);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = script_run(db, lock_script);
	if (r == 0)
		r = work(db, ctx);
	if (r) {
		db_rollback(db);
		return r < 0 ? PASS(r) : r;
	}
	r = db_commit(db);
	return r < 0 ? PASS(r) : r;
}

int db_alone(struct db *db, int (*work)(struct db *db, const void *ctx), const void *ctx)
{
	int64_t until_ms = clock_mono_ms(&clock_system) + WAIT_MS;
	int r = alone_try(db, work, ctx);
	while (r == DB_BUSY && clock_mono_ms(&clock_system) < until_ms) {
		const struct timespec pause = {.tv_nsec = PAUSE_NS};
		nanosleep(&pause, NULL);
		r = alone_try(db, work, ctx);
	}
	if (r == DB_BUSY)
		return RAISE(ETIMEDOUT);
	return r ? FOLD(r) : 0;
}

int db_migrate(struct db *db, const struct db_migration *steps, size_t steps_count)
{
	int r = db_alone(db, schema_make, NULL);
	for (size_t i = 0; r == 0 && i < steps_count; i++) {
		assert(i == 0 || steps[i].version > steps[i - 1].version);
		r = db_alone(db, step_make, &steps[i]);
	}
	return r < 0 ? PASS(r) : 0;
}
