/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T36 ocsp_dead_slow_stale: POST /v1/reader/checks before a responder that is down, slow, of
 * another key, stale, of tomorrow, ignorant, lying, or overrun at half past eight.
 *
 * The rule. Good and revoked are what the responder surely says; all else is refused, with one of
 * three answers: revocation_unavailable (there was no answer: try again), revocation_untrusted
 * (there was one that nobody can believe), certificate_unknown (the authority does not know the
 * card). Each leaves one audit row, one line of the log with the cause, no result, and counts for
 * the alarm. A sure answer is remembered for the settings' time, at most an hour, and serves while
 * the responder is down; nothing else is remembered. A herd at one certificate is one question;
 * before a silent responder one at a time goes on asking; a check never waits longer than the
 * time-out once a thread has it, and the threads are those of the settings.
 *
 * The service runs in this process; the responder is behind a socket. The short form's responder
 * is slow by the time-out it is given (0.1 to 0.5 s); nightly it is 30 s slow before the settings'
 * own time-out of 2 s.
 *
 * Controls: each cause believed, a memory without an end, no sharing, everybody asking a silent
 * responder, followers without a limit, the alarm unhooked: the same body must fail.
 */
#include "tests/acceptance/T36/counter.h"
#include "tests/acceptance/T36/faults.h"
#include "tests/acceptance/T36/herd.h"

#include <dirent.h>

#include "lib/crypto/crypto.h"
#include "server/mail/smtpd_test.h"

enum {
	HOUR_MS = 60 * 60 * 1000,
	DAY_MS = 24 * HOUR_MS,
	TIMEOUT_MS = 500,
	LOGINS = 20,
	LOGIN_MOST_MS = 1000,
};

static const char *python_path, *smtpd_path;

static const struct counter_options usual = {
	.timeout_ms = TIMEOUT_MS,
	.ttl_ms = HOUR_MS,
	.net_threads = 4,
	.net_queue = 256,
};

static int64_t mono_ms(void)
{
	return clock_mono_ms(&clock_system);
}

static void pause_ms(long ms)
{
	struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
	nanosleep(&pause, NULL);
}

static void honest(struct counter *counter)
{
	stub_manner_set(&counter->stub, &(struct stub_manner){0});
}

/* --- each cause: its answer, its word, its alarm --- */

