/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T91 dba_row_swap: who holds the database, but no key, moves, re-dates, re-links, alters, takes
 * out or puts back what is in it. A read of an altered row ends in "internal", never in another
 * person's data, and in an alarm (its mail: server/api/alarm_test.c); what a read cannot see is
 * named by audit_verify. Each spoil is undone by a savepoint, so that the next one meets the store
 * as it was.
 *
 * Planted faults: with seals that forget their row the reads must miss spoils; with a chain that
 * forgets its fields audit_verify must.
 */
#include "server/api/service_test.h"

#include "lib/db/testing.h"
#include "server/audit/verify.h"
#include "tests/acceptance/T91/blind_seal.h"

enum { PEOPLE = 4, ROUNDS_SHORT = 60, ROUNDS_FULL = 5000 };

struct run {
	struct house *house;
	struct db *dba; /* owns the tables, and no wall holds it */
	struct str token;
	size_t missed;	/* reads that answered as if nothing had happened */
	size_t untold;	/* reads that were refused without an alarm */
	size_t unfound; /* spoils that audit_verify called whole */
};

static const char all_results[] = "from=20261101000000&to=20261130235959";

static enum audit_finding verify(struct run *run, struct str state_dir)
{
	struct house *house = run->house;
	const struct audit_verify verify = {
		.keys = house->service->keys,
		.db = house->db,
		.state_dir = state_dir,
		.now_ms = house->time.now_ms,
		.row_open = eligibility_row_open,
		.patient_open = eligibility_patient_open,
		.ctx = &house->service->eligibility,
	};
	struct audit_report report;
	assert_int_equal(audit_verify(&verify, &report), 0);
	return report.finding;
}

static void heads_sign(struct run *run)
{
	struct house *house = run->house;
	struct audit_heads heads = {house->service->keys, str_of(house->folder)};
	house->time.now_ms += 60000;
	assert_int_equal(audit_head_sign(&heads, house->db, &house->arena, house->time.now_ms), 0);
}

static struct str result_id_first(struct run *run)
{
	struct web_reply *reply = &run->house->last.reply;
	assert_int_equal(house_get(run->house, "/v1/results", str_of(all_results), run->token),
			 200);
	const char *id = strstr(reply->body.ptr, "\"id\":\"");
	assert_non_null(id);
	return house_print(run->house, "%.32s", id + 6);
}

static void number_set(struct run *run, struct str result_id, const char *number,
		       const char *expected, const char *key)
{
	struct house *house = run->house;
	struct house_call call = {
		.method = "PUT",
		.path = house_print(house, "/v1/results/%.*s/reference", STR_ARG(result_id)).ptr,
		.token = run->token,
		.idempotency_key = key,
		.body = house_print(house, "{\"reference_number\":%s,\"expected\":%s}", number,
				    expected),
	};
	assert_int_equal(house_send(house, &call), 200);
}

static void run_open(struct run *run, void **state)
{
	void *part;
	struct db_fixture *fixture = db_fixture_of(state);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	assert_int_equal(house_open_on(&part, postgres ? fixture->target : NULL), 0);
	struct house *house = part;
	*run = (struct run){.house = house, .dba = postgres ? fixture->db : house->db};
	for (int person = 0; person < PEOPLE; person++) {
		house_import(house, person);
		house->time.now_ms += 1000;
		house_confirm(house, &house->here, person);
		house_confirm(house, &house->there, person);
	}
	run->token = house_session(house, "1310000003", &house->here.receipt).token;
	struct str id = result_id_first(run);
	number_set(run, id, "\"A-1\"", "null", "0123456789abcdef0123456789abcde0");
	number_set(run, id, "null", "\"A-1\"", "0123456789abcdef0123456789abcde1");
	number_set(run, id, "\"B-2\"", "null", "0123456789abcdef0123456789abcde2");
	heads_sign(run);
	house_confirm(house, &house->here, 0);
	heads_sign(run);
}

static void run_close(struct run *run)
{
	void *part = run->house;
	assert_int_equal(house_close(&part), 0);
}

