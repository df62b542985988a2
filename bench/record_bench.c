/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_bench ours|reference: CPU microseconds to record one verification durably.
 * record_bench postgres: how many a second on PostgreSQL, at CONNECTIONS writers, in an empty
 * database (SHIKAKU_TEST_POSTGRES; tools/postgres-test.sh record_bench postgres).
 *
 * ours: what the service runs for it - lib/db's writer over the store's functions. reference: the
 * same statements on bare SQLite, as many to a commit, written without layers: prepared once, bound
 * and stepped. Both on a file of the same settings, with all threads' time counted.
 */
#include <semaphore.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/crypto/crypto.h"
#include "lib/db/writer.h"
#include "server/store/accounts.h"
#include "server/store/audit.h"
#include "server/store/results.h"
#include "server/store/sessions.h"

enum {
	RECORDS = 10000,
	BATCH = 64,
	FACILITIES = 100,
	PATIENTS = 50, /* of each facility */
	BODY_BYTES = 2048,
	CONNECTIONS = 4, /* those of the service */
};

struct bench {
	char folder[64];
	char path[96];
	struct db_options db;
	int64_t facilities[FACILITIES];
	char body[BODY_BYTES];
	int64_t now_ms;
};

/* The n-th verification: whose, and the bytes that differ in each. */
struct record {
	const struct bench *bench;
	int64_t facility_no;
	unsigned char scope[STORE_DIGEST_BYTES];
	unsigned char nonce[STORE_DIGEST_BYTES], proof[STORE_DIGEST_BYTES];
	unsigned char id[STORE_ID_BYTES];
	sem_t *room; /* ours: one place in the queue */
};

static const struct str staff = {"S01", 3}, call = {"check", 5}, outcome = {"ok", 2},
			request_id = {"0123456789abcdef0123456789abcdef", 32};

static void record_make(const struct bench *bench, int n, struct record *ret_record)
{
	*ret_record =
		(struct record){.bench = bench, .facility_no = bench->facilities[n % FACILITIES]};
	ret_record->scope[0] = (unsigned char)(n / FACILITIES % PATIENTS);
	ret_record->scope[1] = 1;
	random_bytes(ret_record->nonce, sizeof ret_record->nonce);
	random_bytes(ret_record->proof, sizeof ret_record->proof);
	random_bytes(ret_record->id, sizeof ret_record->id);
}

