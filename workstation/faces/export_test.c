/* SPDX-License-Identifier: Apache-2.0 */
/* Lists as files, through the page's calls. */
#include "lib/base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/web/web_fake.h"
#include "workstation/faces/keeper_memory.h"
#include "workstation/faces/station.h"
#include "workstation/store/jobs.h"
#include "workstation/store/store.h"
#include "workstation/tables/charset.h"
#include "workstation/tables/csv.h"

#define FACILITY "1311234569"

struct bench {
	struct station *station;
	struct keeper_memory memory;
	struct keeper keeper;
	struct clock_fake time;
	struct clock clock;
	struct log log;
	struct station_config config;
	struct web_exchange exchange; /* of the last call */
	struct arena arena;
	char folder[64];
};

/* The body of the reply; the rest in bench->exchange. */
static struct str call(struct bench *bench, const char *path, const char *body)
{
	const struct web_request request = {.method = STR("POST"),
					    .path = str_of(path),
					    .body = str_of(body)};
	web_fake_clear(&bench->exchange);
	web_fake_call(&station_app, bench->station, &request, &bench->exchange);
	return bench->exchange.reply.body;
}

static bool has(struct str text, const char *part)
{
	return text.ptr && memmem(text.ptr, text.len, part, strlen(part));
}

#define SAVE(members, more)                                                                       \
	"{\"facility\":\"" FACILITY "\",\"with\":{\"chart\":{\"number\":0,\"version\":0," members \
	"},\"more\":{" more "}}}"

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

static int bench_set_up(void **state)
{
	static struct bench bench;
	bench = (struct bench){.time.now_ms = 1800000000000};
	snprintf(bench.folder, sizeof bench.folder, "/tmp/shikaku-export-XXXXXX");
	assert_non_null(mkdtemp(bench.folder));
	bench.memory.folder = bench.folder;
	bench.clock = clock_of_fake(&bench.time);
	bench.log = (struct log){.fd = -1, .clock = &bench.clock};
	bench.keeper = keeper_of_memory(&bench.memory);
	bench.config = (struct station_config){.clock = &bench.clock,
					       .log = &bench.log,
					       .keeper = &bench.keeper,
					       .version = STR("0.1.0")};
	arena_init(&bench.arena, 8 << 20);
	assert_int_equal(station_create(&bench.station, &bench.config), 0);
	call(&bench, "/api/setup",
	     "{\"with\":{\"facility\":\"" FACILITY "\",\"facility_name\":\"みほん接骨院\","
	     "\"staff\":\"01\",\"staff_name\":\"佐藤\",\"password\":\"correct horse\"}}");
	for (size_t i = 0; i < sizeof charts / sizeof *charts; i++)
		assert_true(has(call(&bench, "/api/chart_save", charts[i]), "\"number\""));
	*state = &bench;
	return 0;
}

static int bench_clear(void **state)
{
	struct bench *bench = *state;
	char path[128];
	web_fake_clear(&bench->exchange);
	station_destroy(bench->station);
	keeper_memory_clear(&bench->memory);
	arena_clear(&bench->arena);
	for (size_t i = 0; i < 3; i++) {
		static const char *const ends[] = {"", "-wal", "-shm"};
		snprintf(path, sizeof path, "%s/" FACILITY ".db%s", bench->folder, ends[i]);
		(void)unlink(path);
	}
	return rmdir(bench->folder);
}

#define WISH(list, charset, rest)                                                               \
	"{\"facility\":\"" FACILITY "\",\"with\":{\"list\":\"" list "\",\"charset\":\"" charset \
	"\",\"ask\":{}" rest "}}"

static void test_what_the_charset_loses_is_told_first(void **state)
{
	struct bench *bench = *state;
	struct str reply = call(bench, "/api/export_look", WISH("charts", "cp932", ""));
	assert_true(has(reply, "\"rows\":3,\"lost_count\":1,\"lost\":[{\"row\":"));
	assert_true(
		has(reply, "\"name\":\"𠮷田　=1+1\",\"column\":\"氏名\",\"characters\":\"𠮷\"}]"));
	reply = call(bench, "/api/export_look", WISH("charts", "utf8", ""));
	assert_true(has(reply, "\"rows\":3,\"lost_count\":0,\"lost\":[]"));
}

static void test_nothing_is_lost_that_nobody_was_told_of(void **state)
{
	struct bench *bench = *state;
	assert_true(has(call(bench, "/api/export_take", WISH("charts", "cp932", "")),
			"\"code\":\"export_moved\""));
	assert_true(
		has(call(bench, "/api/export_take", WISH("charts", "cp932", ",\"lost_count\":2")),
		    "\"code\":\"export_moved\""));
	(void)call(bench, "/api/export_take", WISH("charts", "cp932", ",\"lost_count\":1"));
	assert_int_equal(bench->exchange.reply.status, 200);
}