static void spoil(struct run *run, const char *sql)
{
	int64_t changed = 0;
	int r = db_run(run->dba, sql, DB_NO_ARGS, &changed);
	if (r || changed < 1)
		fail_msg("%d, %lld rows: %s: %s", r, (long long)changed, sql, db_error(run->dba));
}

/* --- what a read must refuse --- */

/* The facility's own rows lie beside its neighbour's; 2 is the neighbour. */
#define FIRST	    "(SELECT min(rid) FROM result WHERE facility_no = 1)"
#define LAST	    "(SELECT max(rid) FROM result WHERE facility_no = 1)"
#define THEIRS	    "(SELECT max(rid) FROM result WHERE facility_no = 2)"
#define LONGEST	    "(SELECT min(slot) FROM audit_slot WHERE seq = (SELECT max(seq) FROM audit_slot))"
#define WITH_NUMBER "(SELECT no FROM patient WHERE ref_hmac IS NOT NULL)"

static const char *const reads[] = {
	"UPDATE result SET body = (SELECT body FROM result WHERE rid = " LAST
	") WHERE rid = " FIRST,
	"UPDATE result SET body = (SELECT body FROM result WHERE rid = " THEIRS
	") WHERE rid = " FIRST,
	"UPDATE result SET facility_no = 1, rid = " FIRST " + 1 WHERE rid = " THEIRS,
	"UPDATE result SET rid = rid + 20480 WHERE rid = " FIRST,
	"UPDATE result SET flags = flags + 1 WHERE rid = " FIRST,
	"UPDATE result SET patient_no = (SELECT patient_no FROM result WHERE rid = " LAST
	" - 0) WHERE rid = (SELECT max(rid) FROM result WHERE facility_no = 1 AND rid < " LAST ")",
	"UPDATE result SET staff = 's2' WHERE rid = " FIRST,
	"UPDATE result SET device_no = device_no + 1 WHERE rid = " FIRST,
	"UPDATE patient SET ref_version = 1 WHERE no = " WITH_NUMBER,
	"UPDATE patient SET scope_hmac = id WHERE no = " WITH_NUMBER,
	"UPDATE patient SET id = scope_hmac WHERE no = " WITH_NUMBER,
	"UPDATE patient SET ref = ref_hmac, ref_hmac = NULL WHERE no = " WITH_NUMBER,
	"UPDATE patient SET ref = (SELECT ref FROM patient WHERE no = " WITH_NUMBER
	"), ref_version = 3 WHERE facility_no = 1 AND ref_hmac IS NULL",
};

static void plain_run(struct db *db, const char *sql)
{
	int r = db_run(db, sql, DB_NO_ARGS, NULL);
	if (r)
		fail_msg("%d, %s: %s", r, db_error(db), sql);
}

/* The reader has a connection of its own, so the spoil is committed and then taken back. */
static void keep(struct run *run)
{
	struct db *db = run->dba;
	static const char *const copies[] = {
		"CREATE TABLE kept_result AS SELECT * FROM result",
		"CREATE TABLE kept_patient AS SELECT * FROM patient",
		"CREATE TABLE kept_audit AS SELECT * FROM audit",
	};
	for (size_t i = 0; i < 3; i++)
		plain_run(db, copies[i]);
}

static void put_back(struct run *run)
{
	struct db *db = run->dba;
	static const char *const steps[] = {
		"DELETE FROM result",
		"DELETE FROM patient",
		"INSERT INTO patient SELECT * FROM kept_patient",
		"INSERT INTO result SELECT * FROM kept_result",
	};
	for (size_t i = 0; i < 4; i++)
		plain_run(db, steps[i]);
}

static struct str body_copy(struct run *run)
{
	return house_print(run->house, "%.*s", STR_ARG(run->house->last.reply.body));
}

static bool alarm_is_in(struct house *house)
{
	struct alarm alarms[ALARM_INBOX_MAX];
	size_t count = alarm_inbox_take(house->service->alarms, alarms);
	for (size_t i = 0; i < count; i++)
		if (alarms[i].kind == ALARM_SEAL_BROKEN && alarms[i].facility_no == house->here.no)
			return true;
	return false;
}