static const struct row {
	const char *what;
	struct stub_manner manner;
	bool is_down;
	int status;
	const char *problem; /* NULL: a result */
	const char *cause;   /* NULL: no line of the log, no event */
} rows[] = {
	{"honest", {0}, false, 200, NULL, NULL},
	{"down", {0}, true, 503, "revocation_unavailable", "unreachable"},
	{"slow", {.slow_ms = 60000}, false, 503, "revocation_unavailable", "timeout"},
	{"silent", {.mood = STUB_DROPS}, false, 503, "revocation_unavailable", "unreachable"},
	{"later", {.mood = STUB_TRY_LATER}, false, 503, "revocation_unavailable", "try_later"},
	{"error", {.mood = STUB_ERROR}, false, 503, "revocation_unavailable", "http_status"},
	{"redirect", {.mood = STUB_REDIRECT}, false, 503, "revocation_unavailable", "http_status"},
	{"wrong key", {.is_foreign = true}, false, 502, "revocation_untrusted", "forged"},
	{"bad signature",
	 {.fault = ANSWER_BAD_SIGNATURE},
	 false,
	 502,
	 "revocation_untrusted",
	 "forged"},
	{"another card's",
	 {.fault = ANSWER_OTHER_SERIAL},
	 false,
	 502,
	 "revocation_untrusted",
	 "forged"},
	{"stale", {.fault = ANSWER_STALE}, false, 502, "revocation_untrusted", "stale"},
	{"of tomorrow", {.ahead_ms = DAY_MS}, false, 502, "revocation_untrusted", "early"},
	{"an old one again",
	 {.fault = ANSWER_WRONG_NONCE},
	 false,
	 502,
	 "revocation_untrusted",
	 "nonce_wrong"},
	{"without nonce",
	 {.fault = ANSWER_NO_NONCE},
	 false,
	 502,
	 "revocation_untrusted",
	 "nonce_wrong"},
	{"rubbish", {.mood = STUB_RUBBISH}, false, 502, "revocation_untrusted", "malformed"},
	{"half", {.mood = STUB_CUT}, false, 502, "revocation_untrusted", "malformed"},
	{"endless", {.mood = STUB_ENDLESS}, false, 502, "revocation_untrusted", "too_large"},
	{"unknown", {.status = ANSWER_UNKNOWN}, false, 403, "certificate_unknown", "unknown"},
	{"revoked", {.status = ANSWER_REVOKED}, false, 403, "certificate_revoked", NULL},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

/* A card for each row; the register needs to know only whose card is good. */
static struct tap card_of(struct counter *counter, size_t row, bool is_registered)
{
	struct make_profile profile = world_profile();
	profile.serial = counter->cards_from + row;
	return is_registered ? counter_card(counter, profile.serial)
			     : tap_of(counter->desk, &profile, &counter->desk->world->root);
}

/* What is wrong with the answer; NULL: nothing. */
static const char *answer_wrong(struct counter *counter, const struct row *row, int status)
{
	char line[64];
	const char *problem = row->problem ? row->problem : "ok";
	snprintf(line, sizeof line, " revocation_unavailable cause=%s ",
		 row->cause ? row->cause : "");
	size_t lines = counter_lines_take(counter, row->cause ? line : " revocation_unavailable ");
	if (status != row->status)
		return "status";
	if (row->problem && !str_equal(house_text(counter->desk->house, "code"), str_of(problem)))
		return "problem";
	if (!str_equal(counter_last_check(counter), str_of(problem)))
		return "audit row";
	if (lines != (row->cause ? 1 : 0))
		return "line of the log";
	if (counter_alarms_take(counter) != (row->cause ? 1 : 0))
		return "event for the alarm";
	return NULL;
}

/* NULL: it is as it should be. */
static const char *row_wrong(struct counter *counter, size_t at)
{
	const struct row *row = &rows[at];
	struct tap tap = card_of(counter, at, row->status == 200);
	size_t results = desk_results(counter->desk);
	stub_manner_set(&counter->stub, &row->manner);
	if (row->is_down)
		stub_deafen(&counter->stub);
	int64_t begun_ms = mono_ms();
	int status = tap_card(counter->desk, &tap);
	int64_t took_ms = mono_ms() - begun_ms;
	if (row->is_down)
		stub_listen(&counter->stub);
	const char *wrong = answer_wrong(counter, row, status);
	if (!wrong && desk_results(counter->desk) - results != (row->status == 200))
		wrong = "number of results";
	if (!wrong && row->manner.slow_ms && took_ms < counter->options.timeout_ms)
		wrong = "time-out";
	return wrong;
}

/* Once the responder is well, so are the cards: nothing but sure answers is remembered. */
static void all_well(struct counter *counter)
{
	static const char *const some[] = {"down", "slow", "wrong key", "stale", "unknown"};
	honest(counter);
	for (size_t i = 0; i < ROWS; i++) {
		bool is_one = rows[i].manner.status == ANSWER_REVOKED;
		int wanted = is_one ? 403 : 200;
		for (size_t j = 0; j < sizeof some / sizeof some[0]; j++)
			is_one |= strcmp(rows[i].what, some[j]) == 0;
		if (!is_one)
			continue;
		struct tap tap = card_of(counter, i, true);
		assert_int_equal(tap_card(counter->desk, &tap), wanted);
	}
}

/* The control: where any such answer is believed, its row says so, and no other. */
static void beliefs_found(struct counter *counter)
{
	static const char *const causes[] = {"try_later",   "forged",	 "stale",  "early",
					     "nonce_wrong", "malformed", "unknown"};
	faults.believes_all = true;
	for (size_t i = 0; i < ROWS; i++) {
		bool is_answer = rows[i].manner.status == ANSWER_REVOKED;
		for (size_t j = 0; rows[i].cause && j < sizeof causes / sizeof causes[0]; j++)
			is_answer |= strcmp(rows[i].cause, causes[j]) == 0;
		if ((row_wrong(counter, i) != NULL) != is_answer) {
			print_message("# believed: %s\n", rows[i].what);
			fail();
		}
	}
	faults.believes_all = false;
}

static void test_each_cause_has_its_answer_its_word_and_its_event(void **state)
{
	struct counter counter;
	counter_open(&counter, state, &usual);
	for (size_t i = 0; i < ROWS; i++) {
		const char *wrong = row_wrong(&counter, i);
		if (wrong)
			print_message("# %s: %s\n", rows[i].what, wrong);
		assert_null(wrong);
	}
	all_well(&counter);
	counter.cards_from += ROWS;
	beliefs_found(&counter);
	counter_close(&counter);
}

/* --- what is remembered --- */

/* NULL: as the rule says. */
static const char *hour_wrong(struct counter *counter)
{
	struct desk *desk = counter->desk;
	struct tap good = card_of(counter, 0, true), revoked = card_of(counter, 1, true);
	honest(counter);
	stub_counts_clear(&counter->stub);
	if (tap_card(desk, &good) != 200)
		return "a good card";
	stub_manner_set(&counter->stub, &(struct stub_manner){.status = ANSWER_REVOKED});
	if (tap_card(desk, &revoked) != 403)
		return "a revoked card";
	stub_manner_set(&counter->stub, &(struct stub_manner){.mood = STUB_DROPS});
	counter_pass(counter, HOUR_MS - 1);
	if (tap_card(desk, &good) != 200 || tap_card(desk, &revoked) != 403 ||
	    !str_equal(house_text(desk->house, "code"), STR("certificate_revoked")))
		return "a fresh answer while the responder is down";
	if (stub_counts(&counter->stub).asked != 2)
		return "asked although it is known";
	counter_pass(counter, 1);
	if (tap_card(desk, &good) != 503 || tap_card(desk, &revoked) != 503)
		return "an answer of more than an hour ago";
	honest(counter);
	return tap_card(desk, &good) == 200 ? NULL : "the responder is back";
}

static void test_a_fresh_answer_serves_for_an_hour_while_the_responder_is_down(void **state)
{
	struct counter counter;
	counter_open(&counter, state, &usual);
	const char *wrong = hour_wrong(&counter);
	if (wrong)
		print_message("# %s\n", wrong);
	assert_null(wrong);
	counter.cards_from += 2;
	faults.never_forgets = true;
	wrong = hour_wrong(&counter);
	faults.never_forgets = false;
	assert_string_equal(wrong, "an answer of more than an hour ago");
	counter_close(&counter);
}

/* --- herds --- */

static int threads_count(void)
{
	DIR *tasks = opendir("/proc/self/task");
	int count = 0;
	assert_non_null(tasks);
	for (const struct dirent *entry = readdir(tasks); entry; entry = readdir(tasks))
		count += entry->d_name[0] != '.';
	closedir(tasks);
	return count;
}

/* Of the herd, only those that wait are left; none was made for them. */
static void threads_await(int wanted)
{
	for (int i = 0; i < 1000 && threads_count() != wanted; i++)
		pause_ms(2);
	assert_int_equal(threads_count(), wanted);
}

static void await_done(struct herd *herd, int done)
{
	for (int i = 0; i < 5000 && atomic_load(&herd->done) < done; i++)
		pause_ms(2);
}

/* A hundred desks, one card: how many questions? */
static int one_card_questions(void **state, int64_t ttl_ms)
{
	struct counter counter;
	struct counter_options options = usual;
	struct herd herd;
	options.ttl_ms = ttl_ms;
	options.net_threads = 64; /* so that they come in at one time */
	options.timeout_ms = 30000;
	counter_open(&counter, state, &options);
	herd_prepare(&herd, counter.desk, 1);
	stub_manner_set(&counter.stub, &(struct stub_manner){.hangs = true});
	herd_start(&herd);
	assert_true(stub_inside_await(&counter.stub, ttl_ms < 0 ? 64 : 1));
	pause_ms(100); /* the others are on their way in */
	honest(&counter);
	herd_join(&herd);
	assert_int_equal(herd_count(&herd, 200), HERD);
	assert_int_equal(desk_results(counter.desk), HERD);
	int asked = stub_counts(&counter.stub).asked;
	counter_close(&counter);
	return asked;
}

static void test_a_herd_at_one_card_is_one_question(void **state)
{
	assert_int_equal(one_card_questions(state, HOUR_MS), 1);
	assert_int_equal(one_card_questions(state, -1), HERD); /* the control: not shared */
}

/* The longest and the middle one of some password steps, ms. */
static void logins_measure(struct house *house, int64_t *ret_longest_ms, int64_t *ret_middle_ms)
{
	int64_t took_ms[LOGINS] = {0};
	struct str password = secret_str(&house->here.receipt.password);
	for (int i = 0; i < LOGINS; i++) {
		int64_t begun_ms = mono_ms();
		assert_int_equal(house_login(house, "1310000003", "WA0000001", password), 200);
		int64_t took = mono_ms() - begun_ms;
		int at = i;
		for (; at > 0 && took_ms[at - 1] > took; at--)
			took_ms[at] = took_ms[at - 1];
		took_ms[at] = took;
	}
	*ret_longest_ms = took_ms[LOGINS - 1];
	*ret_middle_ms = took_ms[LOGINS / 2];
}

/*
 * All threads of the lane hang and its queue is full: what does not fit is refused at once, no
 * thread was made for it, and a login takes what it took before.
 */
static void test_lanes_are_bounded_and_logins_go_on_while_the_responder_hangs(void **state)
{
	enum { THREADS = 4, QUEUE = 60 };
	struct counter counter;
	struct counter_options options = usual;
	struct herd herd;
	int64_t longest_ms, middle_ms, before_ms;
	options.timeout_ms = 30000;
	options.net_queue = QUEUE;
	counter_open(&counter, state, &options);
	struct house *house = counter.desk->house;
	house_enrol(house, &house->here.receipt);
	logins_measure(house, &longest_ms, &before_ms);
	herd_prepare(&herd, counter.desk, HERD);
	stub_manner_set(&counter.stub, &(struct stub_manner){.hangs = true});
	int threads = threads_count();
	herd_start(&herd);
	assert_true(stub_inside_await(&counter.stub, THREADS));
	await_done(&herd, HERD - THREADS - QUEUE);
	threads_await(threads + HERD - atomic_load(&herd.done));
	logins_measure(house, &longest_ms, &middle_ms);
	print_message("# a login takes %lld ms (longest %lld) while the responder hangs, %lld ms "
		      "before\n",
		      (long long)middle_ms, (long long)longest_ms, (long long)before_ms);
	assert_true(middle_ms <= 3 * before_ms + 20 && longest_ms < LOGIN_MOST_MS);
	struct str none = {0};
	assert_int_equal(house_get(house, "/v1/health", none, none), 200);
	assert_int_equal(stub_counts(&counter.stub).inside, THREADS);
	honest(&counter);
	herd_join(&herd);
	assert_int_equal(stub_counts(&counter.stub).inside_most, THREADS);
	assert_in_range(herd_count(&herd, 503), HERD - THREADS - QUEUE, HERD - QUEUE);
	assert_int_equal(herd_count(&herd, 200) + herd_count(&herd, 503), HERD);
	assert_int_equal(counter_lines_take(&counter, " lane_full "), herd_count(&herd, 503));
	counter_close(&counter);
}

/* An honest responder is asked for each card once, by no more than threads at a time. */
static void honest_herd_run(struct counter *counter, struct herd *herd)
{
	honest(counter);
	struct tap tap = card_of(counter, 0, true);
	assert_int_equal(tap_card(counter->desk, &tap), 200); /* the first answer ends a silence */
	herd_nonces(herd, counter->desk, HERD);
	stub_counts_clear(&counter->stub);
	herd_start(herd);
	herd_join(herd);
	struct stub_counts counts = stub_counts(&counter->stub);
	assert_int_equal(herd_count(herd, 200), HERD);
	assert_int_equal(counts.asked, HERD);
	assert_in_range(counts.inside_most, 1, counter->options.net_threads);
	/* Nor on more connections: they are used again. */
	assert_in_range(counts.accepted, 0, counter->options.net_threads);
}

struct silent_herd {
	int asked;
	int64_t took_ms, login_ms;
	size_t refused;
};

/* A hundred cards before a responder that takes the questions and says nothing, then before an
 * honest one. */
static struct silent_herd silent_herd_run(void **state, const struct counter_options *options,
					  int64_t slow_ms)
{
	struct counter counter;
	struct silent_herd ran;
	struct herd herd;
	int64_t middle_ms;
	counter_open(&counter, state, options);
	struct house *house = counter.desk->house;
	house_enrol(house, &house->here.receipt);
	herd_prepare(&herd, counter.desk, HERD);
	stub_manner_set(&counter.stub, &(struct stub_manner){.slow_ms = slow_ms});
	int64_t begun_ms = mono_ms();
	herd_start(&herd);
	logins_measure(house, &ran.login_ms, &middle_ms);
	herd_join(&herd);
	ran.took_ms = mono_ms() - begun_ms;
	ran.asked = stub_counts(&counter.stub).asked;
	ran.refused = herd_count(&herd, 503);
	if (!faults.all_may_ask)
		honest_herd_run(&counter, &herd);
	counter_close(&counter);
	return ran;
}

static void test_a_herd_of_cards_does_not_pile_up_before_a_silent_responder(void **state)
{
	bool nightly = getenv("SHIKAKU_NIGHTLY");
	struct counter_options options = usual;
	options.timeout_ms = nightly ? 2000 : TIMEOUT_MS;
	struct silent_herd ran = silent_herd_run(state, &options, 30000);
	print_message("# %d questions, %lld ms for %d checks (time-out %lld ms), logins %lld ms\n",
		      ran.asked, (long long)ran.took_ms, HERD, (long long)options.timeout_ms,
		      (long long)ran.login_ms);
	assert_int_equal(ran.refused, HERD);
	assert_in_range(ran.asked, 1, 12);
	/* One after the other in four lanes it would be 25 time-outs. */
	assert_true(ran.took_ms < 10 * options.timeout_ms);
	assert_true(ran.login_ms < LOGIN_MOST_MS);
	options.net_threads = 16;
	options.timeout_ms = 100;
	faults.all_may_ask = true;
	ran = silent_herd_run(state, &options, 30000);
	faults.all_may_ask = false;
	assert_true(ran.asked >= STUB_THREADS); /* as many as it hears at one time */
}

/* --- a question that never comes back --- */

struct stuck {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_asking, is_over;
	struct revocation *revocation;
	struct pki_certificate *certificate;
	atomic_int outcome; /* of the follower; -1: none yet */
	const char *cause;
};

static int post_never(void *ctx, const char *url, int64_t timeout_ms, struct str request,
		      struct arena *arena, struct str *ret_response, const char **ret_cause)
{
	struct stuck *stuck = ctx;
	(void)url, (void)timeout_ms, (void)request, (void)arena, (void)ret_response;
	pthread_mutex_lock(&stuck->lock);
	stuck->is_asking = true;
	pthread_cond_broadcast(&stuck->wake);
	while (!stuck->is_over)
		pthread_cond_wait(&stuck->wake, &stuck->lock);
	pthread_mutex_unlock(&stuck->lock);
	*ret_cause = "late";
	return REVOCATION_UNAVAILABLE;
}

static void *leader_main(void *ctx)
{
	struct stuck *stuck = ctx;
	struct revocation_answer answer;
	int r = revocation_check(stuck->revocation, stuck->certificate, &answer);
	return (void *)(intptr_t)r;
}

static void *follower_main(void *ctx)
{
	struct stuck *stuck = ctx;
	struct revocation_answer answer;
	int r = revocation_check(stuck->revocation, stuck->certificate, &answer);
	stuck->cause = answer.cause;
	atomic_store(&stuck->outcome, r);
	return NULL;
}

/* The follower is let go by its own time-out, before the leader comes back? */
static bool follower_leaves(const struct authority *authority, int patience_ms)
{
	struct world *world = authority->world;
	struct make_profile profile = world_profile();
	struct str der = world_issue(world, &profile, &world->root, world->key);
	struct stuck stuck = {.lock = PTHREAD_MUTEX_INITIALIZER,
			      .wake = PTHREAD_COND_INITIALIZER,
			      .outcome = -1};
	struct revocation_options options = {.ocsp_url = STR("http://127.0.0.1:9/"),
					     .timeout_ms = 50,
					     .clock = &clock_system,
					     .transport = {post_never, &stuck}};
	pthread_t leader, follower;
	void *led;
	assert_int_equal(revocation_create(&options, &stuck.revocation), 0);
	assert_int_equal(pki_check(world->anchors, der, world_now(), &stuck.certificate), 0);
	assert_int_equal(pthread_create(&leader, NULL, leader_main, &stuck), 0);
	pthread_mutex_lock(&stuck.lock);
	while (!stuck.is_asking)
		pthread_cond_wait(&stuck.wake, &stuck.lock);
	pthread_mutex_unlock(&stuck.lock);
	assert_int_equal(pthread_create(&follower, NULL, follower_main, &stuck), 0);
	for (int ms = 0; ms < patience_ms && atomic_load(&stuck.outcome) < 0; ms += 10)
		pause_ms(10);
	bool left = atomic_load(&stuck.outcome) == REVOCATION_UNAVAILABLE;
	pthread_mutex_lock(&stuck.lock);
	stuck.is_over = true;
	pthread_cond_broadcast(&stuck.wake);
	pthread_mutex_unlock(&stuck.lock);
	pthread_join(follower, NULL);
	pthread_join(leader, &led);
	assert_int_equal((intptr_t)led, REVOCATION_UNAVAILABLE);
	assert_string_equal(stuck.cause, left ? "timeout" : "late");
	pki_certificate_destroy(stuck.certificate);
	revocation_destroy(stuck.revocation);
	return left;
}

static void test_who_follows_a_question_has_a_limit_of_its_own(void **state)
{
	assert_true(follower_leaves(*state, 5000));
	faults.followers_wait = true;
	bool left = follower_leaves(*state, 300);
	faults.followers_wait = false;
	assert_false(left);
}

/* --- the operator is told --- */

/* The mail that the operator's server has within a minute; absent: none. */
static struct str alarm_mail(struct counter *counter, struct smtpd *smtpd)
{
	enum { MINUTE_MS = 60 * 1000, STEP_MS = 5000 };
	struct house *house = counter->desk->house;
	struct str mail = {0};
	for (int64_t ms = 0; ms < MINUTE_MS && !mail.ptr; ms += STEP_MS) {
		assert_int_equal(tasks_run_once(house->service->tasks), 0);
		assert_int_equal(tasks_run_once(house->service->mail_tasks), 0);
		mail = smtpd_mail(smtpd, &house->arena, 1);
		house->time.now_ms += STEP_MS;
	}
	return mail;
}

static struct str one_line(struct arena *arena, struct str text)
{
	char *bytes = arena_alloc(arena, text.len);
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '\r' && text.ptr[i] != '\n')
			bytes[len++] = text.ptr[i];
	return str_bytes(bytes, len);
}

