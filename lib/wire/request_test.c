/* SPDX-License-Identifier: Apache-2.0 */
/* Every request: what is encoded decodes alike, and what does not fit is named. */
#include "lib/base/test.h"

#include "lib/wire/inside.h"

#define CLIENT	  "\"client\":{\"vendor\":\"v\",\"product\":\"p\",\"version\":\"1\"}"
#define CODE	  "0123456789abcdefABCDEF_-"
#define BASE64	  "QUJDRA=="
#define LOGIN_FIT "\"facility_code\":\"0110113719\",\"login_id\":\"WA0000001\",\"password\":\"x\""

enum request {
	LOGIN,
	MFA,
	REFRESH,
	LOGOUT,
	REFERENCE,
	BEGIN,
	CONFIRM,
	ACTIVATE,
	READER_LOGIN,
	NONCE,
	CHECK,
	REGISTER,
};

/* Decode as the service does; the message itself is thrown away. */
static int decode(enum request request, struct str body, struct wire_input *input)
{
	union {
		struct wire_login login;
		struct wire_mfa mfa;
		struct wire_refresh refresh;
		struct wire_reference reference;
		struct str code;
		struct wire_enrolment_confirm confirm;
		struct wire_activation activation;
		struct wire_nonce_request nonce;
		struct wire_check check;
		struct wire_device_claim claim;
	} into;
	switch (request) {
	case LOGIN: return wire_login_request_decode(body, input, &into.login);
	case MFA: return wire_mfa_request_decode(body, input, &into.mfa);
	case REFRESH: return wire_refresh_request_decode(body, input, &into.refresh);
	case LOGOUT: return wire_logout_request_decode(body, input);
	case REFERENCE: return wire_reference_request_decode(body, input, &into.reference);
	case BEGIN: return wire_enrolment_request_decode(body, input, &into.code);
	case CONFIRM: return wire_enrolment_confirm_request_decode(body, input, &into.confirm);
	case ACTIVATE: return wire_activate_request_decode(body, input, &into.activation);
	case READER_LOGIN: return wire_reader_login_request_decode(body, input, &into.login);
	case NONCE: return wire_nonce_request_decode(body, input, &into.nonce);
	case CHECK: return wire_check_request_decode(body, WIRE_PURPOSE_CHECK, input, &into.check);
	case REGISTER: return wire_device_register_request_decode(body, input, &into.claim);
	}
	return -EINVAL;
}

