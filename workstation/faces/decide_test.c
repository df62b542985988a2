/* SPDX-License-Identifier: Apache-2.0 */
/* 要判断 without a browser: who could it be, and what becomes of somebody's word. */
#include "workstation/faces/decide.h"

#include "workstation/faces/test_desk.h"

#define OF(n)			"{\"id\":\"" TEST_ID(n) "\"}"
#define TO(n, chart)		"{\"id\":\"" TEST_ID(n) "\",\"chart\":" chart "}"
#define TO_WITH(n, chart, more) "{\"id\":\"" TEST_ID(n) "\",\"chart\":" chart more "}"

static const struct told first = {.id = TEST_ID("1"), .at = "20261101103000", TEST_PERSON};

/* The second comes without a number: one chart clearly fits; the third has two qualifications. */
static void three_results(struct test_desk *desk)
{
	const struct told second = {.id = TEST_ID("2"), .at = "20261120103000", TEST_PERSON};
	const struct told third = {.id = TEST_ID("3"),
				   .at = "20261121103000",
				   TEST_PERSON,
				   .second_insurer = "12130007"};
	test_told(desk, &first, NULL);
	test_told(desk, &second, NULL);
	test_told(desk, &third, NULL);
}

static bool is_of(struct test_desk *desk, const char *with, const char *chart)
{
	char text[64];
	(void)snprintf(text, sizeof text, "\"chart\":%s,\"waits\":false", chart);
	return test_has(test_call(desk, "result", with), text);
}

static void test_who_fits_is_shown_with_why(void **state)
{
	struct test_desk *desk = *state;
	three_results(desk);
	struct str reply = test_call(desk, "decide", OF("2"));
	assert_true(test_has(reply, "\"proposed\":1"));
	assert_true(test_has(reply, "\"candidates\":[{\"number\":1"));
	assert_true(test_has(reply, "{\"text\":\"生年月日が同じ\",\"against\":false}"));
	assert_true(test_has(reply, "\"why\":\"同じ患者さんと思われるカルテが1つあります\""));
	reply = test_call(desk, "decide", OF("3"));
	assert_true(test_has(reply, "\"proposed\":0"));
	assert_true(test_has(test_call(desk, "decide", OF("9")), "result_unknown"));
	assert_true(test_has(test_call(desk, "decide", "{}"), "desk_fields"));
}

static void test_a_result_becomes_a_charts_once(void **state)
{
	struct test_desk *desk = *state;
	three_results(desk);
	assert_true(test_has(test_call(desk, "result_link", TO("2", "9")), "chart_gone"));
	assert_true(test_has(test_call(desk, "result_link", TO("2", "1")), "{\"chart\":1}"));
	assert_true(is_of(desk, OF("2"), "1"));
	assert_true(test_has(test_call(desk, "result_link", TO("2", "1")), "desk_already"));
}

static void test_among_several_qualifications_one_is_said(void **state)
{
	struct test_desk *desk = *state;
	three_results(desk);
	assert_true(test_has(test_call(desk, "result_link", TO("3", "1")), "qualification_choose"));
	assert_true(test_has(test_call(desk, "result_new",
				       "{\"id\":\"" TEST_ID("3") "\",\"qualification\":3}"),
			     "qualification_choose"));
	assert_true(test_has(test_call(desk, "result_new",
				       "{\"id\":\"" TEST_ID("3") "\",\"qualification\":2}"),
			     "{\"chart\":2}"));
	assert_true(test_has(test_call(desk, "chart", "{\"number\":2}"), "12130007"));
}

static void test_a_result_leaves_its_chart_and_goes_to_another(void **state)
{
	struct test_desk *desk = *state;
	three_results(desk);
	assert_true(test_has(test_call(desk, "result_unlink", OF("2")), "desk_already"));
	(void)test_call(desk, "result_link", TO("2", "1"));
	(void)test_call(desk, "result_new", "{\"id\":\"" TEST_ID("3") "\",\"qualification\":1}");
	assert_true(test_has(test_call(desk, "result_unlink", OF("2")), "{\"exact\":"));
	assert_true(test_has(test_call(desk, "result", OF("2")), "\"waits\":true"));
	(void)test_call(desk, "result_link", TO("2", "1"));
	assert_true(test_has(test_call(desk, "result_relink",
				       TO_WITH("2", "2", ",\"why\":\"姉妹だった\"")),
			     "{\"exact\":true}"));
	assert_true(is_of(desk, OF("2"), "2"));
	assert_true(test_has(test_call(desk, "chart", "{\"number\":2}"), "\"why\":\"姉妹だった\""));
	/* To nobody: nothing moves. */
	assert_true(test_has(test_call(desk, "result_relink", TO("2", "9")), "chart_gone"));
	assert_true(is_of(desk, OF("2"), "2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_DESK(test_who_fits_is_shown_with_why),
		TEST_DESK(test_a_result_becomes_a_charts_once),
		TEST_DESK(test_among_several_qualifications_one_is_said),
		TEST_DESK(test_a_result_leaves_its_chart_and_goes_to_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
