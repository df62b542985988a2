/* SPDX-License-Identifier: Apache-2.0 */
/* A patient list on its way in: columns, rows, runs. */
#include "workstation/store/test_store.h"
#include "workstation/import/job.h"
#include "workstation/store/aliases.h"
#include "workstation/store/settings.h"

enum { STEP_ROWS = 3 };

#define NOW_MS INT64_C(1795312800000) /* 2026-11-22 11:00 JST */

struct world {
	struct test_store store;
	struct import_job *job;
	struct import_counts counts;
	size_t told_count;
	struct import_told told[64];
};

static int world_open(void **state)
{
	return test_store_open(state, sizeof(struct world));
}

static int world_close(void **state)
{
	struct world *world = *state;
	import_job_destroy(world->job);
	return test_store_close(state);
}

static void file_open(struct world *world, struct str bytes)
{
	import_job_destroy(world->job);
	world->job = NULL;
	assert_int_equal(import_job_create(&world->job, bytes), 0);
}

static int step(struct world *world, size_t rows)
{
	const struct actor actor = {.staff = STR("01"), .now_ms = NOW_MS};
	struct import_report report;
	int r = import_job_step(world->job, world->store.db, &actor, rows, &world->store.arena,
				&report);
	if (r != 0 && r != IMPORT_END)
		return r;
	world->counts = report.counts;
	for (size_t i = 0; i < report.told_count && world->told_count < 64; i++)
		world->told[world->told_count++] = report.told[i];
	return r;
}

static void run(struct world *world, bool dry, bool fills)
{
	const struct import_wish wish = {dry, fills};
	int r;
	world->told_count = 0;
	import_job_begin(world->job, &wish);
	while ((r = step(world, STEP_ROWS)) == 0)
		;
	assert_int_equal(r, IMPORT_END);
	assert_int_equal(step(world, STEP_ROWS), IMPORT_IDLE);
}

#define assert_fates(world, made, known, filled, refused)                           \
	do {                                                                        \
		assert_int_equal((world)->counts.fates[IMPORT_MADE], (made));       \
		assert_int_equal((world)->counts.fates[IMPORT_KNOWN], (known));     \
		assert_int_equal((world)->counts.fates[IMPORT_FILLED], (filled));   \
		assert_int_equal((world)->counts.fates[IMPORT_REFUSED], (refused)); \
	} while (0)

static int one_count(void *ctx, const struct chart *chart)
{
	(void)chart;
	++*(int *)ctx;
	return 0;
}

static int charts_count(struct world *world)
{
	int count = 0;
	assert_int_equal(store_charts_each(world->store.db, one_count, &count), 0);
	return count;
}

static bool told_has(const struct world *world, int64_t line, enum import_column column,
		     const char *part)
{
	for (size_t i = 0; i < world->told_count; i++)
		for (size_t n = 0; n < world->told[i].notes.count; n++) {
			const struct import_note *note = &world->told[i].notes.items[n];
			if (world->told[i].line == line && note->column == column &&
			    memmem(note->text.ptr, note->text.len, part, strlen(part)))
				return true;
		}
	return false;
}

static struct chart chart_get(struct world *world, int64_t number)
{
	struct chart chart;
	assert_int_equal(store_chart_get(world->store.db, &world->store.arena, number, &chart), 0);
	return chart;
}

#define assert_text(text, expected) assert_true(str_equal((text), STR(expected)))

/* --- columns --- */

