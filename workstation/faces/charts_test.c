/* SPDX-License-Identifier: Apache-2.0 */
/* 患者 and 個人画面 without a browser: what the calls take, answer and refuse. */
#include "workstation/faces/charts.h"

#include "workstation/faces/test_desk.h"

#define CHART_OF(number) "{\"number\":" number "}"
#define SAVE(number, version, name)                                                                 \
	"{\"chart\":{\"number\":" number ",\"version\":" version ",\"name\":\"" name                \
	"\",\"birth\":\"19700101\",\"ratio\":\"030\"},\"more\":{\"notes\":\"左肩\",\"first_"      \
	"visit\":"                                                                                  \
	"20260401,\"why\":\"電話で聞いた\",\"expenses\":[{\"payer\":\"12130009\",\"from\":0," \
	"\"to\":0}]}}"
#define INSURE(version, more)                                                                   \
	"{\"chart\":1,\"version\":" version ",\"order\":0,\"begins\":20261101,\"closed_on\":0," \
	"\"insurer_number\":\"06000004\",\"number\":\"7\"" more "}"

static const struct told first = {.id = TEST_ID("1"),
				  .at = "20261101103000",
				  TEST_PERSON,
				  .ratio = "030"};
/* The same patient under the chart's number, with another name, ratio and address. */
static const struct told second = {.id = TEST_ID("2"),
				   .at = "20261120103000",
				   .reference = "1",
				   TEST_PERSON,
				   .ratio = "020",
				   .address = "千代田区"};

static void two_results(struct test_desk *desk)
{
	struct told other = second;
	test_told(desk, &first, NULL);
	other.name = "患者　壱";
	test_told(desk, &other, NULL);
}

static void test_a_chart_is_found_and_the_rest_is_not(void **state)
{
	struct test_desk *desk = *state;
	test_told(desk, &first, NULL);
	static const char *const finds[] = {"", "患者", "ｶﾝｼﾞ", "かんじゃ", "34", "1"};
	for (size_t i = 0; i < sizeof finds / sizeof *finds; i++) {
		char with[128];
		(void)snprintf(with, sizeof with, "{\"text\":\"%s\"}", finds[i]);
		struct str reply = test_call(desk, "charts", with);
		assert_true(test_has(reply, "\"name\":\"患者　一\""));
		assert_true(test_has(reply, "\"insurer_name\":\"協会\""));
	}
	assert_true(test_has(test_call(desk, "charts", "{\"text\":\"別人\"}"),
			     "{\"charts\":[],\"more\":false}"));
	assert_true(
		test_has(test_call(desk, "charts", "{\"text\":\"S45.1.1\",\"birth\":\"19700101\"}"),
			 "患者　一"));
}

static void test_a_chart_is_shown_with_all_that_belongs_to_it(void **state)
{
	struct test_desk *desk = *state;
	two_results(desk);
	struct str reply = test_call(desk, "chart", CHART_OF("1"));
	static const char *const parts[] = {
		"\"reference\":\"1\"",
		"\"insurances\":[{\"insurer_number\":\"01130012\"",
		"\"ratio\":\"020\",\"order\":1,\"by_hand\":false",
		"\"told_by\":{\"id\":\"" TEST_ID("2") "\"",
		"\"name\":\"name\",\"label\":\"氏名\"",
		"\"held\":\"患者　一\",\"told\":\"患者　壱\",\"differs\":true,\"waits\":true",
		"\"insurance_differs\":false",
		"\"limit_class\":{\"A01\":\"ア\"",
	};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!test_has(reply, parts[i]))
			print_error("%s\n", parts[i]);
		assert_true(test_has(reply, parts[i]));
	}
	assert_true(test_has(test_call(desk, "chart", CHART_OF("9")), "chart_unknown"));
	assert_true(test_has(test_call(desk, "chart", "{\"number\":1,\"result\":\"x\"}"),
			     "result_unknown"));
	assert_true(test_has(test_call(desk, "chart", "{}"), "desk_fields"));
}

