/* SPDX-License-Identifier: Apache-2.0 */
/* REQ seed-1.6.1 PC only. Registering, listing and closing devices; what a service without bare
 * clients admits; which versions of a client are warned or refused. */
#include "server/api/device_test.h"
#include "server/mail/facility.h"

#define HERE "1310000003"

enum { KEYS = 7 };

/* A house whose receipt account is enrolled, and keys of some PCs. */
struct desk {
	struct house *house;
	struct house_account *account;
	struct signing_key *keys[KEYS];
};

static int desk_open(void **state)
{
	struct desk *desk = test_calloc(1, sizeof *desk);
	void *part;
	house_open(&part);
	desk->house = part;
	desk->account = &desk->house->here.receipt;
	house_enrol(desk->house, desk->account);
	for (size_t i = 0; i < KEYS; i++)
		assert_int_equal(signing_key_generate(&desk->keys[i]), 0);
	*state = desk;
	return 0;
}

static int desk_close(void **state)
{
	struct desk *desk = *state;
	void *part = desk->house;
	for (size_t i = 0; i < KEYS; i++)
		signing_key_destroy(desk->keys[i]);
	house_close(&part);
	test_free(desk);
	return 0;
}

static struct house_session login(struct desk *desk, size_t key)
{
	return house_key_session(desk->house, key < KEYS ? desk->keys[key] : NULL, HERE,
				 desk->account);
}

enum { BARE = KEYS };

static int count(struct desk *desk, struct str token)
{
	return house_get(desk->house, "/v1/results/count",
			 STR("from=20261101000000&to=20261130235959"), token);
}

static int list(struct desk *desk, struct str token)
{
	return house_get(desk->house, "/v1/devices", (struct str){0}, token);
}

static size_t listed(struct desk *desk, struct str token)
{
	assert_int_equal(list(desk, token), 200);
	return json_count(json_member(desk->house->json.root, "devices"));
}

static int device_close(struct desk *desk, struct str token, struct str id)
{
	struct house_call call = {
		.method = "DELETE",
		.path = house_print(desk->house, "/v1/devices/%.*s", STR_ARG(id)).ptr,
		.token = token,
	};
	return house_send(desk->house, &call);
}

static void test_a_session_becomes_the_device_that_it_registers(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	struct house_session session = login(desk, 0);
	assert_null(house_text(house, "device_id").ptr);
	size_t before = house_audits(house, house->here.no);
	assert_int_equal(house_register(house, desk->keys[0], session.token, HOUSE_PC), 200);
	struct str id = house_text(house, "device_id");
	assert_int_equal(id.len, 32);
	assert_int_equal(house_audits(house, house->here.no), before + 1);
	assert_int_equal(list(desk, session.token), 200);
	const struct json *entry = json_at(json_member(house->json.root, "devices"), 0);
	assert_str_equal(json_text(json_member(entry, "device_id")), id);
	assert_str_equal(json_text(json_member(entry, "name")), STR("受付PC"));
	assert_str_equal(json_text(json_member(entry, "platform")), STR("linux"));
	static const char current[] = "\"current\":true";
	struct str body = house->last.reply.body;
	assert_non_null(memmem(body.ptr, body.len, current, sizeof current - 1));
	/* From now on the handle is worth nothing without the key. */
	struct str password = secret_str(&desk->account->password);
	assert_int_equal(house_refresh(house, desk->account, session.handle, password,
				       "0123456789abcdef0"),
			 401);
	assert_problem(house, "device_proof_refused");
	login(desk, 0);
	assert_str_equal(house_text(house, "device_id"), id);
}

static void test_the_same_key_is_the_same_device(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	struct house_session session = login(desk, 0);
	assert_int_equal(house_register(house, desk->keys[0], session.token, HOUSE_PC), 200);
	struct str id = house_text(house, "device_id");
	assert_int_equal(house_register(house, desk->keys[0], session.token, HOUSE_PC), 200);
	assert_str_equal(house_text(house, "device_id"), id);
	session = login(desk, BARE);
	assert_int_equal(house_register(house, desk->keys[0], session.token, HOUSE_PC), 200);
	assert_str_equal(house_text(house, "device_id"), id);
	assert_int_equal(listed(desk, session.token), 1);
	/* A session that a key began registers no other. */
	session = login(desk, 1);
	assert_int_equal(house_register(house, desk->keys[2], session.token, HOUSE_PC), 401);
	assert_problem(house, "device_proof_refused");
}

