/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/client/test_desk.h"

#include <unistd.h>

#include "lib/client/retry.h"
#include "lib/json/json.h"

#define RESULT_ID "0123456789abcdef0123456789abcdef"
static const char tokens_reply_2[] =
	"{\"access_token\":\"token-2\",\"token_type\":\"Bearer\",\"expires_in\":600,"
	"\"refresh_handle\":\"handle-2\",\"session_expires_in\":43200,"
	"\"account_kind\":\"WA\",\"facility_name\":\"さくら整骨院\"}";
static const char count_reply[] = "{\"count\":3,\"without_reference\":2,"
				  "\"from\":\"20261101000000\",\"to\":\"20261130235959\"}";

static const struct transport_fake_step counted[] = {{.status = 200, .body = count_reply}};

static int count(struct desk *desk)
{
	struct wire_count answer;
	int r = client_count(desk->client, &november, &answer);
	if (r == 0) {
		assert_int_equal(answer.count, 3);
		assert_int_equal(answer.without_reference, 2);
	}
	return r;
}

/* --- the session --- */

static void test_login_then_passcode_opens_a_session(void **state)
{
	struct desk *desk = *state;
	logged_in(desk);
	const struct transport_fake_asked *asked = desk->fake.asked;
	assert_int_equal(desk->fake.asked_count, 2);
	assert_str_equal(asked[0].url, STR(SERVICE "/v1/login"));
	assert_str_equal(asked[0].method, STR("POST"));
	assert_true(contains(asked[0].body, "1312345678"));
	assert_true(contains(asked[1].body, "challenge-1"));
	assert_null(asked[1].authorization.ptr);
	assert_string_equal(client_session(desk->client)->facility_name, "さくら整骨院");
}

static void test_a_refused_password_is_sent_once_and_told(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 401,
		 .body = "{\"type\":\"urn:shikaku:problem:credentials_refused\",\"title\":\"だめ\","
			 "\"status\":401,\"code\":\"credentials_refused\",\"action\":\"確かめて\","
			 "\"vendor\":\"原因は返さない\",\"request_id\":\"" RESULT_ID "\"}"},
	};
	SCRIPT(desk, steps);
	assert_int_equal(login(desk), PROBLEM_CREDENTIALS_REFUSED);
	const struct client_trouble *trouble = client_trouble(desk->client);
	assert_int_equal(desk->fake.asked_count, 1);
	assert_str_equal(trouble->text, STR("だめ"));
	assert_str_equal(trouble->action, STR("確かめて"));
	assert_str_equal(trouble->request_id, STR(RESULT_ID));
	assert_int_equal(trouble->exit, 3);
	assert_int_equal(client_session(desk->client)->state, SESSION_NONE);
	assert_int_equal(client_session(desk->client)->password.len, 0);
}

/* --- this device --- */

static const char proof_refused[] =
	"{\"type\":\"urn:shikaku:problem:device_proof_refused\",\"title\":\"t\",\"status\":401,"
	"\"code\":\"device_proof_refused\",\"action\":\"a\",\"vendor\":\"v\","
	"\"request_id\":\"" RESULT_ID "\"}";

/* A claim of a proof, as its text in JSON. */
static struct str claim(struct desk *desk, struct str proof, const char *name)
{
	struct jws_parts parts;
	assert_int_equal(jws_split(&desk->fake.arena, proof, &parts), 0);
	return json_span_member(parts.payload, name);
}

static void test_a_device_proves_what_it_is_asked_to(void **state)
{
	struct desk *desk = *state;
	AUTO(signing_key_destroyp) struct signing_key *key = NULL;
	static const struct transport_fake_step steps[] = {
		{.status = 401, .body = proof_refused},
		{.status = 200, .body = count_reply},
		{.status = 200, .body = count_reply},
	};
	assert_int_equal(signing_key_generate(&key), 0);
	client_device_set(desk->client, key);
	logged_in(desk);
	const struct transport_fake_asked *asked = desk->fake.asked;
	assert_str_equal(claim(desk, asked[0].proof, "htu"), STR("\"" SERVICE "/v1/login\""));
	assert_str_equal(claim(desk, asked[1].proof, "htu"), STR("\"" SERVICE "/v1/mfa\""));
	SCRIPT(desk, steps);
	assert_int_equal(count(desk), 0);
	assert_null(asked[0].proof.ptr);
	assert_str_equal(claim(desk, asked[1].proof, "htm"), STR("\"GET\""));
	assert_non_null(claim(desk, asked[1].proof, "ath").ptr);
	/* Learned once. */
	assert_int_equal(count(desk), 0);
	assert_non_null(asked[2].proof.ptr);
	assert_int_equal(desk->fake.asked_count, 3);
	client_device_set(desk->client, NULL);
}

