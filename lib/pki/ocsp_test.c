/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/pki/world_test.h"

#include <openssl/ocsp.h>

#include "sim/pki/answer.h"

static const struct str nonce = {"0123456789abcdef", PKI_OCSP_NONCE_BYTES};

struct asked {
	struct pki_certificate *certificate;
	struct str request;
	struct answer_plan plan;
	struct answer answer;
	char serial[PKI_SERIAL_BYTES]; /* what the responder was asked about */
};

static struct answer look_up(void *ctx, const X509 *root, const char *serial)
{
	struct asked *asked = ctx;
	(void)root;
	snprintf(asked->serial, sizeof asked->serial, "%s", serial);
	return asked->answer;
}

/* A good card, asked about; the delegated responder is honest and says good. */
static void asked_init(struct asked *asked, struct world *world)
{
	struct make_profile profile = world_profile();
	struct str der = world_issue(world, &profile, &world->root, world->key);
	*asked = (struct asked){
		.plan = {.authorities = {{world->root.certificate, world->responder.certificate,
					  world->responder.key}},
			 .authorities_count = 1,
			 .look_up = look_up,
			 .now_ms = world_now(),
			 .valid_ms = 60000},
		.answer = {.status = ANSWER_GOOD},
	};
	asked->plan.ctx = asked;
	assert_int_equal(pki_check(world->anchors, der, world_now(), &asked->certificate), 0);
	assert_int_equal(pki_ocsp_request(&world->arena, asked->certificate, nonce,
					  &asked->request),
			 0);
}

static void asked_clear(struct asked *asked)
{
	pki_certificate_destroy(asked->certificate);
	*asked = (struct asked){0};
}

static struct str respond(struct asked *asked, struct world *world)
{
	struct str response;
	assert_int_equal(answer_make(&world->arena, &asked->plan, asked->request, &response), 0);
	return response;
}

static int ask_at(struct asked *asked, struct world *world, int64_t at_ms)
{
	struct pki_ocsp_answer answer;
	return pki_ocsp_check(asked->certificate, respond(asked, world), nonce, at_ms, &answer);
}

static int ask(struct asked *asked, struct world *world)
{
	return ask_at(asked, world, world_now());
}

static void test_a_good_answer_names_its_time(void **state)
{
	struct world *world = *state;
	AUTO(asked_clear) struct asked asked;
	struct pki_ocsp_answer answer = {0};
	asked_init(&asked, world);
	assert_int_equal(pki_ocsp_check(asked.certificate, respond(&asked, world), nonce,
					world_now(), &answer),
			 0);
	assert_string_equal(asked.serial, "abcdef");
	assert_true(answer.this_update_ms == world_now());
	assert_true(answer.next_update_ms == world_now() + 60000);
	assert_true(answer.revoked_ms == 0);
	assert_int_equal(answer.reason, PKI_REASON_NONE);
}

static void test_a_revoked_answer_names_reason_and_time(void **state)
{
	struct world *world = *state;
	AUTO(asked_clear) struct asked asked;
	struct pki_ocsp_answer answer = {0};
	asked_init(&asked, world);
	asked.answer = (struct answer){ANSWER_REVOKED, PKI_REASON_SUPERSEDED, at("20261120090000")};
	assert_int_equal(pki_ocsp_check(asked.certificate, respond(&asked, world), nonce,
					world_now(), &answer),
			 PKI_OCSP_REVOKED);
	assert_int_equal(answer.reason, PKI_REASON_SUPERSEDED);
	assert_true(answer.revoked_ms == at("20261120090000"));
}

static void test_a_serial_nobody_knows_is_unknown(void **state)
{
	AUTO(asked_clear) struct asked asked;
	asked_init(&asked, *state);
	asked.answer.status = ANSWER_UNKNOWN;
	assert_int_equal(ask(&asked, *state), PKI_OCSP_UNKNOWN);
}

