/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T85 problem_json: what the front refuses, what the calls refuse, a store that is down or full, a
 * queue that is full, a fault within: each is application/problem+json (RFC 9457) with a type of
 * the catalogue, its status, the sentences of its row and the request's id, and not a word about
 * paths, statements, versions or where in the code it was.
 *
 * Controls: an encoder that tells the fault's trace, one that forgets the request's id, one whose
 * type differs each time.
 */
#include "server/api/service_test.h"

#include <stdatomic.h>

#include "lib/wire/problem.h"

enum { CAUSES_MIN = 60 };

/* --- what is made to fail --- */

static atomic_int store_fault;
static atomic_bool pool_full, writer_full, tail_old;
static enum { ENCODER_REAL, ENCODER_TELLS, ENCODER_FORGETS, ENCODER_VARIES } encoder;

int __real_db_query(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
		    struct db_rows **ret_rows);
int __wrap_db_query(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
		    struct db_rows **ret_rows);
int __wrap_db_query(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
		    struct db_rows **ret_rows)
{
	int error = atomic_load(&store_fault);
	return error ? RAISE(error) : __real_db_query(db, sql, args, args_count, ret_rows);
}

int __real_db_run(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
		  int64_t *ret_changed);
int __wrap_db_run(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
		  int64_t *ret_changed);
int __wrap_db_run(struct db *db, const char *sql, const struct db_value *args, size_t args_count,
		  int64_t *ret_changed)
{
	int error = atomic_load(&store_fault);
	return error ? RAISE(error) : __real_db_run(db, sql, args, args_count, ret_changed);
}

int __real_pool_submit(struct pool *pool, void (*run)(void *job, void *worker), void *job);
int __wrap_pool_submit(struct pool *pool, void (*run)(void *job, void *worker), void *job);
int __wrap_pool_submit(struct pool *pool, void (*run)(void *job, void *worker), void *job)
{
	return atomic_load(&pool_full) ? POOL_FULL : __real_pool_submit(pool, run, job);
}

int __real_db_writer_submit(struct db_writer *writer, const struct db_job *job);
int __wrap_db_writer_submit(struct db_writer *writer, const struct db_job *job);
int __wrap_db_writer_submit(struct db_writer *writer, const struct db_job *job)
{
	return atomic_load(&writer_full) ? DB_WRITER_FULL : __real_db_writer_submit(writer, job);
}

bool __real_tail_is_fresh(const struct tail *tail);
bool __wrap_tail_is_fresh(const struct tail *tail);
bool __wrap_tail_is_fresh(const struct tail *tail)
{
	return !atomic_load(&tail_old) && __real_tail_is_fresh(tail);
}

/* --- planted faults: encoders --- */

int __real_wire_problem_encode(struct arena *arena, enum wire_problem problem,
			       const struct wire_problem_detail *detail, struct str *ret_body);
int __wrap_wire_problem_encode(struct arena *arena, enum wire_problem problem,
			       const struct wire_problem_detail *detail, struct str *ret_body);
int __wrap_wire_problem_encode(struct arena *arena, enum wire_problem problem,
			       const struct wire_problem_detail *detail, struct str *ret_body)
{
	static int n;
	struct str body, type;
	int r = __real_wire_problem_encode(arena, problem, detail, &body);
	if (r)
		return r;
	switch (encoder) {
	case ENCODER_REAL: *ret_body = body; return 0;
	case ENCODER_TELLS:
		return arena_print(arena, ret_body, "%.*s,\"detail\":\"%s:%d: SELECT 1\"}",
				   (int)body.len - 1, body.ptr, __FILE__, __LINE__);
	case ENCODER_FORGETS: return arena_print(arena, ret_body, "{\"status\":%d}", 500);
	case ENCODER_VARIES:
		str_split(&body, ',', &type);
		return arena_print(arena, ret_body, "{\"type\":\"urn:shikaku:problem:%d\",%.*s",
				   ++n, STR_ARG(body));
	}
	return RAISE(EINVAL);
}

