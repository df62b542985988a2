/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T12 login_timing: the time of a refusal does not tell whether the account exists. Replies are
 * held to their grid by a whole service in real time; what is measured is how long a refusal took.
 * Eight classes, in random order within each batch: an existing account twice (A/A; its lane is
 * closed after the first failures), nobody's login id, a temporary account (mail), an account whose
 * lane is open, one that was closed, one without an authenticator, and an existing account whose
 * replies leak 50 µs (the planted fault, which must be found).
 *
 * Welch's t over samples cropped at several percentiles (dudect), because a machine that does other
 * things only ever adds to a time. Taken where the reply leaves the service: what TLS and a network
 * add afterwards knows no account, and would only hide a difference.
 */
#include "server/api/service_test.h"

#include "server/store/lanes.h"

#include <math.h>
#include <pthread.h>
#include <time.h>

#define HERE "1310000003"

enum {
	CLASSES = 8,
	BATCH_SHORT = 64,
	BATCH_NIGHTLY = 256,
	BATCHES_SHORT = 110,
	BATCHES_NIGHTLY = 5000,
	LEAK_NS = 50000,
	LEAK_T = 10,
	TRIALS_MAX = 5,
};

enum class { KNOWN, KNOWN_AGAIN, UNKNOWN, TEMPORARY, FRESH, CLOSED, UNENROLLED, LEAKING };

static const char *const login_ids[CLASSES] = {
	"WA0000001", "WA0000001", "WA9999999", "M0000001",
	"WA0000021", "WA0000022", "WA0000023", "WA0000001",
};

/* What was found out about two classes. */
struct verdict {
	double t_least, t_most; /* absolute, over the crops */
	double auc;
	double median_us;
};

struct trial {
	struct house *house;
	int64_t fresh_no; /* the account of class FRESH */
	size_t batch, batches;
	double *times[CLASSES]; /* µs */
	size_t count[CLASSES];
	pthread_mutex_t lock;
	pthread_cond_t done_wake;
	size_t pending;
};

struct
try {
	struct web_exchange exchange;
	struct trial *trial;
	enum class class;
	int64_t begun_ns;
	int64_t ended_ns;
};