/* Refused; or, behind PostgreSQL's wall, answered as if the foreign row were not there at all. */
static void read_try(struct run *run, const char *sql, struct str whole)
{
	spoil(run, sql);
	int status = house_get(run->house, "/v1/results", str_of(all_results), run->token);
	run->untold += status == 500 && !alarm_is_in(run->house);
	if (status != 500 && !str_equal(run->house->last.reply.body, whole)) {
		run->missed++;
		print_message("# read answered %d: %s\n", status, sql);
	}
	run->unfound += verify(run, (struct str){0}) == AUDIT_WHOLE;
	put_back(run);
}

static void reads_try(struct run *run)
{
	keep(run);
	assert_int_equal(house_get(run->house, "/v1/results", str_of(all_results), run->token),
			 200);
	struct str whole = body_copy(run);
	for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++)
		read_try(run, reads[i], whole);
	assert_int_equal(house_get(run->house, "/v1/results", str_of(all_results), run->token),
			 200);
	assert_str_equal(body_copy(run), whole);
}

static void test_a_read_refuses_a_row_that_was_moved_or_altered(void **state)
{
	struct run run;
	run_open(&run, state);
	reads_try(&run);
	assert_int_equal(run.missed, 0);
	assert_int_equal(run.untold, 0);
	assert_int_equal(run.unfound, 0);
	run_close(&run);
}

static void test_the_reads_would_miss_seals_that_forget_their_row(void **state)
{
	struct run run;
	seals_are_blind = true;
	run_open(&run, state);
	reads_try(&run);
	seals_are_blind = false;
	assert_true(run.missed >= 8);
	run_close(&run);
}

/* --- what audit_verify must name --- */

static const struct {
	const char *sql;
	enum audit_finding finding;
} spoils[] = {
	{"DELETE FROM result WHERE rid = " FIRST, AUDIT_RESULT_MISSING},
	{"UPDATE result SET flags = flags + 1 WHERE rid = " FIRST, AUDIT_RESULT_CHANGED},
	{"UPDATE result SET has_ref = 1 - has_ref WHERE rid = " FIRST, AUDIT_RESULT_CHANGED},
	{"UPDATE result SET staff = 's2' WHERE rid = " FIRST, AUDIT_RESULT_CHANGED},
	{"UPDATE result SET device_no = device_no + 1 WHERE rid = " FIRST, AUDIT_RESULT_CHANGED},
	{"UPDATE result SET patient_no = (SELECT max(no) FROM patient) WHERE rid = " FIRST,
	 AUDIT_RESULT_CHANGED},
	{"UPDATE patient SET ref_hmac = scope_hmac WHERE no = " WITH_NUMBER, AUDIT_PATIENT_CHANGED},
	{"UPDATE patient SET ref_version = 4 WHERE no = " WITH_NUMBER, AUDIT_REFERENCE_CHANGED},
	{"UPDATE patient SET ref_version = 1 WHERE no = (SELECT max(no) FROM patient)",
	 AUDIT_PATIENT_CHANGED},
	{"UPDATE patient SET ref_hmac = NULL WHERE no = " WITH_NUMBER, AUDIT_RESULT_CHANGED},
	{"UPDATE patient SET scope_hmac = ref_hmac WHERE no = " WITH_NUMBER, AUDIT_PATIENT_CHANGED},
	{"UPDATE patient SET scope_hmac = id WHERE no = (SELECT max(no) FROM patient)",
	 AUDIT_PATIENT_CHANGED},
	{"UPDATE patient SET id = scope_hmac WHERE no = (SELECT max(no) FROM patient)",
	 AUDIT_RESULT_CHANGED},
	{"DELETE FROM audit WHERE seq = 3 AND slot = " LONGEST, AUDIT_ROW_MISSING},
	{"DELETE FROM audit WHERE slot = " LONGEST " AND seq = (SELECT max(seq) FROM audit_slot)",
	 AUDIT_HEAD_WRONG},
	{"UPDATE audit SET at_ms = at_ms + 1 WHERE seq = 2", AUDIT_ROW_CHANGED},
	{"UPDATE audit SET staff = '' WHERE staff IS NULL", AUDIT_ROW_CHANGED},
	{"UPDATE audit SET calls = calls + 1 WHERE seq = 1", AUDIT_ROW_CHANGED},
	{"UPDATE audit_slot SET seq = seq + 1 WHERE slot = " LONGEST, AUDIT_ROW_MISSING},
	{"UPDATE audit_slot SET hash = NULL WHERE slot = " LONGEST, AUDIT_ROW_CHANGED},
	{"DELETE FROM audit_slot WHERE slot = " LONGEST, AUDIT_ROW_MISSING},
	{"UPDATE audit SET slot = slot + 1000 WHERE slot = " LONGEST " AND seq > 4",
	 AUDIT_HEAD_WRONG},
	{"UPDATE audit_head SET at_ms = at_ms + 1 WHERE n = 1", AUDIT_HEAD_WRONG},
	{"DELETE FROM audit_head WHERE n = 1", AUDIT_ROLLED_BACK},
	{"DELETE FROM audit_head WHERE n = 2", AUDIT_ROLLED_BACK},
};

