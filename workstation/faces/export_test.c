/* SPDX-License-Identifier: Apache-2.0 */
/* Lists as files, through the page's calls. */
#include "workstation/faces/test_desk.h"
#include "workstation/store/jobs.h"
#include "workstation/tables/charset.h"
#include "workstation/tables/csv.h"

#define SAVE(members, more) \
	"{\"chart\":{\"number\":0,\"version\":0," members "},\"more\":{" more "}}"

static const char *const charts[] = {
	SAVE("\"name\":\"髙橋　花子\",\"kana\":\"タカハシ "
	     "ハナコ\",\"birth\":\"19850102\",\"sex\":\"2\","
	     "\"post\":\"100-0001\",\"address\":\"千代田区1, 2\",\"telephone\":\"+81-3-1\","
	     "\"ratio\":\"030\"",
	     "\"notes\":\"- 右\",\"first_visit\":20250401,\"expenses\":[{\"payer\":\"54136015\","
	     "\"recipient\":\"1234566\"}]"),
	SAVE("\"name\":\"𠮷田　=1+1\",\"kana\":\"ヨシダ\",\"birth\":\"19391231\",\"sex\":\"1\"",
	     ""),
	SAVE("\"name\":\"=cmd|' /C calc'!A0\"", ""),
};

static int desk_open(void **state)
{
	(void)test_desk_open(state);
	for (size_t i = 0; i < sizeof charts / sizeof *charts; i++)
		assert_true(test_has(test_call(*state, "chart_save", charts[i]), "\"number\""));
	return 0;
}

#define WISH(list, charset, rest) \
	"{\"list\":\"" list "\",\"charset\":\"" charset "\",\"ask\":{}" rest "}"

static void test_what_the_charset_loses_is_told_first(void **state)
{
	struct test_desk *desk = *state;
	struct str reply = test_call(desk, "export_look", WISH("charts", "cp932", ""));
	assert_true(test_has(reply, "\"rows\":3,\"lost_count\":1,\"lost\":[{\"row\":"));
	assert_true(
		test_has(reply,
			 "\"name\":\"𠮷田　=1+1\",\"column\":\"氏名\",\"characters\":\"𠮷\"}]"));
	reply = test_call(desk, "export_look", WISH("charts", "utf8", ""));
	assert_true(test_has(reply, "\"rows\":3,\"lost_count\":0,\"lost\":[]"));
}

static void test_nothing_is_lost_that_nobody_was_told_of(void **state)
{
	struct test_desk *desk = *state;
	assert_true(test_has(test_call(desk, "export_take", WISH("charts", "cp932", "")),
			     "\"code\":\"export_moved\""));
	assert_true(test_has(test_call(desk, "export_take",
				       WISH("charts", "cp932", ",\"lost_count\":2")),
			     "\"code\":\"export_moved\""));
	(void)test_call(desk, "export_take", WISH("charts", "cp932", ",\"lost_count\":1"));
	assert_int_equal(desk->exchange.reply.status, 200);
}

/* By kana; who has none comes last. */
static void rows_are_right(struct test_desk *desk, struct str text, const char *yoshida)
{
	static const char *const first[] = {
		"1",	      "1",	    "髙橋　花子", "タカハシ ハナコ",
		"1985/01/02", "女",	    "100-0001",	  "千代田区1, 2",
		"+81-3-1",    "2025/04/01", "3割",	  "",
		"",	      "",	    "",		  "",
		"",	      "",	    "",		  "54136015",
		"1234566",
	};
	struct csv_reader reader;
	struct csv_row row;
	csv_reader_init(&reader, text);
	assert_int_equal(csv_next(&reader, &desk->arena, &row), 0);
	assert_str_equal(row.cells[0], STR("照会番号"));
	assert_int_equal(csv_next(&reader, &desk->arena, &row), 0);
	assert_int_equal(row.count, 30);
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		assert_str_equal(row.cells[i], str_of(first[i]));
	assert_str_equal(row.cells[29], STR("- 右"));
	assert_int_equal(csv_next(&reader, &desk->arena, &row), 0);
	assert_str_equal(row.cells[2], str_of(yoshida));
	assert_int_equal(csv_next(&reader, &desk->arena, &row), 0);
	assert_str_equal(row.cells[2], STR("=cmd|' /C calc'!A0"));
	assert_int_equal(csv_next(&reader, &desk->arena, &row), CSV_END);
}