/* NULL: the request is good; else its first complaint. */
static const struct {
	enum request request;
	const char *body;
	const char *field;
	enum wire_reason reason;
} rows[] = {
	{LOGIN, "{" LOGIN_FIT "," CLIENT "}", NULL, 0},
	{LOGIN, "{}", "facility_code", WIRE_REASON_MISSING},
	{LOGIN, "{" LOGIN_FIT "}", "client", WIRE_REASON_MISSING},
	{LOGIN, "{" LOGIN_FIT ",\"client\":\"x\"}", "client", WIRE_REASON_TYPE},
	{LOGIN, "{" LOGIN_FIT ",\"client\":{}}", "client.vendor", WIRE_REASON_MISSING},
	{LOGIN, "{" LOGIN_FIT ",\"extra\":1," CLIENT "}", "extra", WIRE_REASON_UNKNOWN},
	{LOGIN,
	 "{" LOGIN_FIT ",\"client\":{\"vendor\":\"v\",\"product\":\"p\",\"version\":"
	 "\"123456789012345678901234567890123\"}}",
	 "client.version", WIRE_REASON_TOO_LONG},
	{LOGIN,
	 "{" LOGIN_FIT
	 ",\"client\":{\"vendor\":\"v\",\"product\":\"p\",\"version\":\"1\",\"os\":1}}",
	 "client.os", WIRE_REASON_UNKNOWN},
	{LOGIN,
	 "{\"facility_code\":\"123456\",\"login_id\":\"WA0000001\",\"password\":\"x\"," CLIENT "}",
	 "facility_code", WIRE_REASON_TOO_SHORT},
	{LOGIN,
	 "{\"facility_code\":\"0110113719\",\"login_id\":\"WA\\u0007\",\"password\":\"x\"," CLIENT
	 "}",
	 "login_id", WIRE_REASON_CONTROL},
	{LOGIN,
	 "{\"facility_code\":\"0110113719\",\"login_id\":\"WA1\",\"password\":\"\"," CLIENT "}",
	 "password", WIRE_REASON_TOO_SHORT},
	{MFA, "{\"challenge\":\"a.b_c-d~e\",\"passcode\":\"012345\"}", NULL, 0},
	{MFA, "{\"challenge\":\"a\",\"passcode\":\"01234\"}", "passcode", WIRE_REASON_TOO_SHORT},
	{MFA, "{\"challenge\":\"a\",\"passcode\":\"01234x\"}", "passcode", WIRE_REASON_FORMAT},
	{MFA, "{\"challenge\":\"a\",\"passcode\":\"０１２３４５\"}", "passcode",
	 WIRE_REASON_FORMAT},
	{MFA, "{\"challenge\":\"a\",\"passcode\":123456}", "passcode", WIRE_REASON_TYPE},
	{MFA, "{\"challenge\":\"a b\",\"passcode\":\"012345\"}", "challenge", WIRE_REASON_FORMAT},
	{REFRESH, "{\"refresh_handle\":\"h\",\"login_id\":\"WA1\",\"password\":\"x\"}", NULL, 0},
	{REFRESH, "{\"refresh_handle\":\"h/\",\"login_id\":\"WA1\",\"password\":\"x\"}",
	 "refresh_handle", WIRE_REASON_FORMAT},
	{REFRESH, "{\"refresh_handle\":\"h\",\"login_id\":\"WA1\"}", "password",
	 WIRE_REASON_MISSING},
	{REGISTER, "{\"name\":\"受付\",\"platform\":\"linux\"}", NULL, 0},
	{REGISTER, "{\"name\":\"n\",\"platform\":\"ios\",\"activation_code\":\"ABCDEFGH\"}", NULL,
	 0},
	{REGISTER, "{\"name\":\"n\",\"platform\":\"beos\"}", "platform", WIRE_REASON_VALUE},
	{REGISTER, "{\"platform\":\"linux\"}", "name", WIRE_REASON_MISSING},
	{REGISTER, "{\"name\":\"n\",\"platform\":\"linux\",\"activation_code\":\"ABCD EFG\"}",
	 "activation_code", WIRE_REASON_FORMAT},
	{LOGOUT, "{}", NULL, 0},
	{LOGOUT, "{\"all\":true}", "all", WIRE_REASON_UNKNOWN},
	{REFERENCE, "{\"reference_number\":\"00123\",\"expected\":null}", NULL, 0},
	{REFERENCE, "{\"reference_number\":null,\"expected\":\"髙𠮷-1\"}", NULL, 0},
	{REFERENCE, "{\"reference_number\":\"1\"}", "expected", WIRE_REASON_MISSING},
	{REFERENCE, "{\"reference_number\":\"\",\"expected\":null}", "reference_number",
	 WIRE_REASON_TOO_SHORT},
	{REFERENCE,
	 "{\"reference_number\":\"あああああああああああああああああああああああああ"
	 "あああああああああああああああああああああああああ\",\"expected\":null}",
	 NULL, 0},
	{REFERENCE,
	 "{\"reference_number\":\"あああああああああああああああああああああああああ"
	 "ああああああああああああああああああああああああああ\",\"expected\":null}",
	 "reference_number", WIRE_REASON_TOO_LONG},
	{REFERENCE, "{\"reference_number\":\"a\\u0085\",\"expected\":null}", "reference_number",
	 WIRE_REASON_CONTROL},
	{REFERENCE, "{\"reference_number\":12,\"expected\":null}", "reference_number",
	 WIRE_REASON_TYPE},
	{BEGIN, "{\"code\":\"" CODE "\"}", NULL, 0},
	{BEGIN, "{\"code\":\"0123456789abcde+\"}", "code", WIRE_REASON_FORMAT},
	{BEGIN, "{\"code\":\"short\"}", "code", WIRE_REASON_TOO_SHORT},
	{CONFIRM, "{\"code\":\"" CODE "\",\"passcode_1\":\"111111\",\"passcode_2\":\"222222\"}",
	 NULL, 0},
	{CONFIRM, "{\"code\":\"" CODE "\",\"passcode_1\":\"111111\",\"passcode_2\":\"22222 \"}",
	 "passcode_2", WIRE_REASON_FORMAT},
	{CONFIRM, "{\"code\":\"" CODE "\",\"passcode_1\":\"a11111\",\"passcode_2\":\"222222\"}",
	 "passcode_1", WIRE_REASON_FORMAT},
	{ACTIVATE,
	 "{\"login_id\":\"W0000001\",\"password\":\"x\",\"activation_code\":\"ABCD-EFGH\","
	 "\"device\":{\"name\":\"受付\",\"platform\":\"linux\"}," CLIENT "}",
	 NULL, 0},
	{ACTIVATE,
	 "{\"login_id\":\"W0000001\",\"password\":\"x\",\"activation_code\":\"ABCD-EFGH\","
	 "\"device\":{\"name\":\"受付\",\"platform\":\"beos\"}," CLIENT "}",
	 "device.platform", WIRE_REASON_VALUE},
	{ACTIVATE,
	 "{\"login_id\":\"W0000001\",\"password\":\"x\",\"activation_code\":\"ABCD-EFGH\","
	 "\"device\":{\"name\":\"\",\"platform\":\"linux\"}," CLIENT "}",
	 "device.name", WIRE_REASON_TOO_SHORT},
	{ACTIVATE,
	 "{\"login_id\":\"W0000001\",\"password\":\"x\",\"activation_code\":\"ABCD_EFGH\","
	 "\"device\":{\"name\":\"a\",\"platform\":\"linux\"}," CLIENT "}",
	 "activation_code", WIRE_REASON_FORMAT},
	{READER_LOGIN, "{\"login_id\":\"W0000001\",\"password\":\"x\"," CLIENT "}", NULL, 0},
	{READER_LOGIN, "{\"login_id\":\"W0000001\",\"password\":\"x\",\"client\":[]}", "client",
	 WIRE_REASON_TYPE},
	{NONCE, "{\"method\":\"pin\",\"staff\":\"S1\"}", NULL, 0},
	{NONCE, "{\"method\":\"PIN\",\"staff\":\"S1\"}", "method", WIRE_REASON_VALUE},
	{NONCE, "{\"method\":\"pin\",\"staff\":\"\"}", "staff", WIRE_REASON_TOO_SHORT},
	{CHECK,
	 "{\"nonce\":\"n\",\"method\":\"pin\",\"staff\":\"S1\",\"certificate\":\"" BASE64
	 "\",\"signature\":\"" BASE64 "\"}",
	 NULL, 0},
	{CHECK,
	 "{\"nonce\":\"n\",\"method\":\"visual\",\"staff\":\"S1\",\"certificate\":\"" BASE64
	 "\",\"signature\":\"" BASE64 "\",\"organisation_proof\":{\"profile\":\"simulated\","
	 "\"signature\":\"" BASE64 "\"}}",
	 NULL, 0},
	{CHECK,
	 "{\"nonce\":\"n\",\"method\":\"pin\",\"staff\":\"S1\",\"certificate\":\"QUJ\","
	 "\"signature\":\"" BASE64 "\"}",
	 "certificate", WIRE_REASON_TOO_SHORT},
	{CHECK,
	 "{\"nonce\":\"n\",\"method\":\"pin\",\"staff\":\"S1\",\"certificate\":\"QUJDR\","
	 "\"signature\":\"" BASE64 "\"}",
	 "certificate", WIRE_REASON_FORMAT},
	{CHECK,
	 "{\"nonce\":\"n\",\"method\":\"pin\",\"staff\":\"S1\",\"certificate\":\"" BASE64
	 "\",\"signature\":\"QU_D\"}",
	 "signature", WIRE_REASON_FORMAT},
	{CHECK,
	 "{\"nonce\":\"n\",\"method\":\"nfc\",\"staff\":\"S1\",\"certificate\":\"" BASE64
	 "\",\"signature\":\"" BASE64 "\"}",
	 "method", WIRE_REASON_VALUE},
	{CHECK,
	 "{\"nonce\":\"n\",\"method\":\"visual\",\"staff\":\"S1\",\"certificate\":\"" BASE64
	 "\",\"signature\":\"" BASE64 "\",\"organisation_proof\":{\"profile\":\"real\","
	 "\"signature\":\"" BASE64 "\"}}",
	 "organisation_proof.profile", WIRE_REASON_VALUE},
	{CHECK,
	 "{\"nonce\":\"n\",\"method\":\"visual\",\"staff\":\"S1\",\"certificate\":\"" BASE64
	 "\",\"signature\":\"" BASE64 "\",\"organisation_proof\":{\"profile\":\"simulated\"}}",
	 "organisation_proof.signature", WIRE_REASON_MISSING},
};