/* audit_verify reads in a transaction of its own: spoils are committed here too. */
static void audit_put_back(struct run *run)
{
	struct db *db = run->dba;
	static const char *const steps[] = {
		"DELETE FROM audit",	  "INSERT INTO audit SELECT * FROM kept_audit",
		"DELETE FROM audit_slot", "INSERT INTO audit_slot SELECT * FROM kept_slot",
		"DELETE FROM audit_head", "INSERT INTO audit_head SELECT * FROM kept_head",
	};
	put_back(run);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
		plain_run(db, steps[i]);
}

static void audit_keep(struct run *run)
{
	keep(run);
	plain_run(run->dba, "CREATE TABLE kept_head AS SELECT * FROM audit_head");
	plain_run(run->dba, "CREATE TABLE kept_slot AS SELECT * FROM audit_slot");
}

static void test_verify_names_what_was_altered_or_taken_out(void **state)
{
	struct run run;
	run_open(&run, state);
	struct str state_dir = str_of(run.house->folder);
	assert_int_equal(verify(&run, state_dir), AUDIT_WHOLE);
	audit_keep(&run);
	for (size_t i = 0; i < sizeof spoils / sizeof spoils[0]; i++) {
		spoil(&run, spoils[i].sql);
		enum audit_finding finding = verify(&run, state_dir);
		if (finding != spoils[i].finding)
			fail_msg("%s: %s", audit_finding_name(finding).ptr, spoils[i].sql);
		audit_put_back(&run);
		assert_int_equal(verify(&run, state_dir), AUDIT_WHOLE);
	}
	run_close(&run);
}

/* An old state, whole in itself, is told by the file alone. */
static void test_a_store_that_was_put_back_is_found_by_the_file(void **state)
{
	struct run run;
	run_open(&run, state);
	struct str state_dir = str_of(run.house->folder);
	audit_keep(&run);
	house_confirm(run.house, &run.house->here, 1);
	heads_sign(&run);
	assert_int_equal(verify(&run, state_dir), AUDIT_WHOLE);
	audit_put_back(&run);
	assert_int_equal(verify(&run, (struct str){0}), AUDIT_WHOLE);
	assert_int_equal(verify(&run, state_dir), AUDIT_ROLLED_BACK);
	run_close(&run);
}

/* A number that was replaced comes back with all that belonged to it. */
static void test_an_old_number_that_was_put_back_is_found(void **state)
{
	struct run run;
	run_open(&run, state);
	audit_keep(&run);
	struct str id = result_id_first(&run);
	number_set(&run, id, "\"C-3\"", "\"B-2\"", "0123456789abcdef0123456789abcde3");
	assert_int_equal(verify(&run, (struct str){0}), AUDIT_WHOLE);
	put_back(&run);
	assert_int_equal(house_get(run.house, "/v1/results", str_of(all_results), run.token), 200);
	assert_int_equal(verify(&run, (struct str){0}), AUDIT_REFERENCE_CHANGED);
	run_close(&run);
}

