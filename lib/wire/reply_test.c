/* SPDX-License-Identifier: Apache-2.0 */
/* Every reply: what is encoded decodes alike; a client reads past what is new, and only past that.
 */
#include "lib/base/test.h"

#include "lib/wire/inside.h"

#define ID     "0123456789abcdef0123456789abcdef"
#define AT_MS  INT64_C(1795311000000) /* 2026-11-22 10:30:00 JST */
#define RESULT "{ \"XmlMsg\" : {\"a\":\"]}\\\"\"} }"

enum reply {
	HEALTH,
	CHALLENGE,
	TOKENS,
	COUNT,
	PAGE,
	REFERENCE,
	ENROLMENT,
	DEVICE,
	NONCE,
	CONFIRMATION,
	STAFF,
	REGISTERED,
	DEVICES,
};

/* Decode as the client does; the message itself is thrown away. */
static int decode(enum reply reply, struct str body, struct wire_input *input)
{
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	union {
		struct wire_health health;
		struct wire_challenge challenge;
		struct wire_tokens tokens;
		struct wire_count count;
		struct wire_page page;
		struct wire_reference_state reference;
		struct wire_enrolment enrolment;
		struct wire_device device;
		struct wire_nonce nonce;
		struct wire_confirmation confirmation;
		struct wire_staff *staff;
		struct str device_id;
		struct wire_device_entry *devices;
	} into;
	size_t staff_count, devices_count;
	switch (reply) {
	case HEALTH: return wire_health_reply_decode(body, input, &into.health);
	case CHALLENGE: return wire_login_reply_decode(body, input, &into.challenge);
	case TOKENS: return wire_tokens_decode(body, input, &into.tokens);
	case COUNT: return wire_count_reply_decode(body, input, &into.count);
	case PAGE: return wire_download_reply_decode(&arena, body, input, &into.page);
	case REFERENCE: return wire_reference_reply_decode(body, input, &into.reference);
	case ENROLMENT: return wire_enrolment_reply_decode(body, input, &into.enrolment);
	case DEVICE: return wire_activate_reply_decode(body, input, &into.device);
	case NONCE: return wire_nonce_reply_decode(body, input, &into.nonce);
	case CONFIRMATION: return wire_check_reply_decode(body, input, &into.confirmation);
	case STAFF: return wire_staff_reply_decode(&arena, body, input, &into.staff, &staff_count);
	case REGISTERED: return wire_device_register_reply_decode(body, input, &into.device_id);
	case DEVICES:
		return wire_device_list_reply_decode(&arena, body, input, &into.devices,
						     &devices_count);
	}
	return -EINVAL;
}

#define ENTRY(id, at, method, rest)                                           \
	"{\"id\":\"" id "\",\"confirmed_at\":\"" at "\",\"method\":\"" method \
	"\",\"staff\":\"S1\",\"reference_version\":0" rest "}"
#define PROOF                                         \
	"eyJhbGciOiJFUzI1NiJ9.."                      \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define PROVEN	   ",\"proof\":\"" PROOF "\""
#define GOOD_ENTRY ENTRY(ID, "20261122103000", "pin", PROVEN ",\"result\":{}")
#define TOKENS_WITH(type, kind)                                                      \
	"{\"access_token\":\"t\",\"token_type\":\"" type "\",\"expires_in\":600,"    \
	"\"refresh_handle\":\"h\",\"session_expires_in\":1,\"account_kind\":\"" kind \
	"\",\"facility_name\":\"n\"}"

#define DEVICE_WITH(platform, current)                                      \
	"{\"device_id\":\"" ID "\",\"name\":\"n\",\"platform\":\"" platform \
	"\",\"registered_at\":\"20261122103000\",\"current\":" current "}"