static void test_proofs_follow_the_services_clock(void **state)
{
	struct desk *desk = *state;
	AUTO(signing_key_destroyp) struct signing_key *key = NULL;
	/* The desk's clock stands ten hours behind. */
	static const struct transport_fake_step steps[] = {
		{.status = 401, .body = proof_refused, .date = "Sun, 22 Nov 2026 08:26:40 GMT"},
		{.status = 200, .body = challenge_reply},
		{.status = 401, .body = proof_refused, .date = "Sun, 22 Nov 2026 08:26:40 GMT"},
	};
	assert_int_equal(signing_key_generate(&key), 0);
	client_device_set(desk->client, key);
	SCRIPT(desk, steps);
	int64_t ahead_ms;
	assert_false(client_clock(desk->client, &ahead_ms)); /* nothing was heard yet */
	assert_int_equal(login(desk), 0);
	const struct transport_fake_asked *asked = desk->fake.asked;
	assert_true(client_clock(desk->client, &ahead_ms));
	assert_int_equal(ahead_ms, 10 * 60 * 60 * 1000 + 500);
	assert_str_equal(claim(desk, asked[0].proof, "iat"), STR("1795300000"));
	assert_str_equal(claim(desk, asked[1].proof, "iat"), STR("1795336000"));
	/* With the service's time it is no question of time any more. */
	assert_int_equal(client_mfa(desk->client, STR("123456")), PROBLEM_DEVICE_PROOF_REFUSED);
	assert_int_equal(desk->fake.asked_count, 3);
	client_device_set(desk->client, NULL);
}

static void test_a_refused_passcode_leaves_the_challenge(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 200, .body = challenge_reply},
		{.status = 401,
		 .body = "{\"type\":\"urn:shikaku:problem:passcode_reused\",\"title\":\"t\","
			 "\"status\":401,\"code\":\"passcode_reused\",\"action\":\"a\","
			 "\"vendor\":\"v\",\"request_id\":\"" RESULT_ID "\"}"},
		{.status = 200, .body = tokens_reply},
	};
	SCRIPT(desk, steps);
	assert_int_equal(login(desk), 0);
	assert_int_equal(client_mfa(desk->client, STR("123456")), PROBLEM_PASSCODE_REUSED);
	assert_int_equal(client_session(desk->client)->state, SESSION_PASSCODE);
	assert_int_equal(client_mfa(desk->client, STR("654321")), 0);
}

static void test_a_malformed_passcode_is_not_sent(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 200, .body = challenge_reply},
	};
	SCRIPT(desk, steps);
	assert_int_equal(login(desk), 0);
	assert_int_equal(client_mfa(desk->client, STR("12345")), PROBLEM_FIELD_INVALID);
	assert_int_equal(client_mfa(desk->client, STR("12345x")), PROBLEM_FIELD_INVALID);
	assert_int_equal(client_trouble(desk->client)->complaints.count, 1);
	assert_int_equal(desk->fake.asked_count, 1);
}

static void test_without_a_session_nothing_is_sent(void **state)
{
	struct desk *desk = *state;
	assert_int_equal(count(desk), PROBLEM_SESSION_ABSENT);
	assert_int_equal(client_mfa(desk->client, STR("123456")), PROBLEM_SESSION_ABSENT);
	assert_int_equal(client_refresh(desk->client, (struct str){0}, STR("x")),
			 PROBLEM_SESSION_ABSENT);
	assert_int_equal(client_logout(desk->client), 0);
	assert_int_equal(desk->fake.asked_count, 0);
}

static void test_an_old_token_is_renewed_before_the_call(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 200, .body = tokens_reply_2},
		{.status = 200, .body = count_reply},
	};
	logged_in(desk);
	desk->time.now_ms += 500000;
	SCRIPT(desk, steps);
	assert_int_equal(count(desk), 0);
	const struct transport_fake_asked *asked = desk->fake.asked;
	assert_str_equal(asked[0].url, STR(SERVICE "/v1/refresh"));
	assert_true(contains(asked[0].body, "handle-1"));
	assert_true(wire_idempotency_key_valid(asked[0].idempotency_key));
	assert_str_equal(asked[1].authorization, STR("Bearer token-2"));
}

