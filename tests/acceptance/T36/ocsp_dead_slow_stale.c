/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T36 ocsp_dead_slow_stale: a responder that is down, slow, of another key, stale, of tomorrow,
 * ignorant, or overrun. Only what it surely says counts: good and revoked; the rest is unavailable,
 * its own answer. A fresh answer in memory is used, a herd is one request, and logins go on.
 *
 * The sockets' side (a responder that hangs or sends rubbish) is server/revocation's stack test.
 */
#include "lib/pki/world_test.h"
#include "server/api/service_test.h"

#include <pthread.h>
#include <time.h>

#include "sim/pki/answer.h"

enum { HERD = 100, TTL_MS = 60 * 60 * 1000, DAY_MS = 24 * 60 * 60 * 1000 };

struct line {
	struct world *world;
	struct clock_fake time;
	struct clock clock;
	struct answer_plan plan;
	struct answer answer;
	bool down;
	bool slow;	/* answers only when the whole herd has come */
	int64_t lag_ms; /* the responder's clock is behind by this */
	pthread_mutex_t lock;
	int asked;
	int came;
	struct revocation *revocation;
	struct pki_certificate *certificate;
};

static struct answer look_up(void *ctx, const X509 *root, const char *serial)
{
	const struct line *line = ctx;
	(void)root, (void)serial;
	return line->answer;
}

static void pause_ms(long ms)
{
	struct timespec pause = {.tv_nsec = ms * 1000000};
	nanosleep(&pause, NULL);
}

static int came(struct line *line)
{
	pthread_mutex_lock(&line->lock);
	int count = line->came;
	pthread_mutex_unlock(&line->lock);
	return count;
}

static int post_here(void *ctx, const char *url, int64_t timeout_ms, struct str request,
		     struct arena *arena, struct str *ret_response, const char **ret_cause)
{
	struct line *line = ctx;
	(void)url, (void)timeout_ms;
	pthread_mutex_lock(&line->lock);
	line->asked++;
	pthread_mutex_unlock(&line->lock);
	for (int i = 0; line->slow && came(line) < HERD && i < 1000; i++)
		pause_ms(2);
	if (line->slow)
		pause_ms(50); /* those that came are on their way in */
	if (line->down) {
		*ret_cause = "timeout";
		return REVOCATION_UNAVAILABLE;
	}
	struct answer_plan plan = line->plan;
	plan.now_ms = line->time.now_ms - line->lag_ms;
	assert_int_equal(answer_make(arena, &plan, request, ret_response), 0);
	return 0;
}

static void line_open(struct line *line, struct world *world, int64_t ttl_ms)
{
	struct make_profile profile = world_profile();
	profile.access = "OCSP;URI:http://ocsp.example/";
	struct str der = world_issue(world, &profile, &world->root, world->key);
	*line = (struct line){
		.world = world,
		.time = {world_now()},
		.plan = {.authorities = {{world->root.certificate, world->responder.certificate,
					  world->responder.key}},
			 .authorities_count = 1,
			 .look_up = look_up,
			 .ctx = line,
			 .valid_ms = TTL_MS},
	};
	pthread_mutex_init(&line->lock, NULL);
	line->clock = clock_of_fake(&line->time);
	struct revocation_options options = {.timeout_ms = 2000,
					     .ttl_ms = ttl_ms,
					     .clock = &line->clock,
					     .transport = {post_here, line}};
	assert_int_equal(pki_check(world->anchors, der, world_now(), &line->certificate), 0);
	assert_int_equal(revocation_create(&options, &line->revocation), 0);
}

static void line_close(struct line *line)
{
	revocation_destroy(line->revocation);
	pki_certificate_destroy(line->certificate);
	pthread_mutex_destroy(&line->lock);
}

static int ask(struct line *line)
{
	struct revocation_answer answer;
	return revocation_check(line->revocation, line->certificate, &answer);
}

static void test_only_what_the_authority_surely_says_counts(void **state)
{
	struct line line;
	line_open(&line, *state, TTL_MS);
	line.down = true;
	assert_int_equal(ask(&line), REVOCATION_UNAVAILABLE);
	line.down = false;
	line.lag_ms = 2 * DAY_MS;
	assert_int_equal(ask(&line), REVOCATION_UNAVAILABLE);
	line.lag_ms = -DAY_MS; /* of tomorrow */
	assert_int_equal(ask(&line), REVOCATION_UNAVAILABLE);
	line.lag_ms = 0;
	line.plan.authorities[0].signer = line.world->evil.certificate;
	line.plan.authorities[0].signer_key = line.world->evil.key;
	assert_int_equal(ask(&line), REVOCATION_UNAVAILABLE);
	line.plan.authorities[0].signer = line.world->responder.certificate;
	line.plan.authorities[0].signer_key = line.world->responder.key;
	line.answer.status = ANSWER_UNKNOWN;
	assert_int_equal(ask(&line), REVOCATION_UNAVAILABLE);
	line.answer = (struct answer){ANSWER_REVOKED, PKI_REASON_CESSATION, world_now() - 1};
	assert_int_equal(ask(&line), REVOCATION_REVOKED);
	line_close(&line);
	/* The control: the same line, when nothing is wrong, says good. */
	line_open(&line, *state, TTL_MS);
	assert_int_equal(ask(&line), 0);
	line_close(&line);
}