/* By kana; who has none comes last. */
static void rows_are_right(struct bench *bench, struct str text, const char *yoshida)
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
	assert_int_equal(csv_next(&reader, &bench->arena, &row), 0);
	assert_str_equal(row.cells[0], STR("照会番号"));
	assert_int_equal(csv_next(&reader, &bench->arena, &row), 0);
	assert_int_equal(row.count, 30);
	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		assert_str_equal(row.cells[i], str_of(first[i]));
	assert_str_equal(row.cells[29], STR("- 右"));
	assert_int_equal(csv_next(&reader, &bench->arena, &row), 0);
	assert_str_equal(row.cells[2], str_of(yoshida));
	assert_int_equal(csv_next(&reader, &bench->arena, &row), 0);
	assert_str_equal(row.cells[2], STR("=cmd|' /C calc'!A0"));
	assert_int_equal(csv_next(&reader, &bench->arena, &row), CSV_END);
}

static void test_every_chart_is_in_the_file(void **state)
{
	struct bench *bench = *state;
	struct str text, bytes = call(bench, "/api/export_take", WISH("charts", "utf8", ""));
	size_t bad;
	assert_str_equal(bench->exchange.reply.content_type, STR("text/csv"));
	assert_true(str_starts(bytes, STR("\xEF\xBB\xBF照会番号,カルテ番号,氏名,")));
	assert_true(has(bytes, ",'=cmd|' /C calc'!A0,"));
	assert_true(has(bytes, ",'+81-3-1,"));
	assert_true(has(bytes, ",'- 右\r\n"));
	rows_are_right(bench, bytes, "𠮷田　=1+1");
	bytes = call(bench, "/api/export_take", WISH("charts", "cp932", ",\"lost_count\":1"));
	assert_int_equal(charset_decode(&bench->arena, CHARSET_CP932, bytes, &text, &bad), 0);
	rows_are_right(bench, text, "〓田　=1+1");
}

static void test_a_search_is_written_out_as_it_is_shown(void **state)
{
	struct bench *bench = *state;
	struct str bytes = call(bench, "/api/export_take",
				"{\"facility\":\"" FACILITY "\",\"with\":{\"list\":\"charts\","
				"\"charset\":\"utf8\",\"ask\":{\"text\":\"たかはし\"}}}");
	assert_true(has(bytes, "髙橋"));
	assert_false(has(bytes, "𠮷田"));
}

static void test_the_other_lists_have_their_headings(void **state)
{
	struct bench *bench = *state;
	assert_true(has(call(bench, "/api/export_take", WISH("results", "utf8", "")),
			"確認日時,確認方法,状態,"));
	assert_true(has(call(bench, "/api/export_take", WISH("monthly", "utf8", "")),
			"最後の有効確認,最後の結果,結果の有効性\r\n"));
}

static void test_what_is_no_list_is_refused(void **state)
{
	struct bench *bench = *state;
	assert_true(has(call(bench, "/api/export_look", WISH("staff", "utf8", "")),
			"\"field\":\"list\""));
	assert_true(has(call(bench, "/api/export_look", WISH("charts", "utf16", "")),
			"\"field\":\"charset\""));
	assert_true(has(call(bench, "/api/export_look",
			     "{\"facility\":\"" FACILITY "\",\"with\":{\"list\":\"monthly\","
			     "\"charset\":\"utf8\",\"ask\":{\"back\":99}}}"),
			"\"field\":\"back\""));
}

static void test_who_took_a_list_is_kept(void **state)
{
	struct bench *bench = *state;
	struct job job;
	struct db *db;
	(void)call(bench, "/api/export_look", WISH("charts", "utf8", ""));
	assert_int_equal(bench->keeper.store(bench->keeper.ctx, STR(FACILITY), &db), 0);
	assert_int_equal(store_job_last(db, &bench->arena, STR("export"), (struct str){0}, &job),
			 STORE_ABSENT);
	(void)call(bench, "/api/export_take", WISH("charts", "utf8", ""));
	assert_int_equal(store_job_last(db, &bench->arena, STR("export"), STR("done"), &job), 0);
	assert_str_equal(job.staff, STR("01"));
	assert_int_equal(job.done, 3);
	assert_str_equal(job.note, STR("charts utf8"));
	db_close(db);
}

static void test_a_locked_screen_gives_no_list(void **state)
{
	struct bench *bench = *state;
	(void)call(bench, "/api/lock", "{\"with\":{}}");
	assert_true(
		has(call(bench, "/api/export_take", WISH("charts", "utf8", "")), "desk_locked"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_clear)
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
