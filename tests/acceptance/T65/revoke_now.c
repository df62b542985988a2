/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T65 revoke_now: an account is closed, a session logged out, a password changed, a device removed,
 * while a hundred requests fly through another process: no success later than two seconds. A
 * process that cannot read the changes refuses within five. On both engines.
 *
 * The other process is a second service on the same store, with a cache and a tail of its own. The
 * planted faults stand in front of store_change_last: a tail that hears nothing, and one cut off.
 */
#include "server/api/service_test.h"

#include <pthread.h>
#include <stdatomic.h>

#include "lib/db/testing.h"
#include "server/auth/session.h"
#include "server/store/changes.h"

enum {
	FLIGHTS = 100,
	LIMIT_MS = 2000, /* after the end: no success any more */
	WATCH_MS = 2100, /* so long the flights go on at most */
	QUIET = 300,	 /* refusals in a row: it is over */
};

/* --- planted faults --- */

static atomic_bool channel_deaf, channel_cut, age_ignored;

int __real_store_change_last(struct db *db, int64_t *ret_no);
int __wrap_store_change_last(struct db *db, int64_t *ret_no);
int __wrap_store_change_last(struct db *db, int64_t *ret_no)
{
	if (atomic_load(&channel_cut))
		return RAISE(EIO);
	int r = __real_store_change_last(db, ret_no);
	if (r == 0 && atomic_load(&channel_deaf))
		*ret_no = 0;
	return r ? PASS(r) : 0;
}

bool __real_tail_is_fresh(const struct tail *tail);
bool __wrap_tail_is_fresh(const struct tail *tail);
bool __wrap_tail_is_fresh(const struct tail *tail)
{
	return atomic_load(&age_ignored) || __real_tail_is_fresh(tail);
}

/* --- two processes --- */

struct run {
	struct house *house; /* here things end */
	struct config config;
	struct service *other; /* here requests fly */
	struct clock_fake tail_time;
	struct str token;
	int64_t session_device_no;
	unsigned char session_id[STORE_ID_BYTES];
	const char *path;
	struct str query;
};

static void other_open(struct run *run, bool by_hand)
{
	static const struct password_cost cheap = {.passes = 1, .memory_kib = 8};
	run->config = run->house->config;
	run->config.limits.read_queue = 2 * FLIGHTS;
	struct clock by_test = clock_of_fake(&run->tail_time);
	struct service_options options = {
		.config = &run->config,
		.clock = clock_of_fake(&run->house->time),
		.log_fd = -1,
		.cost = &cheap,
		.tail_clock = by_hand ? &by_test : NULL,
		.tail_by_hand = by_hand,
	};
	assert_int_equal(service_create(&run->other, &options), 0);
}

static void session_make(struct run *run, const struct house_account *account, int64_t device_no)
{
	struct house *house = run->house;
	random_bytes(run->session_id, sizeof run->session_id);
	static const unsigned char verifier[STORE_DIGEST_BYTES] = {1};
	struct store_account now;
	assert_int_equal(store_account_get(house->db, &house->arena, account->row.facility_no,
					   account->row.no, &now),
			 0);
	struct store_session session = {
		.id = str_bytes(run->session_id, sizeof run->session_id),
		.facility_no = account->row.facility_no,
		.account_no = account->row.no,
		.device_no = device_no,
		.rotated_ms = house->time.now_ms,
		.key_n = 1,
		.verifier = str_bytes(verifier, sizeof verifier),
		.client = STR("test"),
		.epoch = now.epoch,
		.ends_ms = house->time.now_ms + AUTH_SESSION_MS,
	};
	assert_int_equal(store_session_add(house->db, &session), 0);
	struct session_tokens tokens;
	assert_int_equal(session_tokens_issue(&house->service->auth, &house->arena, &session,
					      account->row.kind, &tokens),
			 0);
	run->token = tokens.access_token;
	run->session_device_no = device_no;
}

static void receipt_session(struct run *run)
{
	session_make(run, &run->house->here.receipt, 0);
	run->path = "/v1/results/count";
	run->query = STR("from=20261101000000&to=20261122120000");
}

static void reader_session(struct run *run)
{
	struct house *house = run->house;
	const struct house_account *account = &house->here.reader;
	struct store_device device = {
		.id = STR("0123456789abcdef"),
		.facility_no = account->row.facility_no,
		.account_no = account->row.no,
		.thumbprint = STR("0123456789012345678901234567890123456789012"),
		.platform = STR("linux"),
		.name = STR("受付"),
	};
	int64_t device_no;
	assert_int_equal(store_device_add(house->db, &device, &device_no), 0);
	session_make(run, account, device_no);
	run->path = "/v1/reader/staff";
}

