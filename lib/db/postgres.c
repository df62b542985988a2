/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server engine, over libpq with prepared statements.
 *
 * Arguments travel with their type declared at the first use of a statement (integers as text, so
 * that int4 places take them too; bytes as they are); results travel in binary.
 *
 * A statement that fails aborts its whole transaction here, but a conflict must not. So an INSERT
 * or UPDATE inside a transaction runs as SAVEPOINT, statement, RELEASE in one pipeline: one round
 * trip more than nothing, no waiting. "ON CONFLICT DO NOTHING" without a target cannot conflict
 * and goes bare: hot paths use it and look at the number of changed rows.
 *
 * The second wall: a walled session acts as the role app with the facility in a setting that the
 * policies of the tables read, or as the role job. Both are set by one statement, prepared once and
 * sent in one pipeline with the first statement that needs it. A rollback takes the settings back
 * too: then they are due again.
 *
 * What a commit may claim. With a synchronous replica three things would acknowledge what exists
 * once only: a cancelled wait reports success with a warning of class 01; a transaction that found
 * its row there already has written nothing and waits for nobody; and no timeout of the server ends
 * the wait. So: a warning during a commit makes its outcome unknown, a fault; a transaction that
 * wrote nothing writes a mark before its commit; we stop waiting after commit_ms, answer a fault,
 * and neither cancel nor close: the connection stays with its commit until that is over. What waits
 * at the server is thus never more than our connections.
 */
#include <assert.h>
#include <ctype.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/db/engine.h"

enum {
	STATEMENTS_MAX = 512, /* kept per connection; a power of two */
	ERROR_BYTES = 256,
	NUMBER_BYTES = 24,

	/* Types as pg_type numbers them. */
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_VARCHAR = 1043,
	OID_VOID = 2278,
};

struct statement {
	struct db_rows rows;
	const char *sql; /* NULL: a free place */
	bool prepared;	 /* on this session */
	bool may_conflict;
	bool returns_rows;
	char name[16];
	PGresult *result; /* of the open query */
	int row;	  /* -1: before the first */
};

struct postgres {
	struct db db;
	PGconn *conn;
	int busy_ms;
	bool read_only;
	bool unconfirmed; /* a warning came while something was being committed */
	int commit_ms;
	bool waiting;	   /* a commit ran out of time, and is still under way */
	bool committed;	   /* the commit's tag said so */
	int commit_answer; /* its first failure */
	bool walled;
	bool scope_due; /* the session may have another scope than this */
	int64_t scope;
	size_t statements_count;
	char error[ERROR_BYTES];
	struct statement statements[STATEMENTS_MAX];
};

static struct postgres *postgres_of(struct db *db)
{
	return (struct postgres *)db;
}

/* One line of the engine's words. They may quote a key's value: for the operator's log only. */
static void error_keep(struct postgres *postgres, const char *words)
{
	int len = (int)strcspn(words, "\n");
	snprintf(postgres->error, sizeof postgres->error, "%.*s", len, words);
}

/* --- answers --- */

static bool state_is(const char *state, const char *wanted)
{
	return strcmp(state, wanted) == 0;
}

static int state_answer(struct postgres *postgres, const char *state, const char *words)
{
	if (state_is(state, "23505"))
		return DB_CONFLICT;
	if (state_is(state, "40001") || state_is(state, "40P01") || state_is(state, "55P03"))
		return DB_BUSY;
	error_keep(postgres, words);
	if (state_is(state, "53100"))
		return RAISE(ENOSPC);
	if (state_is(state, "53200"))
		return RAISE(ENOMEM);
	return RAISE(EIO);
}

static int result_answer(struct postgres *postgres, const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return 0;
	if (!result) {
		error_keep(postgres, PQerrorMessage(postgres->conn));
		return RAISE(EIO);
	}
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	return state_answer(postgres, state ? state : "", PQresultErrorMessage(result));
}

static void notice_receive(void *ctx, const PGresult *result)
{
	struct postgres *postgres = ctx;
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	if (state && state_is(state, "01000")) {
		postgres->unconfirmed = true;
		error_keep(postgres, PQresultErrorMessage(result));
	}
}

static bool idle(const struct postgres *postgres)
{
	return PQtransactionStatus(postgres->conn) == PQTRANS_IDLE;
}

/* --- a commit under way --- */