static const struct {
	enum reply reply;
	const char *body;
	bool good;
} rows[] = {
	{HEALTH, "{\"status\":\"ok\",\"version\":\"0.1.0\",\"new\":[{\"a\":null}]}", true},
	{HEALTH, "{\"status\":\"down\",\"version\":\"0.1.0\"}", false},
	{HEALTH, "{\"version\":\"0.1.0\"}", false},
	{CHALLENGE, "{\"challenge\":\"c\",\"expires_in\":300}", true},
	{CHALLENGE, "{\"challenge\":\"c\",\"expires_in\":300,\"passcode_by\":\"mail\"}", true},
	{CHALLENGE, "{\"challenge\":\"c\",\"expires_in\":300,\"passcode_by\":\"fax\"}", false},
	{CHALLENGE, "{\"challenge\":\"c\",\"expires_in\":\"300\"}", false},
	{CHALLENGE, "{\"challenge\":\"c\",\"expires_in\":-1}", false},
	{TOKENS, TOKENS_WITH("Bearer", "WA"), true},
	{TOKENS, TOKENS_WITH("bearer", "W"), true},
	{TOKENS, TOKENS_WITH("MAC", "W"), false},
	{TOKENS, TOKENS_WITH("Bearer", "X"), false},
	{COUNT,
	 "{\"count\":1,\"without_reference\":0,\"from\":\"20261101000000\","
	 "\"to\":\"20261122235959\"}",
	 true},
	{COUNT,
	 "{\"count\":1,\"without_reference\":0,\"from\":\"20261131000000\","
	 "\"to\":\"20261122235959\"}",
	 false},
	{PAGE, "{\"results\":[]}", true},
	{PAGE, "{\"results\":[" GOOD_ENTRY "],\"next_cursor\":\"c\"}", true},
	{PAGE, "{\"results\":[" GOOD_ENTRY "],\"next_cursor\":null}", false},
	{PAGE, "{\"results\":[" ENTRY(ID, "20261122103000", "pin", ",\"result\":{}") "]}", false},
	{PAGE, "{\"results\":{}}", false},
	{PAGE, "{\"results\":[" ENTRY(ID, "20261122103000", "pin", PROVEN) "]}", false},
	{PAGE, "{\"results\":[" ENTRY(ID, "20261122103000", "pin", PROVEN ",\"result\":\"x\"") "]}",
	 false},
	{PAGE, "{\"results\":[" ENTRY(ID, "20261122103000", "nfc", PROVEN ",\"result\":{}") "]}",
	 false},
	{PAGE, "{\"results\":[" ENTRY(ID, "20261122256000", "pin", PROVEN ",\"result\":{}") "]}",
	 false},
	{PAGE,
	 "{\"results\":[" ENTRY("0123456789ABCDEF0123456789abcdef", "20261122103000", "pin",
				PROVEN ",\"result\":{}") "]}",
	 false},
	/* Found in the tree, but not as bytes: a proof could not be checked. */
	{PAGE,
	 "{\"results\":[" ENTRY(ID, "20261122103000", "pin", PROVEN ",\"r\\u0065sult\":{}") "]}",
	 false},
	{REFERENCE, "{\"reference_number\":null,\"reference_version\":2}", true},
	{REFERENCE, "{\"reference_version\":2}", false},
	{ENROLMENT,
	 "{\"login_id\":\"WA1\",\"facility_name\":\"n\",\"secret\":\"ABCDEFGHABCDEFGH\","
	 "\"otpauth_uri\":\"otpauth://totp/x\"}",
	 true},
	{ENROLMENT, "{\"login_id\":\"WA1\"}", false},
	{DEVICE,
	 "{\"device_id\":\"" ID "\",\"facility_code\":\"0110113719\",\"facility_name\":\"n\"}",
	 true},
	{DEVICE, "{\"device_id\":\"1\",\"facility_code\":\"0110113719\",\"facility_name\":\"n\"}",
	 false},
	{NONCE, "{\"nonce\":\"n\",\"origin\":\"https://a\",\"expires_in\":120}", true},
	{NONCE, "{\"nonce\":\"n\",\"origin\":\"\",\"expires_in\":120}", false},
	{CONFIRMATION,
	 "{\"id\":\"" ID "\",\"confirmed_at\":\"20261122103000\"" PROVEN ",\"result\":{}}", true},
	{CONFIRMATION, "{\"id\":\"" ID "\",\"confirmed_at\":\"20261122103000\",\"result\":{}}",
	 false},
	{CONFIRMATION, "{\"id\":\"" ID "\",\"confirmed_at\":\"20261122103000\"" PROVEN "}", false},
	{CONFIRMATION, "{\"id\":\"" ID "\",\"confirmed_at\":\"now\"" PROVEN ",\"result\":{}}",
	 false},
	{STAFF, "{\"staff\":[{\"id\":\"S1\",\"name\":\"佐藤\",\"since\":1}]}", true},
	{STAFF, "{\"staff\":[]}", true},
	{STAFF, "{\"staff\":[{\"id\":\"S1\"}]}", false},
	{STAFF, "{\"staff\":[\"S1\"]}", false},
	{REGISTERED, "{\"device_id\":\"" ID "\"}", true},
	{REGISTERED, "{\"device_id\":\"1\"}", false},
	{DEVICES, "{\"devices\":[]}", true},
	{DEVICES, "{\"devices\":[" DEVICE_WITH("linux", "false") "]}", true},
	{DEVICES, "{\"devices\":[" DEVICE_WITH("beos", "false") "]}", false},
	{DEVICES, "{\"devices\":[" DEVICE_WITH("linux", "0") "]}", false},
};

