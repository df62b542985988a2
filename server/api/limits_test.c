/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every limit that the service itself keeps, by one table: as much as the setting says is served,
 * one more is refused at once - 413, 429, 503 with Retry-After, 400 for what no setting moves - and
 * never stands in a line. Each row is tried again with its limit lifted, and is served: the table
 * would notice. The door's own limits are the other half, tests/stack/limits.test.mjs, where it is
 * also checked that no setting is in neither.
 */
#include "server/api/service_test.h"

#include <pthread.h>

#include "api/wire_limits.h"

#define HERE   "1310000003"
#define PERIOD "from=20261101000000&to=20261130235959"

enum {
	PROMPT_MS = 150,   /* a refusal has come by then, whatever the lanes do */
	BLOCKERS_MAX = 64, /* jobs of a try that stand in a lane */
	FLIGHTS_MAX = 32,
	CUT = 1000, /* instead of a status: the page has a next one */
};

struct run {
	struct house *house;
	struct str receipt, reader;
};

/* --- a call that may be answered later --- */

struct flight {
	struct web_exchange exchange;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool landed;
};

static void flight_finish(struct web_exchange *exchange)
{
	struct flight *flight = exchange->adapter_data;
	pthread_mutex_lock(&flight->lock);
	flight->landed = true;
	pthread_cond_signal(&flight->wake);
	pthread_mutex_unlock(&flight->lock);
}

static void flight_start(struct run *run, struct flight *flight, const struct web_request *request)
{
	*flight = (struct flight){.lock = PTHREAD_MUTEX_INITIALIZER,
				  .wake = PTHREAD_COND_INITIALIZER};
	flight->exchange.request = *request;
	flight->exchange.finish = flight_finish;
	flight->exchange.adapter_data = flight;
	random_id(flight->exchange.request.request_id);
	arena_init(&flight->exchange.arena, 8 << 20);
	api_dispatch(run->house->service, &flight->exchange);
}

/* Has it landed by then? wait_ms < 0: as long as it takes. */
static bool flight_landed(struct flight *flight, int wait_ms)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (int64_t)wait_ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	int error = 0;
	pthread_mutex_lock(&flight->lock);
	while (!flight->landed && error == 0)
		error = wait_ms < 0 ? pthread_cond_wait(&flight->wake, &flight->lock)
				    : pthread_cond_timedwait(&flight->wake, &flight->lock, &until);
	bool landed = flight->landed;
	pthread_mutex_unlock(&flight->lock);
	return landed;
}

/* Its status; 429 and 503 without Retry-After are none. */
static int flight_end(struct flight *flight)
{
	assert_true(flight_landed(flight, -1));
	const struct web_reply *reply = &flight->exchange.reply;
	int status = reply->status;
	if ((status == 429 || status == 503) && reply->retry_after_s <= 0)
		status = -status;
	web_fake_clear(&flight->exchange);
	return status;
}

static struct web_request get(struct run *run, struct str token, const char *path,
			      const char *query)
{
	return (struct web_request){
		.method = STR("GET"),
		.path = str_of(path),
		.query = str_of(query),
		.peer = STR("192.0.2.1"),
		.authorization = house_print(run->house, "Bearer %.*s", STR_ARG(token)),
	};
}

static struct web_request post(struct run *run, struct str token, const char *path, struct str body)
{
	struct web_request request = get(run, token, path, NULL);
	request.method = STR("POST");
	request.content_type = STR("application/json");
	request.body = body;
	return request;
}

static int ask(struct run *run, const struct web_request *request)
{
	struct flight flight;
	flight_start(run, &flight, request);
	return flight_end(&flight);
}

/* --- lanes and the writer, held up by jobs of ours --- */

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool open;
	int64_t running, left;
};

static void gate_pass(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->running++;
	pthread_cond_broadcast(&gate->wake);
	while (!gate->open)
		pthread_cond_wait(&gate->wake, &gate->lock);
	gate->left--;
	pthread_cond_broadcast(&gate->wake);
	pthread_mutex_unlock(&gate->lock);
}

