/* SPDX-License-Identifier: Apache-2.0 */
/* The reader's calls: activation, login, nonce, check, with a card of the test authority. */
#include "server/api/desk_test.h"

#include "server/auth/lane.h"

#define COUNT_OF(rows) (sizeof(rows) / sizeof(rows)[0])

static void test_an_activation_code_registers_one_device(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	struct str code = desk_activation_code(desk);
	struct str body = desk_activation_body(desk, STR("wrong"), code);
	assert_int_equal(desk_post_proven(desk, "/v1/reader/activate", body), 401);
	assert_problem(house, "activation_refused");
	body = desk_activation_body(desk, desk_password(desk), STR("abcdefghabcdefgh"));
	assert_int_equal(desk_post_proven(desk, "/v1/reader/activate", body), 401);
	assert_problem(house, "activation_refused");
	body = desk_activation_body(desk, desk_password(desk), code);
	assert_int_equal(desk_post_proven(desk, "/v1/reader/activate", body), 200);
	assert_str_equal(house_text(house, "facility_code"), STR("1310000003"));
	assert_int_equal(desk_post_proven(desk, "/v1/reader/activate", body), 401);
	assert_problem(house, "activation_refused");
}

/* T07's lanes: guesses count for who has the code, and close nothing for who has not. */
static void test_who_holds_an_activation_code_has_few_guesses(void **state)
{
	struct desk *desk = *state;
	struct str code = desk_activation_code(desk);
	struct str right = desk_activation_body(desk, desk_password(desk), code);
	struct str no_code = desk_activation_body(desk, STR("wrong"), STR("abcdefghabcdefgh"));
	for (int i = 0; i < 2 * LANE_FREE_FAILS; i++)
		assert_int_equal(desk_post_proven(desk, "/v1/reader/activate", no_code), 401);
	struct str wrong = desk_activation_body(desk, STR("wrong"), code);
	for (int i = 0; i < LANE_FREE_FAILS; i++)
		assert_int_equal(desk_post_proven(desk, "/v1/reader/activate", wrong), 401);
	assert_int_equal(desk_post_proven(desk, "/v1/reader/activate", right), 401);
	assert_problem(desk->house, "activation_refused");
	desk->house->time.now_ms += LANE_FIRST_MS;
	assert_int_equal(desk_post_proven(desk, "/v1/reader/activate", right), 200);
}

static void test_a_device_logs_in_with_its_key(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	assert_int_equal(desk_login(desk, desk_password(desk)), 401);
	assert_problem(house, "device_unknown");
	desk_activate(desk);
	assert_int_equal(desk_login(desk, STR("wrong")), 401);
	assert_problem(house, "credentials_refused");
	assert_int_equal(desk_login(desk, desk_password(desk)), 200);
	assert_str_equal(house_text(house, "account_kind"), STR("W"));
}

static void test_a_proof_is_good_once_for_one_request(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	desk_activate(desk);
	struct str body =
		house_print(house,
			    "{\"login_id\":\"W0000001\",\"password\":\"%.*s\"," HOUSE_CLIENT "}",
			    STR_ARG(desk_password(desk)));
	struct str none = {0};
	struct house_call call = {
		.method = "POST",
		.path = "/v1/reader/login",
		.body = body,
		.dpop = desk_proof(desk, desk->device, "/v1/reader/login", none, none),
	};
	assert_int_equal(house_send(house, &call), 200);
	assert_int_equal(house_send(house, &call), 401);
	assert_problem(house, "device_proof_refused");
	call.dpop = desk_proof(desk, desk->device, "/v1/login", none, none);
	assert_int_equal(house_send(house, &call), 401);
	assert_problem(house, "device_proof_refused");
	call.dpop = desk_proof(desk, desk->device, "/v1/reader/login", none, none);
	house->time.now_ms += AUTH_PROOF_MS + 1000;
	assert_int_equal(house_send(house, &call), 401);
	assert_problem(house, "device_proof_refused");
	call.dpop = none;
	assert_int_equal(house_send(house, &call), 401);
	assert_problem(house, "device_proof_refused");
}

