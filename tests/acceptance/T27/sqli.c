/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T27 sqli: no text becomes a statement.
 *
 * (a) is a rule of the build: tools/check-banned.py refuses SQL that is no constant, and
 * tools/check_test.py plants the faults. (b) is sqlmap.test.mjs. (c) is here: texts that would be
 * SQL go in through every field that is stored, come back byte for byte, and nothing else in the
 * store has moved; on PostgreSQL the service's role can neither make nor drop nor copy nor read a
 * file. The control of the first is a store that concatenates, of the second the tables' owner.
 *
 * Weaker than it sounds: the role is taken by SET ROLE within the service's login, so whoever could
 * run statements of their own there could also take it off. What stops that is (a).
 */
#include "server/api/service_test.h"

#include "lib/db/engine.h"
#include "lib/db/testing.h"
#include "lib/json/writer.h"

/* At most 50 code points: a 照会番号. */
static const char *const texts[] = {
	"'",
	"''",
	"\"",
	"\\",
	"\\'",
	"' OR '1'='1",
	"' OR 1=1 --",
	"x' UNION SELECT password FROM account --",
	"1; DROP TABLE result; --",
	"'); DELETE FROM patient; --",
	"$1",
	"$$; DROP TABLE result; $$",
	"%s%n%x",
	"${jndi:ldap://x}",
	"' || pg_sleep(1) || '",
	"'||(SELECT set_config('role','none',false))||'",
	"`; --",
	"/* ' */",
	"NULL",
	"ʼ OR 1=1",
	"＇ OR ＇1＇=＇1",
	"\xc2\xa5' --",
	"E'\\x27'",
	"カルテ'０１",
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

/* --- planted fault: a store that concatenates --- */

static bool concatenates;

int __real_store_facility_add(struct db *db, struct str code, struct str kind, struct str name,
			      int64_t *ret_no);
int __wrap_store_facility_add(struct db *db, struct str code, struct str kind, struct str name,
			      int64_t *ret_no);
int __wrap_store_facility_add(struct db *db, struct str code, struct str kind, struct str name,
			      int64_t *ret_no)
{
	if (!concatenates)
		return __real_store_facility_add(db, code, kind, name, ret_no);
	char sql[512];
	snprintf(sql, sizeof sql,
		 "INSERT INTO facility (code, kind, name) VALUES ('%.*s', '%.*s', '%.*s')",
		 STR_ARG(code), STR_ARG(kind), STR_ARG(name));
	int r = db->ops->exec(db, sql);
	if (r)
		return r;
	struct store_facility facility;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 16);
	r = store_facility_find(db, &arena, code, &facility);
	if (r == 0)
		*ret_no = facility.no;
	return r;
}

/* --- the house on the test's engine --- */

struct run {
	struct db_fixture *fixture;
	struct house *house;
};

static struct run run_open(void **state)
{
	struct run run = {.fixture = db_fixture_of(state)};
	void *part;
	bool postgres = run.fixture->options.engine == DB_POSTGRES;
	assert_int_equal(house_open_on(&part, postgres ? run.fixture->target : NULL), 0);
	run.house = part;
	return run;
}

static void run_close(struct run *run)
{
	void *part = run->house;
	assert_int_equal(house_close(&part), 0);
}

/* {"name": text, …} with what follows, as it is. */
static struct str body_make(struct house *house, const char *name, struct str text,
			    const char *others)
{
	struct json_writer writer;
	struct str body;
	json_writer_init(&writer, &house->arena, 256);
	json_object_open(&writer);
	json_put_member(&writer, name, text);
	json_object_close(&writer);
	assert_int_equal(json_writer_end(&writer, &body), 0);
	return house_print(house, "%.*s,%s}", (int)body.len - 1, body.ptr, others);
}

/* --- the calls --- */

static struct str reference_of(struct house *house, struct str token)
{
	struct str query = STR("from=20261101000000&to=20261130235959");
	assert_int_equal(house_get(house, "/v1/results", query, token), 200);
	const struct json *results = json_member(house->json.root, "results");
	struct str text = json_text(json_member(json_at(results, 0), "reference_number")), copy;
	if (!text.ptr)
		return text;
	assert_int_equal(arena_copy(&house->arena, text, &copy), 0);
	return copy;
}

static int reference_put(struct house *house, struct str token, struct str id, struct str body)
{
	static unsigned n;
	struct house_call call = {
		.method = "PUT",
		.path = house_print(house, "/v1/results/%.*s/reference", STR_ARG(id)).ptr,
		.token = token,
		.body = body,
		.idempotency_key = house_print(house, "0123456789abcdef%06u", n++).ptr,
	};
	return house_send(house, &call);
}