static void test_headings_are_known_however_they_are_spelt(void **state)
{
	static const struct {
		const char *heading;
		enum import_column column;
	} rows[] = {
		{"患者番号", IMPORT_REFERENCE},
		{"カルテＮｏ", IMPORT_REFERENCE},
		{"カルテNo.", IMPORT_REFERENCE},
		{"氏名（漢字）", IMPORT_NAME},
		{"お名前", IMPORT_NAME},
		{"ふりがな", IMPORT_KANA},
		{"ﾌﾘｶﾞﾅ", IMPORT_KANA},
		{"氏名 カナ", IMPORT_KANA},
		{"姓", IMPORT_FAMILY},
		{"メイ", IMPORT_GIVEN_KANA},
		{"生年月日(和暦)", IMPORT_BIRTH},
		{"性別", IMPORT_SEX},
		{"住所２", IMPORT_ADDRESS_MORE},
		{"ＴＥＬ", IMPORT_TELEPHONE},
		{"保険者番号", IMPORT_INSURER_NUMBER},
		{"番号", IMPORT_NUMBER},
		{"本人・家族", IMPORT_RELATION},
		{"公費負担者番号①", IMPORT_NONE},
		{"給付割合", IMPORT_NONE},
		{"", IMPORT_NONE},
	};
	struct world *world = *state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct csv_row row = {.cells = {str_of(rows[i].heading)}, .count = 1};
		struct import_mapping mapping;
		bool is_heading;
		assert_int_equal(import_columns_guess(&world->store.arena, &row, &mapping,
						      &is_heading),
				 0);
		if (mapping.columns[0] != rows[i].column)
			fail_msg("%s was read as %s", rows[i].heading,
				 import_column_name(mapping.columns[0]));
	}
}

static void test_of_two_headings_for_one_thing_the_first_counts(void **state)
{
	struct world *world = *state;
	file_open(world, STR("電話,携帯,氏名\n"
			     "03-1,090-1,見本　太郎\n"));
	const struct import_mapping *mapping = &import_job_shape(world->job)->mapping;
	assert_int_equal(mapping->columns[0], IMPORT_TELEPHONE);
	assert_int_equal(mapping->columns[1], IMPORT_NONE);
	assert_int_equal(import_column_place(mapping, IMPORT_NAME), 2);
}

static void test_every_column_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int column = IMPORT_NONE; column < IMPORT_COLUMNS; column++) {
		const char *name = import_column_name((enum import_column)column);
		assert_int_equal(import_column_of_name(str_of(name)), column);
	}
	assert_int_equal(import_column_of_name(STR("nothing")), IMPORT_COLUMNS);
}

/* --- rows --- */

#define FULL                                                                                                                          \
	"患者番号,姓,名,セイ,メイ,生年月日,性別,郵便番号,住所,建物,電話,初診日,負担割合,"            \
	"保険者番号,保険者名,記号,番号,枝番,本人家族,資格取得日,公費負担者番号,公費受給者番号," \
	"備考\r\n"                                                                                                                  \
	"00012,見本,花子,ミホン,ハナコ,Ｓ60.1.2,女,１６００００１,東京都新宿区見本町1-1,"                 \
	"見本荘２０１,03-0000-0001,R7/4/1,3割,06000004,見本健保,12,345,01,家族,令和2年4月1日,"                      \
	"51136018,0000018,\"左肩、\"\"要\"\"確認\"\r\n"

static void test_a_row_becomes_a_chart_with_its_insurance(void **state)
{
	struct world *world = *state;
	struct insurance insurance;
	struct expense *expenses;
	size_t count;
	file_open(world, STR(FULL));
	run(world, false, false);
	assert_fates(world, 1, 0, 0, 0);
	struct chart chart;
	assert_int_equal(store_chart_of_reference(world->store.db, &world->store.arena,
						  STR("00012"), &chart),
			 0);
	assert_text(chart.reference, "00012");
	assert_text(chart.name, "見本　花子");
	assert_text(chart.kana, "ミホン　ハナコ");
	assert_text(chart.birth, "19850102");
	assert_text(chart.sex, "2");
	assert_text(chart.post, "160-0001");
	assert_text(chart.address, "東京都新宿区見本町1-1　見本荘２０１");
	assert_text(chart.ratio, "030");
	assert_text(chart.notes, "左肩、\"要\"確認");
	assert_int_equal(chart.first_visit, 20250401);
	assert_int_equal(store_insurance_current(world->store.db, &world->store.arena, chart.number,
						 &insurance),
			 0);
	assert_text(insurance.insurer_number, "06000004");
	assert_text(insurance.relation, "2");
	assert_text(insurance.valid_from, "20200401");
	assert_int_equal(insurance.begins, 20200401);
	assert_text(insurance.confirmed_at, "");
	assert_int_equal(store_expenses_list(world->store.db, &world->store.arena, chart.number,
					     &expenses, &count),
			 0);
	assert_int_equal(count, 1);
	assert_text(expenses[0].recipient_number, "0000018");
}