/* --- a cause --- */

enum who { NOBODY, RECEIPT, READER };

struct cause {
	const char *method;
	const char *path;
	const char *query;
	const char *body;
	enum who who;
	int status;
	const char *code;
};

struct run {
	struct house *house;
	struct str receipt, reader;
	size_t causes, wrong;
};

/* Words that no reply may hold. */
static const char *const inside[] = {
	".c:",	  ".h:",    ".so",     "/tmp",		"/usr",	 "SELECT",   "INSERT",	 "UPDATE ",
	"sqlite", "SQLite", "ostgre",  "nginx",		"libpq", "errno",    "Error",	 "0x",
	"trace",  "stack",  "server/", SHIKAKU_VERSION, "lib/",	 "keys_dir", "store.db", "canary",
};

static const char *leak_of(struct str body)
{
	for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
		if (memmem(body.ptr, body.len, inside[i], strlen(inside[i])))
			return inside[i];
	return NULL;
}

static bool member_is(const struct house *house, const char *name, const char *text)
{
	return str_equal(json_text(json_member(house->json.root, name)), str_of(text));
}

/* NULL: the last reply is a problem as it must be. */
static const char *reply_wrong(const struct house *house, int status, const char *code)
{
	const struct web_reply *reply = &house->last.reply;
	enum wire_problem problem = wire_problem_of_code(str_of(code));
	if (reply->status != status)
		return "status";
	if (!str_equal(reply->content_type, STR("application/problem+json")))
		return "content type";
	if (problem == PROBLEM_NONE || wire_problem_row(problem)->status != status)
		return "no such row";
	const struct wire_problem_row *row = wire_problem_row(problem);
	char type[96];
	snprintf(type, sizeof type, "urn:shikaku:problem:%s", code);
	if (!member_is(house, "code", code) || !member_is(house, "type", type))
		return "type or code";
	if (!member_is(house, "title", row->title) || !member_is(house, "action", row->action) ||
	    !member_is(house, "vendor", row->vendor))
		return "sentences";
	char digits[8];
	snprintf(digits, sizeof digits, "%d", status);
	if (!str_equal(json_span_member(reply->body, "status"), str_of(digits)))
		return "status in the body";
	if (!member_is(house, "request_id", house->last.request.request_id))
		return "request id";
	if ((status == 503 || status == 429) && reply->retry_after_s <= 0)
		return "no Retry-After";
	return leak_of(reply->body);
}

static void judge(struct run *run, const char *what, int status, const char *code)
{
	struct house *house = run->house;
	const char *wrong =
		house->last.reply.body.len ? reply_wrong(house, status, code) : "no body";
	run->causes++;
	run->wrong += wrong != NULL;
	if (wrong && encoder == ENCODER_REAL)
		print_message("# %s, %d %s: %s: %d %.*s\n", what, status, code, wrong,
			      house->last.reply.status, STR_ARG(house->last.reply.body));
}

static void send(struct run *run, struct web_request *request)
{
	struct house *house = run->house;
	house_reply_clear(house);
	random_id(request->request_id);
	request->user_agent = STR("canary");
	web_fake_call(&house_app, house->service, request, &house->last);
	static const struct json_limits limits = {1 << 16, 8, 1000};
	if (house->last.reply.body.len)
		assert_int_equal(json_read(house->last.reply.body, &limits, &house->json), 0);
}

static struct str bearer_of(const struct run *run, enum who who)
{
	if (who == NOBODY)
		return (struct str){0};
	struct str token = who == RECEIPT ? run->receipt : run->reader;
	return house_print(run->house, "Bearer %.*s", STR_ARG(token));
}

static void cause_try(struct run *run, const struct cause *cause)
{
	struct web_request request = {
		.method = str_of(cause->method),
		.path = str_of(cause->path),
		.query = str_of(cause->query),
		.content_type = STR("application/json"),
		.body = str_of(cause->body),
		.authorization = bearer_of(run, cause->who),
	};
	send(run, &request);
	judge(run, cause->path, cause->status, cause->code);
}