static int64_t mono_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Something to read before until_ms (-1: whenever it comes)? A lost connection counts as that. */
static bool answer_wait(PGconn *conn, int64_t until_ms)
{
	while (PQisBusy(conn)) {
		int64_t left_ms = until_ms < 0 ? -1 : until_ms - mono_ms();
		struct pollfd socket = {.fd = PQsocket(conn), .events = POLLIN};
		if (until_ms >= 0 && left_ms <= 0)
			left_ms = 0;
		int ready = poll(&socket, 1, (int)left_ms);
		if (ready == 0)
			return false;
		if (ready > 0 && !PQconsumeInput(conn))
			return true;
	}
	return true;
}

/* One answer of the commit's pipeline. The commit of a broken transaction is a rollback, and says
 * so only in its tag. */
static void commit_note(struct postgres *postgres, const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	int r = status == PGRES_PIPELINE_ABORTED ? 0 : result_answer(postgres, result);
	if (r && !postgres->commit_answer)
		postgres->commit_answer = r;
	if (status == PGRES_COMMAND_OK &&
	    strcmp(PQcmdStatus((PGresult *)(uintptr_t)result), "COMMIT") == 0)
		postgres->committed = true;
}

/* Reads on until the commit is over. Outcome: DB_BUSY (it is not, at until_ms). */
static int commit_read(struct postgres *postgres, int64_t until_ms)
{
	PGconn *conn = postgres->conn;
	bool over = false;
	while (!over && PQstatus(conn) == CONNECTION_OK) {
		if (!answer_wait(conn, until_ms))
			return DB_BUSY;
		PGresult *result = PQgetResult(conn);
		over = result && PQresultStatus(result) == PGRES_PIPELINE_SYNC;
		if (result && !over)
			commit_note(postgres, result);
		PQclear(result);
	}
	postgres->waiting = false;
	if (!PQexitPipelineMode(conn))
		PQreset(conn); /* met again as a new session */
	return 0;
}

/* --- the session --- */

static int command_run(struct postgres *postgres, const char *sql)
{
	PGresult *result = PQexec(postgres->conn, sql);
	int r = result_answer(postgres, result);
	PQclear(result);
	return r < 0 ? PASS(r) : r;
}

static int scope_prepare(struct postgres *postgres)
{
	PGresult *result = PQprepare(postgres->conn, "scope",
				     "SELECT set_config('role', $1, false),"
				     " set_config('shikaku.facility', $2, false)",
				     0, NULL);
	int r = result_answer(postgres, result);
	PQclear(result);
	postgres->scope_due = true;
	return r < 0 ? PASS(r) : r;
}

static int session_prepare(struct postgres *postgres)
{
	char settings[320];
	snprintf(settings, sizeof settings,
		 "SET client_encoding = 'UTF8'; SET timezone = 'UTC';"
		 "SET client_min_messages = 'warning'; SET synchronous_commit = on;"
		 "SET statement_timeout = 0; SET lock_timeout = %d;"
		 "SET default_transaction_read_only = %s",
		 postgres->busy_ms ? postgres->busy_ms : 1, postgres->read_only ? "on" : "off");
	PQsetNoticeReceiver(postgres->conn, notice_receive, postgres);
	if (PQstatus(postgres->conn) != CONNECTION_OK) {
		error_keep(postgres, PQerrorMessage(postgres->conn));
		return RAISE(EIO);
	}
	int r = command_run(postgres, settings);
	if (r == 0 && postgres->walled)
		r = scope_prepare(postgres);
	postgres->unconfirmed = false;
	return r ? FOLD(r) : 0;
}

/* A server that was restarted is met again between transactions, never inside one. */
static int session_ready(struct postgres *postgres)
{
	if (postgres->waiting && commit_read(postgres, 0) == DB_BUSY)
		return RAISE(ETIMEDOUT);
	if (PQstatus(postgres->conn) == CONNECTION_OK)
		return 0;
	PQreset(postgres->conn);
	for (size_t i = 0; i < STATEMENTS_MAX; i++)
		postgres->statements[i].prepared = false;
	int r = session_prepare(postgres);
	return r < 0 ? PASS(r) : 0;
}

/* --- statements --- */

static size_t place_of(const char *sql)
{
	uint64_t address = (uint64_t)(uintptr_t)sql;
	return (size_t)(address * UINT64_C(0x9E3779B97F4A7C15) >> 32) % STATEMENTS_MAX;
}