static void test_what_does_not_fit_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		AUTO(wire_input_clear) struct wire_input input = {0};
		int r = decode(rows[i].request, str_of(rows[i].body), &input);
		if (r != (rows[i].field ? PROBLEM_FIELD_INVALID : 0))
			fail_msg("%s: %d %s", rows[i].body, r, input.complaints.items[0].field);
		if (!rows[i].field)
			continue;
		assert_string_equal(input.complaints.items[0].field, rows[i].field);
		assert_int_equal(input.complaints.items[0].reason, rows[i].reason);
	}
}

static void test_what_is_no_object_is_told_apart_from_what_is_no_json(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		int problem;
	} bodies[] = {
		{"", PROBLEM_REQUEST_NOT_JSON},
		{"login", PROBLEM_REQUEST_NOT_JSON},
		{"{\"a\":1", PROBLEM_REQUEST_NOT_JSON},
		{"{\"a\":\"\xFF\"}", PROBLEM_REQUEST_NOT_JSON},
		{"\xEF\xBB\xBF{}", PROBLEM_REQUEST_NOT_JSON},
		{"[]", PROBLEM_REQUEST_MALFORMED},
		{"[[[[[[[[[]]]]]]]]]", PROBLEM_REQUEST_MALFORMED},
	};
	for (enum request request = LOGIN; request <= CHECK; request++) {
		for (size_t i = 0; i < COUNT_OF(bodies); i++) {
			AUTO(wire_input_clear) struct wire_input input = {0};
			assert_int_equal(decode(request, str_of(bodies[i].body), &input),
					 bodies[i].problem);
		}
	}
}

