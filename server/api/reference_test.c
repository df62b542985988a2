/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 照会番号 on both engines: what it belongs to, what a number may be, and many in one call.
 */
#include "lib/db/testing.h"
#include "server/api/service_test.h"

#define HERE   "1310000003"
#define PERIOD "from=20261101000000&to=20261130235959"

/* Person 1 as house_import has them, but of another insurer. */
#define MOVED                                                                     \
	"{\"person\":\"P0001\",\"certificates\":[],\"qualifications\":[{"         \
	"\"InsuredCardClassification\":\"01\",\"InsurerNumber\":\"01130012\","    \
	"\"InsuredCardSymbol\":\"77\",\"InsuredIdentificationNumber\":\"8888\","  \
	"\"Name\":\"試験　太郎\",\"Sex1\":\"1\",\"Birthdate\":\"19700101\"," \
	"\"InsurerName\":\"全国健康保険協会\",\"QualificationDate\":\"20260401\"}]}"

struct room {
	struct house *house;
	struct str token;
	int key;
};

static struct room room_open(void **state, int people)
{
	struct db_fixture *fixture = db_fixture_of(state);
	bool postgres = fixture->options.engine == DB_POSTGRES;
	void *part;
	assert_int_equal(house_open_on(&part, postgres ? fixture->target : NULL), 0);
	struct room room = {.house = part};
	for (int i = 1; i <= people; i++) {
		house_import(room.house, i);
		house_confirm(room.house, &room.house->here, i);
	}
	room.token = house_session(room.house, HERE, &room.house->here.receipt).token;
	return room;
}

static void room_close(struct room *room)
{
	void *part = room->house;
	assert_int_equal(house_close(&part), 0);
}

static const struct json *results(struct room *room)
{
	assert_int_equal(house_get(room->house, "/v1/results", STR(PERIOD), room->token), 200);
	return json_member(room->house->json.root, "results");
}

static struct str result_id(struct room *room, size_t index)
{
	struct str copy, id = json_text(json_member(json_at(results(room), index), "id"));
	assert_int_equal(arena_copy(&room->house->arena, id, &copy), 0);
	return copy;
}

static struct str number_at(struct room *room, size_t index)
{
	struct str copy = {0}, number = json_text(json_member(json_at(results(room), index),
							      "reference_number"));
	if (number.ptr)
		assert_int_equal(arena_copy(&room->house->arena, number, &copy), 0);
	return copy;
}

/* items: what stands between the brackets; key NULL: a new one. */
static int put(struct room *room, const char *key, struct str items)
{
	struct house_call call = {
		.method = "PUT",
		.path = "/v1/references",
		.token = room->token,
		.idempotency_key = key,
		.body = house_print(room->house, "{\"references\":[%.*s]}", STR_ARG(items)),
	};
	if (!key)
		call.idempotency_key =
			house_print(room->house, "0123456789abcdef-%d", ++room->key).ptr;
	return house_send(room->house, &call);
}

/* number, expected: JSON. */
static struct str item(struct room *room, struct str id, const char *number, const char *expected)
{
	return house_print(room->house,
			   "{\"result_id\":\"%.*s\",\"reference_number\":%s,\"expected\":%s}",
			   STR_ARG(id), number, expected);
}

static struct str outcome(struct room *room, size_t index, const char *member)
{
	const struct json *list = json_member(room->house->json.root, "references");
	return json_text(json_member(json_at(list, index), member));
}

/* --- what it belongs to --- */

static void insurer_change(struct room *room)
{
	struct house *house = room->house;
	struct people_imported imported;
	struct str complaint;
	assert_int_equal(put(room, NULL, item(room, result_id(room, 0), "\"カルテ1\"", "null")),
			 200);
	assert_str_equal(outcome(room, 0, "outcome"), STR("done"));
	assert_int_equal(people_import(house->service->keys, house->db, &house->arena, STR(MOVED),
				       house->time.now_ms, &imported, &complaint),
			 0);
	house->time.now_ms += 1000;
	house_confirm(house, &house->here, 1);
	assert_str_equal(number_at(room, 0), STR("カルテ1"));
}

static void test_a_number_stays_with_the_person_when_the_insurer_changes(void **state)
{
	struct room room = room_open(state, 1);
	insurer_change(&room);
	assert_str_equal(number_at(&room, 1), STR("カルテ1"));
	room_close(&room);
}