/* Our SQL is upper case, one blank between words. */
static bool sql_may_conflict(const char *sql)
{
	while (isspace((unsigned char)*sql))
		sql++;
	struct str text = str_of(sql);
	if (strstr(sql, "ON CONFLICT DO NOTHING"))
		return false;
	return str_starts(text, STR("INSERT")) || str_starts(text, STR("UPDATE")) ||
	       str_starts(text, STR("WITH"));
}

static Oid value_oid(const struct db_value *value)
{
	switch (value->type) {
	case DB_INT: return OID_INT8;
	case DB_TEXT: return OID_TEXT;
	case DB_BLOB: return OID_BYTEA;
	case DB_NULL: return 0; /* the server infers it */
	}
	return 0;
}

static int statement_prepare(struct postgres *postgres, struct statement *statement,
			     const struct db_value *args, size_t args_count)
{
	Oid types[DB_ARGS_MAX];
	for (size_t i = 0; i < args_count; i++)
		types[i] = value_oid(&args[i]);
	PGresult *result =
		PQprepare(postgres->conn, statement->name, statement->sql, (int)args_count, types);
	int r = result_answer(postgres, result);
	PQclear(result);
	if (r)
		return r < 0 ? PASS(r) : r;
	statement->prepared = true;
	return 0;
}

static int statement_place(struct postgres *postgres, const char *sql,
			   struct statement **ret_statement)
{
	size_t place = place_of(sql);
	while (postgres->statements[place].sql && postgres->statements[place].sql != sql)
		place = (place + 1) % STATEMENTS_MAX;
	struct statement *statement = &postgres->statements[place];
	if (!statement->sql) {
		if (postgres->statements_count == STATEMENTS_MAX - 1) {
			error_keep(postgres, "more statements than a connection keeps");
			return RAISE(EIO);
		}
		postgres->statements_count++;
		statement->rows.db = &postgres->db;
		statement->sql = sql;
		statement->may_conflict = sql_may_conflict(sql);
		snprintf(statement->name, sizeof statement->name, "s%zu", place);
	}
	*ret_statement = statement;
	return 0;
}

static int statement_get(struct postgres *postgres, const char *sql, const struct db_value *args,
			 size_t args_count, struct statement **ret_statement)
{
	int r = session_ready(postgres);
	if (r == 0)
		r = statement_place(postgres, sql, ret_statement);
	if (r < 0)
		return PASS(r);
	assert(!(*ret_statement)->result);
	if ((*ret_statement)->prepared)
		return 0;
	r = statement_prepare(postgres, *ret_statement, args, args_count);
	return r < 0 ? PASS(r) : r;
}

struct wire_args {
	const char *values[DB_ARGS_MAX];
	int lengths[DB_ARGS_MAX];
	int formats[DB_ARGS_MAX];
	char numbers[DB_ARGS_MAX][NUMBER_BYTES];
};

static void args_encode(const struct db_value *args, size_t args_count, struct wire_args *ret_wire)
{
	for (size_t i = 0; i < args_count; i++) {
		const struct db_value *value = &args[i];
		ret_wire->values[i] = NULL;
		ret_wire->formats[i] = value->type == DB_TEXT || value->type == DB_BLOB;
		ret_wire->lengths[i] = (int)value->bytes.len;
		if (value->type == DB_INT) {
			snprintf(ret_wire->numbers[i], NUMBER_BYTES, "%lld",
				 (long long)value->number);
			ret_wire->values[i] = ret_wire->numbers[i];
		} else if (value->type != DB_NULL) {
			ret_wire->values[i] = value->bytes.ptr ? value->bytes.ptr : "";
		}
	}
}

/* The next result of the pipeline, and the NULL behind it. */
static PGresult *pipeline_result(PGconn *conn)
{
	PGresult *result = PQgetResult(conn);
	if (result && PQresultStatus(result) != PGRES_PIPELINE_SYNC)
		PQclear(PQgetResult(conn));
	return result;
}

static int command_send(PGconn *conn, const char *sql)
{
	return PQsendQueryParams(conn, sql, 0, NULL, NULL, NULL, NULL, 1);
}