static int64_t now_ns(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void try_finish(struct web_exchange *exchange)
{
	struct try *try = exchange->adapter_data;
	struct trial *trial = try->trial;
	try->ended_ns = now_ns();
	if (try->class == LEAKING)
		try->ended_ns += LEAK_NS;
	pthread_mutex_lock(&trial->lock);
	if (--trial->pending == 0)
		pthread_cond_signal(&trial->done_wake);
	pthread_mutex_unlock(&trial->lock);
}

static void try_begin(struct trial *trial, struct try *try, enum class class)
{
	struct house *house = trial->house;
	*try = (struct try){
		.exchange = {.request = {.method = STR("POST"),
					 .path = STR("/v1/login"),
					 .content_type = STR("application/json"),
					 .request_id = "00000000000000000000000000000000"},
			     .finish = try_finish},
		.trial = trial,
		.class = class,
	};
	try->exchange.adapter_data = try;
	arena_init(&try->exchange.arena, 1 << 20);
	assert_int_equal(arena_print(&try->exchange.arena, &try->exchange.request.body,
				     "{\"facility_code\":\"" HERE "\",\"login_id\":\"%s\","
				     "\"password\":\"not the password\"," HOUSE_CLIENT "}",
				     login_ids[class]),
			 0);
	/* The grid begins with a whole millisecond, and so does the measure. */
	try->begun_ns = now_ns() / 1000000 * 1000000;
	api_dispatch(house->service, &try->exchange);
}

static void try_end(struct trial *trial, struct try *try)
{
	int64_t passed_ns = try->ended_ns - try->begun_ns;
	assert_int_equal(try->exchange.reply.status, 401);
	assert_true(passed_ns >= RELEASE_GRID_MS * INT64_C(1000000) - 1000000);
	/* Nothing but the grid and what comes after it can be seen by a client. */
	trial->times[try->class][trial->count[try->class]++] = (double)passed_ns / 1000;
	arena_clear(&try->exchange.arena);
}

static void batch_run(struct trial *trial, struct try *tries, enum class *order)
{
	for (size_t i = 0; i < trial->batch; i++)
		order[i] = (enum class)(i % CLASSES);
	for (size_t i = trial->batch - 1; i > 0; i--) {
		uint32_t random;
		random_bytes((unsigned char *)&random, sizeof random);
		size_t at = random % (i + 1);
		enum class other = order[at];
		order[at] = order[i];
		order[i] = other;
	}
	assert_int_equal(store_lane_open(trial->house->db, trial->fresh_no), 0);
	trial->pending = trial->batch;
	for (size_t i = 0; i < trial->batch; i++)
		try_begin(trial, &tries[i], order[i]);
	pthread_mutex_lock(&trial->lock);
	while (trial->pending)
		pthread_cond_wait(&trial->done_wake, &trial->lock);
	pthread_mutex_unlock(&trial->lock);
	for (size_t i = 0; i < trial->batch; i++)
		try_end(trial, &tries[i]);
}

/* --- statistics --- */

static int times_compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

struct moments {
	double mean, variance;
	double count;
};

static struct moments moments_below(const double *times, size_t count, double limit)
{
	struct moments moments = {0};
	for (size_t i = 0; i < count && times[i] <= limit; i++) {
		double step = times[i] - moments.mean;
		moments.count++;
		moments.mean += step / moments.count;
		moments.variance += step * (times[i] - moments.mean);
	}
	if (moments.count > 1)
		moments.variance /= moments.count - 1;
	return moments;
}

static double welch(const struct moments *a, const struct moments *b)
{
	double error = sqrt(a->variance / a->count + b->variance / b->count);
	return error > 0 ? fabs(a->mean - b->mean) / error : 0;
}

/* Both sorted: how often is one of b above one of a? */
static double auc(const double *a, size_t a_count, const double *b, size_t b_count)
{
	double above = 0;
	size_t at = 0;
	for (size_t i = 0; i < b_count; i++) {
		while (at < a_count && a[at] < b[i])
			at++;
		above += (double)at;
	}
	double share = above / ((double)a_count * (double)b_count);
	return share < 0.5 ? 1 - share : share;
}

static struct verdict compare(struct trial *trial, enum class one, enum class other)
{
	static const double crops[] = {0.5, 0.75, 0.9};
	struct verdict verdict = {.t_least = HUGE_VAL};
	const double *a = trial->times[one], *b = trial->times[other];
	size_t a_count = trial->count[one], b_count = trial->count[other];
	for (size_t i = 0; i < sizeof crops / sizeof crops[0]; i++) {
		double limit = a[(size_t)(crops[i] * (double)a_count)];
		double other_limit = b[(size_t)(crops[i] * (double)b_count)];
		/* Each class by its own percentile: a shift stays a shift. */
		struct moments left = moments_below(a, a_count, limit);
		struct moments right = moments_below(b, b_count, other_limit);
		double t = welch(&left, &right);
		verdict.t_least = fmin(verdict.t_least, t);
		verdict.t_most = fmax(verdict.t_most, t);
	}
	verdict.auc = auc(a, a_count, b, b_count);
	verdict.median_us = fabs(a[a_count / 2] - b[b_count / 2]);
	print_message("# classes %d and %d: t %.2f to %.2f, AUC %.3f, medians differ by %.1f us\n",
		      (int)one, (int)other, verdict.t_least, verdict.t_most, verdict.auc,
		      verdict.median_us);
	return verdict;
}

/* --- the trial --- */

static void service_renew(struct house *house)
{
	static const struct password_cost cheap = {.passes = 1, .memory_kib = 8};
	house->config.limits.hash_queue = BATCH_NIGHTLY;
	house->config.limits.writer_queue = BATCH_NIGHTLY;
	struct service_options options = {
		.config = &house->config,
		.clock = clock_system,
		.log_fd = -1,
		.cost = &cheap,
		.hold_replies = true,
	};
	service_destroy(house->service);
	assert_int_equal(service_create(&house->service, &options), 0);
}

/* An account like the one that exists, but for what change says. */
static int64_t account_add(struct house *house, const char *login_id,
			   void (*change)(struct store_account *row))
{
	struct store_account row = house->here.receipt.row;
	AUTO(secret_wipe) struct secret password = {0};
	row.login_id = str_of(login_id);
	change(&row);
	assert_int_equal(password_make(&house->service->auth, &house->arena, &row, STR(HERE),
				       &password),
			 0);
	assert_int_equal(store_account_add(house->db, &row, &row.no), 0);
	return row.no;
}

static void as_it_is(struct store_account *row)
{
	(void)row;
}

static void temporary(struct store_account *row)
{
	row->kind = ACCOUNT_MAIL;
	row->valid_until_ms = INT64_MAX;
	row->uses_left = row->codes_left = 20;
}

static void closed(struct store_account *row)
{
	row->valid_until_ms = 1;
}

static void accounts_add(struct trial *trial)
{
	struct house *house = trial->house;
	struct house_account enrolled = house->here.receipt;
	(void)account_add(house, login_ids[TEMPORARY], temporary);
	(void)account_add(house, login_ids[CLOSED], closed);
	(void)account_add(house, login_ids[UNENROLLED], as_it_is);
	enrolled.row.no = trial->fresh_no = account_add(house, login_ids[FRESH], as_it_is);
	enrolled.row.login_id = str_of(login_ids[FRESH]);
	house_enrol(house, &house->here.receipt);
	house_enrol(house, &enrolled);
}

static void trial_take(struct trial *trial)
{
	struct try *tries = test_calloc(trial->batch, sizeof *tries);
	enum class *order = test_calloc(trial->batch, sizeof *order);
	memset(trial->count, 0, sizeof trial->count);
	for (size_t i = 0; i < trial->batches; i++)
		batch_run(trial, tries, order);
	for (size_t i = 0; i < CLASSES; i++)
		qsort(trial->times[i], trial->count[i], sizeof(double), times_compare);
	test_free(tries);
	test_free(order);
}

/* One that is too blunt to see the planted leak sees no other: while the machine stalls it is taken
 * again. */
static void trial_run(struct trial *trial)
{
	bool is_sharp = false;
	for (int i = 0; i < TRIALS_MAX && !is_sharp; i++) {
		trial_take(trial);
		is_sharp = compare(trial, KNOWN, LEAKING).t_most > LEAK_T;
	}
	assert_true(is_sharp);
}

static void test_a_refusal_takes_the_same_time_whether_the_account_exists_or_not(void **state)
{
	bool nightly = getenv("SHIKAKU_NIGHTLY");
	struct trial trial = {
		.house = *state,
		.batch = nightly ? BATCH_NIGHTLY : BATCH_SHORT,
		.batches = nightly ? BATCHES_NIGHTLY : BATCHES_SHORT,
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.done_wake = PTHREAD_COND_INITIALIZER,
	};
	for (size_t i = 0; i < CLASSES; i++)
		trial.times[i] = test_calloc(trial.batch * trial.batches / CLASSES, sizeof(double));
	accounts_add(&trial);
	service_renew(trial.house);
	trial_run(&trial);
	assert_true(compare(&trial, KNOWN, KNOWN_AGAIN).t_most < 4.5);
	for (enum class other = UNKNOWN; other < LEAKING; other++) {
		struct verdict verdict = compare(&trial, KNOWN, other);
		assert_true(verdict.t_most < 4.5);
		assert_true(!nightly || (verdict.auc <= 0.52 && verdict.median_us <= 20));
	}
	for (size_t i = 0; i < CLASSES; i++)
		test_free(trial.times[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_a_refusal_takes_the_same_time_whether_the_account_exists_or_not,
			house_open, house_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
