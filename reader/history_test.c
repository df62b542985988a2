/* SPDX-License-Identifier: Apache-2.0 */
/* The history from a service that answers from a script. */
#include "lib/base/test.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/client/transport_fake.h"
#include "reader/history.h"

#define ORIGIN "https://service.test"
#define NOW_MS INT64_C(1795316400000) /* 2026-11-22 12:00:00 JST */
#define ID_ONE "00000000000000000000000000000001"
#define ID_TWO "00000000000000000000000000000002"
#define PROOF                                         \
	"eyJhbGciOiJFUzI1NiJ9.."                      \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define TREE(validity, name)                                                                  \
	"{\"XmlMsg\":{\"MessageBody\":{\"ProcessingResultStatus\":\"1\","                     \
	"\"QualificationValidity\":\"" validity "\",\"ResultList\":[{"                        \
	"\"ResultOfQualificationConfirmation\":{\"Birthdate\":\"19700101\","                  \
	"\"InsuredCardClassification\":\"01\",\"InsurerName\":\"試験組合\",\"Name\":\"" name  \
	"\",\"Sex1\":\"1\"}}]},\"MessageHeader\":{\"MedicalInstitutionCode\":\"1310000003\"," \
	"\"ProcessExecutionTime\":\"20261122103000\","                                        \
	"\"QualificationConfirmationDate\":\"20261122\",\"SegmentOfResult\":\"1\"}}}"
#define ENTRY(id, method, validity, name)                                             \
	"{\"id\":\"" id "\",\"confirmed_at\":\"20261122103000\",\"method\":\"" method \
	"\",\"staff\":\"s1\",\"reference_version\":0,\"proof\":\"" PROOF              \
	"\",\"result\":" TREE(validity, name) "}"

#define LOGIN                                                                           \
	"{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":600,"         \
	"\"refresh_handle\":\"h\",\"session_expires_in\":43200,\"account_kind\":\"W\"," \
	"\"facility_name\":\"試験施術所\"}"

struct room {
	struct transport_fake fake;
	struct signing_key *key;
	struct client *client;
	char *text;
	size_t len;
	FILE *out;
};

static void clock_never(void *ctx, int64_t ms, const atomic_int *cancelled)
{
	(void)ctx, (void)ms, (void)cancelled;
}

static int room_open(void **state)
{
	struct room *room = test_calloc(1, sizeof *room);
	static const struct transport_fake_step login = {.status = 200, .body = LOGIN};
	static const struct wire_client program = {{"V", 1}, {"P", 1}, {"1", 1}};
	transport_fake_init(&room->fake, &login, 1);
	const struct client_options options = {
		.transport = transport_of_fake(&room->fake),
		.clock = &clock_system,
		.profile = &wire_profile_default,
		.random = random_bytes,
		.wait = clock_never,
	};
	assert_int_equal(client_create(&room->client, &options), 0);
	assert_int_equal(client_service_set(room->client, STR(ORIGIN)), 0);
	assert_int_equal(client_program_set(room->client, &program), 0);
	assert_int_equal(signing_key_generate(&room->key), 0);
	client_device_set(room->client, room->key);
	assert_int_equal(client_reader_login(room->client, STR("W0000001"), STR("a password 13")),
			 0);
	room->out = open_memstream(&room->text, &room->len);
	*state = room;
	return 0;
}

static int room_close(void **state)
{
	struct room *room = *state;
	fclose(room->out);
	free(room->text);
	client_destroy(room->client);
	signing_key_destroy(room->key);
	transport_fake_clear(&room->fake);
	test_free(room);
	return 0;
}

static bool shown(struct room *room, const char *text)
{
	fflush(room->out);
	return strstr(room->text, text) != NULL;
}

#define SCRIPT(room, steps) \
	transport_fake_script(&(room)->fake, (steps), sizeof(steps) / sizeof *(steps))