static void test_a_token_the_service_calls_expired_is_renewed_once(void **state)
{
	struct desk *desk = *state;
	static const char expired[] =
		"{\"type\":\"urn:shikaku:problem:token_expired\",\"title\":\"t\",\"status\":401,"
		"\"code\":\"token_expired\",\"action\":\"a\",\"vendor\":\"v\","
		"\"request_id\":\"" RESULT_ID "\"}";
	static const struct transport_fake_step steps[] = {
		{.status = 401, .body = expired},
		{.status = 200, .body = tokens_reply_2},
		{.status = 401, .body = expired},
	};
	logged_in(desk);
	SCRIPT(desk, steps);
	assert_int_equal(count(desk), PROBLEM_TOKEN_EXPIRED);
	assert_int_equal(desk->fake.asked_count, 3);
}

static void test_without_a_kept_password_an_expired_token_is_told(void **state)
{
	struct desk *desk = *state;
	client_keep_password_set(desk->client, false);
	logged_in(desk);
	SCRIPT(desk, counted);
	desk->time.now_ms += 500000; /* old, but it still lives */
	assert_int_equal(count(desk), 0);
	desk->time.now_ms += 100000;
	assert_int_equal(count(desk), PROBLEM_TOKEN_EXPIRED);
	assert_int_equal(desk->fake.asked_count, 1);
}

static void test_a_renewal_without_an_answer_is_asked_again_under_its_key(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step lost[] = {
		{.outcome = TRANSPORT_TIMEOUT},	       {.outcome = TRANSPORT_BROKEN},
		{.outcome = TRANSPORT_TIMEOUT},	       {.status = 200, .body = tokens_reply_2},
		{.status = 200, .body = tokens_reply},
	};
	const struct str none = {0};
	logged_in(desk);
	SCRIPT(desk, lost);
	assert_int_equal(client_refresh(desk->client, none, none), PROBLEM_NETWORK_TIMEOUT);
	assert_int_equal(client_refresh(desk->client, none, none), 0);
	const struct transport_fake_asked *asked = desk->fake.asked;
	for (size_t i = 1; i < 4; i++)
		assert_str_equal(asked[i].idempotency_key, asked[0].idempotency_key);
	/* Once answered, the next renewal is another one. */
	assert_int_equal(client_refresh(desk->client, none, none), 0);
	assert_false(str_equal(asked[4].idempotency_key, asked[0].idempotency_key));
}

static void test_a_password_refused_at_renewal_is_not_kept(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 401,
		 .body = "{\"type\":\"urn:shikaku:problem:credentials_refused\",\"title\":\"t\","
			 "\"status\":401,\"code\":\"credentials_refused\",\"action\":\"a\","
			 "\"vendor\":\"v\",\"request_id\":\"" RESULT_ID "\"}"},
	};
	const struct str none = {0};
	logged_in(desk);
	SCRIPT(desk, steps);
	assert_int_equal(client_refresh(desk->client, none, none), PROBLEM_CREDENTIALS_REFUSED);
	assert_int_equal(client_refresh(desk->client, none, none), PROBLEM_FIELD_INVALID);
	assert_int_equal(desk->fake.asked_count, 1);
}

static void test_logout_forgets_even_when_nobody_answers(void **state)
{
	struct desk *desk = *state;
	logged_in(desk);
	script(desk, NULL, 0);
	assert_int_equal(client_logout(desk->client), PROBLEM_NETWORK_UNREACHABLE);
	assert_int_equal(client_session(desk->client)->state, SESSION_NONE);
	assert_string_equal(client_session(desk->client)->access_token, "");
}

/* --- trying again --- */

static void test_a_count_is_tried_three_times_and_no_more(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.outcome = TRANSPORT_TIMEOUT},
		{.outcome = TRANSPORT_BROKEN},
		{.outcome = TRANSPORT_TIMEOUT},
		{.status = 200, .body = count_reply},
	};
	logged_in(desk);
	SCRIPT(desk, steps);
	assert_int_equal(count(desk), PROBLEM_NETWORK_TIMEOUT);
	assert_int_equal(desk->fake.asked_count, RETRY_TRIES_MAX);
	assert_int_equal(desk->waits, RETRY_TRIES_MAX - 1);
}