static void test_a_reply_is_taken_or_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		AUTO(wire_input_clear) struct wire_input input = {0};
		int r = decode(rows[i].reply, str_of(rows[i].body), &input);
		if (r != (rows[i].good ? 0 : PROBLEM_REPLY_MALFORMED))
			fail_msg("%s: %d", rows[i].body, r);
	}
}

static void test_a_proxys_page_is_malformed_everywhere(void **state)
{
	(void)state;
	static const char *const bodies[] = {"", "<html></html>", "[]", "{}", "\"ok\"", "{\"a\":"};
	for (enum reply reply = HEALTH; reply <= STAFF; reply++) {
		for (size_t i = 0; i < COUNT_OF(bodies); i++) {
			AUTO(wire_input_clear) struct wire_input input = {0};
			assert_int_equal(decode(reply, str_of(bodies[i]), &input),
					 PROBLEM_REPLY_MALFORMED);
		}
	}
}

static void test_a_page_hands_out_the_bytes_as_they_came(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input input = {0};
	arena_init(&arena, 1 << 20);
	struct wire_result sent[] = {
		{STR(ID), AT_MS, WIRE_METHOD_PIN, STR("S1"), STR("00123"), 3, STR(PROOF),
		 STR(RESULT), NULL},
		{STR(ID),
		 AT_MS + 1000,
		 WIRE_METHOD_VISUAL,
		 STR("佐藤"),
		 {0},
		 0,
		 STR(PROOF),
		 STR("{}"),
		 NULL},
	};
	const struct wire_page page = {sent, COUNT_OF(sent), STR("next"), STR("new")};
	struct wire_page got;
	struct str body;
	assert_int_equal(wire_download_reply_encode(&arena, &page, &body), 0);
	assert_int_equal(wire_download_reply_decode(&arena, body, &input, &got), 0);
	assert_int_equal(got.results_count, 2);
	assert_str_equal(got.next_cursor, page.next_cursor);
	assert_str_equal(got.new_cursor, page.new_cursor);
	for (size_t i = 0; i < COUNT_OF(sent); i++) {
		assert_str_equal(got.results[i].id, sent[i].id);
		assert_int_equal(got.results[i].confirmed_ms, sent[i].confirmed_ms);
		assert_int_equal(got.results[i].method, sent[i].method);
		assert_str_equal(got.results[i].staff, sent[i].staff);
		assert_str_equal(got.results[i].reference_number, sent[i].reference_number);
		assert_int_equal(got.results[i].reference_version, sent[i].reference_version);
		assert_str_equal(got.results[i].proof, sent[i].proof);
		assert_str_equal(got.results[i].result, sent[i].result);
		assert_true(json_is_object(got.results[i].tree));
	}
	assert_null(got.results[1].reference_number.ptr);
	assert_non_null(json_member(got.results[0].tree, "XmlMsg"));
}