/* --- 1: what the front refuses, by its status --- */

static void refusals_try(struct run *run)
{
	static const struct {
		int refused, status;
		const char *code;
	} rows[] = {
		{400, 400, "request_malformed"},  {401, 400, "request_malformed"},
		{403, 400, "request_malformed"},  {404, 404, "not_found"},
		{405, 405, "method_not_allowed"}, {408, 408, "request_timeout"},
		{411, 400, "request_malformed"},  {413, 413, "body_too_large"},
		{414, 414, "uri_too_long"},	  {415, 415, "media_type"},
		{416, 400, "request_malformed"},  {421, 400, "request_malformed"},
		{431, 431, "header_too_large"},	  {494, 431, "header_too_large"},
		{500, 500, "internal"},		  {501, 500, "internal"},
		{502, 500, "internal"},		  {503, 503, "busy"},
		{504, 500, "internal"},		  {505, 505, "http_version"},
		{507, 500, "internal"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct web_request request = {.method = STR("GET"),
					      .path = STR("/v1/health"),
					      .refused = rows[i].refused};
		send(run, &request);
		judge(run, "the front", rows[i].status, rows[i].code);
	}
}

/* --- 2: what the calls refuse --- */

#define PERIOD	"from=20261101000000&to=20261130235959"
#define RESULTS "/v1/results"
#define LOGIN(id, password)                                                                  \
	"{\"facility_code\":\"1310000003\",\"login_id\":\"" id "\",\"password\":\"" password \
	"\"," HOUSE_CLIENT "}"

static const struct cause causes[] = {
	{"GET", "/canary", NULL, NULL, NOBODY, 404, "not_found"},
	{"GET", "/v1/../etc", NULL, NULL, NOBODY, 404, "not_found"},
	{"DELETE", "/v1/login", NULL, "{}", NOBODY, 405, "method_not_allowed"},
	{"TRACE", "/v1/health", NULL, NULL, NOBODY, 405, "method_not_allowed"},
	{"canary", "/v1/health", NULL, NULL, NOBODY, 405, "method_not_allowed"},
	{"GET", RESULTS, PERIOD, NULL, NOBODY, 401, "token_missing"},
	{"GET", RESULTS, PERIOD, NULL, READER, 403, "account_kind_refused"},
	{"GET", "/v1/reader/staff", NULL, NULL, RECEIPT, 403, "account_kind_refused"},
	{"GET", RESULTS, NULL, NULL, RECEIPT, 422, "period_malformed"},
	{"GET", RESULTS, "from=canary&to=canary", NULL, RECEIPT, 422, "period_malformed"},
	{"GET", RESULTS, "from=20261130000000&to=20261101000000", NULL, RECEIPT, 422,
	 "period_malformed"},
	{"GET", RESULTS, "from=20200101000000&to=20200201000000", NULL, RECEIPT, 422,
	 "period_too_old"},
	{"GET", RESULTS, PERIOD "&limit=0", NULL, RECEIPT, 422, "query_invalid"},
	{"GET", RESULTS, PERIOD "&limit=501", NULL, RECEIPT, 422, "query_invalid"},
	{"GET", RESULTS, PERIOD "&validity=9", NULL, RECEIPT, 422, "query_invalid"},
	{"GET", RESULTS, PERIOD "&reference=%ff", NULL, RECEIPT, 422, "query_invalid"},
	{"GET", RESULTS, PERIOD "&limit=1&limit=2", NULL, RECEIPT, 422, "query_invalid"},
	{"GET", RESULTS, PERIOD "&wait=31", NULL, RECEIPT, 422, "query_invalid"},
	{"GET", RESULTS, PERIOD "&cursor=AAAA", NULL, RECEIPT, 422, "cursor_refused"},
	{"POST", "/v1/login", NULL, "", NOBODY, 400, "request_not_json"},
	{"POST", "/v1/login", NULL, "canary", NOBODY, 400, "request_not_json"},
	{"POST", "/v1/login", NULL, "[]", NOBODY, 400, "request_malformed"},
	{"POST", "/v1/login", NULL, "[[[[[[[[[", NOBODY, 400, "request_malformed"},
	{"POST", "/v1/login", NULL, "{\"a\":\"\xff\"}", NOBODY, 400, "request_not_json"},
	{"POST", "/v1/login", NULL, "{}", NOBODY, 422, "field_invalid"},
	{"POST", "/v1/login", NULL, LOGIN("WA0000001", "canary"), NOBODY, 401,
	 "credentials_refused"},
	{"POST", "/v1/login", NULL, LOGIN("canary", "canary"), NOBODY, 401, "credentials_refused"},
	{"POST", "/v1/mfa", NULL, "{\"challenge\":\"canary\",\"passcode\":\"123456\"}", NOBODY, 401,
	 "passcode_refused"},
	{"POST", "/v1/enrolment", NULL, "{\"code\":\"canarycanarycanary\"}", NOBODY, 404,
	 "enrolment_refused"},
	{"POST", "/v1/reader/login", NULL,
	 "{\"login_id\":\"canary\",\"password\":\"x\"," HOUSE_CLIENT "}", NOBODY, 401,
	 "device_proof_refused"},
	{"POST", "/v1/reader/nonces", NULL, "{\"method\":\"pin\",\"staff\":\"canary\"}", READER,
	 422, "staff_unknown"},
	{"PUT", RESULTS "/00000000000000000000000000000000/reference", NULL,
	 "{\"reference_number\":\"canary\",\"expected\":null}", RECEIPT, 400,
	 "idempotency_missing"},
};

/* --- 3: what a token or a body's cover may be --- */

static void covers_try(struct run *run)
{
	static const char *const tokens[] = {"canary", "Basic canary", "Bearer", "Bearer canary",
					     "Bearer a.b.c"};
	struct web_request request = {.method = STR("GET"),
				      .path = STR(RESULTS),
				      .query = STR(PERIOD)};
	for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++) {
		request.authorization = str_of(tokens[i]);
		send(run, &request);
		judge(run, tokens[i], 401, "token_invalid");
	}
	request = (struct web_request){.method = STR("POST"),
				       .path = STR("/v1/login"),
				       .body = STR("{}")};
	send(run, &request);
	judge(run, "no media type", 415, "media_type");
	request.content_type = STR("text/plain");
	send(run, &request);
	judge(run, "text", 415, "media_type");
	request.content_type = STR("application/json");
	request.content_encoding = STR("gzip");
	send(run, &request);
	judge(run, "gzip", 415, "media_type");
	request = (struct web_request){
		.method = STR("PUT"),
		.path = STR(RESULTS "/00000000000000000000000000000000/reference"),
		.content_type = STR("application/json"),
		.idempotency_key = STR("0123456789abcdef"),
		.body = STR("{\"reference_number\":\"canary\",\"expected\":null}"),
		.authorization = bearer_of(run, RECEIPT),
	};
	send(run, &request);
	judge(run, "no such result", 404, "result_unknown");
}