static void test_a_busy_service_is_waited_for_as_it_asks(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 503,
		 .body = "{\"type\":\"urn:shikaku:problem:busy\",\"title\":\"t\",\"status\":503,"
			 "\"code\":\"busy\",\"action\":\"a\",\"vendor\":\"v\",\"request_id\":"
			 "\"" RESULT_ID "\",\"retry_after\":2}"},
		{.status = 200, .body = count_reply},
	};
	logged_in(desk);
	SCRIPT(desk, steps);
	assert_int_equal(count(desk), 0);
	assert_true(desk->waited_ms >= 2000);
	assert_int_equal(client_trouble(desk->client)->problem, PROBLEM_NONE);
}

static void test_a_login_without_an_answer_is_not_repeated(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.outcome = TRANSPORT_TIMEOUT},
		{.status = 200, .body = challenge_reply},
	};
	SCRIPT(desk, steps);
	assert_int_equal(login(desk), PROBLEM_NETWORK_TIMEOUT);
	assert_int_equal(desk->fake.asked_count, 1);
}

static void test_a_refused_certificate_is_not_tried_again(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {{.outcome = TRANSPORT_TLS}};
	SCRIPT(desk, steps);
	assert_int_equal(login(desk), PROBLEM_TLS_REFUSED);
	assert_int_equal(desk->fake.asked_count, 1);
	assert_int_equal(client_trouble(desk->client)->exit, 9);
}

static void test_cancelling_ends_the_tries(void **state)
{
	struct desk *desk = *state;
	logged_in(desk);
	script(desk, NULL, 0);
	desk->cancel_in_wait = true;
	assert_int_equal(count(desk), PROBLEM_CANCELLED);
	assert_int_equal(desk->fake.asked_count, 1);
	/* The next call is a new one. */
	SCRIPT(desk, counted);
	assert_int_equal(count(desk), 0);
}

/* --- replies --- */

static void test_a_page_that_is_not_ours_is_told_as_such(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 200, .body = "<html>hotel Wi-Fi</html>", .content_type = "text/html"},
		{.status = 502, .body = "<html>gateway</html>", .content_type = "text/html"},
		{.outcome = TRANSPORT_TOO_LARGE},
	};
	logged_in(desk);
	SCRIPT(desk, steps);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(count(desk), PROBLEM_REPLY_MALFORMED);
		assert_int_equal(client_trouble(desk->client)->problem, PROBLEM_REPLY_MALFORMED);
	}
}

static void test_a_page_of_results_keeps_their_bytes(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 200,
		 .body = "{\"results\":[{\"id\":\"" RESULT_ID
			 "\",\"confirmed_at\":\"20261122103000\",\"method\":\"pin\","
			 "\"staff\":\"S1\",\"reference_version\":0,\"proof\":\"" PROOF "\","
			 "\"result\":{\"XmlMsg\":{\"Name\":\"●田\"}}}],\"next_cursor\":\"c2\"}"},
		{.status = 200, .body = "{\"results\":[]}"},
	};
	struct client_answer answer;
	struct wire_page page;
	struct wire_search search = november;
	logged_in(desk);
	SCRIPT(desk, steps);
	client_answer_init(&answer);
	assert_int_equal(client_page(desk->client, &search, &answer, &page), 0);
	assert_int_equal(page.results_count, 1);
	assert_str_equal(page.results[0].result, STR("{\"XmlMsg\":{\"Name\":\"●田\"}}"));
	assert_null(page.results[0].reference_number.ptr);
	assert_str_equal(page.next_cursor, STR("c2"));
	search.cursor = STR("c2");
	assert_int_equal(client_page(desk->client, &search, &answer, &page), 0);
	assert_int_equal(page.results_count, 0);
	assert_null(page.next_cursor.ptr);
	assert_true(contains(desk->fake.asked[1].url, "cursor=c2"));
	client_answer_clear(&answer);
}

/* --- a profile without paging --- */

#define RESULT(id)                                                                   \
	"{\"id\":\"" id "\",\"confirmed_at\":\"20261122103000\",\"method\":\"pin\"," \
	"\"staff\":\"S1\",\"reference_version\":0,\"proof\":\"" PROOF                \
	"\",\"result\":{\"XmlMsg\":{}}}"