static void test_a_body_beyond_64_kib_is_too_large(void **state)
{
	(void)state;
	static char body[64 * 1024 + 1];
	memset(body, ' ', sizeof body);
	body[0] = '{';
	body[1] = '}';
	AUTO(wire_input_clear) struct wire_input fits = {0};
	AUTO(wire_input_clear) struct wire_input beyond = {0};
	assert_int_equal(wire_logout_request_decode(str_bytes(body, 64 * 1024), &fits), 0);
	assert_int_equal(wire_logout_request_decode(str_bytes(body, sizeof body), &beyond),
			 PROBLEM_BODY_TOO_LARGE);
}

static void test_all_complaints_of_a_form_come_at_once(void **state)
{
	(void)state;
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_login login;
	assert_int_equal(wire_login_request_decode(STR("{\"facility_code\":\"1\",\"password\":7,"
						       "\"client\":{\"vendor\":\"\"}}"),
						   &input, &login),
			 PROBLEM_FIELD_INVALID);
	assert_int_equal(input.complaints.count, 6);
	assert_string_equal(input.complaints.items[1].field, "login_id");
	assert_string_equal(input.complaints.items[3].field, "client.vendor");
	assert_string_equal(input.complaints.items[5].field, "client.version");
}

static void test_a_long_unknown_name_is_cut_between_characters(void **state)
{
	(void)state;
	char body[512] = "{\"client\":{\"";
	for (size_t i = 0; i < 100; i++)
		memcpy(body + 12 + i * 3, "あ", 3);
	memcpy(body + 312, "\":1}," LOGIN_FIT "}", sizeof("\":1}," LOGIN_FIT "}"));
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_login login;
	assert_int_equal(wire_login_request_decode(str_of(body), &input, &login),
			 PROBLEM_FIELD_INVALID);
	const char *field = input.complaints.items[input.complaints.count - 1].field;
	assert_int_equal(strncmp(field, "client.あ", 10), 0);
	assert_int_equal((strlen(field) - 7) % 3, 0);
	assert_true(strlen(field) > 90);
}