static int scope_send(struct postgres *postgres)
{
	char number[NUMBER_BYTES] = "";
	bool one = postgres->scope != DB_EVERY_FACILITY;
	if (one)
		snprintf(number, sizeof number, "%lld", (long long)postgres->scope);
	const char *values[] = {one ? DB_ROLE_APP : DB_ROLE_JOB, number};
	return PQsendQueryPrepared(postgres->conn, "scope", 2, values, NULL, NULL, 1);
}

static int pipeline_send(struct postgres *postgres, const struct statement *statement,
			 const struct wire_args *wire, size_t args_count, bool guarded)
{
	PGconn *conn = postgres->conn;
	return PQenterPipelineMode(conn) && (!postgres->scope_due || scope_send(postgres)) &&
	       (!guarded || command_send(conn, "SAVEPOINT statement")) &&
	       PQsendQueryPrepared(conn, statement->name, (int)args_count, wire->values,
				   wire->lengths, wire->formats, 1) &&
	       (!guarded || command_send(conn, "RELEASE SAVEPOINT statement")) &&
	       PQpipelineSync(conn);
}

/* What the place-th statement answered, or the first failure; everything up to the sync is read. */
static PGresult *pipeline_answer(PGconn *conn, int place)
{
	PGresult *answer = NULL, *result;
	for (int i = 0; (result = pipeline_result(conn)); i++) {
		ExecStatusType status = PQresultStatus(result);
		if (status == PGRES_PIPELINE_SYNC)
			break;
		bool failed = status == PGRES_FATAL_ERROR;
		bool kept = answer && PQresultStatus(answer) == PGRES_FATAL_ERROR;
		if (kept || (!failed && i != place)) {
			PQclear(result);
			continue;
		}
		PQclear(answer);
		answer = result;
	}
	PQclear(result);
	return answer;
}

/* Scope, SAVEPOINT, statement, RELEASE: what is wanted of them, in one round trip. */
static PGresult *pipeline_exec(struct postgres *postgres, const struct statement *statement,
			       const struct wire_args *wire, size_t args_count, bool guarded)
{
	PGconn *conn = postgres->conn;
	if (!pipeline_send(postgres, statement, wire, args_count, guarded))
		return NULL;
	PGresult *answer = pipeline_answer(conn, postgres->scope_due + guarded);
	if (!PQexitPipelineMode(conn)) {
		PQclear(answer);
		return NULL;
	}
	if (guarded && PQtransactionStatus(conn) == PQTRANS_INERROR)
		PQclear(PQexec(conn, "ROLLBACK TO SAVEPOINT statement;"
				     "RELEASE SAVEPOINT statement"));
	if (answer && PQresultStatus(answer) != PGRES_FATAL_ERROR)
		postgres->scope_due = false;
	return answer;
}

static int statement_exec(struct postgres *postgres, struct statement *statement,
			  const struct db_value *args, size_t args_count, PGresult **ret_result)
{
	struct wire_args wire;
	args_encode(args, args_count, &wire);
	bool alone = idle(postgres);
	postgres->unconfirmed = false;
	bool guarded = !alone && statement->may_conflict;
	PGresult *result =
		guarded || postgres->scope_due
			? pipeline_exec(postgres, statement, &wire, args_count, guarded)
			: PQexecPrepared(postgres->conn, statement->name, (int)args_count,
					 wire.values, wire.lengths, wire.formats, 1);
	int r = result_answer(postgres, result);
	/* A statement of its own is its own commit. */
	if (r == 0 && alone && postgres->unconfirmed)
		r = RAISE(EIO);
	if (r) {
		PQclear(result);
		return r < 0 ? PASS(r) : r;
	}
	*ret_result = result;
	return 0;
}

static int changed_count(const PGresult *result, int64_t *ret_changed)
{
	int64_t changed = 0;
	for (const char *digit = PQcmdTuples((PGresult *)(uintptr_t)result); *digit; digit++)
		changed = changed * 10 + (*digit - '0');
	*ret_changed = changed;
	return 0;
}

static int postgres_run(struct db *db, const char *sql, const struct db_value *args,
			size_t args_count, int64_t *ret_changed)
{
	struct postgres *postgres = postgres_of(db);
	struct statement *statement;
	PGresult *result;
	int r = statement_get(postgres, sql, args, args_count, &statement);
	if (r == 0)
		r = statement_exec(postgres, statement, args, args_count, &result);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = changed_count(result, ret_changed);
	PQclear(result);
	return r;
}

