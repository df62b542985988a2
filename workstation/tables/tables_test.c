/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/tables/charset.h"
#include "workstation/tables/csv.h"

#include "lib/base/test.h"

static void test_rows_are_read_as_rfc_4180_has_them(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct csv_reader reader;
	struct csv_row row;
	arena_init(&arena, 1 << 20);
	csv_reader_init(&reader, STR("\xEF\xBB\xBF番号,氏名,住所\r\n"
				     "1,\"山田 \"\"花子\"\"\",\"東京都\n千代田区, 1\"\n"
				     "\n ,,\r\n"
				     "2,,\"\"\r"
				     "3,'=1,x"));
	assert_int_equal(csv_next(&reader, &arena, &row), 0);
	assert_int_equal(row.count, 3);
	assert_str_equal(row.cells[0], STR("番号"));
	assert_int_equal(csv_next(&reader, &arena, &row), 0);
	assert_int_equal(reader.line, 2);
	assert_str_equal(row.cells[1], STR("山田 \"花子\""));
	assert_str_equal(row.cells[2], STR("東京都\n千代田区, 1"));
	assert_int_equal(csv_next(&reader, &arena, &row), 0);
	assert_int_equal(reader.line, 6);
	assert_int_equal(row.count, 3);
	assert_str_equal(row.cells[2], STR(""));
	assert_int_equal(csv_next(&reader, &arena, &row), 0);
	assert_str_equal(row.cells[1], STR("=1"));
	assert_int_equal(csv_next(&reader, &arena, &row), CSV_END);
	assert_int_equal(csv_next(&reader, &arena, &row), CSV_END);
}

static void test_tabs_may_separate(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct csv_reader reader;
	struct csv_row row;
	arena_init(&arena, 1 << 20);
	csv_reader_init(&reader, STR("番号\t氏名\t住所\n1\t山田\t千代田区1,2\n"));
	assert_int_equal(csv_next(&reader, &arena, &row), 0);
	assert_int_equal(row.count, 3);
	assert_int_equal(csv_next(&reader, &arena, &row), 0);
	assert_str_equal(row.cells[2], STR("千代田区1,2"));
}

static void test_what_is_no_csv_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t len;
		int outcome;
	} rows[] = {
		{"a,\"b", 4, CSV_QUOTE},
		{"a,\"b\"c,d", 8, CSV_QUOTE},
		{"a,b\0c", 5, CSV_CONTROL},
		{"a,\"b\x01\"", 6, CSV_CONTROL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO(arena_clear) struct arena arena;
		struct csv_reader reader;
		struct csv_row row;
		arena_init(&arena, 1 << 20);
		csv_reader_init(&reader, str_bytes(rows[i].text, rows[i].len));
		assert_int_equal(csv_next(&reader, &arena, &row), rows[i].outcome);
		assert_int_equal(reader.line, 1);
		assert_true(csv_outcome_text((enum csv_outcome)rows[i].outcome)[0]);
		assert_int_equal(csv_next(&reader, &arena, &row), CSV_END);
	}
}

static void test_a_bad_row_does_not_hide_the_next(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct csv_reader reader;
	struct csv_row row;
	arena_init(&arena, 1 << 20);
	csv_reader_init(&reader, STR("a,\"b\rc\"d,e\r\n1,2\r\n"));
	assert_int_equal(csv_next(&reader, &arena, &row), CSV_QUOTE);
	assert_int_equal(reader.line, 1);
	assert_int_equal(csv_next(&reader, &arena, &row), 0);
	assert_int_equal(reader.line, 3);
	assert_str_equal(row.cells[1], STR("2"));
	assert_int_equal(csv_next(&reader, &arena, &row), CSV_END);
}