static void test_the_root_itself_may_answer(void **state)
{
	struct world *world = *state;
	AUTO(asked_clear) struct asked asked;
	asked_init(&asked, world);
	asked.plan.authorities[0].signer = world->root.certificate;
	asked.plan.authorities[0].signer_key = world->root.key;
	assert_int_equal(ask(&asked, world), 0);
}

/* The other root, the attacker, a card, an expired responder: none may speak for the root. */
static void test_nobody_else_may_answer(void **state)
{
	struct world *world = *state;
	AUTO(asked_clear) struct asked asked;
	AUTO(make_pair_clear) struct make_pair card = {0}, foreign = {0}, undelegated = {0};
	struct make_profile profile = world_profile();
	assert_int_equal(make_pair(&profile, &world->root, &card), 0);
	profile = make_responder_profile(78, at("20261101000000"), at("20261201000000"));
	assert_int_equal(make_pair(&profile, &world->evil, &foreign), 0);
	assert_int_equal(make_pair(&profile, &world->old_root, &undelegated), 0);
	const struct make_pair *signers[] = {&world->old_root, &world->evil, &card, &foreign,
					     &undelegated};
	asked_init(&asked, world);
	for (size_t i = 0; i < sizeof signers / sizeof *signers; i++) {
		asked.plan.authorities[0].signer = signers[i]->certificate;
		asked.plan.authorities[0].signer_key = signers[i]->key;
		assert_int_equal(ask(&asked, world), PKI_OCSP_FORGED);
	}
}

static void test_a_responder_speaks_only_while_its_certificate_lasts(void **state)
{
	struct world *world = *state;
	AUTO(asked_clear) struct asked asked;
	static const struct {
		const char *at;
		int outcome;
	} moments[] = {{"20261031235959", PKI_OCSP_FORGED},
		       {"20261101000000", 0},
		       {"20261201000000", 0},
		       {"20261201000001", PKI_OCSP_FORGED}};
	asked_init(&asked, world);
	for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
		asked.plan.now_ms = at(moments[i].at);
		assert_int_equal(ask_at(&asked, world, asked.plan.now_ms), moments[i].outcome);
	}
}

static void test_a_wrong_answer_is_told_apart(void **state)
{
	static const struct {
		enum answer_fault fault;
		int outcome;
	} rows[] = {{ANSWER_STALE, PKI_OCSP_STALE},
		    {ANSWER_BAD_SIGNATURE, PKI_OCSP_FORGED},
		    {ANSWER_WRONG_NONCE, PKI_OCSP_NONCE_WRONG},
		    {ANSWER_NO_NONCE, PKI_OCSP_NONCE_WRONG},
		    {ANSWER_OTHER_SERIAL, PKI_OCSP_FORGED}};
	AUTO(asked_clear) struct asked asked;
	asked_init(&asked, *state);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		asked.plan.fault = rows[i].fault;
		assert_int_equal(ask(&asked, *state), rows[i].outcome);
	}
}

static void test_without_a_nonce_asked_none_is_looked_for(void **state)
{
	struct world *world = *state;
	AUTO(asked_clear) struct asked asked;
	struct pki_ocsp_answer answer;
	asked_init(&asked, world);
	asked.plan.fault = ANSWER_NO_NONCE;
	assert_int_equal(pki_ocsp_check(asked.certificate, respond(&asked, world), (struct str){0},
					world_now(), &answer),
			 0);
}

static void test_an_answer_has_its_time(void **state)
{
	struct world *world = *state;
	static const struct {
		int64_t valid_ms;
		int64_t later_ms;
		int outcome;
	} rows[] = {
		{60000, 60000 + PKI_OCSP_SKEW_MS, 0},
		{60000, 60000 + PKI_OCSP_SKEW_MS + 1000, PKI_OCSP_STALE},
		{60000, -PKI_OCSP_SKEW_MS, 0},
		{60000, -PKI_OCSP_SKEW_MS - 1000, PKI_OCSP_EARLY},
		{0, PKI_OCSP_AGE_MS, 0},
		{0, PKI_OCSP_AGE_MS + 1000, PKI_OCSP_STALE},
	};
	AUTO(asked_clear) struct asked asked;
	asked_init(&asked, world);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		asked.plan.valid_ms = rows[i].valid_ms;
		assert_int_equal(ask_at(&asked, world, world_now() + rows[i].later_ms),
				 rows[i].outcome);
	}
}