static void test_a_login_arrives_as_it_was_sent(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input input = {0};
	arena_init(&arena, 1 << 16);
	const struct wire_login sent = {
		.facility_code = STR("契2804440-0-0"),
		.login_id = STR("WA0000001"),
		.password = STR("\"\\ ひみつ"),
		.client = {STR("会社"), STR("レセコン"), STR("1.0")},
	};
	struct wire_login got;
	struct str body;
	assert_int_equal(wire_login_request_encode(&arena, &sent, &body), 0);
	assert_int_equal(wire_login_request_decode(body, &input, &got), 0);
	assert_str_equal(got.facility_code, sent.facility_code);
	assert_str_equal(got.login_id, sent.login_id);
	assert_str_equal(got.password, sent.password);
	assert_str_equal(got.client.vendor, sent.client.vendor);
	assert_str_equal(got.client.product, sent.client.product);
	assert_str_equal(got.client.version, sent.client.version);
}

static void test_the_steps_after_login_arrive_as_they_were_sent(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input a = {0};
	AUTO(wire_input_clear) struct wire_input b = {0};
	AUTO(wire_input_clear) struct wire_input c = {0};
	arena_init(&arena, 1 << 16);
	const struct wire_mfa mfa = {STR("c.h"), STR("123456")};
	const struct wire_refresh refresh = {STR("h.h"), STR("WA0000001"), STR("pw")};
	struct wire_mfa got_mfa;
	struct wire_refresh got_refresh;
	struct str body;
	assert_int_equal(wire_mfa_request_encode(&arena, &mfa, &body), 0);
	assert_int_equal(wire_mfa_request_decode(body, &a, &got_mfa), 0);
	assert_str_equal(got_mfa.challenge, mfa.challenge);
	assert_str_equal(got_mfa.passcode, mfa.passcode);
	assert_int_equal(wire_refresh_request_encode(&arena, &refresh, &body), 0);
	assert_int_equal(wire_refresh_request_decode(body, &b, &got_refresh), 0);
	assert_str_equal(got_refresh.refresh_handle, refresh.refresh_handle);
	assert_str_equal(got_refresh.login_id, refresh.login_id);
	assert_str_equal(got_refresh.password, refresh.password);
	assert_int_equal(wire_logout_request_encode(&arena, &body), 0);
	assert_int_equal(wire_logout_request_decode(body, &c), 0);
}

static void test_a_reference_tells_clearing_from_expecting_none(void **state)
{
	(void)state;
	static const struct wire_reference sent[] = {
		{{"00123", 5}, {NULL, 0}},
		{{NULL, 0}, {"00123", 5}},
		{{"新", 3}, {"旧", 3}},
		{{NULL, 0}, {NULL, 0}},
	};
	for (size_t i = 0; i < COUNT_OF(sent); i++) {
		AUTO(arena_clear) struct arena arena;
		AUTO(wire_input_clear) struct wire_input input = {0};
		arena_init(&arena, 1 << 16);
		struct wire_reference got;
		struct str body;
		assert_int_equal(wire_reference_request_encode(&arena, &sent[i], &body), 0);
		assert_int_equal(wire_reference_request_decode(body, &input, &got), 0);
		assert_true((got.number.ptr == NULL) == (sent[i].number.ptr == NULL));
		assert_true((got.expected.ptr == NULL) == (sent[i].expected.ptr == NULL));
		assert_str_equal(got.number, sent[i].number);
		assert_str_equal(got.expected, sent[i].expected);
	}
}

