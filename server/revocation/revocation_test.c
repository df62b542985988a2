/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/pki/world_test.h"

#include "server/revocation/revocation.h"
#include "server/revocation/silence.h"
#include "sim/pki/answer.h"

#define URL "http://127.0.0.1:1/ocsp"

/* The authority, one function call away. */
struct line {
	struct world *world;
	struct clock_fake time;
	struct clock clock;
	struct answer_plan plan;
	struct answer answer;
	int asked;
	char url[64];
	bool down;
	struct revocation *revocation;
	struct pki_certificate *certificate;
};

static struct answer look_up(void *ctx, const X509 *root, const char *serial)
{
	const struct line *line = ctx;
	(void)root, (void)serial;
	return line->answer;
}

static int post_here(void *ctx, const char *url, int64_t timeout_ms, struct str request,
		     struct arena *arena, struct str *ret_response, const char **ret_cause)
{
	struct line *line = ctx;
	assert_int_equal(timeout_ms, 2000);
	line->asked++;
	snprintf(line->url, sizeof line->url, "%s", url);
	if (line->down) {
		*ret_cause = "timeout";
		return REVOCATION_UNAVAILABLE;
	}
	line->plan.now_ms = line->time.now_ms;
	assert_int_equal(answer_make(arena, &line->plan, request, ret_response), 0);
	return 0;
}

static void line_init(struct line *line, struct world *world, struct str url, int64_t ttl_ms)
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
			 .valid_ms = 3600000},
	};
	line->plan.ctx = line;
	line->clock = clock_of_fake(&line->time);
	struct revocation_options options = {.ocsp_url = url,
					     .timeout_ms = 2000,
					     .ttl_ms = ttl_ms,
					     .clock = &line->clock,
					     .transport = {post_here, line}};
	assert_int_equal(pki_check(world->anchors, der, world_now(), &line->certificate), 0);
	assert_int_equal(revocation_create(&options, &line->revocation), 0);
}

static void line_clear(struct line *line)
{
	revocation_destroy(line->revocation);
	pki_certificate_destroy(line->certificate);
}

static int check(struct line *line, struct revocation_answer *answer)
{
	return revocation_check(line->revocation, line->certificate, answer);
}

static void test_a_good_answer_is_kept_ten_minutes(void **state)
{
	AUTO(line_clear) struct line line;
	struct revocation_answer answer;
	line_init(&line, *state, STR(URL), 0);
	assert_int_equal(check(&line, &answer), 0);
	assert_string_equal(answer.cause, "good");
	assert_string_equal(line.url, URL);
	line.time.now_ms += REVOCATION_TTL_MS - 1;
	assert_int_equal(check(&line, &answer), 0);
	assert_string_equal(answer.cause, "cached");
	assert_int_equal(line.asked, 1);
	line.answer = (struct answer){ANSWER_REVOKED, PKI_REASON_HOLD, world_now()};
	line.time.now_ms += 1;
	assert_int_equal(check(&line, &answer), REVOCATION_REVOKED);
	assert_int_equal(line.asked, 2);
}

static void test_an_answer_is_not_kept_beyond_its_own_end(void **state)
{
	AUTO(line_clear) struct line line;
	struct revocation_answer answer;
	line_init(&line, *state, STR(URL), 0);
	line.plan.valid_ms = 60000;
	assert_int_equal(check(&line, &answer), 0);
	line.time.now_ms += 59999;
	assert_int_equal(check(&line, &answer), 0);
	assert_int_equal(line.asked, 1);
	line.time.now_ms += 1;
	assert_int_equal(check(&line, &answer), 0);
	assert_int_equal(line.asked, 2);
}

static void test_nothing_is_kept_when_told_so(void **state)
{
	AUTO(line_clear) struct line line;
	struct revocation_answer answer;
	line_init(&line, *state, STR(URL), -1);
	assert_int_equal(check(&line, &answer), 0);
	line.answer.status = ANSWER_REVOKED;
	assert_int_equal(check(&line, &answer), REVOCATION_REVOKED);
	assert_int_equal(line.asked, 2);
}

static void test_a_revocation_says_why_and_since_when_also_from_memory(void **state)
{
	AUTO(line_clear) struct line line;
	line_init(&line, *state, STR(URL), 0);
	line.answer = (struct answer){ANSWER_REVOKED, PKI_REASON_SUPERSEDED, at("20261120090000")};
	for (int i = 0; i < 2; i++) {
		struct revocation_answer answer = {0};
		assert_int_equal(check(&line, &answer), REVOCATION_REVOKED);
		assert_int_equal(answer.reason, PKI_REASON_SUPERSEDED);
		assert_true(answer.revoked_ms == at("20261120090000"));
		assert_string_equal(answer.cause, i ? "cached" : "revoked");
	}
	assert_int_equal(line.asked, 1);
}