static void test_a_fresh_answer_outlives_the_responder_for_an_hour(void **state)
{
	struct line line;
	line_open(&line, *state, TTL_MS);
	assert_int_equal(ask(&line), 0);
	line.down = true;
	line.time.now_ms += TTL_MS - 1;
	assert_int_equal(ask(&line), 0);
	line.time.now_ms += 1;
	assert_int_equal(ask(&line), REVOCATION_UNAVAILABLE);
	line_close(&line);
}

static void *herd_main(void *ctx)
{
	struct line *line = ctx;
	pthread_mutex_lock(&line->lock);
	line->came++;
	pthread_mutex_unlock(&line->lock);
	return (void *)(intptr_t)ask(line);
}

static void herd_run(struct line *line, int wanted)
{
	pthread_t threads[HERD];
	line->slow = true;
	for (int i = 0; i < HERD; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, herd_main, line), 0);
	for (int i = 0; i < HERD; i++) {
		void *outcome;
		pthread_join(threads[i], &outcome);
		assert_int_equal((intptr_t)outcome, wanted);
	}
}

static void test_a_herd_is_one_request(void **state)
{
	struct line line;
	line_open(&line, *state, TTL_MS);
	herd_run(&line, 0);
	assert_int_equal(line.asked, 1);
	line_close(&line);
}

static void test_a_herd_before_a_dead_responder_fails_together(void **state)
{
	struct line line;
	line_open(&line, *state, TTL_MS);
	line.down = true;
	herd_run(&line, REVOCATION_UNAVAILABLE);
	assert_in_range(line.asked, 1,
			HERD / 10); /* who came after the first had failed asks once more */
	line_close(&line);
}

/* The control: where each is asked for, the same herd is a hundred requests. */
static void test_without_sharing_the_herd_is_a_hundred_requests(void **state)
{
	struct line line;
	line_open(&line, *state, -1);
	herd_run(&line, 0);
	assert_int_equal(line.asked, HERD);
	line_close(&line);
}

/* --- the service around it --- */

struct dam {
	pthread_mutex_t lock;
	pthread_cond_t opened;
	bool open;
	int inside;
};

/* A card check whose responder does not answer. */
static void dam_wait(void *job, void *worker)
{
	struct dam *dam = job;
	(void)worker;
	pthread_mutex_lock(&dam->lock);
	dam->inside++;
	while (!dam->open)
		pthread_cond_wait(&dam->opened, &dam->lock);
	pthread_mutex_unlock(&dam->lock);
}

static void test_logins_go_on_while_every_check_waits(void **state)
{
	void *part;
	(void)state;
	assert_int_equal(house_open(&part), 0);
	struct house *house = part;
	struct dam dam = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0};
	struct pool *net = house->service->lanes[WIRE_LANE_NET];
	int queued = 0;
	while (pool_submit(net, dam_wait, &dam) == 0)
		queued++;
	/* Bounded: what does not fit is refused at once (503 at the door), and nothing piles up. */
	assert_in_range(queued, 1,
			house->config.limits.net_threads + house->config.limits.net_queue);
	house_session(house, "1310000003", &house->here.receipt);
	assert_int_equal(house_get(house, "/v1/health", (struct str){0}, (struct str){0}), 200);
	pthread_mutex_lock(&dam.lock);
	dam.open = true;
	pthread_cond_broadcast(&dam.opened);
	pthread_mutex_unlock(&dam.lock);
	assert_int_equal(house_close(&part), 0);
	assert_int_equal(dam.inside, queued);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_what_the_authority_surely_says_counts),
		cmocka_unit_test(test_a_fresh_answer_outlives_the_responder_for_an_hour),
		cmocka_unit_test(test_a_herd_is_one_request),
		cmocka_unit_test(test_a_herd_before_a_dead_responder_fails_together),
		cmocka_unit_test(test_without_sharing_the_herd_is_a_hundred_requests),
		cmocka_unit_test(test_logins_go_on_while_every_check_waits),
	};
	return cmocka_run_group_tests_name("T36", tests, world_create, world_destroy);
}