static void test_a_chart_is_saved_once_per_version(void **state)
{
	struct test_desk *desk = *state;
	struct str reply = test_call(desk, "chart_save", SAVE("0", "0", "山田"));
	assert_true(test_has(reply, "{\"number\":1,\"doubts\":[{\"field\":\"expense1_payer\""));
	assert_true(
		test_has(test_call(desk, "chart_save", SAVE("1", "1", "山本")), "\"number\":1"));
	assert_true(test_has(test_call(desk, "chart_save", SAVE("1", "1", "山下")), "chart_moved"));
	assert_true(test_has(test_call(desk, "chart", CHART_OF("1")),
			     "\"staff\":\"01\",\"kind\":\"edit\",\"why\":\"電話で聞いた\""));
	assert_true(test_has(test_call(desk, "chart_save", SAVE("7", "1", "山下")), "chart_gone"));
	reply = test_call(desk, "chart_save",
			  "{\"chart\":{\"number\":0,\"version\":0,\"birth\":\"19701301\"},"
			  "\"more\":{\"expenses\":[{\"payer\":\"12\"}]}}");
	assert_true(test_has(reply, "\"field\":\"name\"") &&
		    test_has(reply, "\"field\":\"birth\"") &&
		    test_has(reply, "\"field\":\"expense1_payer\""));
}

static void test_an_insurance_is_written_and_refused_by_field(void **state)
{
	struct test_desk *desk = *state;
	(void)test_call(desk, "chart_save", SAVE("0", "0", "山田"));
	assert_true(test_has(test_call(desk, "chart_insure", INSURE("1", ",\"why\":\"証を見て\"")),
			     "\"doubts\":[]"));
	struct str reply = test_call(desk, "chart", CHART_OF("1"));
	assert_true(test_has(reply, "\"by_hand\":true"));
	assert_true(test_has(reply, "\"kind\":\"insure\",\"why\":\"証を見て\""));
	assert_true(test_has(test_call(desk, "chart_insure", INSURE("1", "")), "chart_moved"));
	assert_true(test_has(test_call(desk, "chart_insure",
				       INSURE("2", ",\"branch\":\"123\",\"relation\":\"9\"")),
			     "\"field\":\"relation\""));
	assert_true(test_has(test_call(desk, "chart_insure", "{\"chart\":1}"), "desk_fields"));
}

static void test_somebodys_word_settles_a_difference_and_is_remembered(void **state)
{
	struct test_desk *desk = *state;
	two_results(desk);
#define WORD(field, rest) "{\"number\":1,\"field\":\"" field "\"" rest "}"
	assert_true(test_has(test_call(desk, "chart_word",
				       WORD("name", ",\"take\":true,\"always\":\"keep\"")),
			     "{}"));
	struct str reply = test_call(desk, "chart", CHART_OF("1"));
	assert_true(test_has(reply, "\"held\":\"患者　壱\""));
	assert_true(test_has(reply, "\"choice\":\"keep\""));
	assert_true(test_has(test_call(desk, "chart_word", WORD("name", ",\"take\":true")),
			     "desk_already"));
	assert_true(test_has(test_call(desk, "chart_word", WORD("colour", ",\"take\":true")),
			     "\"field\":\"field\""));
	assert_true(test_has(test_call(desk, "chart_policy", WORD("kana", ",\"choice\":\"take\"")),
			     "{}"));
	assert_true(test_has(test_call(desk, "chart_policy",
				       "{\"number\":0,\"field\":\"kana\",\"choice\":\"ask\"}"),
			     "{}"));
	assert_true(test_has(test_call(desk, "chart", CHART_OF("1")),
			     "\"choice\":\"take\",\"facility\":\"ask\",\"holds\":\"take\""));
	assert_true(test_has(test_call(desk, "chart_alias",
				       "{\"number\":1,\"kind\":\"kana\",\"text\":\"カンシャ\","
				       "\"known\":true}"),
			     "{}"));
	assert_true(test_has(test_call(desk, "chart", CHART_OF("1")),
			     "{\"kind\":\"kana\",\"text\":\"カンシャ\"}"));
	assert_true(test_has(test_call(desk, "chart_alias",
				       "{\"number\":9,\"kind\":\"kana\",\"text\":\"x\","
				       "\"known\":true}"),
			     "chart_gone"));
}