/* --- 4: what fails within --- */

static const struct cause count = {"GET", RESULTS "/count", PERIOD, NULL, RECEIPT, 0, NULL};
static const struct cause page = {"GET", RESULTS, PERIOD, NULL, RECEIPT, 0, NULL};
static const struct cause login = {"POST", "/v1/login", NULL, LOGIN("WA0000002", "canary"),
				   NOBODY, 0,		NULL};

static void fail_as(struct run *run, const struct cause *call, int status, const char *code)
{
	struct cause cause = *call;
	cause.status = status;
	cause.code = code;
	cause_try(run, &cause);
}

static void faults_try(struct run *run)
{
	static const struct {
		int error, status;
		const char *code;
	} rows[] = {
		{EIO, 503, "store_unavailable"},
		{ENOSPC, 503, "store_unavailable"},
		{ETIMEDOUT, 503, "store_unavailable"},
		{ENOKEY, 503, "store_unavailable"},
		{EBUSY, 503, "busy"},
		{ENOMEM, 500, "internal"},
		{EINVAL, 500, "internal"},
		{ENOTRECOVERABLE, 500, "internal"},
		{EBADMSG, 500, "internal"},
	};
	const struct cause *const calls[] = {&count, &page, &login};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t j = 0; j < 3; j++) {
			atomic_store(&store_fault, rows[i].error);
			fail_as(run, calls[j], rows[i].status, rows[i].code);
			atomic_store(&store_fault, 0);
		}
	atomic_store(&pool_full, true);
	fail_as(run, &page, 503, "busy");
	fail_as(run, &login, 503, "busy");
	atomic_store(&pool_full, false);
	atomic_store(&writer_full, true);
	fail_as(run, &login, 503, "busy");
	atomic_store(&writer_full, false);
	atomic_store(&tail_old, true);
	fail_as(run, &count, 503, "store_unavailable");
	atomic_store(&tail_old, false);
	run->house->service->clock_guard.watch.wall_ms -= 2 * CLOCK_WATCH_OFF_MS;
	fail_as(run, &login, 503, "clock_untrusted");
	run->house->service->clock_guard.watch.wall_ms += 2 * CLOCK_WATCH_OFF_MS;
}