/* As 照会番号: set from the one before, read back, found again as the expected one. */
static void references_try(struct house *house, struct str token)
{
	struct str query = STR("from=20261101000000&to=20261130235959");
	assert_int_equal(house_get(house, "/v1/results", query, token), 200);
	struct str text =
		json_text(json_member(json_at(json_member(house->json.root, "results"), 0), "id"));
	struct str id = house_print(house, "%.*s", STR_ARG(text));
	struct str expected = STR("\"expected\":null");
	for (size_t i = 0; i < TEXTS; i++) {
		struct str body =
			body_make(house, "reference_number", str_of(texts[i]), expected.ptr);
		assert_int_equal(reference_put(house, token, id, body), 200);
		assert_str_equal(reference_of(house, token), str_of(texts[i]));
		struct str again = body_make(house, "expected", str_of(texts[i]), "");
		expected = house_print(house, "%.*s", (int)again.len - 3, again.ptr + 1);
	}
}

/* As names: of staff, through the call that lists them. */
static void names_try(struct run *run, struct str token)
{
	struct house *house = run->house;
	for (size_t i = 0; i < TEXTS; i++) {
		struct staff staff = {.id = str_of(texts[i]), .name = str_of(texts[i])};
		assert_int_equal(staff_put(house->service->keys, house->db, &house->arena,
					   house->here.no, &staff),
				 0);
	}
	assert_int_equal(house_get(house, "/v1/reader/staff", (struct str){0}, token), 200);
	const struct json *all = json_member(house->json.root, "staff");
	assert_int_equal(json_count(all), TEXTS + 1); /* and s1 */
	size_t found = 0;
	for (size_t i = 0; i < json_count(all); i++)
		for (size_t j = 0; j < TEXTS; j++)
			found += str_equal(json_text(json_member(json_at(all, i), "id")),
					   str_of(texts[j])) &&
				 str_equal(json_text(json_member(json_at(all, i), "name")),
					   str_of(texts[j]));
	assert_int_equal(found, TEXTS);
}

/* As what a client says of itself, and of who logs in: stored, or refused like any other. */
static void clients_try(struct house *house)
{
	for (size_t i = 0; i < TEXTS; i++) {
		struct str vendor = body_make(house, "vendor", str_of(texts[i]),
					      "\"product\":\"p\",\"version\":\"1\"");
		struct str body =
			house_print(house,
				    "{\"facility_code\":\"1310000003\",\"login_id\":\"WA0000001\","
				    "\"password\":\"%.*s\",\"client\":%.*s}",
				    STR_ARG(secret_str(&house->here.receipt.password)),
				    STR_ARG(vendor));
		assert_int_equal(house_post(house, "/v1/login", body), 200);
		body = body_make(
			house, "login_id", house_print(house, "%s   ", texts[i]),
			"\"facility_code\":\"1310000003\",\"password\":\"x\"," HOUSE_CLIENT);
		assert_int_equal(house_post(house, "/v1/login", body), 401);
		body = body_make(house, "facility_code", house_print(house, "%s       ", texts[i]),
				 "\"login_id\":\"WA0000009\",\"password\":\"x\"," HOUSE_CLIENT);
		int status = house_post(house, "/v1/login", body);
		assert_true(status == 401 || status == 422); /* some are too long */
	}
}

/* As parameters, in the User-Agent, and where an id is expected. */
static void requests_try(struct house *house, struct str token)
{
	static const char *const names[] = {"from",	"to",	      "reference",
					    "validity", "card_class", "limit",
					    "cursor",	"wait",	      "more"};
	struct str authorization = house_print(house, "Bearer %.*s", STR_ARG(token));
	for (size_t i = 0; i < TEXTS; i++)
		for (size_t j = 0; j < sizeof names / sizeof names[0]; j++) {
			struct web_request request = {
				.method = STR("GET"),
				.path = STR("/v1/results"),
				.query = house_print(house, "%s=%s", names[j], texts[i]),
				.authorization = authorization,
				.user_agent = str_of(texts[i]),
				.if_none_match = str_of(texts[i]),
			};
			house_reply_clear(house);
			web_fake_call(&house_app, house->service, &request, &house->last);
			assert_int_equal(house->last.reply.status, 422);
			request.path = house_print(house, "/v1/results/%s/reference", texts[i]);
			house_reply_clear(house);
			web_fake_call(&house_app, house->service, &request, &house->last);
			assert_true(house->last.reply.status == 404 ||
				    house->last.reply.status == 405);
		}
}

/* The body of the control, too: how many names came back as they went in. */
static size_t facility_names_same(struct run *run)
{
	struct house *house = run->house;
	size_t same = 0;
	for (size_t i = 0; i < TEXTS; i++) {
		struct store_facility facility;
		int64_t no = 0;
		char code[16];
		snprintf(code, sizeof code, "27%08zu", i);
		if (store_facility_add(house->db, str_of(code), STR("acupuncture"),
				       str_of(texts[i]), &no) == 0 &&
		    store_facility_get(house->db, &house->arena, no, &facility) == 0)
			same += str_equal(facility.name, str_of(texts[i]));
	}
	return same;
}