static void test_what_cannot_be_read_is_said_at_its_column(void **state)
{
	struct world *world = *state;
	file_open(world, STR("氏名,生年月日,性別,負担割合,保険者番号,郵便番号\n"
			     "見本一,1985/2/30,女,3割,06000004,1600001\n"
			     "見本二,S60.1.2,x,3割,06000004,1600001\n"
			     "見本三,S60.1.2,女,三割,06000004,1600001\n"
			     "見本四,S60.1.2,女,3割,123,1600001\n"
			     "見本五,S60.1.2,女,3割,06000004,160\n"
			     ",S60.1.2,女,3割,06000004,1600001\n"
			     "見本七,,女,3割,06000004,1600001\n"
			     "見本八,S60.1.2,女,3割,06000005,1600001\n"
			     "見本九,S60.1.2,女,\"3割\"x,06000004,1600001\n"));
	run(world, false, false);
	assert_fates(world, 1, 0, 0, 8);
	assert_true(told_has(world, 2, IMPORT_BIRTH, "日付"));
	assert_true(told_has(world, 3, IMPORT_SEX, "性別"));
	assert_true(told_has(world, 4, IMPORT_RATIO, "割合"));
	assert_true(told_has(world, 5, IMPORT_INSURER_NUMBER, "6桁か8桁"));
	assert_true(told_has(world, 6, IMPORT_POST, "7桁"));
	assert_true(told_has(world, 7, IMPORT_NAME, "氏名かカナ"));
	assert_true(told_has(world, 8, IMPORT_BIRTH, "どちらか"));
	assert_true(told_has(world, 9, IMPORT_INSURER_NUMBER, "検証番号"));
	assert_true(told_has(world, 10, IMPORT_NONE, "閉じ"));
	assert_int_equal(world->counts.doubtful, 1);
	assert_int_equal(charts_count(world), 1);
}

static void test_ratios_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *text, *ratio;
	} rows[] = {{"3割", "030"},  {"３割", "030"}, {"30%", "030"}, {"30", "030"},
		    {"3", "030"},    {"0.3", "030"},  {"030", "030"}, {"0", "000"},
		    {"10割", "100"}, {"10", "010"}};
	struct world *world = *state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct import_mapping mapping = {.columns = {IMPORT_NAME, IMPORT_BIRTH,
								   IMPORT_RATIO},
						       .count = 3};
		const struct csv_row cells = {.cells = {STR("見本"), STR("19850102"),
							str_of(rows[i].text)},
					      .count = 3};
		struct import_row row;
		struct import_notes notes;
		assert_int_equal(import_row_read(&world->store.arena, &mapping, &cells, 20261122,
						 &row, &notes),
				 0);
		assert_int_equal(notes.count, 0);
		assert_true(str_equal(row.edit.chart.ratio, str_of(rows[i].ratio)));
	}
}

/* --- runs --- */

#define THREE                                          \
	"番号？,患者番号,氏名,生年月日\n" \
	"a,1,見本　一,S60.1.1\n"                   \
	"b,2,見本　二,S60.1.2\n"                   \
	"c,3,見本　三,S60.1.3\n"