/* --- rows --- */

static bool type_known(Oid type)
{
	switch (type) {
	case OID_BOOL:
	case OID_BYTEA:
	case OID_INT8:
	case OID_INT2:
	case OID_INT4:
	case OID_TEXT:
	case OID_VARCHAR:
	case OID_VOID: return true;
	default: return false;
	}
}

/* sum() of integers is numeric here: the SQL says CAST(sum(n) AS BIGINT). */
static int columns_check(struct postgres *postgres, const PGresult *result)
{
	for (int i = 0; i < PQnfields(result); i++)
		if (!type_known(PQftype(result, i))) {
			error_keep(postgres, "a column's type is neither integer, text nor bytes");
			return RAISE(ENOTSUP);
		}
	return 0;
}

static int postgres_query(struct db *db, const char *sql, const struct db_value *args,
			  size_t args_count, struct db_rows **ret_rows)
{
	struct postgres *postgres = postgres_of(db);
	struct statement *statement;
	PGresult *result;
	int r = statement_get(postgres, sql, args, args_count, &statement);
	if (r == 0)
		r = statement_exec(postgres, statement, args, args_count, &result);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = columns_check(postgres, result);
	if (r < 0) {
		PQclear(result);
		return PASS(r);
	}
	statement->result = result;
	statement->row = -1;
	*ret_rows = &statement->rows;
	return 0;
}

static int postgres_next(struct db_rows *rows)
{
	struct statement *statement = (struct statement *)rows;
	if (statement->row + 1 >= PQntuples(statement->result))
		return DB_END;
	statement->row++;
	return 0;
}

static void postgres_rows_close(struct db_rows *rows)
{
	struct statement *statement = (struct statement *)rows;
	PQclear(statement->result);
	statement->result = NULL;
}

static bool postgres_column_is_null(struct db_rows *rows, int column)
{
	struct statement *statement = (struct statement *)rows;
	return PQgetisnull(statement->result, statement->row, column);
}

static struct str postgres_column_bytes(struct db_rows *rows, int column)
{
	struct statement *statement = (struct statement *)rows;
	if (postgres_column_is_null(rows, column))
		return (struct str){0};
	return (struct str){PQgetvalue(statement->result, statement->row, column),
			    (size_t)PQgetlength(statement->result, statement->row, column)};
}

/* bool, int2, int4 and int8 alike: big-endian, signed by the first byte. */
static int64_t postgres_column_int(struct db_rows *rows, int column)
{
	struct str bytes = postgres_column_bytes(rows, column);
	Oid type = PQftype(((struct statement *)rows)->result, column);
	if (bytes.len == 0 || bytes.len > 8 || type == OID_TEXT || type == OID_BYTEA)
		return 0;
	bool negative = bytes.len > 1 && (signed char)bytes.ptr[0] < 0;
	uint64_t number = negative ? UINT64_MAX : 0;
	for (size_t i = 0; i < bytes.len; i++)
		number = number << 8 | (unsigned char)bytes.ptr[i];
	return (int64_t)number;
}

/* --- transactions --- */

static void postgres_scope(struct db *db, int64_t facility_no)
{
	struct postgres *postgres = postgres_of(db);
	if (!postgres->walled || postgres->scope == facility_no)
		return;
	postgres->scope = facility_no;
	postgres->scope_due = true;
}

static int postgres_exec(struct db *db, const char *sql)
{
	struct postgres *postgres = postgres_of(db);
	int r = session_ready(postgres);
	if (r == 0)
		r = command_run(postgres, sql);
	return r < 0 ? PASS(r) : r;
}

/* Only a rollback ends what was set inside it. */
static int postgres_control(struct db *db, const char *sql)
{
	struct postgres *postgres = postgres_of(db);
	if (str_starts(str_of(sql), STR("ROLLBACK")))
		postgres->scope_due = postgres->walled;
	int r = postgres_exec(db, sql);
	return r < 0 ? PASS(r) : r;
}

/* A commit that is still waiting is nobody's transaction any more. */
static bool postgres_in_transaction(const struct db *db)
{
	const struct postgres *postgres = (const struct postgres *)db;
	PGTransactionStatusType status = PQtransactionStatus(postgres->conn);
	return postgres->waiting ? false
				 : status == PQTRANS_INTRANS || status == PQTRANS_INERROR ||
					   status == PQTRANS_ACTIVE;
}