/* As many failures as the settings say: is the operator told? */
static bool is_told(struct counter *counter, struct smtpd *smtpd)
{
	struct house *house = counter->desk->house;
	struct tap tap = card_of(counter, 0, false);
	struct str text;
	for (int i = 0; i < house->config.alarms.ocsp_per_minute; i++)
		assert_int_equal(tap_card(counter->desk, &tap), 503);
	struct str mail = alarm_mail(counter, smtpd);
	assert_int_equal(counter_lines_take(counter, " alarm alarm=ocsp_down "), mail.ptr != NULL);
	if (!mail.ptr)
		return false;
	assert_true(str_starts(mail, STR("kanri@example.jp\n")));
	const char *end = memmem(mail.ptr, mail.len, "\r\n\r\n", 4);
	struct str rest = {end + 4, (size_t)(mail.ptr + mail.len - end - 4)};
	rest = one_line(&house->arena, rest);
	assert_int_equal(decode_base64(&house->arena, rest, &text), 0);
	assert_non_null(memmem(text.ptr, text.len, "ocsp_down", 9));
	return true;
}

static void test_the_operator_gets_a_mail_that_the_responder_is_down(void **state)
{
	struct counter counter;
	struct smtpd smtpd;
	smtpd_open(&smtpd, python_path, smtpd_path);
	counter_open(&counter, state, &usual);
	smtpd_configure(&smtpd, &counter.desk->house->config);
	counter.desk->house->config.mail.timeout_ms = 5000;
	stub_manner_set(&counter.stub, &(struct stub_manner){.mood = STUB_DROPS});
	faults.alarms_unhooked = true;
	bool told = is_told(&counter, &smtpd);
	faults.alarms_unhooked = false;
	assert_false(told);
	assert_true(is_told(&counter, &smtpd));
	counter_close(&counter);
	smtpd_close(&smtpd);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_cause_has_its_answer_its_word_and_its_event),
		cmocka_unit_test(
			test_a_fresh_answer_serves_for_an_hour_while_the_responder_is_down),
		cmocka_unit_test(test_a_herd_at_one_card_is_one_question),
		cmocka_unit_test(test_lanes_are_bounded_and_logins_go_on_while_the_responder_hangs),
		cmocka_unit_test(test_a_herd_of_cards_does_not_pile_up_before_a_silent_responder),
		cmocka_unit_test(test_who_follows_a_question_has_a_limit_of_its_own),
		cmocka_unit_test(test_the_operator_gets_a_mail_that_the_responder_is_down),
	};
	if (argc != 3)
		return 2;
	python_path = argv[1];
	smtpd_path = argv[2];
	return cmocka_run_group_tests_name("T36", tests, authority_open, authority_close);
}
