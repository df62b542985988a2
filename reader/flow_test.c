/* SPDX-License-Identifier: Apache-2.0 */
/* The whole flow: a virtual card without a reader, a service that answers from a script. */
#include "sim/card/parts_test.h"

#include "lib/client/transport_fake.h"
#include "reader/flow.h"
#include "sim/org_auth/org_auth_simulated.h"

#define ORIGIN	   "https://service.test"
#define THUMBPRINT "thumbprint-of-this-device"
#define RESULT	   "{\"XmlMsg\":{}}"
#define PROOF                                         \
	"eyJhbGciOiJFUzI1NiJ9.."                      \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define PROBLEM_REVOKED                                                    \
	"{\"type\":\"urn:shikaku:problem:certificate_revoked\","           \
	"\"title\":\"T\",\"status\":403,\"code\":\"certificate_revoked\"," \
	"\"action\":\"A\",\"vendor\":\"V\",\"request_id\":\"00000000000000000000000000000000\"}"

/* The desk: what it is asked, what it answers, and in which order all happened. */
struct desk {
	const char *pin;
	int pin_result, face_result, consent_result, wait_result, begin_result;
	struct vcard *card;
	struct transport_fake *service;
	bool connected;
	char events[16]; /* w, c, p, f, b, e */
	size_t events_count;
	size_t asked_at_begin; /* requests that had gone out when the card was connected */
	unsigned card_gone_at; /* the APDU that gets no answer; 0: none, 1: the first */
	unsigned apdus;
};

static void event_note(struct desk *desk, char event)
{
	assert_true(desk->events_count < sizeof desk->events - 1);
	desk->events[desk->events_count++] = event;
}

static int desk_wait(void *ctx, struct str reader, int64_t timeout_ms,
		     char ret_reader[FLOW_READER_BYTES])
{
	struct desk *desk = ctx;
	(void)timeout_ms;
	event_note(desk, 'w');
	assert_str_equal(reader, STR(""));
	memcpy(ret_reader, "R", 2);
	return desk->wait_result;
}

static int desk_begin(void *ctx, const char *reader, int64_t timeout_ms)
{
	struct desk *desk = ctx;
	(void)timeout_ms;
	event_note(desk, 'b');
	assert_string_equal(reader, "R");
	desk->connected = desk->begin_result == 0;
	desk->asked_at_begin = desk->service->asked_count;
	return desk->begin_result;
}

static void desk_end(void *ctx)
{
	struct desk *desk = ctx;
	event_note(desk, 'e');
	assert_true(desk->connected);
	/* Nothing was asked of the network while the card was connected. */
	assert_int_equal(desk->service->asked_count, desk->asked_at_begin);
	desk->connected = false;
	vcard_reset(desk->card);
}

static int desk_transmit(void *ctx, struct str command, unsigned char *response,
			 size_t response_bytes_max, size_t *ret_len)
{
	struct desk *desk = ctx;
	struct card_transport card = vcard_transport(desk->card);
	assert_true(desk->connected);
	if (++desk->apdus == desk->card_gone_at)
		return CARD_GONE;
	return card.transmit(card.ctx, command, response, response_bytes_max, ret_len);
}

static struct card_transport desk_transport(void *ctx)
{
	return (struct card_transport){desk_transmit, ctx};
}

static int desk_pin(void *ctx, struct secret *ret_pin)
{
	struct desk *desk = ctx;
	event_note(desk, 'p');
	assert_int_equal(secret_set(ret_pin, str_of(desk->pin)), 0);
	return desk->pin_result;
}

static int desk_face(void *ctx)
{
	struct desk *desk = ctx;
	event_note(desk, 'f');
	return desk->face_result;
}

static int desk_consent(void *ctx)
{
	struct desk *desk = ctx;
	event_note(desk, 'c');
	return desk->consent_result;
}

static void no_wait(void *ctx, int64_t ms, const atomic_int *cancelled)
{
	(void)ctx, (void)ms, (void)cancelled;
}

struct room {
	struct arena arena;
	struct clock_fake now;
	struct clock clock;
	struct transport_fake service;
	struct transport_fake_step steps[4];
	struct signing_key *key;
	struct client *client;
	struct desk desk;
	struct flow_request request;
	struct flow flow;
};

static void room_clear(struct room *room)
{
	flow_clear(&room->flow);
	client_destroy(room->client);
	signing_key_destroy(room->key);
	vcard_destroy(room->desk.card);
	transport_fake_clear(&room->service);
	arena_clear(&room->arena);
}