static const struct transport_fake_step two_pages[] = {
	{.status = 200,
	 .body = "{\"results\":[" ENTRY(ID_ONE, "pin", "1",
					"試験　太郎") "],\"next_cursor\":\"c2\"}"},
	{.status = 200, .body = "{\"results\":[" ENTRY(ID_TWO, "visual", "4", "●田　花子") "]}"},
};

static void test_every_page_is_shown_a_line_each(void **state)
{
	struct room *room = *state;
	const struct history_request request = {.now_ms = NOW_MS};
	SCRIPT(room, two_pages);
	assert_int_equal(history_show(room->out, room->client, &request), 0);
	assert_int_equal(room->fake.asked_count, 2);
	assert_str_equal(room->fake.asked[0].url,
			 STR(ORIGIN "/v1/reader/checks?from=20261122000000&to=20261122235959&"
				    "limit=100"));
	assert_true(str_ends(room->fake.asked[1].url, STR("&cursor=c2")));
	assert_true(shown(room, "2026-11-22 10:30 暗証番号 s1"));
	assert_true(shown(room, "有効"));
	assert_true(shown(room, "試験　太郎"));
	assert_true(shown(room, "目視"));
	assert_true(shown(room, "該当する資格がありません"));
	assert_true(shown(room, ID_TWO "\n"));
}

static void test_one_result_is_shown_in_full_or_not_found(void **state)
{
	struct room *room = *state;
	struct history_request request = {.now_ms = NOW_MS, .result_id = STR(ID_ONE)};
	SCRIPT(room, two_pages);
	assert_int_equal(history_show(room->out, room->client, &request), 0);
	assert_true(shown(room, "【有効】"));
	assert_true(shown(room, "試験組合"));
	assert_false(shown(room, "●田"));
	request.result_id = STR("00000000000000000000000000000009");
	SCRIPT(room, two_pages);
	assert_int_equal(history_show(room->out, room->client, &request), PROBLEM_RESULT_UNKNOWN);
}

static void test_json_comes_as_the_service_sent_it(void **state)
{
	struct room *room = *state;
	const struct history_request request = {.from = STR("20261101"),
						.to = STR("20261122103000"),
						.json = true,
						.now_ms = NOW_MS};
	SCRIPT(room, two_pages);
	assert_int_equal(history_show(room->out, room->client, &request), 0);
	assert_true(str_ends(room->fake.asked[0].url,
			     STR("from=20261101000000&to=20261122103000&limit=100")));
	assert_true(shown(room, "\"result\":" TREE("4", "●田　花子") "}\n"));
}

static void test_an_empty_period_says_what_to_do(void **state)
{
	static const struct transport_fake_step none[] = {
		{.status = 200, .body = "{\"results\":[]}"}};
	struct room *room = *state;
	const struct history_request request = {.now_ms = NOW_MS};
	SCRIPT(room, none);
	assert_int_equal(history_show(room->out, room->client, &request), 0);
	assert_true(shown(room, "この期間の確認はありません"));
}

static void test_what_is_no_period_never_leaves(void **state)
{
	static const struct {
		struct str from, to;
	} bad[] = {
		{{"20261131", 8}, {NULL, 0}},
		{{"2026", 4}, {NULL, 0}},
		{{"20261123", 8}, {"20261122", 8}},
	};
	struct room *room = *state;
	SCRIPT(room, two_pages);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const struct history_request request = {.from = bad[i].from,
							.to = bad[i].to,
							.now_ms = NOW_MS};
		assert_int_equal(history_show(room->out, room->client, &request), PROBLEM_USAGE);
	}
	assert_int_equal(room->fake.asked_count, 0);
}

#define ROOM_TEST(name) cmocka_unit_test_setup_teardown(name, room_open, room_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROOM_TEST(test_every_page_is_shown_a_line_each),
		ROOM_TEST(test_one_result_is_shown_in_full_or_not_found),
		ROOM_TEST(test_json_comes_as_the_service_sent_it),
		ROOM_TEST(test_an_empty_period_says_what_to_do),
		ROOM_TEST(test_what_is_no_period_never_leaves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