static void test_a_responder_without_an_answer_says_so(void **state)
{
	struct world *world = *state;
	static const int statuses[] = {OCSP_RESPONSE_STATUS_MALFORMEDREQUEST,
				       OCSP_RESPONSE_STATUS_INTERNALERROR,
				       OCSP_RESPONSE_STATUS_TRYLATER,
				       OCSP_RESPONSE_STATUS_UNAUTHORIZED};
	AUTO(asked_clear) struct asked asked;
	struct pki_ocsp_answer answer;
	struct str response;
	asked_init(&asked, world);
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		assert_int_equal(answer_refuse(&world->arena, statuses[i], &response), 0);
		assert_int_equal(pki_ocsp_check(asked.certificate, response, nonce, world_now(),
						&answer),
				 PKI_OCSP_TRY_LATER);
	}
	/* The simulated responder itself: garbage, and a root it does not speak for. */
	asked.plan.authorities[0].root = world->old_root.certificate;
	assert_int_equal(ask(&asked, world), PKI_OCSP_TRY_LATER);
	asked.request = STR("garbage");
	assert_int_equal(ask(&asked, world), PKI_OCSP_TRY_LATER);
}

static void test_no_changed_byte_of_a_revocation_makes_it_good(void **state)
{
	struct world *world = *state;
	AUTO(asked_clear) struct asked asked;
	struct pki_ocsp_answer answer;
	asked_init(&asked, world);
	asked.answer = (struct answer){ANSWER_REVOKED, PKI_REASON_KEY_COMPROMISE, world_now()};
	struct str response = respond(&asked, world);
	char *bytes = arena_alloc(&world->arena, response.len);
	for (size_t i = 0; i < response.len; i++) {
		memcpy(bytes, response.ptr, response.len);
		bytes[i] ^= 1;
		assert_in_range(pki_ocsp_check(asked.certificate, str_bytes(bytes, response.len),
					       nonce, world_now(), &answer),
				PKI_OCSP_REVOKED, PKI_OCSP_STALE);
	}
}

static void test_what_is_no_response_is_malformed(void **state)
{
	struct world *world = *state;
	AUTO(asked_clear) struct asked asked;
	struct pki_ocsp_answer answer;
	static char large[PKI_OCSP_RESPONSE_BYTES_MAX + 1];
	asked_init(&asked, world);
	struct str response = respond(&asked, world);
	memcpy(large, response.ptr, response.len);
	const struct str texts[] = {{0},
				    STR("HTTP/1.0 200 OK"),
				    {response.ptr, response.len - 1},
				    {large, response.len + 1},
				    {large, sizeof large}};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(pki_ocsp_check(asked.certificate, texts[i], nonce, world_now(),
						&answer),
				 PKI_OCSP_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_answer_names_its_time),
		cmocka_unit_test(test_a_revoked_answer_names_reason_and_time),
		cmocka_unit_test(test_a_serial_nobody_knows_is_unknown),
		cmocka_unit_test(test_the_root_itself_may_answer),
		cmocka_unit_test(test_nobody_else_may_answer),
		cmocka_unit_test(test_a_responder_speaks_only_while_its_certificate_lasts),
		cmocka_unit_test(test_a_wrong_answer_is_told_apart),
		cmocka_unit_test(test_without_a_nonce_asked_none_is_looked_for),
		cmocka_unit_test(test_an_answer_has_its_time),
		cmocka_unit_test(test_a_responder_without_an_answer_says_so),
		cmocka_unit_test(test_no_changed_byte_of_a_revocation_makes_it_good),
		cmocka_unit_test(test_what_is_no_response_is_malformed),
	};
	return cmocka_run_group_tests(tests, world_create, world_destroy);
}