static const char *encoded(struct str text)
{
	/* The arena keeps a NUL behind. */
	assert_int_equal(text.ptr[text.len], 0);
	return text.ptr;
}

static void steps_make(struct room *room, const char *origin)
{
	const struct wire_tokens tokens = {
		STR("token"), 600, STR("handle"), 43200, WIRE_ACCOUNT_W, STR("まる接骨院"),
		{0},	      {0}};
	const struct wire_nonce nonce = {STR("nonce-1"), str_of(origin), 120};
	const struct wire_confirmation confirmation = {
		.id = STR("00112233445566778899aabbccddeeff"),
		.confirmed_ms = 1800000000000,
		.proof = STR(PROOF),
		.result = STR(RESULT),
	};
	struct str bodies[3] = {0};
	assert_int_equal(wire_tokens_encode(&room->arena, &tokens, &bodies[0]), 0);
	assert_int_equal(wire_nonce_reply_encode(&room->arena, &nonce, &bodies[1]), 0);
	assert_int_equal(wire_check_reply_encode(&room->arena, &confirmation, &bodies[2]), 0);
	for (size_t i = 0; i < 3; i++)
		room->steps[i] =
			(struct transport_fake_step){.status = 200, .body = encoded(bodies[i])};
}

static void client_make(struct room *room)
{
	const struct client_options options = {
		.transport = transport_of_fake(&room->service),
		.clock = &room->clock,
		.profile = &wire_profile_default,
		.random = random_bytes,
		.wait = no_wait,
	};
	const struct wire_client program = {STR("V"), STR("P"), STR("1")};
	assert_int_equal(client_create(&room->client, &options), 0);
	assert_int_equal(client_service_set(room->client, STR(ORIGIN)), 0);
	assert_int_equal(client_program_set(room->client, &program), 0);
	client_device_set(room->client, room->key);
	assert_int_equal(client_reader_login(room->client, STR("W0000001"), STR("a password 13")),
			 0);
}

static void room_init(struct room *room, const struct made *made)
{
	*room = (struct room){.now = {1800000000000}};
	room->clock = clock_of_fake(&room->now);
	arena_init(&room->arena, 1 << 20);
	steps_make(room, ORIGIN);
	transport_fake_init(&room->service, room->steps, 3);
	assert_int_equal(signing_key_generate(&room->key), 0);
	client_make(room);
	room->desk = (struct desk){.pin = "1234", .service = &room->service};
	assert_int_equal(vcard_create(&made->parts, &room->desk.card), 0);
	room->request = (struct flow_request){
		.method = WIRE_METHOD_PIN,
		.staff = STR("sato"),
		.reader = STR(""),
		.device_thumbprint = STR(THUMBPRINT),
	};
}

static int runs(struct room *room)
{
	const struct flow_card card = {desk_wait, desk_begin, desk_end, desk_transport,
				       &room->desk};
	const struct flow_desk desk = {desk_pin, desk_face, desk_consent, NULL, &room->desk};
	flow_clear(&room->flow);
	flow_init(&room->flow, &room->request, &card, &desk, room->client);
	int r = flow_run(&room->flow);
	/* Whatever came out, the PIN is dead and the card is free. */
	assert_int_equal(room->flow.pin.len, 0);
	assert_false(room->desk.connected);
	if (r > 0)
		assert_int_equal(client_trouble(room->client)->problem, r);
	return r;
}

/* The signature that went out is the card's, over this device's own digest. */
static void assert_signed(struct room *room, const struct made *made, const char *label,
			  const char *method)
{
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_check check = {0};
	struct str der = {0}, signature = {0};
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	const struct str parts[] = {str_of(label),  STR(ORIGIN), STR("nonce-1"),
				    str_of(method), STR("sato"), STR(THUMBPRINT)};
	assert_int_equal(wire_check_request_decode(room->service.asked[2].body,
						   room->request.purpose, &input, &check),
			 0);
	assert_int_equal(decode_base64(&room->arena, check.certificate, &der), 0);
	assert_str_equal(der, made->parts.certificate);
	assert_int_equal(decode_base64(&room->arena, check.signature, &signature), 0);
	assert_int_equal(digest_parts(parts, 6, digest), 0);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(made->key, NULL);
	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()), 1);
	assert_int_equal(EVP_PKEY_verify(ctx, (const unsigned char *)signature.ptr, signature.len,
					 digest, sizeof digest),
			 1);
	EVP_PKEY_CTX_free(ctx);
	assert_null(memmem(room->service.asked[2].body.ptr, room->service.asked[2].body.len, "1234",
			   4));
}