static void test_two_charts_become_one_and_a_change_is_undone_once(void **state)
{
	struct test_desk *desk = *state;
	test_told(desk, &first, NULL);
	(void)test_call(desk, "chart_save", SAVE("0", "0", "山田"));
	assert_true(test_has(test_call(desk, "chart_merge",
				       "{\"from\":2,\"into\":1,\"why\":\"同じ方\"}"),
			     "{}"));
	struct str reply = test_call(desk, "chart", CHART_OF("2"));
	assert_true(test_has(reply, "\"state\":\"merged\",\"merged_into\":1"));
	assert_true(test_has(reply, "\"kind\":\"merge\",\"why\":\"同じ方\""));
	assert_true(
		test_has(test_call(desk, "chart_merge", "{\"from\":2,\"into\":1}"), "chart_gone"));
	assert_true(test_has(test_call(desk, "chart_merge", "{\"from\":1,\"into\":1}"),
			     "desk_already"));
	assert_true(test_has(test_call(desk, "chart_undo", "{\"change\":1}"), "change_later"));
	assert_true(test_has(test_call(desk, "chart_undo", "{\"change\":3}"), "{}"));
	assert_true(test_has(test_call(desk, "chart_undo", "{\"change\":3}"), "change_done"));
	assert_true(test_has(test_call(desk, "chart", CHART_OF("2")), "\"state\":\"live\""));
}

static void test_a_chart_is_put_away_and_brought_back(void **state)
{
	struct test_desk *desk = *state;
	test_told(desk, &first, NULL);
#define AWAY(yes) "{\"number\":1,\"away\":" yes "}"
	assert_true(test_has(test_call(desk, "chart_away", AWAY("true")), "{}"));
	assert_true(test_has(test_call(desk, "chart_away", AWAY("true")), "desk_already"));
	assert_true(test_has(test_call(desk, "charts", "{}"), "\"charts\":[]"));
	assert_true(test_has(test_call(desk, "charts", "{\"away\":true}"), "\"away\":true"));
	assert_true(test_has(test_call(desk, "chart_away", AWAY("false")), "{}"));
	assert_true(test_has(test_call(desk, "charts", "{}"), "患者　一"));
}

static void test_what_is_typed_is_kept_until_it_is_done_with(void **state)
{
	struct test_desk *desk = *state;
#define DRAFT "{\"key\":\"chart/1\",\"values\":\"{\\\"notes\\\":\\\"左\\\"}\"}"
	assert_true(test_has(test_call(desk, "drafts", "{}"), "{\"drafts\":[]}"));
	assert_true(test_has(test_call(desk, "draft_put", DRAFT), "{}"));
	assert_true(test_has(test_call(desk, "drafts", "{}"),
			     "[{\"key\":\"chart/1\",\"staff\":\"01\",\"at_ms\":1795316400000,"
			     "\"values\":\"{\\\"notes\\\":\\\"左\\\"}\"}]"));
	assert_true(test_has(test_call(desk, "draft_put", "{\"key\":\"chart/1\"}"), "{}"));
	assert_true(test_has(test_call(desk, "drafts", "{}"), "{\"drafts\":[]}"));
	assert_true(test_has(test_call(desk, "draft_put", "{\"values\":\"{}\"}"), "desk_fields"));
	(void)test_call(desk, "draft_put", DRAFT);
	desk->time.now_ms += INT64_C(31) * 86400000;
	(void)test_call(desk, "unlock", "{\"staff\":\"01\",\"password\":\"correct horse\"}");
	assert_true(test_has(test_call(desk, "drafts", "{}"), "{\"drafts\":[]}"));
}

static void test_while_it_is_locked_nothing_is_said(void **state)
{
	struct test_desk *desk = *state;
	static const char *const names[] = {"charts", "chart",	"chart_save", "chart_insure",
					    "drafts", "result", "results"};
	test_told(desk, &first, NULL);
	(void)test_call(desk, "lock", "{}");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str reply = test_call(desk, names[i], CHART_OF("1"));
		assert_true(test_has(reply, "desk_locked"));
		assert_false(test_has(reply, "患者"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_DESK(test_a_chart_is_found_and_the_rest_is_not),
		TEST_DESK(test_a_chart_is_shown_with_all_that_belongs_to_it),
		TEST_DESK(test_a_chart_is_saved_once_per_version),
		TEST_DESK(test_an_insurance_is_written_and_refused_by_field),
		TEST_DESK(test_somebodys_word_settles_a_difference_and_is_remembered),
		TEST_DESK(test_two_charts_become_one_and_a_change_is_undone_once),
		TEST_DESK(test_a_chart_is_put_away_and_brought_back),
		TEST_DESK(test_what_is_typed_is_kept_until_it_is_done_with),
		TEST_DESK(test_while_it_is_locked_nothing_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