static void test_a_devices_session_is_renewed_by_the_device_only(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	desk_log_in(desk);
	struct str handle = house_text(house, "refresh_handle"), none = {0};
	assert_int_equal(house_refresh(house, &house->here.reader, handle, desk_password(desk),
				       "0123456789abcdef1"),
			 401);
	assert_problem(house, "device_proof_refused");
	struct house_call call = {
		.method = "POST",
		.path = "/v1/refresh",
		.idempotency_key = "0123456789abcdef1",
		.dpop = desk_proof(desk, desk->device, "/v1/refresh", none, none),
		.body = house_print(house,
				    "{\"refresh_handle\":\"%.*s\",\"login_id\":\"W0000001\","
				    "\"password\":\"%.*s\"}",
				    STR_ARG(handle), STR_ARG(desk_password(desk))),
	};
	assert_int_equal(house_send(house, &call), 200);
	assert_str_equal(house_text(house, "account_kind"), STR("W"));
}

static void test_staff_are_the_facilitys_own(void **state)
{
	struct desk *desk = *state;
	desk_log_in(desk);
	struct str none = {0};
	assert_int_equal(house_get(desk->house, "/v1/reader/staff", none, desk->token), 200);
	const struct json *staff = json_member(desk->house->json.root, "staff");
	assert_int_equal(json_count(staff), 1);
	assert_str_equal(json_text(json_member(json_at(staff, 0), "name")), STR("試験 花子"));
}

static void test_a_tap_becomes_one_result_and_one_audit_row(void **state)
{
	struct desk *desk = *state;
	struct tap tap = desk_ready(desk);
	assert_int_equal(tap_card(desk, &tap), 200);
	assert_str_equal(house_text(desk->house, "confirmed_at"), STR("20261122120000"));
	assert_int_equal(house_text(desk->house, "id").len, 32);
	const struct json *message =
		json_member(json_member(desk->house->json.root, "result"), "XmlMsg");
	assert_str_equal(json_text(json_member(json_member(message, "MessageBody"),
					       "QualificationValidity")),
			 STR("1"));
	assert_str_equal(json_text(json_member(json_member(message, "MessageHeader"),
					       "MedicalInstitutionCode")),
			 STR("1310000003"));
	assert_int_equal(desk_results(desk), 1);
	assert_int_equal(house_audits_of(desk->house, desk->house->here.no, "check"), 1);
}

/* --- 初回登録 --- */

static struct str last_call(struct desk *desk)
{
	struct house *house = desk->house;
	struct store_audit *rows;
	size_t count;
	assert_int_equal(store_audit_list(house->db, &house->arena, house->here.no, 0,
					  STORE_AUDIT_PAGE_MAX, &rows, &count),
			 0);
	assert_true(count > 0);
	return house_print(house, "%.*s %.*s", STR_ARG(rows[count - 1].call),
			   STR_ARG(rows[count - 1].outcome));
}

static struct tap unregistered(struct desk *desk)
{
	struct make_profile profile = world_profile();
	struct tap tap = tap_of(desk, &profile, &desk->world->root);
	desk_register_as(desk, tap.certificate, "false");
	desk_log_in(desk);
	return tap;
}

static void test_a_card_that_is_not_registered_yet_can_be(void **state)
{
	struct desk *desk = *state;
	struct tap tap = unregistered(desk);
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "card_not_registered");
	assert_str_equal(last_call(desk), STR("check card_not_registered"));
	assert_int_equal(desk_results(desk), 0);
	tap.registers = true;
	assert_int_equal(tap_card(desk, &tap), 200);
	assert_str_equal(last_call(desk), STR("registration ok"));
	const struct json *message =
		json_member(json_member(desk->house->json.root, "result"), "XmlMsg");
	assert_str_equal(json_text(json_member(json_member(message, "MessageBody"),
					       "QualificationValidity")),
			 STR("1"));
	tap.registers = false;
	assert_int_equal(tap_card(desk, &tap), 200);
	/* An answer that was lost: registering again is a confirmation. */
	tap.registers = true;
	assert_int_equal(tap_card(desk, &tap), 200);
	assert_int_equal(desk_results(desk), 3);
}

