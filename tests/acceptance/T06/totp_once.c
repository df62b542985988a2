/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T06 totp_once: of many who send the same right passcode at the same moment through two nodes, one
 * gets in - every round, on both engines - and nobody after a restart. Everybody has read before
 * anybody writes: the worst order there is. The planted fault is a store whose compare-and-set does
 * not compare.
 */
#include "server/api/service_test.h"

#include <pthread.h>

#include "lib/db/testing.h"
#include "server/auth/mfa.h"

enum {
	CONTENDERS_MAX = 64,
	CONTENDERS_SHORT = 5,
	ROUNDS_SHORT = 200,
	ROUNDS_NIGHTLY = 1000,
	NODES = 2,
};

/* --- planted fault --- */

static bool spends_twice;

int __real_store_totp_spend(struct db *db, int64_t facility_no, int64_t account_no, int64_t n,
			    int64_t step);
int __wrap_store_totp_spend(struct db *db, int64_t facility_no, int64_t account_no, int64_t n,
			    int64_t step);
int __wrap_store_totp_spend(struct db *db, int64_t facility_no, int64_t account_no, int64_t n,
			    int64_t step)
{
	if (spends_twice)
		return 0;
	int r = __real_store_totp_spend(db, facility_no, account_no, n, step);
	return r < 0 ? PASS(r) : r;
}

/* --- two nodes on one store --- */

struct run {
	struct house *house;
	struct db_writer *nodes[NODES];
	struct arena arena; /* of one round */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	size_t out; /* jobs that have not answered yet */
};

struct contender {
	struct run *run;
	struct mfa mfa;
	int read; /* what mfa_check answered */
	int result;
};

static void nodes_open(struct run *run)
{
	struct db_writer_options options = {
		.db = service_db_options(&run->house->config, false),
		.queue_max = CONTENDERS_MAX,
		.batch_max = 8,
		.connections = 4,
	};
	for (size_t i = 0; i < NODES; i++)
		assert_int_equal(db_writer_create(&run->nodes[i], &options), 0);
}

static void nodes_close(struct run *run)
{
	for (size_t i = 0; i < NODES; i++)
		db_writer_destroy(run->nodes[i]);
}

static void run_open(struct run *run, void **state)
{
	void *part;
	const struct db_fixture *fixture = db_fixture_of(state);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	*run = (struct run){.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};
	assert_int_equal(house_open_on(&part, postgres ? fixture->target : NULL), 0);
	run->house = part;
	arena_init(&run->arena, 16 << 20);
	house_enrol(run->house, &run->house->here.receipt);
	nodes_open(run);
}

static void run_close(struct run *run)
{
	void *part = run->house;
	nodes_close(run);
	arena_clear(&run->arena);
	assert_int_equal(house_close(&part), 0);
}

/* --- one round --- */

static struct str challenge_new(struct run *run)
{
	struct house *house = run->house;
	struct login_request request = {
		.claim = {.login_id = STR("WA0000001"),
			  .facility_code = STR("1310000003"),
			  .kind = ACCOUNT_RECEIPT,
			  .password = secret_str(&house->here.receipt.password)},
		.client = STR("test"),
	};
	struct login login;
	assert_int_equal(login_check(&house->service->auth, house->db, &run->arena, &request,
				     house->time.now_ms, &login),
			 0);
	assert_true(login.right);
	return login.challenge;
}

static int contender_run(void *ctx, struct db *db)
{
	struct contender *contender = ctx;
	return mfa_commit(db, &contender->mfa, contender->run->house->time.now_ms);
}

static void contender_done(void *ctx, int result)
{
	struct contender *contender = ctx;
	struct run *run = contender->run;
	pthread_mutex_lock(&run->lock);
	contender->result = result;
	run->out--;
	pthread_cond_signal(&run->wake);
	pthread_mutex_unlock(&run->lock);
}

static void contenders_read(struct run *run, struct contender *contenders, size_t count,
			    struct str passcode)
{
	struct house *house = run->house;
	for (size_t i = 0; i < count; i++) {
		struct mfa_request request = {challenge_new(run), passcode, NULL};
		contenders[i] = (struct contender){.run = run};
		contenders[i].read = mfa_check(&house->service->auth, house->db, &run->arena,
					       &request, house->time.now_ms, &contenders[i].mfa);
		assert_int_equal(contenders[i].read, 0);
	}
}

