/* SPDX-License-Identifier: Apache-2.0 */
/* A password changed at the desk, before a service that answers from a script. */
#include "lib/base/test.h"

#include "lib/client/transport_fake.h"
#include "reader/password.h"

#define TOKENS(token)                                                                   \
	"{\"access_token\":\"" token "\",\"token_type\":\"Bearer\",\"expires_in\":600," \
	"\"refresh_handle\":\"h\",\"session_expires_in\":43200,\"account_kind\":\"W\"," \
	"\"facility_name\":\"試験施術所\"}"
#define OLD  "a password 13"
#define NEXT "mado wo akeru asa"

struct room {
	struct transport_fake fake;
	struct signing_key *key;
	struct client *client;
	const char *lines[4]; /* what is typed; NULL: nothing comes any more */
	size_t asked;
	bool differ;
};

static void clock_never(void *ctx, int64_t ms, const atomic_int *cancelled)
{
	(void)ctx, (void)ms, (void)cancelled;
}

static int line_ask(void *ctx, const char *what, struct secret *ret_secret)
{
	struct room *room = ctx;
	const char *line = room->lines[room->asked];
	assert_non_null(strstr(what, "パスワード"));
	if (!line)
		return PROBLEM_USAGE;
	room->asked++;
	assert_int_equal(secret_set(ret_secret, str_of(line)), 0);
	return 0;
}

static int room_open(void **state)
{
	struct room *room = test_calloc(1, sizeof *room);
	static const struct transport_fake_step login = {.status = 200, .body = TOKENS("t")};
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
	assert_int_equal(client_service_set(room->client, STR("https://service.test")), 0);
	assert_int_equal(client_program_set(room->client, &program), 0);
	assert_int_equal(signing_key_generate(&room->key), 0);
	client_device_set(room->client, room->key);
	assert_int_equal(client_reader_login(room->client, STR("W0000001"), STR(OLD)), 0);
	*state = room;
	return 0;
}

static int room_close(void **state)
{
	struct room *room = *state;
	client_destroy(room->client);
	signing_key_destroy(room->key);
	transport_fake_clear(&room->fake);
	test_free(room);
	return 0;
}

static int changes(struct room *room, bool twice)
{
	const struct password_desk desk = {line_ask, room, twice};
	return password_change(room->client, &desk, &room->differ);
}

static void test_old_and_new_go_once_and_the_session_goes_on(void **state)
{
	struct room *room = *state;
	static const struct transport_fake_step tokens = {.status = 200, .body = TOKENS("t2")};
	transport_fake_script(&room->fake, &tokens, 1);
	room->lines[0] = OLD;
	room->lines[1] = NEXT;
	assert_int_equal(changes(room, false), 0);
	assert_int_equal(room->fake.asked_count, 1);
	assert_str_equal(room->fake.asked[0].url, STR("https://service.test/v1/password"));
	assert_str_equal(room->fake.asked[0].body,
			 STR("{\"old_password\":\"" OLD "\",\"new_password\":\"" NEXT "\"}"));
	assert_string_equal(client_session(room->client)->access_token, "t2");
	assert_str_equal(secret_str(&client_session(room->client)->password), STR(NEXT));
}

static void test_a_new_password_typed_in_two_ways_is_not_sent(void **state)
{
	struct room *room = *state;
	static const struct transport_fake_step tokens = {.status = 200, .body = TOKENS("t2")};
	transport_fake_script(&room->fake, &tokens, 1);
	room->lines[0] = OLD;
	room->lines[1] = NEXT;
	room->lines[2] = NEXT "!";
	assert_int_equal(changes(room, true), PROBLEM_USAGE);
	assert_true(room->differ);
	assert_int_equal(room->fake.asked_count, 0);
	room->asked = 0;
	room->lines[2] = NEXT;
	assert_int_equal(changes(room, true), 0);
	assert_false(room->differ);
}

static void test_without_a_password_nothing_is_sent(void **state)
{
	struct room *room = *state;
	static const struct transport_fake_step tokens = {.status = 200, .body = TOKENS("t2")};
	transport_fake_script(&room->fake, &tokens, 1);
	assert_int_equal(changes(room, false), PROBLEM_USAGE);
	room->lines[0] = OLD;
	assert_int_equal(changes(room, false), PROBLEM_USAGE);
	assert_int_equal(client_trouble(room->client)->problem, PROBLEM_USAGE);
	assert_false(room->differ);
	assert_int_equal(room->fake.asked_count, 0);
}

static void test_a_refusal_is_told_and_the_old_one_stays(void **state)
{
	struct room *room = *state;
	static const struct transport_fake_step wrong = {
		.status = 403,
		.body = "{\"type\":\"urn:shikaku:problem:password_wrong\",\"title\":\"題\","
			"\"status\":403,\"code\":\"password_wrong\",\"action\":\"次\","
			"\"vendor\":\"詳\",\"request_id\":\"0123456789abcdef0123456789abcdef\"}",
	};
	transport_fake_script(&room->fake, &wrong, 1);
	room->lines[0] = OLD "!";
	room->lines[1] = NEXT;
	assert_int_equal(changes(room, false), PROBLEM_PASSWORD_WRONG);
	assert_int_equal(room->fake.asked_count, 1);
	assert_str_equal(secret_str(&client_session(room->client)->password), STR(OLD));
}

#define IN_ROOM(name) cmocka_unit_test_setup_teardown(name, room_open, room_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOM(test_old_and_new_go_once_and_the_session_goes_on),
		IN_ROOM(test_a_new_password_typed_in_two_ways_is_not_sent),
		IN_ROOM(test_without_a_password_nothing_is_sent),
		IN_ROOM(test_a_refusal_is_told_and_the_old_one_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