static void run_open(struct run *run, void **state, bool by_hand)
{
	void *part;
	const struct db_fixture *fixture = db_fixture_of(state);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	*run = (struct run){0};
	assert_int_equal(house_open_on(&part, postgres ? fixture->target : NULL), 0);
	run->house = part;
	other_open(run, by_hand);
}

static void run_close(struct run *run)
{
	void *part = run->house;
	service_destroy(run->other);
	assert_int_equal(house_close(&part), 0);
}

/* --- flights: what nginx's loop would do with a hundred connections --- */

struct flight {
	struct web_exchange exchange;
	struct sky *sky;
	bool landed;
};

struct sky {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct flight flights[FLIGHTS];
	char authorization[2048];
};

static void flight_finish(struct web_exchange *exchange)
{
	struct flight *flight = exchange->adapter_data;
	pthread_mutex_lock(&flight->sky->lock);
	flight->landed = true;
	pthread_cond_signal(&flight->sky->wake);
	pthread_mutex_unlock(&flight->sky->lock);
}

static void flight_start(const struct run *run, struct sky *sky, struct flight *flight)
{
	*flight = (struct flight){.sky = sky};
	flight->exchange.request = (struct web_request){
		.method = STR("GET"),
		.path = str_of(run->path),
		.query = run->query,
		.authorization = str_of(sky->authorization),
	};
	memset(flight->exchange.request.request_id, '0', WEB_REQUEST_ID_BYTES - 1);
	flight->exchange.finish = flight_finish;
	flight->exchange.adapter_data = flight;
	arena_init(&flight->exchange.arena, 1 << 20);
	api_dispatch(run->other, &flight->exchange);
}

/* The status of some flight that has landed, and which one. */
static int flight_await(struct sky *sky, struct flight **ret_flight)
{
	struct flight *landed = NULL;
	pthread_mutex_lock(&sky->lock);
	for (size_t i = 0; !landed; i = (i + 1) % FLIGHTS) {
		if (sky->flights[i].landed)
			landed = &sky->flights[i];
		else if (i == FLIGHTS - 1)
			pthread_cond_wait(&sky->wake, &sky->lock);
	}
	landed->landed = false;
	pthread_mutex_unlock(&sky->lock);
	*ret_flight = landed;
	return landed->exchange.reply.status;
}

typedef void end_step(struct run *run);