static void test_the_last_page_has_no_cursor(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 20);
	struct str body;
	assert_int_equal(wire_download_reply_encode(&arena, &(struct wire_page){0}, &body), 0);
	assert_str_equal(body, STR("{\"results\":[]}"));
}

static void test_a_full_page_is_read(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input input = {0};
	arena_init(&arena, 4 << 20);
	static struct wire_result results[WIRE_PAGE_LIMIT_MAX + 1];
	for (size_t i = 0; i < COUNT_OF(results); i++)
		results[i] =
			(struct wire_result){STR(ID), AT_MS,	  WIRE_METHOD_PIN, STR("S1"), {0},
					     0,	      STR(PROOF), STR(RESULT),	   NULL};
	struct wire_page page = {.results = results, .results_count = WIRE_PAGE_LIMIT_MAX}, got;
	struct str body;
	assert_int_equal(wire_download_reply_encode(&arena, &page, &body), 0);
	assert_int_equal(wire_download_reply_decode(&arena, body, &input, &got), 0);
	assert_int_equal(got.results_count, WIRE_PAGE_LIMIT_MAX);
	assert_str_equal(got.results[WIRE_PAGE_LIMIT_MAX - 1].result, STR(RESULT));
	page.results_count++;
	wire_input_clear(&input);
	assert_int_equal(wire_download_reply_encode(&arena, &page, &body), 0);
	assert_int_equal(wire_download_reply_decode(&arena, body, &input, &got),
			 PROBLEM_REPLY_MALFORMED);
}

static void test_a_confirmation_hands_out_the_bytes_as_they_came(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input input = {0};
	arena_init(&arena, 1 << 16);
	const struct wire_confirmation sent = {STR(ID),	   AT_MS,	STR("00123"),
					       STR(PROOF), STR(RESULT), NULL};
	struct wire_confirmation got;
	struct str body;
	assert_int_equal(wire_check_reply_encode(&arena, &sent, &body), 0);
	assert_int_equal(wire_check_reply_decode(body, &input, &got), 0);
	assert_str_equal(got.id, sent.id);
	assert_int_equal(got.confirmed_ms, AT_MS);
	assert_str_equal(got.reference_number, sent.reference_number);
	assert_str_equal(got.result, sent.result);
}

static void test_tokens_arrive_as_they_were_sent(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input input = {0};
	arena_init(&arena, 1 << 16);
	const struct wire_tokens sent = {STR("a.b.c"),	  600,
					 STR("h.1"),	  43200,
					 WIRE_ACCOUNT_WA, STR("みなと接骨院"),
					 STR(ID),	  STR("お知らせ")};
	struct wire_tokens got;
	struct str body;
	assert_int_equal(wire_tokens_encode(&arena, &sent, &body), 0);
	assert_int_equal(wire_tokens_decode(body, &input, &got), 0);
	assert_str_equal(got.access_token, sent.access_token);
	assert_int_equal(got.expires_in_s, 600);
	assert_str_equal(got.refresh_handle, sent.refresh_handle);
	assert_int_equal(got.session_expires_in_s, 43200);
	assert_int_equal(got.account, WIRE_ACCOUNT_WA);
	assert_str_equal(got.facility_name, sent.facility_name);
	assert_str_equal(got.device_id, sent.device_id);
	assert_str_equal(got.notice, sent.notice);
}

