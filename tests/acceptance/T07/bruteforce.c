/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T07 otp_and_password_bruteforce: guesses at one account's password and passcode, one after the
 * other and many at once, over a restart and over a clock set back by a day. At most ten tries
 * before the first delay, delays that double to an hour, and none after a hundred in a row; counted
 * in the store, for all processes on it. With the planted fault of a count that forgets, the same
 * guesses must get through.
 */
#include "server/api/service_test.h"

#include <pthread.h>

#include "lib/db/testing.h"
#include "server/auth/lane.h"

#define HERE "1310000003"

enum {
	DAY_MS = 24 * 60 * 60 * 1000,
	GUESSES_SHORT = 500,
	GUESSERS = 8,
};

/* The planted fault: every attempt begins a new lane. */
static bool count_is_forgotten;

int __real_store_lane_attempt(struct db *db, const struct store_lane *lane,
			      enum store_lane_verdict verdict, const struct store_lane_rule *rule,
			      int64_t now_ms, struct store_lane_state *ret_state);
int __wrap_store_lane_attempt(struct db *db, const struct store_lane *lane,
			      enum store_lane_verdict verdict, const struct store_lane_rule *rule,
			      int64_t now_ms, struct store_lane_state *ret_state);
int __wrap_store_lane_attempt(struct db *db, const struct store_lane *lane,
			      enum store_lane_verdict verdict, const struct store_lane_rule *rule,
			      int64_t now_ms, struct store_lane_state *ret_state)
{
	if (count_is_forgotten)
		assert_int_equal(store_lane_open(db, lane->subject), 0);
	return __real_store_lane_attempt(db, lane, verdict, rule, now_ms, ret_state);
}

static struct house *run_open(void **state)
{
	void *part;
	const struct db_fixture *fixture = db_fixture_of(state);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	assert_int_equal(house_open_on(&part, postgres ? fixture->target : NULL), 0);
	return part;
}

static void run_close(struct house *house)
{
	void *part = house;
	assert_int_equal(house_close(&part), 0);
}

static int64_t number_of(struct house *house, const char *sql)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	struct db_value account = db_int(house->here.receipt.row.no);
	assert_int_equal(db_query(house->db, sql, &account, 1, &rows), 0);
	return db_next(rows) == 0 ? db_column_int(rows, 0) : 0;
}

static int64_t fails_of(struct house *house)
{
	return number_of(house, "SELECT fails FROM lane WHERE subject = $1");
}

static int64_t until_of(struct house *house)
{
	return number_of(house, "SELECT until_ms FROM lane WHERE subject = $1");
}

static bool password_opens(struct house *house, struct str password)
{
	return house_login(house, HERE, "WA0000001", password) == 200;
}

static bool right_password_opens(struct house *house)
{
	return password_opens(house, secret_str(&house->here.receipt.password));
}

static void guess(struct house *house)
{
	assert_false(password_opens(house, STR("not the password")));
}

/* One more service over the same store and keys. */
static void service_add(struct house *house, struct service **ret_service)
{
	static const struct password_cost cheap = {.passes = 1, .memory_kib = 8};
	struct service_options options = {
		.config = &house->config,
		.clock = clock_of_fake(&house->time),
		.log_fd = -1,
		.cost = &cheap,
	};
	assert_int_equal(service_create(ret_service, &options), 0);
}

/* The service ends and comes again. */
static void restart(struct house *house)
{
	service_destroy(house->service);
	service_add(house, &house->service);
}

static void test_ten_guesses_and_then_delays_that_double_to_an_hour(void **state)
{
	struct house *house = run_open(state);
	for (int i = 0; i < LANE_FREE_FAILS; i++) {
		assert_true(until_of(house) <= house->time.now_ms);
		guess(house);
	}
	int64_t delay_ms = LANE_FIRST_MS;
	for (int fails = LANE_FREE_FAILS; fails < LANE_STOP_FAILS; fails++) {
		assert_int_equal(fails_of(house), fails);
		assert_int_equal(until_of(house) - house->time.now_ms, delay_ms);
		house->time.now_ms += delay_ms - 1;
		assert_false(right_password_opens(house));
		house->time.now_ms += 1;
		guess(house);
		delay_ms = delay_ms * 2 > LANE_MOST_MS ? LANE_MOST_MS : delay_ms * 2;
	}
	/* The hundredth: no time opens the lane again. */
	house->time.now_ms += 400 * (int64_t)DAY_MS;
	assert_false(right_password_opens(house));
	assert_int_equal(fails_of(house), LANE_STOP_FAILS);
	run_close(house);
}

/*
 * Behind the last signed head no guess is looked at. Where no head was signed yet, the clock is
 * believed again after a restart: then the count must hold by itself.
 */
static void clock_set_back(struct house *house)
{
	house->time.now_ms -= DAY_MS;
	restart(house);
	assert_int_equal(house_login(house, HERE, "WA0000001", STR("a guess")), 503);
	assert_problem(house, "clock_untrusted");
	assert_int_equal(db_run(house->db, "DELETE FROM audit_head", DB_NO_ARGS, NULL), 0);
	restart(house);
}

static void test_restart_and_a_clock_set_back_keep_the_count(void **state)
{
	struct house *house = run_open(state);
	for (int i = 0; i < LANE_FREE_FAILS; i++) {
		guess(house);
		if (i == 4)
			clock_set_back(house);
		if (i % 3 == 2)
			restart(house);
	}
	assert_int_equal(fails_of(house), LANE_FREE_FAILS);
	restart(house);
	clock_set_back(house);
	assert_false(right_password_opens(house));
	/* The owner waits for the delay, not for a day. */
	house->time.now_ms += LANE_FIRST_MS;
	assert_true(right_password_opens(house));
	run_close(house);
}