static void profile_set(struct desk *desk, const char *text)
{
	char path[] = "/tmp/shikaku-client-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(close(fd), 0);
	int r = client_profile_read(desk->client, path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(r, 0);
}

static void test_without_pages_the_period_is_halved_until_it_fits(void **state)
{
	struct desk *desk = *state;
	static const char many[] = "{\"code\":\"results_too_many\"}";
	static const struct transport_fake_step steps[] = {
		{.status = 422, .body = many},
		{.status = 422, .body = many},
		{.status = 200, .body = "{\"results\":[" RESULT(RESULT_ID) "]}"},
		{.status = 200, .body = "{\"results\":[]}"},
	};
	struct client_answer answer;
	struct wire_page page;
	struct wire_search search = {.from_ms = 1793458800000,
				     .to_ms = 1793458806000,
				     .limit = 100};
	profile_set(desk, "{\"paging\":\"none\"}");
	logged_in(desk);
	SCRIPT(desk, steps);
	client_answer_init(&answer);
	assert_int_equal(client_page(desk->client, &search, &answer, &page), 0);
	assert_int_equal(page.results_count, 1);
	assert_str_equal(page.next_cursor, STR("1793458802000"));
	assert_true(contains(desk->fake.asked[1].url, "to=20261101000003"));
	assert_true(contains(desk->fake.asked[2].url, "to=20261101000001"));
	assert_false(contains(desk->fake.asked[2].url, "limit"));
	search.cursor = STR("1793458802000");
	assert_int_equal(client_page(desk->client, &search, &answer, &page), 0);
	assert_true(contains(desk->fake.asked[3].url, "from=20261101000002&to=20261101000006"));
	assert_null(page.next_cursor.ptr);
	client_answer_clear(&answer);
}

static void test_a_second_that_holds_too_much_is_told(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 422, .body = "{\"code\":\"results_too_many\"}"},
	};
	struct client_answer answer;
	struct wire_page page;
	struct wire_search search = {.from_ms = 1793458800000, .to_ms = 1793458800000};
	profile_set(desk, "{\"paging\":\"none\"}");
	logged_in(desk);
	SCRIPT(desk, steps);
	client_answer_init(&answer);
	assert_int_equal(client_page(desk->client, &search, &answer, &page),
			 PROBLEM_RESULTS_TOO_MANY);
	search.cursor = STR("c2");
	assert_int_equal(client_page(desk->client, &search, &answer, &page),
			 PROBLEM_CURSOR_REFUSED);
	client_answer_clear(&answer);
}

static void test_a_profile_changes_what_is_said_and_heard(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 200, .body = "{\"R\":{\"Ticket\":\"challenge-1\",\"expires_in\":300}}"},
		{.status = 401, .body = "{\"code\":\"E2\"}"},
		{.status = 200, .body = "{\"challenge\":\"challenge-1\",\"expires_in\":300}"},
	};
	profile_set(desk, "{\"envelope\":{\"reply\":\"R\"},\"paths\":{\"login\":\"POST /auth\"},"
			  "\"members\":{\"challenge\":\"Ticket\",\"password\":\"Secret\"},"
			  "\"codes\":{\"passcode_refused\":\"E2\"}}");
	SCRIPT(desk, steps);
	assert_int_equal(login(desk), 0);
	assert_str_equal(desk->fake.asked[0].url, STR(SERVICE "/auth"));
	assert_true(contains(desk->fake.asked[0].body, "\"Secret\":\"correct horse battery\""));
	assert_int_equal(client_mfa(desk->client, STR("123456")), PROBLEM_PASSCODE_REFUSED);
	assert_true(contains(desk->fake.asked[1].body, "\"Ticket\":\"challenge-1\""));
	assert_int_equal(login(desk), PROBLEM_REPLY_MALFORMED);
}

static void test_a_profile_that_is_wrong_changes_nothing(void **state)
{
	struct desk *desk = *state;
	assert_int_equal(client_profile_read(desk->client, "/nonexistent"), PROBLEM_FILE_UNUSABLE);
	logged_in(desk);
	assert_int_equal(client_profile_read(desk->client, "/nonexistent"), -EINVAL);
	SCRIPT(desk, counted);
	assert_int_equal(count(desk), 0);
}