static void gate_await(struct gate *gate, int64_t running)
{
	pthread_mutex_lock(&gate->lock);
	while (gate->running < running)
		pthread_cond_wait(&gate->wake, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

static void gate_open_and_await(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->open = true;
	pthread_cond_broadcast(&gate->wake);
	while (gate->left)
		pthread_cond_wait(&gate->wake, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

static void lane_block(void *job, void *worker)
{
	(void)worker;
	gate_pass(job);
}

static int write_block(void *ctx, struct db *db)
{
	(void)ctx;
	(void)db;
	return 0;
}

/* On the writer's thread, after its commit: nobody else's commit comes meanwhile. */
static void write_held(void *ctx, int result)
{
	assert_int_equal(result, 0);
	gate_pass(ctx);
}

/* The request as the n-th that waits, all threads being held up. */
static int behind(struct run *run, struct gate *gate, const struct web_request *request)
{
	struct flight flight;
	flight_start(run, &flight, request);
	(void)flight_landed(&flight, PROMPT_MS);
	bool prompt = flight.landed;
	gate_open_and_await(gate);
	int status = flight_end(&flight);
	/* A refusal that had to wait for the line is none. */
	return status == 503 && !prompt ? -status : status;
}

static int lane_try(struct run *run, enum wire_lane lane, int64_t threads, int64_t n,
		    const struct web_request *request)
{
	struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
	struct pool *pool = run->house->service->lanes[lane];
	for (int64_t i = 0; i < threads + n - 1; i++) {
		assert_int_equal(pool_submit(pool, lane_block, &gate), 0);
		gate.left++; /* nobody takes one away before the gate is open */
		if (i == threads - 1)
			gate_await(&gate, threads);
	}
	return behind(run, &gate, request);
}

static struct str login_body(struct run *run)
{
	return house_print(run->house, "{\"facility_code\":\"" HERE "\",\"login_id\":\"WA0000001\","
				       "\"password\":\"x\"," HOUSE_CLIENT "}");
}

static int hash_queue_try(struct run *run, int64_t n)
{
	struct web_request request = post(run, STR(""), "/v1/login", login_body(run));
	return lane_try(run, WIRE_LANE_HASH, run->house->config.limits.hash_threads, n, &request);
}

static int read_queue_try(struct run *run, int64_t n)
{
	struct web_request request = get(run, run->reader, "/v1/reader/staff", NULL);
	return lane_try(run, WIRE_LANE_READ, run->house->config.limits.read_threads, n, &request);
}

static int net_queue_try(struct run *run, int64_t n)
{
	struct web_request request = post(run, run->reader, "/v1/reader/checks", STR("{}"));
	return lane_try(run, WIRE_LANE_NET, run->house->config.limits.net_threads, n, &request);
}

static int writer_queue_try(struct run *run, int64_t n)
{
	struct gate gate = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
	struct db_job job = {.run = write_block, .done = write_held, .ctx = &gate};
	for (int64_t i = 0; i < n; i++) {
		assert_int_equal(db_writer_submit(run->house->service->writer, &job), 0);
		gate.left++;
		if (i == 0)
			gate_await(&gate, 1);
	}
	struct web_request request = post(run, STR(""), "/v1/login", login_body(run));
	return behind(run, &gate, &request);
}

/* --- how often, how large, how much --- */

static int count_times(struct run *run, int64_t n, struct str token)
{
	struct web_request request = get(run, token, "/v1/results/count", PERIOD);
	int status = 200;
	for (int64_t i = 0; i < n && status == 200; i++)
		status = ask(run, &request);
	return status;
}

static int calls_try(struct run *run, int64_t n)
{
	return count_times(run, n, run->receipt);
}

/* A minute after all were used up, so many can be made again. */
static int calls_per_minute_try(struct run *run, int64_t n)
{
	struct config *config = &run->house->config;
	int64_t *burst = config->limits.account_per_minute    ? &config->limits.account_burst
			 : config->limits.facility_per_minute ? &config->limits.facility_burst
							      : &config->limits.address_burst;
	*burst = 2 * n;
	assert_int_equal(count_times(run, 2 * n, run->receipt), 200);
	run->house->time.now_ms += 60000;
	int status = count_times(run, n, run->receipt);
	*burst = 0;
	return status;
}

static int logins_of(struct run *run, int64_t n)
{
	struct web_request request = post(run, STR(""), "/v1/login", login_body(run));
	int status = 401;
	for (int64_t i = 0; i < n && status == 401; i++)
		status = ask(run, &request);
	return status;
}

static int logins_per_minute_try(struct run *run, int64_t n)
{
	struct config *config = &run->house->config;
	config->limits.login_burst = n + 1;
	assert_int_equal(logins_of(run, n + 1), 401);
	run->house->time.now_ms += 60000;
	int status = logins_of(run, n);
	config->limits.login_burst = 0;
	return status;
}

static int body_try(struct run *run, int64_t n)
{
	struct str login = login_body(run);
	char *body = arena_alloc(&run->house->arena, (size_t)n);
	memset(body, ' ', (size_t)n);
	memcpy(body, login.ptr, login.len);
	struct web_request request = post(run, STR(""), "/v1/login", (struct str){body, (size_t)n});
	return ask(run, &request);
}

static int page_try(struct run *run, int64_t n)
{
	struct house *house = run->house;
	for (int64_t i = 0; i < n; i++) {
		house_import(house, (int)i + 1);
		house_confirm(house, &house->here, (int)i + 1);
	}
	assert_int_equal(house_get(house, "/v1/results", STR(PERIOD), run->receipt), 200);
	return json_member(house->json.root, "next_cursor") ? CUT : 200;
}

static int parameter_try(struct run *run, const char *name, int64_t n)
{
	char query[128];
	snprintf(query, sizeof query, PERIOD "&%s=%lld", name, (long long)n);
	struct web_request request = get(run, run->receipt, "/v1/results", query);
	return ask(run, &request);
}

static int limit_try(struct run *run, int64_t n)
{
	return parameter_try(run, "limit", n);
}

static int wait_try(struct run *run, int64_t n)
{
	return parameter_try(run, "wait", n);
}

/* {"a":[[[…]]]} */
static int depth_try(struct run *run, int64_t n)
{
	char body[256] = "{\"a\":";
	size_t len = strlen(body);
	for (int64_t i = 1; i < n; i++)
		body[len++] = '[';
	for (int64_t i = 1; i < n; i++)
		body[len++] = ']';
	body[len++] = '}';
	struct web_request request = post(run, STR(""), "/v1/login", (struct str){body, len});
	return ask(run, &request);
}

static int keys_try(struct run *run, int64_t n)
{
	char body[16384] = "{";
	size_t len = 1;
	for (int64_t i = 0; i < n; i++)
		len += (size_t)snprintf(body + len, sizeof body - len, "%s\"k%lld\":0",
					i ? "," : "", (long long)i);
	body[len++] = '}';
	struct web_request request = post(run, STR(""), "/v1/login", (struct str){body, len});
	return ask(run, &request);
}

/* A count that waits for something new, since nothing is. */
static struct web_request waiting(struct run *run, int64_t wait_s)
{
	struct house *house = run->house;
	struct str tag, query = house_print(house, PERIOD "&wait=%lld", (long long)wait_s);
	assert_int_equal(house_get(house, "/v1/results/count", STR(PERIOD), run->receipt), 200);
	assert_int_equal(arena_copy(&house->arena, house->last.reply.headers[0].value, &tag), 0);
	struct web_request request = get(run, run->receipt, "/v1/results/count", NULL);
	request.query = query;
	request.if_none_match = tag;
	return request;
}

static int waits_try(struct run *run, int64_t n)
{
	static struct flight flights[FLIGHTS_MAX];
	struct web_request request = waiting(run, WIRE_WAIT_MAX);
	for (int64_t i = 0; i < n; i++)
		flight_start(run, &flights[i], &request);
	(void)flight_landed(&flights[n - 1], PROMPT_MS);
	service_quit(run->house->service);
	int status = 0;
	for (int64_t i = 0; i < n; i++)
		status = flight_end(&flights[i]);
	return status;
}

/* Who asks for more is answered earlier. */
static int wait_max_try(struct run *run, int64_t n)
{
	struct web_request request = waiting(run, n);
	int64_t begun_ms = clock_mono_ms(&clock_system);
	int status = ask(run, &request);
	return clock_mono_ms(&clock_system) - begun_ms < n * 1000 ? CUT : status;
}

/* --- the table --- */

#define SETTING(name) offsetof(struct config, limits.name)

static const struct row {
	const char *name;
	size_t setting; /* 0: a constant of ours or of the contract */
	int64_t limit;
	int served, past;
	int (*use)(struct run *run, int64_t n);
	size_t also; /* a second setting that the first needs; set to 1 */
} rows[] = {
	{"hash_queue", SETTING(hash_queue), 3, 401, 503, hash_queue_try, SETTING(hash_threads)},
	{"read_queue", SETTING(read_queue), 5, 200, 503, read_queue_try, SETTING(read_threads)},
	{"net_queue", SETTING(net_queue), 4, 422, 503, net_queue_try, SETTING(net_threads)},
	{"writer_queue", SETTING(writer_queue), 4, 401, 503, writer_queue_try, 0},
	{"account_burst", SETTING(account_burst), 4, 200, 429, calls_try,
	 SETTING(account_per_minute)},
	{"account_per_minute", SETTING(account_per_minute), 6, 200, 429, calls_per_minute_try, 0},
	{"facility_burst", SETTING(facility_burst), 5, 200, 429, calls_try,
	 SETTING(facility_per_minute)},
	{"facility_per_minute", SETTING(facility_per_minute), 5, 200, 429, calls_per_minute_try, 0},
	{"address_burst", SETTING(address_burst), 6, 200, 429, calls_try,
	 SETTING(address_per_minute)},
	{"address_per_minute", SETTING(address_per_minute), 4, 200, 429, calls_per_minute_try, 0},
	{"login_burst", SETTING(login_burst), 3, 401, 429, logins_of, SETTING(login_per_minute)},
	{"login_per_minute", SETTING(login_per_minute), 2, 401, 429, logins_per_minute_try, 0},
	{"body_bytes_max", SETTING(body_bytes_max), 4096, 401, 413, body_try, 0},
	{"results_page_max", SETTING(results_page_max), 3, 200, CUT, page_try, 0},
	{"limit, of the contract", 0, WIRE_PAGE_LIMIT_MAX, 200, 422, limit_try, 0},
	{"wait, of the contract", 0, WIRE_WAIT_MAX, 200, 422, wait_try, 0},
	{"levels of a body", 0, 8, 422, 400, depth_try, 0},
	{"keys of a body", 0, 256, 422, 400, keys_try, 0},
	{"waits_max", SETTING(waits_max), 2, 304, 503, waits_try, 0},
	{"waits_facility_max", SETTING(waits_facility_max), 3, 304, 429, waits_try, 0},
	{"waits_account_max", SETTING(waits_account_max), 4, 304, 429, waits_try, 0},
	{"wait_max_s", SETTING(wait_max_s), 1, 304, CUT, wait_max_try, 0},
};

static void limit_set(struct house *house, size_t setting, int64_t value)
{
	if (setting)
		memcpy((char *)&house->config + setting, &value, sizeof value);
}

/* A house of its own for each try: what it uses up is gone with it. */
static int row_try(const struct row *row, int64_t limit, int64_t n)
{
	static const struct password_cost cheap = {.passes = 1, .memory_kib = 8};
	void *part;
	assert_int_equal(house_open(&part), 0);
	struct run run = {.house = part};
	struct house *house = run.house;
	struct service_options options = {
		.config = &house->config,
		.clock = clock_of_fake(&house->time),
		.log_fd = -1,
		.cost = &cheap,
	};
	run.receipt = house_session(house, HERE, &house->here.receipt).token;
	run.reader = house_reader_token(house, &house->here);
	service_destroy(house->service);
	limit_set(house, row->also, 1);
	limit_set(house, row->setting, limit);
	assert_int_equal(service_create(&house->service, &options), 0);
	int status = row->use(&run, n);
	assert_int_equal(house_close(&part), 0);
	return status;
}

static void test_each_limit_is_served_up_to_and_refused_beyond(void **state)
{
	(void)state;
	size_t wrong = 0;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		int at = row_try(row, row->limit, row->limit);
		int past = row_try(row, row->limit, row->limit + 1);
		if (at == row->served && past == row->past)
			continue;
		print_message("# %s: %d at %lld, %d past it\n", row->name, at,
			      (long long)row->limit, past);
		wrong++;
	}
	print_message("# %zu limits\n", sizeof rows / sizeof rows[0]);
	assert_int_equal(wrong, 0);
}

static void test_the_table_sees_a_limit_that_was_lifted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *row = &rows[i];
		if (row->setting && row_try(row, 8 * row->limit, row->limit + 1) != row->served)
			fail_msg("%s", row->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_limit_is_served_up_to_and_refused_beyond),
		cmocka_unit_test(test_the_table_sees_a_limit_that_was_lifted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