static void test_every_text_comes_back_as_it_went_in(void **state)
{
	struct run run = run_open(state);
	struct house *house = run.house;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	struct str token = house_session(house, "1310000003", &house->here.receipt).token;
	references_try(house, token);
	names_try(&run, house_reader_token(house, &house->here));
	clients_try(house);
	requests_try(house, token);
	assert_int_equal(facility_names_same(&run), TEXTS);
	/* What was there is there: no table is gone, no row more or less. */
	struct str query = STR("from=20261101000000&to=20261130235959");
	assert_int_equal(house_get(house, "/v1/results/count", query, token), 200);
	assert_str_equal(house_number(house, "count"), STR("1"));
	print_message("# %d texts\n", TEXTS);
	run_close(&run);
}

static void test_the_texts_see_a_store_that_concatenates(void **state)
{
	struct run run = run_open(state);
	concatenates = true;
	size_t same = facility_names_same(&run);
	concatenates = false;
	assert_true(same < TEXTS - 5);
	run_close(&run);
}

/* --- the role --- */

static const char *const statements[] = {
	"CREATE TABLE mine (a INT)",
	"CREATE TEMPORARY TABLE mine (a INT)",
	"CREATE SCHEMA mine",
	"CREATE ROLE mine",
	"CREATE FUNCTION mine() RETURNS INT LANGUAGE SQL AS 'SELECT 1'",
	"DROP TABLE spent",
	"TRUNCATE spent",
	"ALTER TABLE spent ADD COLUMN mine INT",
	"ALTER TABLE result DISABLE ROW LEVEL SECURITY",
	"CREATE POLICY mine ON result USING (true)",
	"CREATE INDEX mine ON spent (until_ms)",
	"COPY (SELECT 1) TO '/dev/null'",
	"COPY (SELECT 1) TO PROGRAM 'true'",
	"CREATE EXTENSION adminpack",
	"SELECT pg_read_file('/etc/hostname')",
	"SELECT pg_read_binary_file('/etc/hostname')",
	"SELECT pg_ls_dir('/')",
	"SELECT pg_stat_file('/etc/hostname')",
	"SELECT lo_import('/etc/hostname')",
	"SELECT lo_export(0, '/dev/null')",
	"SELECT pg_reload_conf()",
	"ALTER SYSTEM SET work_mem = '64kB'",
	"SET SESSION AUTHORIZATION postgres",
};
enum { STATEMENTS = sizeof statements / sizeof statements[0] };

/* How many of them the connection may run; each is taken back. */
static size_t statements_allowed(struct db *db)
{
	size_t allowed = 0;
	for (size_t i = 0; i < STATEMENTS; i++) {
		assert_int_equal(db_begin(db), 0);
		bool done = db->ops->exec(db, statements[i]) == 0;
		allowed += done;
		db_rollback(db);
		if (done)
			print_message("# may: %s\n", statements[i]);
	}
	return allowed;
}

static struct db *connect_as(const struct run *run, bool walled, int64_t facility_no)
{
	struct db_options options = service_db_options(&run->house->config, false);
	options.walled = walled;
	struct db *db;
	struct store_facility facility;
	assert_int_equal(db_open(&db, &options), 0);
	db_scope(db, facility_no);
	/* The role goes with the first statement. */
	assert_int_equal(store_facility_get(db, &run->house->arena, run->house->here.no, &facility),
			 0);
	return db;
}

static void test_the_role_makes_copies_and_opens_nothing(void **state)
{
	struct run run = run_open(state);
	const int64_t scopes[] = {run.house->here.no, DB_EVERY_FACILITY};
	for (size_t i = 0; i < 2; i++) {
		AUTO(db_closep) struct db *db = connect_as(&run, true, scopes[i]);
		assert_int_equal(statements_allowed(db), 0);
	}
	run_close(&run);
}

static void test_the_statements_see_a_role_that_may(void **state)
{
	struct run run = run_open(state);
	AUTO(db_closep) struct db *db = connect_as(&run, false, DB_EVERY_FACILITY);
	assert_true(statements_allowed(db) > STATEMENTS / 2);
	db_close(db);
	db = NULL;
	run_close(&run);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_every_text_comes_back_as_it_went_in),
		DB_TEST(test_the_texts_see_a_store_that_concatenates),
		DB_TEST_ON(postgres, test_the_role_makes_copies_and_opens_nothing),
		DB_TEST_ON(postgres, test_the_statements_see_a_role_that_may),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