static void test_what_is_not_surely_so_is_said_apart_and_not_kept(void **state)
{
	static const struct {
		enum answer_fault fault;
		const char *cause;
	} rows[] = {{ANSWER_STALE, "stale"},
		    {ANSWER_BAD_SIGNATURE, "forged"},
		    {ANSWER_WRONG_NONCE, "nonce_wrong"},
		    {ANSWER_NO_NONCE, "nonce_wrong"},
		    {ANSWER_OTHER_SERIAL, "forged"}};
	AUTO(line_clear) struct line line;
	struct revocation_answer answer;
	line_init(&line, *state, STR(URL), 0);
	line.plan.valid_ms = 60000;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		line.plan.fault = rows[i].fault;
		assert_int_equal(check(&line, &answer), REVOCATION_UNTRUSTED);
		assert_string_equal(answer.cause, rows[i].cause);
	}
	line.plan.fault = ANSWER_HONEST;
	line.answer.status = ANSWER_UNKNOWN;
	assert_int_equal(check(&line, &answer), REVOCATION_UNKNOWN);
	assert_string_equal(answer.cause, "unknown");
	line.down = true;
	assert_int_equal(check(&line, &answer), REVOCATION_UNAVAILABLE);
	assert_string_equal(answer.cause, "timeout");
	line.down = false;
	line.answer.status = ANSWER_GOOD;
	assert_int_equal(check(&line, &answer), 0);
	assert_int_equal(line.asked, 8);
}

static void test_two_certificates_are_kept_apart(void **state)
{
	struct world *world = *state;
	AUTO(line_clear) struct line line;
	struct revocation_answer answer;
	line_init(&line, world, STR(URL), 0);
	assert_int_equal(check(&line, &answer), 0);
	struct make_profile profile = world_profile();
	profile.serial++;
	struct str der = world_issue(world, &profile, &world->root, world->key);
	pki_certificate_destroy(line.certificate);
	assert_int_equal(pki_check(world->anchors, der, world_now(), &line.certificate), 0);
	line.answer.status = ANSWER_REVOKED;
	assert_int_equal(check(&line, &answer), REVOCATION_REVOKED);
	assert_int_equal(line.asked, 2);
}

static void test_without_a_setting_the_certificate_says_where_to_ask(void **state)
{
	AUTO(line_clear) struct line line;
	struct revocation_answer answer;
	line_init(&line, *state, (struct str){0}, 0);
	assert_int_equal(check(&line, &answer), 0);
	assert_string_equal(line.url, "http://ocsp.example/");
}

static void test_nowhere_to_ask_is_unavailable(void **state)
{
	struct world *world = *state;
	static const char *const places[] = {NULL, "OCSP;URI:file:///etc/passwd",
					     "OCSP;URI:ldap://ocsp.example/"};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		AUTO(line_clear) struct line line;
		struct revocation_answer answer;
		struct make_profile profile = world_profile();
		profile.access = places[i];
		line_init(&line, world, (struct str){0}, 0);
		struct str der = world_issue(world, &profile, &world->root, world->key);
		pki_certificate_destroy(line.certificate);
		assert_int_equal(pki_check(world->anchors, der, world_now(), &line.certificate), 0);
		assert_int_equal(check(&line, &answer), REVOCATION_UNAVAILABLE);
		assert_string_equal(answer.cause, "no_url");
		assert_int_equal(line.asked, 0);
	}
}

static void test_only_http_urls_are_settings(void **state)
{
	(void)state;
	static const struct clock_fake still = {0};
	struct clock clock = clock_of_fake((struct clock_fake *)(uintptr_t)&still);
	static const char *const urls[] = {
		"file:///etc/passwd",	      "ftp://host/", "host", "//host/",
		"http://user:password@host/", "http://"};
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct revocation *revocation = NULL;
		struct revocation_options options = {.ocsp_url = str_of(urls[i]),
						     .timeout_ms = 1,
						     .clock = &clock};
		assert_int_equal(revocation_create(&options, &revocation), -EINVAL);
		assert_null(revocation);
	}
}

/* Nobody is refused because of one lost packet, nor kept waiting by a responder that is gone. */
static void test_before_a_silent_responder_one_at_a_time_goes_on_asking(void **state)
{
	struct silence silence = {0};
	(void)state;
	for (int i = 0; i < SILENCE_AFTER; i++) {
		assert_true(silence_allows(&silence));
		silence_begin(&silence);
		assert_true(silence_allows(&silence)); /* another at the same time */
		silence_end(&silence, false);
	}
	assert_true(silence_allows(&silence));
	silence_begin(&silence);
	assert_false(silence_allows(&silence));
	silence_end(&silence, false);
	silence_begin(&silence);
	assert_false(silence_allows(&silence));
	silence_end(&silence, true);
	silence_begin(&silence);
	assert_true(silence_allows(&silence));
	silence_end(&silence, false);
	assert_true(silence_allows(&silence)); /* not in a row */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_answer_is_kept_ten_minutes),
		cmocka_unit_test(test_an_answer_is_not_kept_beyond_its_own_end),
		cmocka_unit_test(test_nothing_is_kept_when_told_so),
		cmocka_unit_test(test_a_revocation_says_why_and_since_when_also_from_memory),
		cmocka_unit_test(test_what_is_not_surely_so_is_said_apart_and_not_kept),
		cmocka_unit_test(test_two_certificates_are_kept_apart),
		cmocka_unit_test(test_without_a_setting_the_certificate_says_where_to_ask),
		cmocka_unit_test(test_nowhere_to_ask_is_unavailable),
		cmocka_unit_test(test_only_http_urls_are_settings),
		cmocka_unit_test(test_before_a_silent_responder_one_at_a_time_goes_on_asking),
	};
	return cmocka_run_group_tests(tests, world_create, world_destroy);
}