static void test_an_enrolment_arrives_as_it_was_sent(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input a = {0};
	AUTO(wire_input_clear) struct wire_input b = {0};
	arena_init(&arena, 1 << 16);
	const struct wire_enrolment_confirm confirm = {STR(CODE), STR("111111"), STR("222222")};
	struct wire_enrolment_confirm got;
	struct str body, code;
	assert_int_equal(wire_enrolment_request_encode(&arena, STR(CODE), &body), 0);
	assert_int_equal(wire_enrolment_request_decode(body, &a, &code), 0);
	assert_str_equal(code, STR(CODE));
	assert_int_equal(wire_enrolment_confirm_request_encode(&arena, &confirm, &body), 0);
	assert_int_equal(wire_enrolment_confirm_request_decode(body, &b, &got), 0);
	assert_str_equal(got.code, confirm.code);
	assert_str_equal(got.passcode_1, confirm.passcode_1);
	assert_str_equal(got.passcode_2, confirm.passcode_2);
}

static void test_the_readers_first_steps_arrive_as_they_were_sent(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(wire_input_clear) struct wire_input a = {0};
	AUTO(wire_input_clear) struct wire_input b = {0};
	arena_init(&arena, 1 << 16);
	const struct wire_activation activation = {
		.login_id = STR("W0000001"),
		.password = STR("pw"),
		.activation_code = STR("ABCD-EFGH"),
		.device_name = STR("受付のPC"),
		.platform = WIRE_PLATFORM_ANDROID,
		.client = {STR("v"), STR("p"), STR("1")},
	};
	const struct wire_login login = {.login_id = STR("W0000001"),
					 .password = STR("pw"),
					 .client = activation.client};
	struct wire_activation got;
	struct wire_login got_login;
	struct str body;
	assert_int_equal(wire_activate_request_encode(&arena, &activation, &body), 0);
	assert_int_equal(wire_activate_request_decode(body, &a, &got), 0);
	assert_str_equal(got.activation_code, activation.activation_code);
	assert_str_equal(got.device_name, activation.device_name);
	assert_int_equal(got.platform, activation.platform);
	assert_str_equal(got.client.version, activation.client.version);
	assert_int_equal(wire_login_request_encode(&arena, &login, &body), 0);
	assert_int_equal(wire_reader_login_request_decode(body, &b, &got_login), 0);
	assert_null(got_login.facility_code.ptr);
	assert_str_equal(got_login.login_id, login.login_id);
	assert_str_equal(got_login.password, login.password);
	assert_str_equal(got_login.client.product, login.client.product);
}

static void test_a_check_arrives_as_it_was_sent(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 16);
	const struct wire_nonce_request nonce = {WIRE_METHOD_VISUAL, STR("S1"),
						 WIRE_PURPOSE_REGISTRATION};
	const struct wire_check checks[] = {
		{WIRE_PURPOSE_CHECK,
		 STR("n"),
		 WIRE_METHOD_PIN,
		 STR("S1"),
		 STR(BASE64),
		 STR("AAAA"),
		 {0},
		 {0}},
		{WIRE_PURPOSE_REGISTRATION, STR("n"), WIRE_METHOD_VISUAL, STR("S1"), STR(BASE64),
		 STR("AAAA"), STR("simulated"), STR("BBBB")},
	};
	struct str body;
	for (size_t i = 0; i < COUNT_OF(checks); i++) {
		AUTO(wire_input_clear) struct wire_input input = {0};
		struct wire_check got;
		assert_int_equal(wire_check_request_encode(&arena, &checks[i], &body), 0);
		assert_int_equal(wire_check_request_decode(body, checks[i].purpose, &input, &got),
				 0);
		assert_int_equal(got.method, checks[i].method);
		assert_str_equal(got.nonce, checks[i].nonce);
		assert_str_equal(got.staff, checks[i].staff);
		assert_str_equal(got.certificate, checks[i].certificate);
		assert_str_equal(got.signature, checks[i].signature);
		assert_str_equal(got.organisation_profile, checks[i].organisation_profile);
		assert_str_equal(got.organisation_signature, checks[i].organisation_signature);
	}
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_nonce_request got;
	assert_int_equal(wire_nonce_request_encode(&arena, &nonce, &body), 0);
	assert_int_equal(wire_nonce_request_decode(body, &input, &got), 0);
	assert_int_equal(got.method, nonce.method);
	assert_str_equal(got.staff, nonce.staff);
	assert_int_equal(got.purpose, WIRE_PURPOSE_REGISTRATION);
}