static void test_looking_first_says_what_taking_does_and_stores_nothing(void **state)
{
	struct world *world = *state;
	file_open(world, STR(THREE "d,3,見本　四,S60.1.4\n"
				   "e,5,見本　一,S60.1.1\n"
				   "f,1,見本　一,S60.1.1\n"));
	run(world, true, false);
	assert_fates(world, 3, 1, 0, 2);
	assert_true(told_has(world, 5, IMPORT_REFERENCE, "4行目と同じ番号"));
	assert_true(told_has(world, 6, IMPORT_REFERENCE, "2行目に"));
	assert_true(told_has(world, 7, IMPORT_NONE, "2行目と同じ人"));
	assert_int_equal(charts_count(world), 0);
	run(world, false, false);
	assert_fates(world, 3, 1, 0, 2);
	assert_int_equal(charts_count(world), 3);
}

static void test_the_same_file_again_gives_nothing_twice(void **state)
{
	struct world *world = *state;
	for (int time = 0; time < 2; time++) {
		file_open(world, STR(THREE));
		run(world, false, true);
		assert_fates(world, time ? 0 : 3, time ? 3 : 0, 0, 0);
	}
	assert_int_equal(charts_count(world), 3);
	/* By birth date and name too, however these are spelt. */
	file_open(world, STR("カナ,氏名,生年月日\n,見本 一,1985-01-01\n"));
	run(world, false, false);
	assert_fates(world, 0, 1, 0, 0);
}

static void test_a_run_that_was_killed_is_run_again(void **state)
{
	struct world *world = *state;
	const struct import_wish wish = {false, false};
	int64_t line;
	file_open(world, STR(THREE));
	import_job_begin(world->job, &wish);
	assert_int_equal(step(world, 2), 0); /* the headings and a row */
	assert_int_equal(import_unfinished(world->store.db, &line), 0);
	assert_int_equal(line, 2);
	assert_int_equal(charts_count(world), 1);
	file_open(world, STR(THREE));
	run(world, false, false);
	assert_fates(world, 2, 1, 0, 0);
	assert_int_equal(charts_count(world), 3);
	assert_int_equal(import_unfinished(world->store.db, &line), 0);
	assert_int_equal(line, 0);
}

static void test_a_number_of_somebody_else_is_refused(void **state)
{
	struct world *world = *state;
	file_open(world, STR(THREE));
	run(world, false, false);
	file_open(world, STR("患者番号,氏名,生年月日\n"
			     "1,別人,S60.1.1\n"
			     "2,見本　二,S61.1.2\n"
			     "9,見本　三,S60.1.3\n"));
	run(world, false, true);
	assert_fates(world, 0, 0, 0, 3);
	assert_true(told_has(world, 2, IMPORT_REFERENCE, "ちがいます"));
	assert_true(told_has(world, 3, IMPORT_REFERENCE, "ちがいます"));
	assert_true(told_has(world, 4, IMPORT_REFERENCE, "別の番号（3）"));
	assert_int_equal(charts_count(world), 3);
}

static void test_filling_takes_what_is_lacking_and_leaves_the_rest(void **state)
{
	struct world *world = *state;
	const struct str more = STR("患者番号,氏名,生年月日,住所,電話,番号\n"
				    "1,見本　一,S60.1.1,見本町1,03-1,77\n"
				    "2,見本　二,S60.1.2,,,\n");
	struct insurance insurance;
	file_open(world, STR(THREE));
	run(world, false, false);
	file_open(world, more);
	run(world, false, false);
	assert_fates(world, 0, 2, 0, 0);
	run(world, false, true);
	assert_fates(world, 0, 1, 1, 0);
	assert_text(chart_get(world, 1).address, "見本町1");
	assert_int_equal(store_insurance_current(world->store.db, &world->store.arena, 1,
						 &insurance),
			 0);
	assert_text(insurance.number, "77");
	file_open(world, STR("患者番号,氏名,生年月日,住所\n1,見本　一,S60.1.1,別の町2\n"));
	run(world, false, true);
	assert_fates(world, 0, 1, 0, 0);
	assert_text(chart_get(world, 1).address, "見本町1");
}