static void test_a_conflict_tells_the_number_that_is_held(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 409,
		 .body = "{\"type\":\"urn:shikaku:problem:reference_conflict\",\"title\":\"t\","
			 "\"status\":409,\"code\":\"reference_conflict\",\"action\":\"a\","
			 "\"vendor\":\"v\",\"request_id\":\"" RESULT_ID
			 "\",\"held\":{\"reference_number\":\"カルテ7\"}}"},
		{.status = 200, .body = "{\"reference_number\":\"8\",\"reference_version\":2}"},
	};
	const struct wire_reference reference = {STR("8"), {0}};
	int64_t version = 0;
	logged_in(desk);
	SCRIPT(desk, steps);
	assert_int_equal(client_reference(desk->client, STR(RESULT_ID), &reference, &version),
			 PROBLEM_REFERENCE_CONFLICT);
	assert_str_equal(client_trouble(desk->client)->held_reference, STR("カルテ7"));
	assert_int_equal(client_reference(desk->client, STR(RESULT_ID), &reference, &version), 0);
	assert_int_equal(version, 2);
	assert_str_equal(desk->fake.asked[1].method, STR("PUT"));
	assert_true(contains(desk->fake.asked[1].url, "/v1/results/" RESULT_ID "/reference"));
	/* An id that cannot be one never leaves. */
	assert_int_equal(client_reference(desk->client, STR("../x"), &reference, &version),
			 PROBLEM_RESULT_UNKNOWN);
	assert_int_equal(desk->fake.asked_count, 2);
}

/* Whoever lost the answer sends the list again: under the same key. */
static void test_a_list_of_numbers_is_repeated_under_its_key(void **state)
{
	struct desk *desk = *state;
	static const struct transport_fake_step steps[] = {
		{.status = 401, .body = "{}"},
		{.status = 200,
		 .body = "{\"references\":[{\"outcome\":\"done\",\"reference_version\":3},"
			 "{\"outcome\":\"refused\",\"code\":\"reference_conflict\",\"title\":\"t\","
			 "\"action\":\"a\",\"held\":{\"reference_number\":null}}]}"},
		{.status = 200,
		 .body = "{\"references\":[{\"outcome\":\"done\",\"reference_version\":3}]}"},
		{.status = 200,
		 .body = "{\"references\":[{\"outcome\":\"done\",\"reference_version\":3},"
			 "{\"outcome\":\"refused\",\"code\":\"of_later\",\"title\":\"t\","
			 "\"action\":\"a\"}]}"},
	};
	const struct wire_reference_item items[] = {
		{STR(RESULT_ID), {STR("8"), {0}}},
		{STR(RESULT_ID), {{0}, STR("9")}},
	};
	struct client_references batch = {.items = items, .count = 2};
	struct wire_reference_outcome *outcomes;
	struct client_answer answer;
	logged_in(desk);
	SCRIPT(desk, steps);
	client_answer_init(&answer);
	assert_int_not_equal(client_references(desk->client, &batch, &answer, &outcomes), 0);
	assert_int_equal(client_references(desk->client, &batch, &answer, &outcomes), 0);
	assert_int_equal(outcomes[0].problem, PROBLEM_NONE);
	assert_int_equal(outcomes[0].version, 3);
	assert_int_equal(outcomes[1].problem, PROBLEM_REFERENCE_CONFLICT);
	assert_null(outcomes[1].held.ptr);
	assert_int_equal(client_references(desk->client, &batch, &answer, &outcomes),
			 PROBLEM_REPLY_MALFORMED);
	assert_int_equal(client_references(desk->client, &batch, &answer, &outcomes), 0);
	assert_int_equal(outcomes[1].problem, PROBLEM_SERVICE_REFUSED);
	assert_str_equal(outcomes[1].code, STR("of_later"));
	assert_true(batch.key[0] != '\0');
	for (size_t i = 1; i < desk->fake.asked_count; i++)
		assert_str_equal(desk->fake.asked[i].idempotency_key,
				 desk->fake.asked[0].idempotency_key);
	client_answer_clear(&answer);
}

/* --- the reader --- */

static void proof_check(struct str proof, const struct verify_key *key, const char *url,
			bool with_token)
{
	AUTO(arena_clear) struct arena arena;
	AUTO(json_clear) struct json_document claims = {0};
	struct jws_parts parts;
	arena_init(&arena, 1 << 20);
	assert_int_equal(jws_split(&arena, proof, &parts), 0);
	assert_int_equal(jws_verify(key, &parts), 0);
	assert_int_equal(json_read(parts.payload, &json_limits_request, &claims), 0);
	assert_str_equal(json_text(json_member(claims.root, "htu")), str_of(url));
	assert_str_equal(json_text(json_member(claims.root, "htm")), STR("POST"));
	assert_int_equal(json_text(json_member(claims.root, "ath")).ptr != NULL, with_token);
	assert_int_equal(json_text(json_member(claims.root, "body_sha256")).ptr != NULL,
			 with_token);
}