static void test_a_key_has_one_account_and_one_life(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	struct house_session other = house_session(house, "1310000011", &house->there.receipt);
	assert_int_equal(house_register(house, desk->keys[0], other.token, HOUSE_PC), 200);
	struct house_session session = login(desk, BARE);
	assert_int_equal(house_register(house, desk->keys[0], session.token, HOUSE_PC), 409);
	assert_problem(house, "device_key_taken");
	assert_int_equal(house_register(house, desk->keys[1], session.token, HOUSE_PC), 200);
	struct str id = house_text(house, "device_id");
	assert_int_equal(device_close(desk, other.token, id), 404);
	assert_problem(house, "device_not_found");
	assert_int_equal(device_close(desk, session.token, STR("no id")), 404);
	assert_int_equal(device_close(desk, session.token, id), 204);
	assert_int_equal(device_close(desk, session.token, id), 404);
	assert_int_equal(house_register(house, desk->keys[1], session.token, HOUSE_PC), 409);
	assert_problem(house, "device_key_taken");
}

static void test_a_closed_devices_session_is_over_at_once(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	struct house_session session = login(desk, 0);
	assert_int_equal(house_register(house, desk->keys[0], session.token, HOUSE_PC), 200);
	struct str id = house_text(house, "device_id");
	assert_int_equal(count(desk, session.token), 200);
	struct house_session bare = login(desk, BARE);
	assert_int_equal(device_close(desk, bare.token, id), 204);
	assert_int_equal(count(desk, session.token), 401);
	assert_problem(house, "session_ended");
	assert_int_equal(listed(desk, bare.token), 0);
}

static void test_there_are_not_more_devices_than_allowed(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	struct house_session session = login(desk, BARE);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(house_register(house, desk->keys[i], session.token, HOUSE_PC),
				 200);
	struct str last = house_text(house, "device_id");
	size_t before = house_audits(house, house->here.no);
	assert_int_equal(house_register(house, desk->keys[5], session.token, HOUSE_PC), 403);
	assert_problem(house, "device_limit");
	assert_int_equal(house_audits(house, house->here.no), before + 1);
	assert_int_equal(house_register(house, desk->keys[4], session.token, HOUSE_PC), 200);
	assert_int_equal(device_close(desk, session.token, last), 204);
	assert_int_equal(house_register(house, desk->keys[5], session.token, HOUSE_PC), 200);
	house->config.limits.devices_per_account = 100;
	house->config.limits.devices_per_facility = 5;
	assert_int_equal(house_register(house, desk->keys[6], session.token, HOUSE_PC), 403);
	assert_problem(house, "device_limit");
}

static void test_phones_and_tablets_are_refused(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	struct house_session session = login(desk, BARE);
	size_t before = house_audits(house, house->here.no);
	static const char *const phones[] = {"\"name\":\"電話\",\"platform\":\"ios\"",
					     "\"name\":\"電話\",\"platform\":\"android\""};
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(house_register(house, desk->keys[0], session.token, phones[i]),
				 403);
		assert_problem(house, "platform_refused");
	}
	assert_int_equal(house_audits(house, house->here.no), before + 2);
	static const struct {
		const char *agent, *mobile, *platform;
		bool refused;
	} hints[] = {
		{"Mozilla/5.0 (Linux; Android 14) Chrome/126.0", NULL, NULL, true},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)", NULL, NULL, true},
		{"Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X)", NULL, NULL, true},
		{NULL, "?1", NULL, true},
		{NULL, NULL, "\"Android\"", true},
		{NULL, NULL, NULL, false},
		{"libshikaku/0.1.0", "?0", "\"Windows\"", false},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0", "?0", NULL, false},
	};
	for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
		house->hints.agent = str_of(hints[i].agent);
		house->hints.mobile = str_of(hints[i].mobile);
		house->hints.platform = str_of(hints[i].platform);
		int status = house_login(house, HERE, "WA0000001", STR("wrong"));
		assert_int_equal(status, hints[i].refused ? 403 : 401);
		assert_int_equal(count(desk, session.token), hints[i].refused ? 403 : 200);
		/* The reader may be a phone (seed 1.3). */
		assert_int_not_equal(house_post(house, "/v1/reader/login", STR("{}")), 403);
	}
}

static void test_without_bare_clients_a_device_is_needed(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	struct house_session bare = login(desk, BARE);
	house->config.clients.allow_bare = CONFIG_BARE_REFUSED;
	/* One problem, whoever it is. */
	assert_int_equal(house_login(house, HERE, "WA0000001", STR("wrong")), 403);
	assert_problem(house, "device_required");
	assert_int_equal(house_login(house, HERE, "nobody", STR("wrong")), 403);
	assert_int_equal(count(desk, bare.token), 403);
	assert_problem(house, "device_required");
	/* Except to register the first. */
	struct house_session session = login(desk, 0);
	assert_int_equal(count(desk, session.token), 403);
	assert_problem(house, "device_required");
	assert_int_equal(list(desk, session.token), 403);
	assert_int_equal(house_register(house, desk->keys[0], session.token, HOUSE_PC), 200);
	assert_int_equal(count(desk, session.token), 200);
}