static void test_a_list_in_shift_jis_is_read(void **state)
{
	struct world *world = *state;
	struct str bytes;
	size_t lost;
	assert_int_equal(charset_encode(&world->store.arena, CHARSET_CP932, STR(FULL), &bytes,
					&lost),
			 0);
	file_open(world, bytes);
	assert_int_equal(import_job_shape(world->job)->charset, CHARSET_CP932);
	run(world, false, false);
	assert_fates(world, 1, 0, 0, 0);
	struct import_shape shape = *import_job_shape(world->job);
	shape.charset = CHARSET_UTF8;
	assert_int_equal(import_job_reshape(world->job, &shape, true), IMPORT_CHARSET);
	assert_int_equal(import_job_shape(world->job)->charset, CHARSET_CP932);
}

static void test_what_was_refused_comes_out_as_it_stood(void **state)
{
	struct world *world = *state;
	struct str csv;
	file_open(world, STR("氏名,生年月日\n見本一,S60.1.1\n=見本,まだ\n\n見本三,\n"));
	run(world, false, false);
	assert_int_equal(import_job_refused(world->job, &world->store.arena, &csv), 0);
	assert_true(str_starts(csv, STR("\xEF\xBB\xBF行,理由,氏名,生年月日\r\n3,")));
	assert_non_null(strstr(csv.ptr, "'=見本,まだ\r\n5,"));
}

static void test_files_that_are_no_list(void **state)
{
	struct world *world = *state;
	assert_int_equal(import_job_create(&world->job, STR("")), IMPORT_EMPTY);
	assert_int_equal(import_job_create(&world->job, STR("氏名,生年月日\r\n")), IMPORT_EMPTY);
	assert_int_equal(import_job_create(&world->job, STR("\x81\xFF\xFE\x00")), IMPORT_CHARSET);
	char *big = arena_bytes(&world->store.arena, IMPORT_FILE_BYTES_MAX + 1);
	assert_int_equal(import_job_create(&world->job,
					   (struct str){big, IMPORT_FILE_BYTES_MAX + 1}),
			 IMPORT_TOO_LARGE);
}

static void test_thousands_of_lines_are_told_apart(void **state)
{
	struct world *world = *state;
	enum { PEOPLE = 3000, LINE_BYTES = 64 };
	const size_t size = (PEOPLE + 1) * LINE_BYTES;
	char *bytes = arena_bytes(&world->store.arena, size);
	size_t len = (size_t)snprintf(bytes, size, "患者番号,氏名,生年月日\n");
	for (int i = 1; i <= PEOPLE; i++)
		len += (size_t)snprintf(bytes + len, size - len, "%d,見本　%d,19850102\n", i, i);
	file_open(world, (struct str){bytes, len});
	run(world, true, false);
	assert_fates(world, PEOPLE, 0, 0, 0);
}

int main(void)
{
#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, world_open, world_close)
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_headings_are_known_however_they_are_spelt),
		WORLD_TEST(test_of_two_headings_for_one_thing_the_first_counts),
		WORLD_TEST(test_every_column_has_a_name_of_its_own),
		WORLD_TEST(test_a_row_becomes_a_chart_with_its_insurance),
		WORLD_TEST(test_what_cannot_be_read_is_said_at_its_column),
		WORLD_TEST(test_ratios_are_read_as_people_write_them),
		WORLD_TEST(test_looking_first_says_what_taking_does_and_stores_nothing),
		WORLD_TEST(test_the_same_file_again_gives_nothing_twice),
		WORLD_TEST(test_a_run_that_was_killed_is_run_again),
		WORLD_TEST(test_a_number_of_somebody_else_is_refused),
		WORLD_TEST(test_filling_takes_what_is_lacking_and_leaves_the_rest),
		WORLD_TEST(test_a_list_in_shift_jis_is_read),
		WORLD_TEST(test_what_was_refused_comes_out_as_it_stood),
		WORLD_TEST(test_files_that_are_no_list),
		WORLD_TEST(test_thousands_of_lines_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