/* Neither nonce nor signature of a check registers a card. */
static void test_what_was_signed_for_a_check_registers_nothing(void **state)
{
	struct desk *desk = *state;
	struct tap tap = unregistered(desk);
	const char *path = "/v1/reader/registrations";
	struct str nonce, body;
	assert_int_equal(desk_nonce(desk, &tap, &nonce), 200);
	tap.registers = true;
	body = tap_body(desk, &tap, nonce);
	assert_int_equal(tap_send(desk, path, body,
				  desk_proof(desk, desk->device, path, desk->token, body)),
			 409);
	assert_problem(desk->house, "nonce_refused");
	assert_int_equal(desk_nonce(desk, &tap, &nonce), 200);
	tap.registers = false;
	body = tap_body(desk, &tap, nonce);
	body = house_print(desk->house, "%.*s,\"consent\":true}", (int)body.len - 1, body.ptr);
	assert_int_equal(tap_send(desk, path, body,
				  desk_proof(desk, desk->device, path, desk->token, body)),
			 403);
	assert_problem(desk->house, "possession_refused");
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "card_not_registered");
}

static void test_a_bad_card_is_not_registered(void **state)
{
	struct desk *desk = *state;
	struct tap tap = unregistered(desk);
	tap.registers = true;
	desk->card_status = ANSWER_REVOKED;
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "certificate_revoked");
	desk->card_status = ANSWER_GOOD;
	tap.key = desk->organisation_key;
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "possession_refused");
	struct make_profile profile = world_profile();
	profile.serial++;
	struct tap stranger = tap_of(desk, &profile, &desk->world->root);
	stranger.registers = true;
	assert_int_equal(tap_card(desk, &stranger), 404);
	assert_problem(desk->house, "person_unknown");
	assert_int_equal(desk_results(desk), 0);
}

/* --- history --- */

static int history_get(struct desk *desk, const char *query)
{
	return house_get(desk->house, "/v1/reader/checks", str_of(query), desk->token);
}

static void test_the_history_shows_again_what_was_confirmed_here(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	struct tap tap = desk_ready(desk);
	assert_int_equal(tap_card(desk, &tap), 200);
	struct str id = house_text(house, "id");
	house->time.now_ms += 60000;
	tap.nonce = (struct str){0};
	assert_int_equal(tap_card(desk, &tap), 200);
	size_t audits = house_audits(house, house->here.no);
	assert_int_equal(history_get(desk, "from=20261122000000&to=20261122235959&limit=1"), 200);
	assert_int_equal(house_audits(house, house->here.no), audits + 1);
	const struct json *results = json_member(house->json.root, "results");
	assert_int_equal(json_count(results), 1);
	assert_str_equal(json_text(json_member(json_at(results, 0), "id")), id);
	assert_str_equal(json_text(json_member(json_at(results, 0), "staff")), STR("s1"));
	struct str next = house_print(house, "from=20261122000000&to=20261122235959&cursor=%.*s",
				      STR_ARG(house_text(house, "next_cursor")));
	assert_int_equal(history_get(desk, next.ptr), 200);
	results = json_member(house->json.root, "results");
	assert_int_equal(json_count(results), 1);
	assert_str_equal(json_text(json_member(json_at(results, 0), "confirmed_at")),
			 STR("20261122120100"));
}

static void test_the_history_asks_for_a_period_only(void **state)
{
	static const struct {
		const char *query, *problem;
		int status;
	} bad[] = {
		{"from=20261122000000", "period_malformed", 422},
		{"from=20261122000000&to=20261122235959&reference=with", "query_invalid", 422},
		{"from=20261122000000&to=20261122235959&wait=1", "query_invalid", 422},
		{"from=20260101000000&to=20260131235959", "period_too_old", 422},
		{"from=20261122000000&to=20261122235959&cursor=AAAA", "cursor_refused", 422},
	};
	struct desk *desk = *state;
	desk_log_in(desk);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(history_get(desk, bad[i].query), bad[i].status);
		assert_str_equal(house_text(desk->house, "code"), str_of(bad[i].problem));
	}
	desk->token = house_session(desk->house, "1310000003", &desk->house->here.receipt).token;
	assert_int_equal(history_get(desk, "from=20261122000000&to=20261122235959"), 403);
}