static void test_passcodes_count_like_passwords(void **state)
{
	struct house *house = run_open(state);
	house_enrol(house, &house->here.receipt);
	for (int i = 0; i < LANE_FREE_FAILS; i++) {
		assert_true(right_password_opens(house)); /* knowing it does not forget */
		struct str challenge = house_text(house, "challenge");
		struct str right = house_passcode(house, &house->here.receipt, 1);
		struct str wrong = str_equal(right, STR("000000")) ? STR("000001") : STR("000000");
		assert_int_equal(house_mfa(house, challenge, wrong), 401);
	}
	assert_int_equal(fails_of(house), LANE_FREE_FAILS);
	assert_false(right_password_opens(house));
	house->time.now_ms = until_of(house);
	assert_true(right_password_opens(house));
	struct str challenge = house_text(house, "challenge");
	assert_int_equal(house_mfa(house, challenge,
				   house_passcode(house, &house->here.receipt, 1)),
			 200);
	assert_int_equal(fails_of(house), 0);
	run_close(house);
}

static void test_challenges_taken_before_do_not_help(void **state)
{
	struct house *house = run_open(state);
	house_enrol(house, &house->here.receipt);
	struct str challenges[LANE_FREE_FAILS + 1];
	for (int i = 0; i <= LANE_FREE_FAILS; i++) {
		assert_true(right_password_opens(house));
		challenges[i] = house_text(house, "challenge");
	}
	struct str right = house_passcode(house, &house->here.receipt, 1);
	struct str wrong = str_equal(right, STR("000000")) ? STR("000001") : STR("000000");
	for (int i = 0; i < LANE_FREE_FAILS; i++)
		assert_int_equal(house_mfa(house, challenges[i], wrong), 401);
	assert_int_equal(house_mfa(house, challenges[LANE_FREE_FAILS], right), 401);
	run_close(house);
}

/* --- many at once --- */

struct guesser {
	struct house *house;
	pthread_t thread;
	int guesses;
};

static void *guesser_run(void *ctx)
{
	const struct guesser *guesser = ctx;
	for (int i = 0; i < guesser->guesses; i++) {
		struct web_request request = {
			.method = STR("POST"),
			.path = STR("/v1/login"),
			.content_type = STR("application/json"),
			.body = STR("{\"facility_code\":\"" HERE "\",\"login_id\":\"WA0000001\","
				    "\"password\":\"not the password\"," HOUSE_CLIENT "}"),
		};
		struct web_exchange exchange;
		web_fake_call(&house_app, guesser->house->service, &request, &exchange);
		web_fake_clear(&exchange);
	}
	return NULL;
}

static void guess_at_once(struct house *house, int guesses)
{
	struct guesser guessers[GUESSERS];
	for (int i = 0; i < GUESSERS; i++) {
		guessers[i] = (struct guesser){.house = house, .guesses = guesses / GUESSERS};
		assert_int_equal(pthread_create(&guessers[i].thread, NULL, guesser_run,
						&guessers[i]),
				 0);
	}
	for (int i = 0; i < GUESSERS; i++)
		pthread_join(guessers[i].thread, NULL);
}

static void test_guesses_at_the_same_moment_are_no_more_than_ten(void **state)
{
	struct house *house = run_open(state);
	guess_at_once(house, GUESSES_SHORT);
	assert_int_equal(fails_of(house), LANE_FREE_FAILS);
	assert_false(right_password_opens(house));
	run_close(house);
}

/* --- whom it does not touch --- */

/* A reload runs two generations side by side: half of the guesses at each are all there are. */
static void test_two_processes_count_together(void **state)
{
	struct house *house = run_open(state);
	struct service *first = house->service, *second = NULL;
	service_add(house, &second);
	for (int i = 0; i < LANE_FREE_FAILS; i++) {
		house->service = i % 2 ? first : second;
		guess(house);
	}
	assert_int_equal(fails_of(house), LANE_FREE_FAILS);
	for (int i = 0; i < 2; i++) {
		house->service = i ? first : second;
		assert_false(right_password_opens(house));
	}
	house->time.now_ms += LANE_FIRST_MS;
	house->service = second;
	assert_true(right_password_opens(house));
	service_destroy(second);
	house->service = first;
	run_close(house);
}

static void test_others_are_not_locked_out(void **state)
{
	struct house *house = run_open(state);
	for (int i = 0; i <= LANE_FREE_FAILS; i++)
		guess(house);
	assert_false(right_password_opens(house));
	assert_int_equal(house_login(house, "1310000011", "WA0000002",
				     secret_str(&house->there.receipt.password)),
			 200);
	run_close(house);
}

static void test_a_count_that_forgets_is_found(void **state)
{
	struct house *house = run_open(state);
	count_is_forgotten = true;
	for (int i = 0; i < 3 * LANE_FREE_FAILS; i++)
		guess(house);
	bool opens = right_password_opens(house);
	count_is_forgotten = false;
	assert_true(opens);
	assert_true(fails_of(house) < LANE_FREE_FAILS);
	run_close(house);
}

int main(void)
{
	print_message("# later: guesses through a second node\n");
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_ten_guesses_and_then_delays_that_double_to_an_hour),
		DB_TEST(test_restart_and_a_clock_set_back_keep_the_count),
		DB_TEST(test_passcodes_count_like_passwords),
		DB_TEST(test_challenges_taken_before_do_not_help),
		DB_TEST(test_guesses_at_the_same_moment_are_no_more_than_ten),
		DB_TEST(test_two_processes_count_together),
		DB_TEST(test_others_are_not_locked_out),
		DB_TEST_ON(sqlite, test_a_count_that_forgets_is_found),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