static void test_every_chart_is_in_the_file(void **state)
{
	struct test_desk *desk = *state;
	struct str text, bytes = test_call(desk, "export_take", WISH("charts", "utf8", ""));
	size_t bad;
	assert_str_equal(desk->exchange.reply.content_type, STR("text/csv"));
	assert_true(str_starts(bytes, STR("\xEF\xBB\xBF照会番号,カルテ番号,氏名,")));
	assert_true(test_has(bytes, ",'=cmd|' /C calc'!A0,"));
	assert_true(test_has(bytes, ",'+81-3-1,"));
	assert_true(test_has(bytes, ",'- 右\r\n"));
	rows_are_right(desk, bytes, "𠮷田　=1+1");
	bytes = test_call(desk, "export_take", WISH("charts", "cp932", ",\"lost_count\":1"));
	assert_int_equal(charset_decode(&desk->arena, CHARSET_CP932, bytes, &text, &bad), 0);
	rows_are_right(desk, text, "〓田　=1+1");
}

static void test_a_search_is_written_out_as_it_is_shown(void **state)
{
	struct test_desk *desk = *state;
	struct str bytes = test_call(desk, "export_take",
				     "{\"list\":\"charts\","
				     "\"charset\":\"utf8\",\"ask\":{\"text\":\"たかはし\"}}");
	assert_true(test_has(bytes, "髙橋"));
	assert_false(test_has(bytes, "𠮷田"));
}

static void test_the_other_lists_have_their_headings(void **state)
{
	struct test_desk *desk = *state;
	assert_true(test_has(test_call(desk, "export_take", WISH("results", "utf8", "")),
			     "確認日時,確認方法,状態,"));
	assert_true(test_has(test_call(desk, "export_take", WISH("monthly", "utf8", "")),
			     "最後の有効確認,最後の結果,結果の有効性\r\n"));
}

static void test_what_is_no_list_is_refused(void **state)
{
	struct test_desk *desk = *state;
	assert_true(test_has(test_call(desk, "export_look", WISH("staff", "utf8", "")),
			     "\"field\":\"list\""));
	assert_true(test_has(test_call(desk, "export_look", WISH("charts", "utf16", "")),
			     "\"field\":\"charset\""));
	assert_true(test_has(test_call(desk, "export_look",
				       "{\"list\":\"monthly\","
				       "\"charset\":\"utf8\",\"ask\":{\"back\":99}}"),
			     "\"field\":\"back\""));
}

static void test_who_took_a_list_is_kept(void **state)
{
	struct test_desk *desk = *state;
	struct job job;
	(void)test_call(desk, "export_look", WISH("charts", "utf8", ""));
	assert_int_equal(store_job_last(desk->db, &desk->arena, STR("export"), (struct str){0},
					&job),
			 STORE_ABSENT);
	(void)test_call(desk, "export_take", WISH("charts", "utf8", ""));
	assert_int_equal(store_job_last(desk->db, &desk->arena, STR("export"), STR("done"), &job),
			 0);
	assert_str_equal(job.staff, STR("01"));
	assert_int_equal(job.done, 3);
	assert_str_equal(job.note, STR("charts utf8"));
}

static void test_a_locked_screen_gives_no_list(void **state)
{
	struct test_desk *desk = *state;
	(void)test_call(desk, "lock", "{}");
	assert_true(test_has(test_call(desk, "export_take", WISH("charts", "utf8", "")),
			     "desk_locked"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_open, test_desk_close)
	static const struct CMUnitTest tests[] = {
		TEST(test_what_the_charset_loses_is_told_first),
		TEST(test_nothing_is_lost_that_nobody_was_told_of),
		TEST(test_every_chart_is_in_the_file),
		TEST(test_a_search_is_written_out_as_it_is_shown),
		TEST(test_the_other_lists_have_their_headings),
		TEST(test_what_is_no_list_is_refused),
		TEST(test_who_took_a_list_is_kept),
		TEST(test_a_locked_screen_gives_no_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