static void test_a_face_check_needs_the_organisations_proof(void **state)
{
	struct desk *desk = *state;
	struct tap tap = desk_ready(desk);
	tap.method = "visual";
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "organisation_proof_refused");
	tap.organisation = tap.key; /* somebody else's key */
	assert_int_equal(tap_card(desk, &tap), 403);
	tap.organisation = desk->organisation_key;
	assert_int_equal(tap_card(desk, &tap), 200);
	desk->house->service->eligibility.simulated_allowed = false;
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "organisation_proof_refused");
	assert_int_equal(desk_results(desk), 1);
}

static void test_a_nonce_is_good_once_for_its_own_tap(void **state)
{
	struct desk *desk = *state;
	struct tap tap = desk_ready(desk);
	assert_int_equal(desk_nonce(desk, &tap, &tap.nonce), 200);
	assert_int_equal(tap_card(desk, &tap), 200);
	assert_int_equal(tap_card(desk, &tap), 409);
	assert_problem(desk->house, "nonce_refused");
	assert_int_equal(desk_nonce(desk, &tap, &tap.nonce), 200);
	struct tap other = tap;
	other.method = "visual";
	other.organisation = desk->organisation_key;
	assert_int_equal(tap_card(desk, &other), 409);
	assert_problem(desk->house, "nonce_refused");
	desk->house->time.now_ms += CHECK_NONCE_MS;
	assert_int_equal(tap_card(desk, &tap), 409);
	assert_problem(desk->house, "nonce_refused");
	assert_int_equal(desk_results(desk), 1);
}

static void test_the_card_must_hold_the_key_and_sign_this_tap(void **state)
{
	struct desk *desk = *state;
	struct tap tap = desk_ready(desk);
	tap.key = desk->organisation_key;
	assert_int_equal(tap_card(desk, &tap), 403);
	assert_problem(desk->house, "possession_refused");
	assert_int_equal(desk_results(desk), 0);
	assert_int_equal(house_audits_of(desk->house, desk->house->here.no, "check"), 1);
}

static void test_refused_certificates_store_no_result(void **state)
{
	struct desk *desk = *state;
	struct tap good = desk_ready(desk);
	struct make_profile profile = world_profile();
	struct tap evil = tap_of(desk, &profile, &desk->world->evil);
	assert_int_equal(tap_card(desk, &evil), 403);
	assert_problem(desk->house, "certificate_untrusted");
	profile.not_before_ms = at("20200101000000");
	profile.not_after_ms = at("20260731235959");
	struct tap expired = tap_of(desk, &profile, &desk->world->root);
	assert_int_equal(tap_card(desk, &expired), 403);
	assert_problem(desk->house, "certificate_expired");
	profile = world_profile();
	profile.policies = "critical," MAKE_POLICY_OTHER;
	struct tap other = tap_of(desk, &profile, &desk->world->root);
	assert_int_equal(tap_card(desk, &other), 403);
	assert_problem(desk->house, "certificate_wrong_use");
	profile = world_profile();
	profile.serial++;
	struct tap stranger = tap_of(desk, &profile, &desk->world->root);
	assert_int_equal(tap_card(desk, &stranger), 404);
	assert_problem(desk->house, "person_unknown");
	desk->card_status = ANSWER_REVOKED;
	assert_int_equal(tap_card(desk, &good), 403);
	assert_problem(desk->house, "certificate_revoked");
	desk->responder_down = true;
	assert_int_equal(tap_card(desk, &good), 503);
	assert_problem(desk->house, "revocation_unavailable");
	assert_int_equal(desk_alarms(desk, ALARM_OCSP_DOWN), 0); /* one is no alarm */
	for (int i = 0; i < 2; i++)
		assert_int_equal(tap_card(desk, &good), 503);
	assert_int_equal(desk_alarms(desk, ALARM_OCSP_DOWN), 3);
	assert_int_equal(desk_results(desk), 0);
	assert_int_equal(house_audits_of(desk->house, desk->house->here.no, "check"), 8);
}