static void assert_sent(struct room *room, const struct made *made, const char *method)
{
	assert_signed(room, made, "shikaku-check-v1", method);
}

static void test_a_pin_confirms(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	assert_int_equal(runs(&room), 0);
	assert_int_equal(room.flow.state, FLOW_DONE);
	assert_string_equal(room.desk.events, "wpbe");
	/* Login and nonce came before the card was connected, the check after. */
	assert_int_equal(room.desk.asked_at_begin, 2);
	assert_int_equal(room.service.asked_count, 3);
	assert_str_equal(room.flow.confirmation.result, STR(RESULT));
	assert_sent(&room, *state, "pin");
}

static bool asked_for(const struct transport_fake_asked *asked, const char *text)
{
	return memmem(asked->body.ptr, asked->body.len, text, strlen(text)) != NULL;
}

/* The card signs under another label, so that a check's signature registers nothing. */
static void test_a_registration_needs_consent_and_says_so(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	room.request.purpose = WIRE_PURPOSE_REGISTRATION;
	room.desk.consent_result = PROBLEM_CANCELLED;
	assert_int_equal(runs(&room), PROBLEM_CANCELLED);
	assert_string_equal(room.desk.events, "wc");
	assert_int_equal(room.service.asked_count, 1);
	room.desk.consent_result = 0;
	assert_int_equal(runs(&room), 0);
	assert_string_equal(room.desk.events, "wcwcpbe");
	assert_true(asked_for(&room.service.asked[1], "\"purpose\":\"registration\""));
	assert_true(asked_for(&room.service.asked[2], "\"consent\":true"));
	assert_true(str_ends(room.service.asked[2].url, STR("/v1/reader/registrations")));
	assert_signed(&room, *state, "shikaku-registration-v1", "pin");
}

static int runs_visual(struct room *room, struct str key_pem)
{
	AUTO(org_auth_simulated_destroyp) struct org_auth_simulated *simulated = NULL;
	assert_int_equal(org_auth_simulated_create(key_pem, &simulated), 0);
	const struct org_auth table = org_auth_simulated_table(simulated);
	room->request.method = WIRE_METHOD_VISUAL;
	room->request.organisation = &table;
	return runs(room);
}

static void test_a_face_check_confirms_without_a_pin(void **state)
{
	const struct made *made = *state;
	AUTO(room_clear) struct room room;
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_check check = {0};
	room_init(&room, made);
	assert_int_equal(runs_visual(&room, made->organisation_pem), 0);
	assert_string_equal(room.desk.events, "wfbe");
	assert_sent(&room, made, "visual");
	assert_int_equal(wire_check_request_decode(room.service.asked[2].body, WIRE_PURPOSE_CHECK,
						   &input, &check),
			 0);
	assert_str_equal(check.organisation_profile, STR("simulated"));
	assert_int_equal(vcard_tries(room.desk.card), 3);
}

/* REQ seed-1.3-n3 */
static void test_without_the_staffs_word_no_card_is_touched(void **state)
{
	const struct made *made = *state;
	AUTO(room_clear) struct room room;
	room_init(&room, made);
	room.desk.face_result = PROBLEM_CANCELLED;
	assert_int_equal(runs_visual(&room, made->organisation_pem), PROBLEM_CANCELLED);
	assert_string_equal(room.desk.events, "wf");
}

static void test_a_strange_or_missing_organisation_is_refused(void **state)
{
	const struct made *made = *state;
	AUTO(room_clear) struct room room;
	room_init(&room, made);
	assert_int_equal(runs_visual(&room, made->parts.key), PROBLEM_ORGANISATION_PROOF_REFUSED);
	room.request.organisation = NULL;
	assert_int_equal(runs(&room), PROBLEM_ORGANISATION_PROOF_REFUSED);
}

static void test_a_wrong_pin_tells_the_tries_and_sends_nothing(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	room.desk.pin = "9999";
	assert_int_equal(runs(&room), PROBLEM_PIN_WRONG);
	assert_int_equal(room.flow.tries_left, 2);
	assert_int_equal(room.flow.state, FLOW_CARD);
	assert_int_equal(room.service.asked_count, 2);
	assert_int_equal(client_trouble(room.client)->exit, 14);
}

