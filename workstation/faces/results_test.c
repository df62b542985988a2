/* SPDX-License-Identifier: Apache-2.0 */
/* 届いた結果 and 月初の確認 without a browser. */
#include "workstation/faces/results.h"

#include "workstation/faces/test_desk.h"

/* A patient of last month, today by PIN and then by sight; somebody new; one who is not insured. */
static void month(struct test_desk *desk)
{
	const struct told some[] = {
		{.id = TEST_ID("1"), .at = "20261001103000", TEST_PERSON, .ratio = "030"},
		{.id = TEST_ID("2"),
		 .at = "20261122090000",
		 .reference = "1",
		 TEST_PERSON,
		 .method = "pin"},
		{.id = TEST_ID("3"), .at = "20261122110000", .reference = "1", TEST_PERSON},
		{.id = TEST_ID("4"),
		 .at = "20261005100000",
		 .validity = "1",
		 .name = "別　花子",
		 .kana = "ﾍﾞﾂ ﾊﾅｺ",
		 .birth = "19800303",
		 .sex = "2",
		 .insurer = "06000004",
		 .insurer_name = "組合",
		 .symbol = "9",
		 .number = "8",
		 .branch = "01",
		 .from = "20250401"},
		{.id = TEST_ID("5"),
		 .at = "20261121100000",
		 .validity = "2",
		 .name = "無　効",
		 .kana = "ﾑ ｺｳ",
		 .birth = "19900909",
		 .sex = "1",
		 .insurer = "06000004",
		 .insurer_name = "組合",
		 .symbol = "9",
		 .number = "77",
		 .branch = "01",
		 .from = "20250401"},
	};
	for (size_t i = 0; i < sizeof some / sizeof *some; i++)
		test_told(desk, &some[i], NULL);
}

/* How many lines of "id" a reply has. */
static size_t lines(struct str reply)
{
	size_t count = 0;
	for (size_t i = 0; i + 6 < reply.len; i++)
		count += memcmp(reply.ptr + i, "{\"id\":", 6) == 0;
	return count;
}

static void test_all_are_listed_newest_first_with_their_words(void **state)
{
	struct test_desk *desk = *state;
	month(desk);
	struct str reply = test_call(desk, "results", "{}");
	assert_true(test_has(reply, "\"today\":2,\"asks\":0,\"all\":5,\"on\":20261122,"
				    "\"results\":[{\"id\":\"" TEST_ID("3") "\""));
	assert_int_equal(lines(reply), 5);
	assert_true(test_has(reply, "\"method\":\"pin\",\"reference\":\"1\""));
	assert_true(test_has(reply, "\"status\":\"linked\",\"chart\":1"));
	assert_true(test_has(reply, "\"validity\":\"無効\",\"status\":\"invalid\","
				    "\"reason\":\"資格が有効ではありません\""));
	/* What the service does not know yet, the chart does. */
	assert_true(test_has(reply,
			     "\"id\":\"" TEST_ID("4") "\",\"at\":\"20261005100000\","
						      "\"method\":\"visual\",\"reference\":\"2\""));
	assert_true(test_has(reply, "\"more\":false"));
}

static void test_it_is_found_by_kana_name_number_and_day(void **state)
{
	static const struct {
		const char *with;
		size_t lines;
	} rows[] = {
		{"{\"search\":\"べつ\"}", 1},
		{"{\"search\":\"ﾍﾞﾂ\"}", 1},
		{"{\"search\":\"別花\"}", 1},
		{"{\"search\":\"７７\"}", 1},
		{"{\"search\":\"34\"}", 3},
		{"{\"search\":\"S55.3.3\",\"day\":19800303}", 1},
		{"{\"search\":\"x\",\"day\":20261122}", 2},
		{"{\"search\":\"%\"}", 0},
		{"{\"status\":\"invalid\"}", 1},
		{"{\"status\":\"new\"}", 2},
		{"{\"from\":20261122,\"to\":20261122}", 2},
		{"{\"from\":20261001,\"to\":20261031}", 2},
		{"{\"from\":20261122,\"search\":\"べつ\"}", 0},
	};
	struct test_desk *desk = *state;
	month(desk);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t found = lines(test_call(desk, "results", rows[i].with));
		if (found != rows[i].lines)
			print_error("%s finds %zu\n", rows[i].with, found);
		assert_int_equal(found, rows[i].lines);
	}
	assert_true(test_has(test_call(desk, "results", "{\"from\":\"x\"}"), "desk_fields"));
}

static void test_who_was_not_confirmed_this_month_is_listed(void **state)
{
	struct test_desk *desk = *state;
	month(desk);
	struct str reply = test_call(desk, "monthly", "{}");
	assert_true(test_has(reply, "\"month\":202611"));
	assert_true(test_has(reply, "\"name\":\"別　花子\""));
	assert_false(test_has(reply, "患者　一"));
	assert_true(test_has(test_call(desk, "monthly", "{\"back\":99}"), "desk_fields"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_DESK(test_all_are_listed_newest_first_with_their_words),
		TEST_DESK(test_it_is_found_by_kana_name_number_and_day),
		TEST_DESK(test_who_was_not_confirmed_this_month_is_listed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