/* How long after the end the last success left; WATCH_MS: they did not stop. */
static int64_t fly(struct run *run, end_step *end)
{
	static struct sky sky;
	sky = (struct sky){.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
	snprintf(sky.authorization, sizeof sky.authorization, "Bearer %.*s", STR_ARG(run->token));
	for (size_t i = 0; i < FLIGHTS; i++)
		flight_start(run, &sky, &sky.flights[i]);
	int64_t ended_ms = 0, last_ms = 0;
	size_t successes = 0, refused_in_row = 0;
	bool watched = false;
	while (refused_in_row < QUIET && !watched) {
		struct flight *flight;
		int status = flight_await(&sky, &flight);
		int64_t now_ms = clock_mono_ms(&clock_system);
		web_fake_clear(&flight->exchange);
		refused_in_row = status == 200 ? 0 : refused_in_row + 1;
		if (status == 200 && ended_ms)
			last_ms = now_ms - ended_ms;
		if (status == 200 && ++successes == FLIGHTS) {
			end(run);
			ended_ms = clock_mono_ms(&clock_system);
		}
		assert_true(status == 200 || (ended_ms && status == 401));
		watched = ended_ms && now_ms - ended_ms > WATCH_MS;
		flight_start(run, &sky, flight);
	}
	for (size_t i = 0; i < FLIGHTS; i++) {
		struct flight *flight;
		(void)flight_await(&sky, &flight);
		web_fake_clear(&flight->exchange);
	}
	assert_true(successes >= FLIGHTS);
	return refused_in_row < QUIET ? WATCH_MS : last_ms;
}

/* --- the four ends --- */

static void end_logout(struct run *run)
{
	struct house_call call = {.method = "POST",
				  .path = "/v1/logout",
				  .body = STR("{}"),
				  .token = run->token};
	assert_int_equal(house_send(run->house, &call), 204);
	/* Where it ended, it is over at once. */
	assert_int_equal(house_get(run->house, run->path, run->query, run->token), 401);
	assert_problem(run->house, "session_ended");
}

static void end_account(struct run *run)
{
	struct db *db = run->house->db;
	const struct store_account *account = &run->house->here.receipt.row;
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(store_account_active_set(db, account->facility_no, account->no, false,
						  run->house->time.now_ms),
			 0);
	assert_int_equal(db_commit(db), 0);
}

static void end_password(struct run *run)
{
	struct db *db = run->house->db;
	struct store_account changed = run->house->here.receipt.row;
	changed.password = STR("$argon2id$next");
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(store_account_password_set(db, &changed, run->house->time.now_ms), 0);
	assert_int_equal(db_commit(db), 0);
}

static void end_device(struct run *run)
{
	struct db *db = run->house->db;
	assert_int_equal(db_begin(db), 0);
	assert_int_equal(store_device_remove(db, run->house->here.no, run->session_device_no,
					     run->house->time.now_ms),
			 0);
	assert_int_equal(db_commit(db), 0);
}

/* The body of the test: how long the worst end took. */
static int64_t ends_try(void **state, const char *name, void (*begin)(struct run *run),
			end_step *end)
{
	struct run run;
	run_open(&run, state, false);
	begin(&run);
	int64_t took_ms = fly(&run, end);
	print_message("# %s: last success after %lld ms\n", name, (long long)took_ms);
	run_close(&run);
	return took_ms;
}

static void test_a_logout_ends_what_flies(void **state)
{
	assert_true(ends_try(state, "logout", receipt_session, end_logout) <= LIMIT_MS);
}

static void test_a_closed_account_ends_what_flies(void **state)
{
	assert_true(ends_try(state, "account", receipt_session, end_account) <= LIMIT_MS);
}

static void test_a_new_password_ends_what_flies(void **state)
{
	assert_true(ends_try(state, "password", receipt_session, end_password) <= LIMIT_MS);
}

static void test_a_removed_device_ends_what_flies(void **state)
{
	assert_true(ends_try(state, "device", reader_session, end_device) <= LIMIT_MS);
}

/* --- the channel is cut --- */

static int other_get(struct run *run)
{
	struct service *own = run->house->service;
	run->house->service = run->other;
	int status = house_get(run->house, run->path, run->query, run->token);
	run->house->service = own;
	return status;
}

static void channel_break(struct run *run)
{
	int64_t number;
	atomic_store(&channel_cut, true);
	/* SQLite is asked only when something moved. */
	assert_int_equal(store_facility_add(run->house->db, STR("1310000029"), STR("dental"),
					    STR("試験"), &number),
			 0);
}

/* Milliseconds after the cut at which data is refused; -1: it never is. */
static int64_t cut_try(struct run *run)
{
	int64_t refused_ms = -1;
	for (int64_t ms = 0; ms <= 60000 && refused_ms < 0; ms += 500) {
		if (other_get(run) == 503)
			refused_ms = ms;
		run->tail_time.now_ms += 500;
		int r = tail_poll(run->other->tail);
		(void)r;
	}
	return refused_ms;
}

static void test_who_hears_nothing_refuses_within_five_seconds(void **state)
{
	struct run run;
	run_open(&run, state, true);
	receipt_session(&run);
	assert_int_equal(other_get(&run), 200);
	channel_break(&run);
	int64_t refused_ms = cut_try(&run);
	assert_in_range(refused_ms, 500, 5500);
	assert_problem(run.house, "store_unavailable");
	/* Leaving is always possible, and a login does not need the tail. */
	struct service *own = run.house->service;
	run.house->service = run.other;
	assert_int_equal(house_login(run.house, "1310000003", "WA0000001",
				     secret_str(&run.house->here.receipt.password)),
			 200);
	run.house->service = own;
	atomic_store(&channel_cut, false);
	assert_int_equal(tail_poll(run.other->tail), 0);
	assert_int_equal(other_get(&run), 200);
	run_close(&run);
}

/* --- the same bodies must fail on a service that is broken --- */

static void test_the_test_sees_a_tail_that_hears_nothing(void **state)
{
	atomic_store(&channel_deaf, true);
	int64_t took_ms = ends_try(state, "deaf", receipt_session, end_account);
	atomic_store(&channel_deaf, false);
	assert_true(took_ms > LIMIT_MS);
}

static void test_the_test_sees_a_service_that_goes_on_without_a_tail(void **state)
{
	struct run run;
	run_open(&run, state, true);
	receipt_session(&run);
	atomic_store(&age_ignored, true);
	channel_break(&run);
	assert_int_equal(cut_try(&run), -1);
	atomic_store(&channel_cut, false);
	atomic_store(&age_ignored, false);
	run_close(&run);
}

static void test_a_channel_that_works_never_refuses(void **state)
{
	struct run run;
	run_open(&run, state, true);
	receipt_session(&run);
	assert_int_equal(cut_try(&run), -1);
	run_close(&run);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_a_logout_ends_what_flies),
		DB_TEST(test_a_closed_account_ends_what_flies),
		DB_TEST(test_a_new_password_ends_what_flies),
		DB_TEST(test_a_removed_device_ends_what_flies),
		DB_TEST(test_who_hears_nothing_refuses_within_five_seconds),
		DB_TEST(test_a_channel_that_works_never_refuses),
		DB_TEST_ON(sqlite, test_the_test_sees_a_tail_that_hears_nothing),
		DB_TEST_ON(sqlite, test_the_test_sees_a_service_that_goes_on_without_a_tail),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