static bool postgres_is_aborted(const struct db *db)
{
	return PQtransactionStatus(((const struct postgres *)db)->conn) == PQTRANS_INERROR;
}

/* --- the commit --- */

/* Writes something if nothing was: only then does the commit wait for the replica. */
static const char commit_mark[] = "SELECT pg_logical_emit_message(true, 'shikaku', '')"
				  " WHERE pg_current_xact_id_if_assigned() IS NULL";

static int commit_send(struct postgres *postgres)
{
	PGconn *conn = postgres->conn;
	postgres->unconfirmed = false;
	postgres->committed = false;
	postgres->commit_answer = 0;
	if (PQenterPipelineMode(conn) && command_send(conn, commit_mark) &&
	    command_send(conn, "COMMIT") && PQpipelineSync(conn))
		return 0;
	error_keep(postgres, PQerrorMessage(conn));
	return RAISE(EIO);
}

static int commit_result(struct postgres *postgres)
{
	int r = postgres->commit_answer;
	if (r == 0 && !postgres->committed) {
		error_keep(postgres, "the transaction had failed before its commit");
		r = RAISE(EIO);
	}
	if (r)
		postgres->scope_due = postgres->walled;
	if (r == 0 && postgres->unconfirmed)
		return RAISE(EIO);
	return r < 0 ? PASS(r) : r;
}

static int postgres_commit(struct db *db)
{
	struct postgres *postgres = postgres_of(db);
	if (postgres_is_aborted(db)) {
		error_keep(postgres, "the transaction had failed before its commit");
		return RAISE(EIO);
	}
	int r = commit_send(postgres);
	if (r)
		return PASS(r);
	int64_t until_ms = postgres->commit_ms ? mono_ms() + postgres->commit_ms : -1;
	if (commit_read(postgres, until_ms) == DB_BUSY) {
		postgres->waiting = true;
		postgres->scope_due = postgres->walled;
		error_keep(postgres, "the commit is still waiting for its replica");
		return RAISE(ETIMEDOUT);
	}
	r = commit_result(postgres);
	return r < 0 ? PASS(r) : r;
}

static int postgres_commit_settle(struct db *db, int timeout_ms)
{
	struct postgres *postgres = postgres_of(db);
	return postgres->waiting ? commit_read(postgres, mono_ms() + timeout_ms) : 0;
}

/* --- the connection --- */

static void postgres_close(struct db *db)
{
	struct postgres *postgres = postgres_of(db);
	for (size_t i = 0; i < STATEMENTS_MAX; i++)
		PQclear(postgres->statements[i].result);
	PQfinish(postgres->conn);
	free(postgres);
}

static const char *postgres_error(const struct db *db)
{
	return ((const struct postgres *)db)->error;
}

static const struct db_ops postgres_ops = {
	.close = postgres_close,
	.error = postgres_error,
	.run = postgres_run,
	.query = postgres_query,
	.next = postgres_next,
	.rows_close = postgres_rows_close,
	.column_int = postgres_column_int,
	.column_bytes = postgres_column_bytes,
	.column_is_null = postgres_column_is_null,
	.scope = postgres_scope,
	.exec = postgres_exec,
	.control = postgres_control,
	.commit = postgres_commit,
	.commit_settle = postgres_commit_settle,
	.in_transaction = postgres_in_transaction,
	.is_aborted = postgres_is_aborted,
	.begin = "BEGIN",
	.begin_read = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
};

int postgres_open(struct db **ret_db, const struct db_options *options)
{
	struct postgres *postgres = calloc(1, sizeof *postgres);
	if (!postgres)
		return RAISE(ENOMEM);
	postgres->db = (struct db){.ops = &postgres_ops, .engine = DB_POSTGRES};
	postgres->busy_ms = options->busy_ms;
	postgres->read_only = options->read_only;
	postgres->walled = options->walled;
	postgres->commit_ms = options->commit_ms;
	postgres->conn = PQconnectdb(options->target);
	int r = postgres->conn ? session_prepare(postgres) : RAISE(ENOMEM);
	if (r < 0) {
		postgres_close(&postgres->db);
		return PASS(r);
	}
	*ret_db = &postgres->db;
	return 0;
}