static void test_counts_and_states_arrive_as_they_were_sent(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input a = {0};
	AUTO(wire_input_clear) struct wire_input b = {0};
	AUTO(wire_input_clear) struct wire_input c = {0};
	arena_init(&arena, 1 << 16);
	const struct wire_count count = {28, 3, AT_MS - 86400000, AT_MS};
	const struct wire_reference_state states[] = {{STR("00123"), 4}, {{0}, 5}};
	struct wire_count got;
	struct wire_reference_state state_got;
	struct str body;
	assert_int_equal(wire_count_reply_encode(&arena, &count, &body), 0);
	assert_str_equal(body, STR("{\"count\":28,\"without_reference\":3,"
				   "\"from\":\"20261121103000\",\"to\":\"20261122103000\"}"));
	assert_int_equal(wire_count_reply_decode(body, &a, &got), 0);
	assert_memory_equal(&got, &count, sizeof got);
	assert_int_equal(wire_reference_reply_encode(&arena, &states[0], &body), 0);
	assert_int_equal(wire_reference_reply_decode(body, &b, &state_got), 0);
	assert_str_equal(state_got.number, states[0].number);
	assert_int_equal(state_got.version, 4);
	assert_int_equal(wire_reference_reply_encode(&arena, &states[1], &body), 0);
	assert_int_equal(wire_reference_reply_decode(body, &c, &state_got), 0);
	assert_null(state_got.number.ptr);
	assert_int_equal(state_got.version, 5);
}

static void test_the_readers_replies_arrive_as_they_were_sent(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input a = {0};
	AUTO(wire_input_clear) struct wire_input b = {0};
	AUTO(wire_input_clear) struct wire_input c = {0};
	arena_init(&arena, 1 << 16);
	const struct wire_device device = {STR(ID), STR("契280444000"), STR("名前")};
	const struct wire_nonce nonce = {STR("n"), STR("https://localhost:8443"), 120};
	const struct wire_staff staff[] = {{STR("S1"), STR("佐藤")}, {STR("S2"), STR("鈴木")}};
	struct wire_device device_got;
	struct wire_nonce nonce_got;
	struct wire_staff *staff_got;
	size_t staff_count;
	struct str body;
	assert_int_equal(wire_activate_reply_encode(&arena, &device, &body), 0);
	assert_int_equal(wire_activate_reply_decode(body, &a, &device_got), 0);
	assert_str_equal(device_got.facility_code, device.facility_code);
	assert_int_equal(wire_nonce_reply_encode(&arena, &nonce, &body), 0);
	assert_int_equal(wire_nonce_reply_decode(body, &b, &nonce_got), 0);
	assert_str_equal(nonce_got.origin, nonce.origin);
	assert_int_equal(nonce_got.expires_in_s, 120);
	assert_int_equal(wire_staff_reply_encode(&arena, staff, 2, &body), 0);
	assert_int_equal(wire_staff_reply_decode(&arena, body, &c, &staff_got, &staff_count), 0);
	assert_int_equal(staff_count, 2);
	assert_str_equal(staff_got[1].name, staff[1].name);
}

static void test_devices_arrive_as_they_were_sent(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input input = {0};
	arena_init(&arena, 1 << 16);
	const struct wire_device_entry sent = {STR(ID), STR("受付"), WIRE_PLATFORM_WINDOWS, AT_MS,
					       true};
	struct wire_device_entry *got;
	size_t count;
	struct str body;
	assert_int_equal(wire_device_list_reply_encode(&arena, &sent, 1, &body), 0);
	assert_int_equal(wire_device_list_reply_decode(&arena, body, &input, &got, &count), 0);
	assert_int_equal(count, 1);
	assert_str_equal(got->device_id, sent.device_id);
	assert_str_equal(got->name, sent.name);
	assert_int_equal(got->platform, WIRE_PLATFORM_WINDOWS);
	assert_int_equal(got->registered_ms, AT_MS);
	assert_true(got->is_current);
}