static double clock_us(clockid_t which)
{
	struct timespec ts;
	clock_gettime(which, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

#define BYTES(array) str_bytes((array), sizeof(array))

/* --- ours --- */

static int record_result(struct db *db, struct arena *arena, const struct record *record)
{
	struct store_patient patient = {.id = BYTES(record->id),
					.scope_hmac = BYTES(record->scope),
					.ref = call};
	const struct store_lookup scope = {patient.scope_hmac, patient.scope_hmac, 1};
	int r = store_patient_find(db, arena, record->facility_no, &scope, &patient);
	if (r == STORE_NOT_FOUND) {
		r = store_patient_add(db, record->facility_no, &patient, call, scope.n);
		if (r == 0)
			r = store_patient_find(db, arena, record->facility_no, &scope, &patient);
	}
	if (r)
		return r;
	struct store_result result = {.id = BYTES(record->id),
				      .flags = 5,
				      .patient_no = patient.no,
				      .device_no = 1,
				      .staff = staff,
				      .body = BYTES(record->bench->body)};
	r = store_result_rid_take(db, record->facility_no, record->bench->now_ms, &result.rid);
	if (r == 0)
		r = store_result_add(db, record->facility_no, &result);
	return r;
}

/* Without its hash: that is the service's work, not the store's. */
static int chained_add(struct db *db, struct store_audit *audit)
{
	struct store_audit_place place;
	int r = store_audit_place_take(db, audit->at_ms, &place);
	if (r)
		return FOLD(r);
	audit->slot = place.slot;
	audit->seq = place.seq;
	audit->hash = BYTES(place.previous);
	r = store_audit_add(db, audit);
	return r ? FOLD(r) : 0;
}

static int record_run(void *ctx, struct db *db)
{
	const struct record *record = ctx;
	struct arena arena AUTO(arena_clear) = {0};
	struct store_audit audit = {.at_ms = record->bench->now_ms,
				    .facility_no = record->facility_no,
				    .account_no = 1,
				    .device_no = 1,
				    .staff = staff,
				    .call = call,
				    .outcome = outcome,
				    .request_id = request_id,
				    .calls = 1,
				    .n = 1,
				    .items = BYTES(record->id)};
	arena_init(&arena, 64 * 1024);
	int64_t until_ms = record->bench->now_ms + 120000;
	int r = store_spent_add(db, STORE_SPENT_PROOF, BYTES(record->proof), until_ms);
	if (r == 0)
		r = store_spent_add(db, STORE_SPENT_NONCE, BYTES(record->nonce), until_ms);
	if (r == 0)
		r = record_result(db, &arena, record);
	if (r == 0)
		r = chained_add(db, &audit);
	return r ? FOLD(r) : 0;
}

static void record_done(void *ctx, int result)
{
	struct record *record = ctx;
	if (result < 0) {
		fprintf(stderr, "a record failed: %d\n", result);
		_exit(1);
	}
	sem_post(record->room);
}

static int ours_run(const struct bench *bench, struct record *records)
{
	struct db_writer *writer AUTO(db_writer_destroyp) = NULL;
	struct db_writer_options options = {.db = bench->db,
					    .queue_max = 2 * BATCH,
					    .batch_max = BATCH,
					    .connections = CONNECTIONS};
	sem_t room;
	sem_init(&room, 0, 2 * BATCH);
	int r = db_writer_create(&writer, &options);
	for (int i = 0; r == 0 && i < RECORDS; i++) {
		struct db_job job = {record_run, record_done, &records[i]};
		records[i].room = &room;
		sem_wait(&room);
		r = db_writer_submit(writer, &job);
	}
	return r;
}

/* --- the reference --- */

enum statement {
	BEGIN,
	COMMIT,
	SPENT_ADD,
	PATIENT_FIND,
	PATIENT_ADD,
	RID_TAKE,
	RESULT_ADD,
	SEQ_TAKE,
	AUDIT_ADD,
	SLOT_END,
	STATEMENTS,
};

static const char *const texts[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[SPENT_ADD] = "INSERT INTO spent (kind, digest, until_ms) VALUES (?1, ?2, ?3)"
		      " ON CONFLICT DO NOTHING",
	[PATIENT_FIND] = "SELECT no, id, scope_hmac, ref_hmac, ref, ref_version FROM patient"
			 " WHERE facility_no = ?1 AND scope_hmac IN (?2, ?2)",
	[PATIENT_ADD] = "INSERT INTO patient (facility_no, id, scope_hmac, ref, scope, lookup_n)"
			" VALUES (?1, ?3, ?2, ?4, ?4, 1) ON CONFLICT DO NOTHING",
	[RID_TAKE] = "UPDATE facility SET version = version + 1,"
		     " last_rid = CASE WHEN last_rid >= ?2 THEN last_rid + 1 ELSE ?2 END"
		     " WHERE no = ?1 RETURNING last_rid",
	[RESULT_ADD] = "INSERT INTO result (rid, id, facility_no, flags, has_ref, patient_no,"
		       " device_no, staff, body) SELECT ?1, ?2, ?3, ?4,"
		       " CASE WHEN ref_hmac IS NULL THEN 0 ELSE 1 END, no, ?6, ?7, ?8 FROM patient"
		       " WHERE facility_no = ?3 AND no = ?5 ON CONFLICT DO NOTHING",
	[SEQ_TAKE] = "UPDATE audit_slot SET seq = seq + 1 WHERE slot = ?1 RETURNING seq",
	[SLOT_END] = "UPDATE audit_slot SET hash = ?2 WHERE slot = ?1",
	[AUDIT_ADD] =
		"INSERT INTO audit (slot, seq, at_ms, facility_no, account_no, device_no, staff,"
		" call, outcome, request_id, n, items, hash, calls)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 1)"
		" ON CONFLICT DO NOTHING",
};

struct raw {
	sqlite3 *handle;
	sqlite3_stmt *statements[STATEMENTS];
};

static void raw_fail(const struct raw *raw)
{
	fprintf(stderr, "reference: %s\n", sqlite3_errmsg(raw->handle));
	_exit(1);
}

static void raw_clear(struct raw *raw)
{
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(raw->statements[i]);
	sqlite3_close(raw->handle);
}

static void raw_open(const char *path, struct raw *ret_raw)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	static const char settings[] =
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
		"PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;"
		"PRAGMA mmap_size = 0x7fff0000; PRAGMA cache_size = -8192;";
	int code = sqlite3_open_v2(path, &ret_raw->handle, flags, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(ret_raw->handle, settings, NULL, NULL, NULL);
	for (int i = 0; code == SQLITE_OK && i < STATEMENTS; i++)
		code = sqlite3_prepare_v3(ret_raw->handle, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
					  &ret_raw->statements[i], NULL);
	if (code != SQLITE_OK)
		raw_fail(ret_raw);
}

/* Step to the first row or the end; the first column as a number; -1: no row. */
static int64_t raw_run(const struct raw *raw, enum statement statement)
{
	sqlite3_stmt *stmt = raw->statements[statement];
	int code = sqlite3_step(stmt);
	int64_t number = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
	while (code == SQLITE_ROW)
		code = sqlite3_step(stmt);
	if (code != SQLITE_DONE)
		raw_fail(raw);
	sqlite3_reset(stmt);
	return number;
}

static void bind_int(const struct raw *raw, enum statement statement, int index, int64_t number)
{
	sqlite3_bind_int64(raw->statements[statement], index, number);
}

static void bind_bytes(const struct raw *raw, enum statement statement, int index, struct str bytes)
{
	sqlite3_bind_blob(raw->statements[statement], index, bytes.ptr, (int)bytes.len,
			  SQLITE_STATIC);
}

static void bind_text(const struct raw *raw, enum statement statement, int index, struct str text)
{
	sqlite3_bind_text(raw->statements[statement], index, text.ptr, (int)text.len,
			  SQLITE_STATIC);
}

static void raw_spend(const struct raw *raw, int kind, struct str digest, int64_t until_ms)
{
	bind_int(raw, SPENT_ADD, 1, kind);
	bind_bytes(raw, SPENT_ADD, 2, digest);
	bind_int(raw, SPENT_ADD, 3, until_ms);
	raw_run(raw, SPENT_ADD);
}

static int64_t raw_patient(const struct raw *raw, const struct record *record)
{
	static const enum statement both[] = {PATIENT_FIND, PATIENT_ADD};
	for (int i = 0; i < 2; i++) {
		bind_int(raw, both[i], 1, record->facility_no);
		bind_bytes(raw, both[i], 2, BYTES(record->scope));
	}
	int64_t no = raw_run(raw, PATIENT_FIND);
	if (no < 0) {
		bind_bytes(raw, PATIENT_ADD, 3, BYTES(record->id));
		bind_bytes(raw, PATIENT_ADD, 4, call);
		raw_run(raw, PATIENT_ADD);
		no = raw_run(raw, PATIENT_FIND);
	}
	return no;
}

static void raw_result(const struct raw *raw, const struct record *record)
{
	int64_t patient_no = raw_patient(raw, record);
	bind_int(raw, RID_TAKE, 1, record->facility_no);
	bind_int(raw, RID_TAKE, 2, rid_first(record->facility_no, record->bench->now_ms));
	bind_int(raw, RESULT_ADD, 1, raw_run(raw, RID_TAKE));
	bind_bytes(raw, RESULT_ADD, 2, BYTES(record->id));
	bind_int(raw, RESULT_ADD, 3, record->facility_no);
	bind_int(raw, RESULT_ADD, 4, 5);
	bind_int(raw, RESULT_ADD, 5, patient_no);
	bind_int(raw, RESULT_ADD, 6, 1);
	bind_text(raw, RESULT_ADD, 7, staff);
	bind_bytes(raw, RESULT_ADD, 8, BYTES(record->bench->body));
	raw_run(raw, RESULT_ADD);
}

static void raw_audit(const struct raw *raw, const struct record *record)
{
	bind_int(raw, SEQ_TAKE, 1, 1);
	const int64_t numbers[] = {
		1, raw_run(raw, SEQ_TAKE), record->bench->now_ms, record->facility_no, 1, 1};
	for (int i = 0; i < 6; i++)
		bind_int(raw, AUDIT_ADD, i + 1, numbers[i]);
	bind_text(raw, AUDIT_ADD, 7, staff);
	bind_text(raw, AUDIT_ADD, 8, call);
	bind_text(raw, AUDIT_ADD, 9, outcome);
	bind_text(raw, AUDIT_ADD, 10, request_id);
	bind_int(raw, AUDIT_ADD, 11, 1);
	bind_bytes(raw, AUDIT_ADD, 12, BYTES(record->id));
	raw_run(raw, AUDIT_ADD);
	bind_int(raw, SLOT_END, 1, 1);
	bind_bytes(raw, SLOT_END, 2, BYTES(record->scope));
	raw_run(raw, SLOT_END);
}

static int reference_run(const struct bench *bench, const struct record *records)
{
	struct raw raw AUTO(raw_clear) = {0};
	int64_t until_ms = bench->now_ms + 120000;
	raw_open(bench->path, &raw);
	for (int i = 0; i < RECORDS; i++) {
		if (i % BATCH == 0)
			raw_run(&raw, BEGIN);
		raw_spend(&raw, STORE_SPENT_PROOF, BYTES(records[i].proof), until_ms);
		raw_spend(&raw, STORE_SPENT_NONCE, BYTES(records[i].nonce), until_ms);
		raw_result(&raw, &records[i]);
		raw_audit(&raw, &records[i]);
		if (i % BATCH == BATCH - 1 || i == RECORDS - 1)
			raw_run(&raw, COMMIT);
	}
	return 0;
}

/* --- the bench --- */

static int64_t rows_count(struct db *db)
{
	struct db_rows *rows AUTO(db_rows_closep) = NULL;
	if (db_query(db,
		     "SELECT (SELECT count(*) FROM result) + (SELECT count(*) FROM audit)"
		     " + (SELECT count(*) FROM spent)",
		     DB_NO_ARGS, &rows) ||
	    db_next(rows))
		return -1;
	return db_column_int(rows, 0);
}

static int folder_make(struct bench *bench)
{
	const char *tmp = getenv("TMPDIR");
	snprintf(bench->folder, sizeof bench->folder, "%.40s/shikaku-bench-XXXXXX",
		 tmp ? tmp : "/tmp");
	if (!mkdtemp(bench->folder))
		return RAISE(errno);
	snprintf(bench->path, sizeof bench->path, "%s/store.db", bench->folder);
	bench->db =
		(struct db_options){.engine = DB_SQLITE, .target = bench->path, .busy_ms = 5000};
	return 0;
}

static int bench_prepare(struct bench *bench, struct db **ret_db)
{
	int r = bench->db.target ? 0 : folder_make(bench);
	if (r == 0)
		r = db_open(ret_db, &bench->db);
	if (r == 0)
		r = store_migrate(*ret_db);
	for (int i = 0; r == 0 && i < FACILITIES; i++) {
		char code[16];
		snprintf(code, sizeof code, "13%08d", i);
		r = store_facility_add(*ret_db, str_of(code), STR("acupuncture"), STR("試験施術所"),
				       &bench->facilities[i]);
	}
	return r;
}

static void bench_remove(const struct bench *bench)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	for (int i = 0; bench->path[0] && i < 3; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s%s", bench->path, ends[i]);
		unlink(path);
	}
	if (bench->folder[0])
		rmdir(bench->folder);
}

enum kind { OURS, REFERENCE, POSTGRES };

static int bench_run(struct bench *bench, struct record *records, enum kind kind)
{
	struct db *db AUTO(db_closep) = NULL;
	int r = bench_prepare(bench, &db);
	if (r)
		return r;
	for (int i = 0; i < RECORDS; i++)
		record_make(bench, i, &records[i]);
	clockid_t which = kind == POSTGRES ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID;
	double before = clock_us(which);
	r = kind == REFERENCE ? reference_run(bench, records) : ours_run(bench, records);
	double spent = clock_us(which) - before;
	/* Each leaves one result, one audit row and two spent marks. */
	if (r == 0 && rows_count(db) != 4 * RECORDS)
		r = RAISE(EPROTO);
	if (r == 0)
		printf("%.2f\n", kind == POSTGRES ? RECORDS / spent * 1e6 : spent / RECORDS);
	return r;
}

static bool kind_read(struct bench *bench, const char *word, enum kind *ret_kind)
{
	static const char *const words[] = {"ours", "reference", "postgres"};
	for (int i = 0; i < 3; i++)
		if (strcmp(word, words[i]) == 0)
			*ret_kind = (enum kind)i;
	if (*ret_kind == POSTGRES)
		bench->db = (struct db_options){.engine = DB_POSTGRES,
						.target = getenv("SHIKAKU_TEST_POSTGRES"),
						.busy_ms = 5000};
	return strcmp(word, words[*ret_kind]) == 0 && (*ret_kind != POSTGRES || bench->db.target);
}

int main(int argc, char **argv)
{
	struct bench bench = {.now_ms = INT64_C(1795329000000)};
	enum kind kind = OURS;
	if (argc != 2 || !kind_read(&bench, argv[1], &kind)) {
		fputs("usage: record_bench ours|reference|postgres\n", stderr);
		return 2;
	}
	struct record *records = calloc(RECORDS, sizeof *records);
	if (!records)
		return 1;
	random_bytes(bench.body, sizeof bench.body);
	int r = bench_run(&bench, records, kind);
	bench_remove(&bench);
	free(records);
	return r ? 1 : 0;
}