static void unready_handle(void *ctx, struct web_exchange *exchange)
{
	(void)ctx;
	api_unready(exchange);
	web_finish(exchange);
}

static void unready_try(struct run *run)
{
	static const struct web_app app = {.handle = unready_handle};
	struct web_request request = {.method = STR("GET"), .path = STR("/v1/health")};
	static const struct json_limits limits = {1 << 16, 8, 1000};
	house_reply_clear(run->house);
	random_id(request.request_id);
	web_fake_call(&app, NULL, &request, &run->house->last);
	assert_int_equal(json_read(run->house->last.reply.body, &limits, &run->house->json), 0);
	judge(run, "not started", 503, "store_unavailable");
}

static void all_try(struct run *run, struct house *house)
{
	*run = (struct run){.house = house};
	run->receipt = house_session(house, "1310000003", &house->here.receipt).token;
	run->reader = house_reader_token(house, &house->here);
	refusals_try(run);
	for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++)
		cause_try(run, &causes[i]);
	covers_try(run);
	faults_try(run);
	unready_try(run);
}

/* --- tests --- */

static void test_every_cause_is_a_problem_and_tells_nothing_within(void **state)
{
	struct run run;
	all_try(&run, *state);
	print_message("# %zu causes\n", run.causes);
	assert_true(run.causes >= CAUSES_MIN);
	assert_int_equal(run.wrong, 0);
	/* And afterwards everything goes on. */
	assert_int_equal(house_get(*state, RESULTS "/count", STR(PERIOD), run.receipt), 200);
}

/* The enrolment and login of all_try go well with any encoder: they meet no problem. */
static size_t wrong_with(void **state, int which)
{
	struct run run;
	encoder = which;
	all_try(&run, *state);
	encoder = ENCODER_REAL;
	return run.causes - run.wrong;
}

static void test_the_test_sees_an_encoder_that_tells_where(void **state)
{
	assert_int_equal(wrong_with(state, ENCODER_TELLS), 0);
}

static void test_the_test_sees_an_encoder_that_forgets_the_id(void **state)
{
	assert_int_equal(wrong_with(state, ENCODER_FORGETS), 0);
}

static void test_the_test_sees_a_type_that_differs_each_time(void **state)
{
	assert_int_equal(wrong_with(state, ENCODER_VARIES), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_open, house_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_cause_is_a_problem_and_tells_nothing_within),
		TEST(test_the_test_sees_an_encoder_that_tells_where),
		TEST(test_the_test_sees_an_encoder_that_forgets_the_id),
		TEST(test_the_test_sees_a_type_that_differs_each_time),
	};
	return cmocka_run_group_tests_name("T85", tests, NULL, NULL);
}