static void test_a_card_in_its_grace_is_accepted_with_a_remark(void **state)
{
	struct desk *desk = *state;
	desk_ready(desk);
	struct make_profile profile = world_profile();
	profile.serial += 2;
	profile.not_before_ms = at("20211001000000");
	profile.not_after_ms = at("20261001235959");
	struct tap tap = tap_of(desk, &profile, &desk->world->root);
	desk_register(desk, tap.certificate);
	assert_int_equal(tap_card(desk, &tap), 200);
	const struct json *message =
		json_member(json_member(desk->house->json.root, "result"), "XmlMsg");
	assert_str_equal(json_text(json_member(json_member(message, "MessageBody"),
					       "ProcessingResultCode")),
			 STR("CERTIFICATE_GRACE"));
}

static void test_only_this_facilitys_staff_is_named(void **state)
{
	struct desk *desk = *state;
	struct tap tap = desk_ready(desk);
	struct str nonce;
	tap.staff = "nobody";
	assert_int_equal(desk_nonce(desk, &tap, &nonce), 422);
	assert_problem(desk->house, "staff_unknown");
}

static void test_a_check_is_proven_with_token_and_body(void **state)
{
	struct desk *desk = *state;
	struct tap tap = desk_ready(desk);
	struct str nonce, none = {0};
	assert_int_equal(desk_nonce(desk, &tap, &nonce), 200);
	struct str body = tap_body(desk, &tap, nonce);
	const char *path = "/v1/reader/checks";
	AUTO(signing_key_destroyp) struct signing_key *stranger = NULL;
	assert_int_equal(signing_key_generate(&stranger), 0);
	const struct str proofs[] = {
		none,
		desk_proof(desk, desk->device, path, none, body),
		desk_proof(desk, desk->device, path, desk->token, none),
		desk_proof(desk, desk->device, path, desk->token, STR("{}")),
		desk_proof(desk, stranger, path, desk->token, body),
	};
	for (size_t i = 0; i < COUNT_OF(proofs); i++) {
		assert_int_equal(tap_send(desk, path, body, proofs[i]), 401);
		assert_problem(desk->house, "device_proof_refused");
	}
	struct str good = desk_proof(desk, desk->device, path, desk->token, body);
	assert_int_equal(tap_send(desk, path, body, good), 200);
	assert_int_equal(desk_results(desk), 1);
}

static void test_a_receipt_token_taps_no_card(void **state)
{
	struct desk *desk = *state;
	struct tap tap = desk_ready(desk);
	struct str nonce;
	desk->token = house_session(desk->house, "1310000003", &desk->house->here.receipt).token;
	assert_int_equal(desk_nonce(desk, &tap, &nonce), 403);
	assert_problem(desk->house, "account_kind_refused");
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_an_activation_code_registers_one_device),
		DESK_TEST(test_who_holds_an_activation_code_has_few_guesses),
		DESK_TEST(test_a_device_logs_in_with_its_key),
		DESK_TEST(test_a_proof_is_good_once_for_one_request),
		DESK_TEST(test_a_devices_session_is_renewed_by_the_device_only),
		DESK_TEST(test_staff_are_the_facilitys_own),
		DESK_TEST(test_a_tap_becomes_one_result_and_one_audit_row),
		DESK_TEST(test_a_card_that_is_not_registered_yet_can_be),
		DESK_TEST(test_what_was_signed_for_a_check_registers_nothing),
		DESK_TEST(test_a_bad_card_is_not_registered),
		DESK_TEST(test_the_history_shows_again_what_was_confirmed_here),
		DESK_TEST(test_the_history_asks_for_a_period_only),
		DESK_TEST(test_a_face_check_needs_the_organisations_proof),
		DESK_TEST(test_a_nonce_is_good_once_for_its_own_tap),
		DESK_TEST(test_the_card_must_hold_the_key_and_sign_this_tap),
		DESK_TEST(test_refused_certificates_store_no_result),
		DESK_TEST(test_a_card_in_its_grace_is_accepted_with_a_remark),
		DESK_TEST(test_only_this_facilitys_staff_is_named),
		DESK_TEST(test_a_check_is_proven_with_token_and_body),
		DESK_TEST(test_a_receipt_token_taps_no_card),
	};
	return cmocka_run_group_tests(tests, authority_open, authority_close);
}