/* --- any one column of any one row of the trail or the results --- */

static uint32_t dice(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

#define ROW "(SELECT slot, seq FROM audit ORDER BY slot, seq LIMIT 1 OFFSET $1)"
static const char *const mutations[] = {
	"UPDATE audit SET at_ms = at_ms + 1 WHERE (slot, seq) = " ROW,
	"UPDATE audit SET facility_no = facility_no + 1 WHERE (slot, seq) = " ROW,
	"UPDATE audit SET account_no = account_no + 1 WHERE (slot, seq) = " ROW,
	"UPDATE audit SET device_no = device_no + 1 WHERE (slot, seq) = " ROW,
	"UPDATE audit SET staff = 's9' WHERE (slot, seq) = " ROW,
	"UPDATE audit SET call = 'x' WHERE (slot, seq) = " ROW,
	"UPDATE audit SET outcome = 'x' WHERE (slot, seq) = " ROW,
	"UPDATE audit SET request_id = 'x' WHERE (slot, seq) = " ROW,
	"UPDATE audit SET n = n + 1 WHERE (slot, seq) = " ROW,
	"UPDATE audit SET items = NULL WHERE items IS NOT NULL AND (slot, seq) = " ROW,
	("UPDATE audit SET hash = (SELECT hash FROM audit WHERE slot = 1 AND seq = 1)"
	 " WHERE NOT (slot = 1 AND seq = 1) AND (slot, seq) = " ROW),
	"UPDATE audit SET calls = calls + 1 WHERE (slot, seq) = " ROW,
	"UPDATE audit SET operator = 'op1' WHERE (slot, seq) = " ROW,
	"UPDATE audit SET slot = slot + 1000 WHERE (slot, seq) = " ROW,
	"DELETE FROM audit WHERE (slot, seq) = " ROW,
	"UPDATE audit SET seq = seq + 1000 WHERE (slot, seq) = " ROW,
};

static void mutations_try(struct run *run, size_t rounds)
{
	uint32_t seed = 20261122;
	int64_t total;
	assert_int_equal(store_audit_total(run->dba, &total), 0);
	for (size_t i = 0; i < rounds; i++) {
		const char *sql = mutations[dice(&seed) % (sizeof mutations / sizeof *mutations)];
		int64_t row = dice(&seed) % total, changed;
		assert_int_equal(db_run(run->dba, sql, DB_ARGS(db_int(row)), &changed), 0);
		if (changed == 0)
			continue;
		run->unfound += verify(run, (struct str){0}) == AUDIT_WHOLE;
		audit_put_back(run);
	}
}

static void test_every_mutation_of_the_trail_is_found(void **state)
{
	struct run run;
	run_open(&run, state);
	audit_keep(&run);
	mutations_try(&run, getenv("SHIKAKU_NIGHTLY") ? ROUNDS_FULL : ROUNDS_SHORT);
	assert_int_equal(run.unfound, 0);
	run_close(&run);
}

static void test_mutations_would_pass_a_chain_that_forgets_its_fields(void **state)
{
	struct run run;
	chain_is_blind = true;
	run_open(&run, state);
	audit_keep(&run);
	mutations_try(&run, ROUNDS_SHORT);
	chain_is_blind = false;
	assert_true(run.unfound >= ROUNDS_SHORT / 4);
	run_close(&run);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_a_read_refuses_a_row_that_was_moved_or_altered),
		DB_TEST(test_verify_names_what_was_altered_or_taken_out),
		DB_TEST(test_a_store_that_was_put_back_is_found_by_the_file),
		DB_TEST(test_an_old_number_that_was_put_back_is_found),
		DB_TEST(test_every_mutation_of_the_trail_is_found),
		DB_TEST(test_the_reads_would_miss_seals_that_forget_their_row),
		DB_TEST(test_mutations_would_pass_a_chain_that_forgets_its_fields),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