/* As in older systems: blank after the change, registered anew, and back with the old insurance. */
static void test_a_number_stays_with_the_insurance_where_the_operator_says_so(void **state)
{
	struct room room = room_open(state, 0);
	struct house *house = room.house;
	house->service->eligibility.number_by_insurance = true;
	house_import(house, 1);
	house_confirm(house, &house->here, 1);
	insurer_change(&room);
	assert_null(number_at(&room, 1).ptr);
	struct str second = result_id(&room, 1);
	assert_int_equal(put(&room, NULL, item(&room, second, "\"カルテ1\"", "null")), 200);
	assert_str_equal(outcome(&room, 0, "code"), STR("reference_taken"));
	assert_int_equal(put(&room, NULL, item(&room, second, "\"カルテ1b\"", "null")), 200);
	assert_str_equal(outcome(&room, 0, "outcome"), STR("done"));
	assert_str_equal(number_at(&room, 0), STR("カルテ1"));
	house_import(house, 1);
	house->time.now_ms += 1000;
	house_confirm(house, &house->here, 1);
	assert_str_equal(number_at(&room, 2), STR("カルテ1"));
	room_close(&room);
}

/* --- many in one call --- */

static void test_each_change_is_made_or_refused_by_itself(void **state)
{
	struct room room = room_open(state, 4);
	struct house *house = room.house;
	assert_int_equal(put(&room, NULL, item(&room, result_id(&room, 0), "\"1\"", "null")), 200);
	struct str items = house_print(house, "%.*s,%.*s,%.*s,%.*s",
				       STR_ARG(item(&room, result_id(&room, 1), "\"2\"", "null")),
				       STR_ARG(item(&room, result_id(&room, 2), "\"1\"", "null")),
				       STR_ARG(item(&room, STR("00000000000000000000000000000000"),
						    "\"9\"", "null")),
				       STR_ARG(item(&room, result_id(&room, 0), "\"7\"", "\"8\"")));
	size_t audits = house_audits(house, house->here.no);
	assert_int_equal(put(&room, NULL, items), 200);
	static const char *const codes[] = {NULL, "reference_taken", "result_unknown",
					    "reference_conflict"};
	for (size_t i = 0; i < 4; i++) {
		assert_str_equal(outcome(&room, i, "outcome"),
				 codes[i] ? STR("refused") : STR("done"));
		assert_str_equal(outcome(&room, i, "code"), str_of(codes[i]));
		assert_int_equal(outcome(&room, i, "title").len > 0, codes[i] != NULL);
	}
	const struct json *list = json_member(house->json.root, "references");
	assert_str_equal(json_text(json_member(json_member(json_at(list, 3), "held"),
					       "reference_number")),
			 STR("1"));
	assert_int_equal(house_audits(house, house->here.no), audits + 1);
	static const char *const numbers[] = {"1", "2", NULL, NULL};
	for (size_t i = 0; i < 4; i++)
		assert_str_equal(number_at(&room, i), str_of(numbers[i]));
	room_close(&room);
}

/* A number may move from one person to another in one call: the order is the given one. */
static void test_changes_are_made_in_their_order(void **state)
{
	struct room room = room_open(state, 2);
	struct str first = result_id(&room, 0), second = result_id(&room, 1);
	assert_int_equal(put(&room, NULL, item(&room, first, "\"1\"", "null")), 200);
	struct str swap =
		house_print(room.house, "%.*s,%.*s", STR_ARG(item(&room, first, "null", "\"1\"")),
			    STR_ARG(item(&room, second, "\"1\"", "null")));
	assert_int_equal(put(&room, NULL, swap), 200);
	assert_str_equal(outcome(&room, 1, "outcome"), STR("done"));
	assert_null(number_at(&room, 0).ptr);
	assert_str_equal(number_at(&room, 1), STR("1"));
	room_close(&room);
}

static void test_a_repeat_is_answered_as_the_first_time_and_changes_nothing(void **state)
{
	struct room room = room_open(state, 2);
	struct house *house = room.house;
	struct str first = result_id(&room, 0), second = result_id(&room, 1), before;
	struct str items =
		house_print(house, "%.*s,%.*s", STR_ARG(item(&room, first, "\"1\"", "null")),
			    STR_ARG(item(&room, second, "\"2\"", "\"x\"")));
	const char *key = "an-idempotency-key";
	assert_int_equal(put(&room, key, items), 200);
	assert_int_equal(arena_copy(&house->arena, house->last.reply.body, &before), 0);
	/* Now the refused one would be made, and the made one would be refused. */
	assert_int_equal(put(&room, NULL, item(&room, second, "\"x\"", "null")), 200);
	assert_int_equal(put(&room, NULL, item(&room, first, "\"y\"", "\"1\"")), 200);
	assert_int_equal(put(&room, key, items), 200);
	assert_str_equal(house->last.reply.body, before);
	assert_str_equal(number_at(&room, 0), STR("y"));
	assert_str_equal(number_at(&room, 1), STR("x"));
	assert_int_equal(put(&room, key, item(&room, first, "\"1\"", "null")), 409);
	assert_problem(house, "idempotency_reused");
	house->time.now_ms += 5 * 60 * 1000;
	assert_int_equal(put(&room, key, items), 200);
	assert_str_equal(house->last.reply.body, before);
	room_close(&room);
}