static void test_the_last_try_wants_a_word_and_then_blocks(void **state)
{
	struct made made = *(struct made *)*state;
	AUTO(room_clear) struct room room;
	made.parts.tries = 1;
	room_init(&room, &made);
	room.desk.pin = "9999";
	assert_int_equal(runs(&room), PROBLEM_PIN_LAST_TRY);
	assert_int_equal(room.flow.tries_left, 1);
	assert_int_equal(vcard_tries(room.desk.card), 1);
	room.request.last_try_allowed = true;
	room.service.asked_count = 1;
	assert_int_equal(runs(&room), PROBLEM_PIN_BLOCKED);
	assert_int_equal(room.flow.tries_left, FLOW_TRIES_NOT_SAID);
	assert_int_equal(client_trouble(room.client)->exit, 15);
}

static void test_a_pin_of_another_form_costs_no_try(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	room.desk.pin = "12345";
	assert_int_equal(runs(&room), PROBLEM_PIN_MALFORMED);
	assert_int_equal(vcard_tries(room.desk.card), 3);
}

static void test_a_card_pulled_at_any_moment_is_gone(void **state)
{
	for (unsigned at = 1; at <= 8; at++) {
		AUTO(room_clear) struct room room;
		room_init(&room, *state);
		room.desk.card_gone_at = at;
		assert_int_equal(runs(&room), PROBLEM_CARD_GONE);
		assert_string_equal(room.desk.events, "wpbe");
		assert_int_equal(room.service.asked_count, 2);
		assert_int_equal(client_trouble(room.client)->exit, 16);
	}
}

static void test_what_the_reader_says_is_told(void **state)
{
	const int problems[] = {PROBLEM_CARD_ABSENT, PROBLEM_READER_ABSENT, PROBLEM_CARD_TROUBLE,
				PROBLEM_CANCELLED};
	for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
		AUTO(room_clear) struct room room;
		room_init(&room, *state);
		room.desk.wait_result = problems[i];
		assert_int_equal(runs(&room), problems[i]);
		assert_string_equal(room.desk.events, "w");
	}
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	room.desk.begin_result = -EIO;
	assert_int_equal(runs(&room), PROBLEM_CARD_TROUBLE);
	assert_string_equal(room.desk.events, "wpb");
}

static void test_another_services_challenge_is_not_signed(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	steps_make(&room, "https://other.test");
	assert_int_equal(runs(&room), PROBLEM_TLS_REFUSED);
	assert_string_equal(room.desk.events, "wp");
}

static void test_what_the_service_refuses_is_told_as_it_says(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	room.steps[2] = (struct transport_fake_step){.status = 403, .body = PROBLEM_REVOKED};
	assert_int_equal(runs(&room), PROBLEM_CERTIFICATE_REVOKED);
	assert_int_equal(room.flow.state, FLOW_SEND);
	assert_int_equal(client_trouble(room.client)->exit, 12);
}

static void test_a_service_out_of_reach_leaves_the_card_alone(void **state)
{
	AUTO(room_clear) struct room room;
	room_init(&room, *state);
	room.steps[1] = (struct transport_fake_step){.outcome = TRANSPORT_TLS};
	assert_int_equal(runs(&room), PROBLEM_TLS_REFUSED);
	assert_string_equal(room.desk.events, "wp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_pin_confirms),
		cmocka_unit_test(test_a_registration_needs_consent_and_says_so),
		cmocka_unit_test(test_a_face_check_confirms_without_a_pin),
		cmocka_unit_test(test_without_the_staffs_word_no_card_is_touched),
		cmocka_unit_test(test_a_strange_or_missing_organisation_is_refused),
		cmocka_unit_test(test_a_wrong_pin_tells_the_tries_and_sends_nothing),
		cmocka_unit_test(test_the_last_try_wants_a_word_and_then_blocks),
		cmocka_unit_test(test_a_pin_of_another_form_costs_no_try),
		cmocka_unit_test(test_a_card_pulled_at_any_moment_is_gone),
		cmocka_unit_test(test_what_the_reader_says_is_told),
		cmocka_unit_test(test_another_services_challenge_is_not_signed),
		cmocka_unit_test(test_what_the_service_refuses_is_told_as_it_says),
		cmocka_unit_test(test_a_service_out_of_reach_leaves_the_card_alone),
	};
	return cmocka_run_group_tests(tests, made_create, made_destroy);
}