static void test_without_bare_clients_a_second_device_needs_a_code(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	house->config.clients.allow_bare = CONFIG_BARE_REFUSED;
	struct house_session session = login(desk, 0);
	assert_int_equal(house_register(house, desk->keys[0], session.token, HOUSE_PC), 200);
	session = login(desk, 1);
	assert_int_equal(house_register(house, desk->keys[1], session.token, HOUSE_PC), 403);
	assert_problem(house, "device_code_required");
	AUTO(secret_wipe) struct secret code = {0};
	assert_int_equal(code_issue(&house->service->auth, house->db, STORE_CODE_ACTIVATION,
				    &desk->account->row, house->time.now_ms, &code),
			 0);
	struct str good = house_print(house, HOUSE_PC ",\"activation_code\":\"%.*s\"",
				      STR_ARG(secret_str(&code)));
	assert_int_equal(house_register(house, desk->keys[1], session.token,
					HOUSE_PC ",\"activation_code\":\"ABCDEFGHIJKLMNOP\""),
			 401);
	assert_problem(house, "activation_refused");
	assert_int_equal(house_register(house, desk->keys[1], session.token, good.ptr), 200);
	assert_int_equal(count(desk, session.token), 200);
	session = login(desk, 2);
	assert_int_equal(house_register(house, desk->keys[2], session.token, good.ptr), 401);
	assert_problem(house, "activation_refused");
}

static void test_a_version_is_warned_or_refused(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	struct house_session session = login(desk, BARE);
	assert_null(house_text(house, "notice").ptr);
	house->config.clients.warn = STR("他社 レセ 1; 試験 レセ 1");
	house->config.clients.notice = STR("新しい版にしてください。");
	session = login(desk, BARE);
	assert_str_equal(house_text(house, "notice"), STR("新しい版にしてください。"));
	house->config.clients.refuse = STR("試験 レセ 10; 試験 レセ");
	assert_int_equal(house_login(house, HERE, "WA0000001", STR("wrong")), 401);
	house->config.clients.refuse = STR("試験 レセ 10;試験 レセ 1");
	assert_int_equal(house_login(house, HERE, "WA0000001", STR("wrong")), 403);
	assert_problem(house, "client_refused");
	assert_int_equal(house_refresh(house, desk->account, session.handle,
				       secret_str(&desk->account->password), "0123456789abcdef0"),
			 403);
	assert_problem(house, "client_refused");
}

static size_t mails(struct house *house)
{
	struct store_mail *waiting;
	size_t found;
	assert_int_equal(store_outbox_list(house->db, &house->arena, false, &waiting, &found), 0);
	return found;
}

static void test_the_facility_is_told_of_a_new_device_once(void **state)
{
	struct desk *desk = *state;
	struct house *house = desk->house;
	struct house_session session = login(desk, 0);
	struct str sealed;
	assert_int_equal(facility_address_seal(house->service->keys, &house->arena, house->here.no,
					       STR("uketsuke@clinic.example"), &sealed),
			 0);
	assert_int_equal(store_facility_mail_set(house->db, house->here.no, sealed, 0), 0);
	assert_int_equal(house_register(house, desk->keys[0], session.token, HOUSE_PC), 200);
	assert_int_equal(mails(house), 1);
	assert_int_equal(house_register(house, desk->keys[0], session.token, HOUSE_PC), 200);
	assert_int_equal(mails(house), 1);
	struct store_mail mail;
	struct mail_letter letter;
	assert_int_equal(store_outbox_due(house->db, &house->arena, house->time.now_ms, &mail), 0);
	assert_int_equal(mail_open(house->service->keys, &house->arena, &mail, &letter), 0);
	assert_str_equal(letter.to, STR("uketsuke@clinic.example"));
	assert_str_equal(letter.subject, STR("新しい端末が登録されました"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)
	const struct CMUnitTest tests[] = {
		TEST(test_a_session_becomes_the_device_that_it_registers),
		TEST(test_the_same_key_is_the_same_device),
		TEST(test_a_key_has_one_account_and_one_life),
		TEST(test_a_closed_devices_session_is_over_at_once),
		TEST(test_there_are_not_more_devices_than_allowed),
		TEST(test_phones_and_tablets_are_refused),
		TEST(test_without_bare_clients_a_device_is_needed),
		TEST(test_without_bare_clients_a_second_device_needs_a_code),
		TEST(test_a_version_is_warned_or_refused),
		TEST(test_the_facility_is_told_of_a_new_device_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