/* --- what a request and a number may be --- */

static void test_what_does_not_fit_stores_nothing_of_the_whole(void **state)
{
	struct room room = room_open(state, 1);
	struct house *house = room.house;
	struct str id = result_id(&room, 0), good = item(&room, id, "\"1\"", "null"), many = good;
	for (int i = 0; i < 50; i++)
		many = house_print(house, "%.*s,%.*s", STR_ARG(many), STR_ARG(good));
	const struct {
		struct str items;
		const char *field;
	} bad[] = {
		{STR(""), "references"},
		{many, "references"},
		{house_print(house, "%.*s,7", STR_ARG(good)), "references.1"},
		{house_print(house, "%.*s,{}", STR_ARG(good)), "references.1.result_id"},
		{house_print(house, "%.*s,%.*s", STR_ARG(good),
			     STR_ARG(item(&room, id, "\"\"", "null"))),
		 "references.1.reference_number"},
		{house_print(house, "%.*s,%.*s", STR_ARG(good),
			     STR_ARG(item(&room, STR("0123456789ABCDEF0123456789ABCDEF"), "null",
					  "null"))),
		 "references.1.result_id"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(put(&room, NULL, bad[i].items), 422);
		const struct json *errors = json_member(house->json.root, "errors");
		assert_str_equal(json_text(json_member(json_at(errors, 0), "field")),
				 str_of(bad[i].field));
	}
	assert_int_equal(put(&room, "short", good), 400);
	assert_problem(house, "idempotency_missing");
	assert_null(number_at(&room, 0).ptr);
	room_close(&room);
}

/* Any script, as it came: what looks alike is not the same; only controls are refused. */
static void test_a_number_is_compared_byte_by_byte(void **state)
{
	static const char *const numbers[] = {
		"が",	    "か\xe3\x82\x99",
		"ｶﾞ",	    "A1",
		"Ａ１",	    "a1",
		" A1",	    "A1 ",
		"𠮷",	    "吉",
		"🙂",	    "مريض",
		"\xcc\x81", "辻󠄀",
		"\"\\/",    "00123",
	};
	static const char *const controls[] = {
		"a\\u0000", "a\\n", "\\u001f", "a\\u007f", "\\u0085", "a\\u2028", "\\u2029b",
	};
	struct room room = room_open(state, 1);
	struct house *house = room.house;
	struct str id = result_id(&room, 0), expected = STR("null");
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct str number = strchr(numbers[i], '"')
					    ? STR("\"\\\"\\\\/\"")
					    : house_print(house, "\"%s\"", numbers[i]);
		/* Its look-alike before it is another number. */
		if (i > 0)
			assert_int_equal(put(&room, NULL, item(&room, id, "null", number.ptr)),
					 200);
		if (i > 0)
			assert_str_equal(outcome(&room, 0, "code"), STR("reference_conflict"));
		assert_int_equal(put(&room, NULL, item(&room, id, number.ptr, expected.ptr)), 200);
		assert_str_equal(outcome(&room, 0, "outcome"), STR("done"));
		assert_str_equal(number_at(&room, 0), str_of(numbers[i]));
		expected = number;
	}
	for (size_t i = 0; i < sizeof controls / sizeof *controls; i++) {
		struct str number = house_print(house, "\"%s\"", controls[i]);
		int status = put(&room, NULL, item(&room, id, number.ptr, expected.ptr));
		assert_int_equal(status == 422 || (i == 0 && status == 400), 1);
	}
	assert_str_equal(number_at(&room, 0), STR("00123"));
	room_close(&room);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		DB_TEST(test_a_number_stays_with_the_person_when_the_insurer_changes),
		DB_TEST(test_a_number_stays_with_the_insurance_where_the_operator_says_so),
		DB_TEST(test_each_change_is_made_or_refused_by_itself),
		DB_TEST(test_changes_are_made_in_their_order),
		DB_TEST(test_a_repeat_is_answered_as_the_first_time_and_changes_nothing),
		DB_TEST(test_what_does_not_fit_stores_nothing_of_the_whole),
		DB_TEST_ON(sqlite, test_a_number_is_compared_byte_by_byte),
	};
	return db_fixture_run(tests, sizeof tests / sizeof tests[0]);
}