static void test_the_reader_proves_its_device(void **state)
{
	struct desk *desk = *state;
	AUTO(signing_key_destroyp) struct signing_key *key = NULL;
	AUTO(verify_key_destroyp) struct verify_key *public_key = NULL;
	static const struct transport_fake_step steps[] = {
		{.status = 200, .body = tokens_reply},
		{.status = 422, .body = "{}"},
	};
	const struct wire_check check = {
		.nonce = STR("n"),
		.method = WIRE_METHOD_PIN,
		.staff = STR("S1"),
		.certificate = STR("AAAA"),
		.signature = STR("AAAA"),
	};
	struct client_answer answer;
	struct wire_confirmation confirmation;
	assert_int_equal(signing_key_generate(&key), 0);
	assert_int_equal(verify_key_of(key, &public_key), 0);
	client_device_set(desk->client, key);
	SCRIPT(desk, steps);
	client_answer_init(&answer);
	assert_int_equal(client_reader_login(desk->client, STR("W0000001"),
					     STR("correct horse battery")),
			 0);
	assert_int_equal(client_check(desk->client, &check, &answer, &confirmation),
			 PROBLEM_REPLY_MALFORMED);
	const struct transport_fake_asked *asked = desk->fake.asked;
	proof_check(asked[0].proof, public_key, SERVICE "/v1/reader/login", false);
	proof_check(asked[1].proof, public_key, SERVICE "/v1/reader/checks", true);
	assert_str_equal(asked[1].authorization, STR("Bearer token-1"));
	client_answer_clear(&answer);
}

static void test_only_a_bare_https_address_is_a_service(void **state)
{
	struct desk *desk = *state;
	static const char *const bad[] = {
		"",
		"http://a",
		"https://",
		"https://a/b",
		"https://a?b",
		"https://u@a",
		"https://a b",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(client_service_set(desk->client, str_of(bad[i])), -EINVAL);
	assert_int_equal(client_service_set(desk->client, STR("https://a.example:8443/")), 0);
	logged_in(desk);
	/* A token must never travel to another service. */
	assert_int_equal(client_service_set(desk->client, STR("https://b.example")), -EINVAL);
}

#define AT_DESK(test) cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(test_login_then_passcode_opens_a_session),
		AT_DESK(test_a_refused_password_is_sent_once_and_told),
		AT_DESK(test_a_refused_passcode_leaves_the_challenge),
		AT_DESK(test_a_device_proves_what_it_is_asked_to),
		AT_DESK(test_proofs_follow_the_services_clock),
		AT_DESK(test_a_malformed_passcode_is_not_sent),
		AT_DESK(test_without_a_session_nothing_is_sent),
		AT_DESK(test_an_old_token_is_renewed_before_the_call),
		AT_DESK(test_a_token_the_service_calls_expired_is_renewed_once),
		AT_DESK(test_without_a_kept_password_an_expired_token_is_told),
		AT_DESK(test_a_renewal_without_an_answer_is_asked_again_under_its_key),
		AT_DESK(test_a_password_refused_at_renewal_is_not_kept),
		AT_DESK(test_logout_forgets_even_when_nobody_answers),
		AT_DESK(test_a_count_is_tried_three_times_and_no_more),
		AT_DESK(test_a_busy_service_is_waited_for_as_it_asks),
		AT_DESK(test_a_login_without_an_answer_is_not_repeated),
		AT_DESK(test_a_refused_certificate_is_not_tried_again),
		AT_DESK(test_cancelling_ends_the_tries),
		AT_DESK(test_a_page_that_is_not_ours_is_told_as_such),
		AT_DESK(test_a_page_of_results_keeps_their_bytes),
		AT_DESK(test_without_pages_the_period_is_halved_until_it_fits),
		AT_DESK(test_a_second_that_holds_too_much_is_told),
		AT_DESK(test_a_profile_changes_what_is_said_and_heard),
		AT_DESK(test_a_profile_that_is_wrong_changes_nothing),
		AT_DESK(test_a_conflict_tells_the_number_that_is_held),
		AT_DESK(test_a_list_of_numbers_is_repeated_under_its_key),
		AT_DESK(test_the_reader_proves_its_device),
		AT_DESK(test_only_a_bare_https_address_is_a_service),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