static void test_too_much_is_refused(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct csv_reader reader;
	struct csv_row row;
	char commas[CSV_COLUMNS_MAX + 1], *cell = test_malloc(CSV_CELL_BYTES_MAX + 1);
	arena_init(&arena, 1 << 20);
	memset(commas, ',', sizeof commas);
	csv_reader_init(&reader, str_bytes(commas, sizeof commas));
	assert_int_equal(csv_next(&reader, &arena, &row), CSV_COLUMNS);
	memset(cell, 'x', CSV_CELL_BYTES_MAX + 1);
	csv_reader_init(&reader, str_bytes(cell, CSV_CELL_BYTES_MAX + 1));
	assert_int_equal(csv_next(&reader, &arena, &row), CSV_LONG);
	test_free(cell);
}

static void test_what_is_written_is_read_again(void **state)
{
	(void)state;
	static const char *const cells[] = {"メモ\n- 右;'=膝",
					    "'' ＠",
					    "\n",
					    ";",
					    "\"=1\"",
					    "=1+1",
					    "+81-3",
					    "-x",
					    "@SUM(A1)",
					    "\tx",
					    "＝1",
					    "'=1",
					    "'",
					    "\"q\"",
					    "a,b",
					    "a\nb",
					    " x ",
					    "ー",
					    "●田",
					    "",
					    "山田",
					    "00123",
					    "−1"};
	AUTO(arena_clear) struct arena arena;
	struct csv_writer writer;
	struct csv_reader reader;
	struct csv_row row;
	struct str text;
	enum { CELLS = sizeof cells / sizeof cells[0] };
	arena_init(&arena, 1 << 20);
	csv_writer_init(&writer, &arena);
	csv_put(&writer, STR("頭"));
	csv_row_end(&writer);
	for (size_t i = 0; i < CELLS; i++)
		csv_put(&writer, str_of(cells[i]));
	csv_row_end(&writer);
	assert_int_equal(csv_writer_end(&writer, &text), 0);
	csv_reader_init(&reader, text);
	assert_int_equal(csv_next(&reader, &arena, &row), 0);
	assert_int_equal(csv_next(&reader, &arena, &row), 0);
	assert_int_equal(row.count, CELLS);
	for (size_t i = 0; i < CELLS; i++)
		assert_str_equal(row.cells[i], str_of(cells[i]));
}

static void test_the_shift_jis_of_windows_is_read_and_written(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct str bytes, text;
	size_t lost, bad;
	arena_init(&arena, 1 << 20);
	assert_int_equal(charset_encode(&arena, CHARSET_CP932, STR("髙橋①ﾔﾏﾀﾞ〜𠮷"), &bytes, &lost),
			 0);
	assert_true(lost >= 1); /* 𠮷 is in no table of it */
	assert_int_equal(charset_guess(bytes), CHARSET_CP932);
	assert_int_equal(charset_guess(STR("髙橋")), CHARSET_UTF8);
	assert_int_equal(charset_encode(&arena, CHARSET_CP932, STR("髙橋①ﾔﾏﾀﾞ"), &bytes, &lost), 0);
	assert_int_equal(lost, 0);
	assert_int_equal(charset_decode(&arena, CHARSET_CP932, bytes, &text, &bad), 0);
	assert_str_equal(text, STR("髙橋①ﾔﾏﾀﾞ"));
	assert_int_equal(charset_decode(&arena, CHARSET_CP932, STR("ab\x81"), &text, &bad),
			 CHARSET_BAD);
	assert_int_equal(bad, 2);
	assert_int_equal(charset_decode(&arena, CHARSET_UTF8, STR("ab\x81"), &text, &bad),
			 CHARSET_BAD);
	assert_int_equal(bad, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_are_read_as_rfc_4180_has_them),
		cmocka_unit_test(test_tabs_may_separate),
		cmocka_unit_test(test_what_is_no_csv_is_named),
		cmocka_unit_test(test_a_bad_row_does_not_hide_the_next),
		cmocka_unit_test(test_too_much_is_refused),
		cmocka_unit_test(test_what_is_written_is_read_again),
		cmocka_unit_test(test_the_shift_jis_of_windows_is_read_and_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