/* How many get in with this passcode, all at once. */
static size_t round_run(struct run *run, size_t count, struct str passcode)
{
	static struct contender contenders[CONTENDERS_MAX];
	size_t in = 0;
	/* Failures in a row would close the lane: that is T07's. */
	assert_int_equal(db_run(run->house->db, "DELETE FROM lane", DB_NO_ARGS, NULL), 0);
	contenders_read(run, contenders, count, passcode);
	run->out = count;
	for (size_t i = 0; i < count; i++) {
		struct db_job job = {contender_run, contender_done, &contenders[i]};
		assert_int_equal(db_writer_submit(run->nodes[i % NODES], &job), 0);
	}
	pthread_mutex_lock(&run->lock);
	while (run->out)
		pthread_cond_wait(&run->wake, &run->lock);
	pthread_mutex_unlock(&run->lock);
	for (size_t i = 0; i < count; i++)
		in += contenders[i].result == 0;
	arena_clear(&run->arena);
	arena_init(&run->arena, 16 << 20);
	return in;
}

static struct str passcode_at(struct run *run, int64_t offset)
{
	return house_passcode(run->house, &run->house->here.receipt, offset);
}

/* Rounds in which not exactly one got in. */
static size_t rounds_try(struct run *run, size_t rounds, size_t count)
{
	size_t wrong = 0;
	for (size_t i = 0; i < rounds; i++) {
		run->house->time.now_ms += TOTP_STEP_MS;
		wrong += round_run(run, count, passcode_at(run, 0)) != 1;
	}
	return wrong;
}

static void test_one_of_all_gets_in_every_round(void **state)
{
	struct run run;
	bool nightly = getenv("SHIKAKU_NIGHTLY");
	run_open(&run, state);
	assert_int_equal(rounds_try(&run, nightly ? ROUNDS_NIGHTLY : ROUNDS_SHORT,
				    nightly ? CONTENDERS_MAX : CONTENDERS_SHORT),
			 0);
	/* The same code again, and after both nodes were started anew. */
	assert_int_equal(round_run(&run, CONTENDERS_SHORT, passcode_at(&run, 0)), 0);
	nodes_close(&run);
	nodes_open(&run);
	assert_int_equal(round_run(&run, CONTENDERS_SHORT, passcode_at(&run, 0)), 0);
	print_message("# later: replay after a failover of the database (needs a second host)\n");
	run_close(&run);
}

static void test_two_steps_off_is_refused_and_one_is_not(void **state)
{
	struct run run;
	run_open(&run, state);
	/* Beyond what the enrolment has spent, so that the window alone decides. */
	run.house->time.now_ms += 10 * TOTP_STEP_MS;
	assert_int_equal(round_run(&run, 1, passcode_at(&run, -2)), 0);
	assert_int_equal(round_run(&run, 1, passcode_at(&run, 2)), 0);
	assert_int_equal(round_run(&run, 1, passcode_at(&run, -1)), 1);
	assert_int_equal(round_run(&run, 1, passcode_at(&run, 0)), 1);
	assert_int_equal(round_run(&run, 1, passcode_at(&run, 1)), 1);
	/* Spent with the later one. */
	assert_int_equal(round_run(&run, 1, passcode_at(&run, 0)), 0);
	assert_int_equal(round_run(&run, 1, passcode_at(&run, -1)), 0);
	run_close(&run);
}

/* RFC 6238 appendix B, the last six of its eight digits. */
static void test_the_codes_are_those_of_the_rfc(void **state)
{
	(void)state;
	static const struct {
		int64_t seconds;
		const char *code;
	} vectors[] = {
		{59, "287082"},		{1111111109, "081804"}, {1111111111, "050471"},
		{1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
	};
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		char code[TOTP_DIGITS + 1];
		assert_int_equal(totp_code(STR("12345678901234567890"), vectors[i].seconds / 30,
					   code),
				 0);
		assert_string_equal(code, vectors[i].code);
	}
}

static void test_the_test_sees_a_store_that_does_not_compare(void **state)
{
	struct run run;
	run_open(&run, state);
	spends_twice = true;
	size_t wrong = rounds_try(&run, 3, CONTENDERS_SHORT);
	spends_twice = false;
	assert_int_equal(wrong, 3);
	run_close(&run);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_one_of_all_gets_in_every_round),
		DB_TEST(test_two_steps_off_is_refused_and_one_is_not),
		DB_TEST_ON(sqlite, test_the_codes_are_those_of_the_rfc),
		DB_TEST(test_the_test_sees_a_store_that_does_not_compare),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