static void test_accesses_arrive_as_they_were_sent(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input input = {0};
	arena_init(&arena, 1 << 16);
	struct wire_access items[] = {
		{.at_ms = AT_MS,
		 .call = STR("count"),
		 .outcome = STR("ok"),
		 .calls = 7,
		 .login_id = STR("WA0000001"),
		 .device_id = STR(ID),
		 .device_name = STR("受付"),
		 .request_id = STR(ID)},
		{.at_ms = AT_MS,
		 .call = STR("admin_results_show"),
		 .outcome = STR("ok"),
		 .calls = 1,
		 .results = 1,
		 .operator= STR("yamada"),
		 .reason = STR("問い合わせ"),
		 .request_id = STR(ID)},
	};
	struct wire_accesses sent = {items, 2, STR("cursor")}, got;
	struct str body;
	assert_int_equal(wire_accesses_reply_encode(&arena, &sent, &body), 0);
	assert_int_equal(wire_accesses_reply_decode(&arena, body, &input, &got), 0);
	assert_int_equal(got.count, 2);
	assert_str_equal(got.next_cursor, sent.next_cursor);
	assert_int_equal(got.items[0].at_ms, AT_MS);
	assert_int_equal(got.items[0].calls, 7);
	assert_str_equal(got.items[0].device_name, STR("受付"));
	assert_null(got.items[0].operator.ptr);
	assert_int_equal(got.items[1].results, 1);
	assert_str_equal(got.items[1].reason, STR("問い合わせ"));
	assert_null(got.items[1].login_id.ptr);
}

static void test_first_replies_arrive_as_they_were_sent(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input a = {0};
	AUTO(wire_input_clear) struct wire_input b = {0};
	AUTO(wire_input_clear) struct wire_input c = {0};
	arena_init(&arena, 1 << 16);
	const struct wire_challenge challenge = {STR("c.h"), 300, WIRE_PASSCODE_BY_MAIL};
	const struct wire_enrolment enrolment = {STR("WA1"), STR("名前"), STR("ABCDEFGHABCDEFGH"),
						 STR("otpauth://totp/Shikaku:WA1")};
	struct wire_health health;
	struct wire_challenge challenge_got;
	struct wire_enrolment enrolment_got;
	struct str body;
	assert_int_equal(wire_health_reply_encode(&arena, STR("0.1.0"), &body), 0);
	assert_int_equal(wire_health_reply_decode(body, &a, &health), 0);
	assert_str_equal(health.version, STR("0.1.0"));
	assert_int_equal(wire_login_reply_encode(&arena, &challenge, &body), 0);
	assert_int_equal(wire_login_reply_decode(body, &b, &challenge_got), 0);
	assert_str_equal(challenge_got.challenge, challenge.challenge);
	assert_int_equal(challenge_got.expires_in_s, 300);
	assert_int_equal(challenge_got.passcode, WIRE_PASSCODE_BY_MAIL);
	assert_int_equal(wire_enrolment_reply_encode(&arena, &enrolment, &body), 0);
	assert_int_equal(wire_enrolment_reply_decode(body, &c, &enrolment_got), 0);
	assert_str_equal(enrolment_got.secret, enrolment.secret);
	assert_str_equal(enrolment_got.otpauth_uri, enrolment.otpauth_uri);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_reply_is_taken_or_malformed),
		cmocka_unit_test(test_a_proxys_page_is_malformed_everywhere),
		cmocka_unit_test(test_a_page_hands_out_the_bytes_as_they_came),
		cmocka_unit_test(test_the_last_page_has_no_cursor),
		cmocka_unit_test(test_a_full_page_is_read),
		cmocka_unit_test(test_a_confirmation_hands_out_the_bytes_as_they_came),
		cmocka_unit_test(test_tokens_arrive_as_they_were_sent),
		cmocka_unit_test(test_counts_and_states_arrive_as_they_were_sent),
		cmocka_unit_test(test_the_readers_replies_arrive_as_they_were_sent),
		cmocka_unit_test(test_devices_arrive_as_they_were_sent),
		cmocka_unit_test(test_accesses_arrive_as_they_were_sent),
		cmocka_unit_test(test_first_replies_arrive_as_they_were_sent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