/* A registration says that the patient has consented; a check knows no such word. */
static void test_consent_is_said_where_it_is_needed(void **state)
{
#define REGISTRATION(consent)                                                           \
	"{\"nonce\":\"n\",\"method\":\"pin\",\"staff\":\"s\",\"certificate\":\"AAAA\"," \
	"\"signature\":\"AAAA\"" consent "}"
	static const struct {
		enum wire_purpose purpose;
		const char *body;
		int problem;
	} said[] = {
		{WIRE_PURPOSE_REGISTRATION, REGISTRATION(",\"consent\":true"), 0},
		{WIRE_PURPOSE_REGISTRATION, REGISTRATION(",\"consent\":false"),
		 PROBLEM_FIELD_INVALID},
		{WIRE_PURPOSE_REGISTRATION, REGISTRATION(""), PROBLEM_FIELD_INVALID},
		{WIRE_PURPOSE_CHECK, REGISTRATION(",\"consent\":true"), PROBLEM_FIELD_INVALID},
		{WIRE_PURPOSE_CHECK, REGISTRATION(""), 0},
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(said); i++) {
		AUTO(wire_input_clear) struct wire_input input = {0};
		struct wire_check check;
		assert_int_equal(wire_check_request_decode(str_of(said[i].body), said[i].purpose,
							   &input, &check),
				 said[i].problem);
	}
#undef REGISTRATION
}

static void test_headers_and_ids_have_their_form(void **state)
{
	(void)state;
	assert_true(wire_id_valid(STR("0123456789abcdef0123456789abcdef")));
	assert_false(wire_id_valid(STR("0123456789ABCDEF0123456789abcdef")));
	assert_false(wire_id_valid(STR("0123456789abcdef0123456789abcde")));
	assert_false(wire_id_valid(STR("")));
	assert_true(wire_idempotency_key_valid(STR("0123456789abcde_")));
	assert_false(wire_idempotency_key_valid(STR("0123456789abcde")));
	assert_false(wire_idempotency_key_valid(STR("0123456789abcde ")));
	assert_false(wire_idempotency_key_valid((struct str){0}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_does_not_fit_is_named),
		cmocka_unit_test(test_what_is_no_object_is_told_apart_from_what_is_no_json),
		cmocka_unit_test(test_a_body_beyond_64_kib_is_too_large),
		cmocka_unit_test(test_all_complaints_of_a_form_come_at_once),
		cmocka_unit_test(test_a_long_unknown_name_is_cut_between_characters),
		cmocka_unit_test(test_a_login_arrives_as_it_was_sent),
		cmocka_unit_test(test_the_steps_after_login_arrive_as_they_were_sent),
		cmocka_unit_test(test_a_reference_tells_clearing_from_expecting_none),
		cmocka_unit_test(test_an_enrolment_arrives_as_it_was_sent),
		cmocka_unit_test(test_the_readers_first_steps_arrive_as_they_were_sent),
		cmocka_unit_test(test_a_check_arrives_as_it_was_sent),
		cmocka_unit_test(test_consent_is_said_where_it_is_needed),
		cmocka_unit_test(test_headers_and_ids_have_their_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
