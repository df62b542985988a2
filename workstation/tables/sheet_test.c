/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/tables/sheet.h"

#include "lib/base/number.h"
#include "lib/base/test.h"

#include <stdio.h>

static const char *const titles[] = {"番号", "氏名", "住所"};
static const struct sheet_heading heading = {titles, 3, 1};

enum { BYTES_MAX = 8 << 20 };

static void row_put(struct sheet *sheet, const char *number, const char *name, const char *address)
{
	sheet_put(sheet, str_of(number));
	sheet_put(sheet, str_of(name));
	sheet_put(sheet, str_of(address));
	sheet_row_end(sheet);
}

static void test_excel_is_told_that_it_is_utf_8(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(sheet_clear) struct sheet sheet = {0};
	struct str bytes;
	arena_init(&arena, BYTES_MAX);
	sheet_begin(&sheet, &arena, &heading, CHARSET_UTF8, BYTES_MAX);
	row_put(&sheet, "007", "𠮷田", NULL);
	assert_int_equal(sheet_end(&sheet, &bytes), 0);
	assert_str_equal(bytes, STR("\xEF\xBB\xBF番号,氏名,住所\r\n007,𠮷田,\r\n"));
	assert_int_equal(sheet.rows, 1);
	assert_int_equal(sheet.lost_cells, 0);
}

static void test_what_is_lost_is_told_by_row(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(sheet_clear) struct sheet sheet = {0};
	struct str bytes, text;
	size_t bad;
	arena_init(&arena, BYTES_MAX);
	sheet_begin(&sheet, &arena, &heading, CHARSET_CP932, BYTES_MAX);
	row_put(&sheet, "1", "髙橋　﨑子", "①ﾋﾞﾙ");
	row_put(&sheet, "2", "𠮷田　葛\U000E0100子", "か\u3099ん町 1");
	row_put(&sheet, "3", "＝山田", "🏠 と 𠮟");
	assert_int_equal(sheet_end(&sheet, &bytes), 0);
	assert_int_equal(charset_decode(&arena, CHARSET_CP932, bytes, &text, &bad), 0);
	assert_str_equal(text, STR("番号,氏名,住所\r\n1,髙橋　﨑子,①ﾋﾞﾙ\r\n"
				   "2,〓田　葛子,かん町 1\r\n3,'＝山田,〓 と 〓\r\n"));
	assert_int_equal(sheet.lost_cells, 3);
	static const struct {
		int row;
		const char *name, *title, *characters;
	} lost[] = {
		{3, "𠮷田　葛\U000E0100子", "氏名", "𠮷葛\U000E0100"},
		{3, "𠮷田　葛\U000E0100子", "住所", "か\u3099"},
		{4, "＝山田", "住所", "🏠𠮟"},
	};
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(sheet.lost[i].row, lost[i].row);
		assert_str_equal(sheet.lost[i].name, str_of(lost[i].name));
		assert_str_equal(sheet.lost[i].title, str_of(lost[i].title));
		assert_str_equal(sheet.lost[i].characters, str_of(lost[i].characters));
	}
}

static void test_more_than_is_told_is_still_counted(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(sheet_clear) struct sheet sheet = {0};
	struct str bytes;
	arena_init(&arena, BYTES_MAX);
	sheet_begin(&sheet, &arena, &heading, CHARSET_CP932, BYTES_MAX);
	for (int i = 0; i < 3 * SHEET_LOST_MAX; i++)
		row_put(&sheet, "1", "𠮷田", "");
	assert_int_equal(sheet_end(&sheet, &bytes), 0);
	assert_int_equal(sheet.lost_cells, 3 * SHEET_LOST_MAX);
	assert_int_equal(sheet.lost[SHEET_LOST_MAX - 1].row, SHEET_LOST_MAX + 1);
}

/* Over many pieces, one row larger than a piece. */
static void test_a_long_file_is_whole(void **state)
{
	(void)state;
	enum { ROWS = 20000, LONG_BYTES = 300 * 1024 };
	AUTO(arena_clear) struct arena arena;
	AUTO(sheet_clear) struct sheet sheet = {0};
	struct csv_reader reader;
	struct csv_row row;
	struct str bytes;
	char *address = test_malloc(LONG_BYTES + 1), number[NUMBER_TEXT_BYTES];
	memset(address, 'x', LONG_BYTES);
	address[LONG_BYTES] = '\0';
	arena_init(&arena, BYTES_MAX);
	sheet_begin(&sheet, &arena, &heading, CHARSET_UTF8, BYTES_MAX);
	for (int i = 0; i < ROWS; i++) {
		snprintf(number, sizeof number, "%d", i);
		row_put(&sheet, number, "見本　太郎", "千代田区1");
	}
	row_put(&sheet, "-", "", address);
	assert_int_equal(sheet_end(&sheet, &bytes), 0);
	assert_int_equal(sheet.len, bytes.len);
	csv_reader_init(&reader, bytes);
	assert_int_equal(csv_next(&reader, &arena, &row), 0);
	for (int i = 0; i < ROWS; i++) {
		assert_int_equal(csv_next(&reader, &arena, &row), 0);
		assert_str_equal(row.cells[0], number_print(i, number));
	}
	assert_true(bytes.len > LONG_BYTES && str_ends(bytes, STR("xx\r\n")));
	test_free(address);
}

static void test_a_file_that_does_not_fit_is_no_file(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(sheet_clear) struct sheet sheet = {0};
	struct str bytes;
	arena_init(&arena, BYTES_MAX);
	sheet_begin(&sheet, &arena, &heading, CHARSET_UTF8, 300 * 1024);
	for (int i = 0; i < 20000; i++)
		row_put(&sheet, "1", "見本　太郎", "千代田区1");
	assert_int_equal(sheet_end(&sheet, &bytes), SHEET_LONG);
	assert_int_equal(sheet.rows, 20000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_excel_is_told_that_it_is_utf_8),
		cmocka_unit_test(test_what_is_lost_is_told_by_row),
		cmocka_unit_test(test_more_than_is_told_is_still_counted),
		cmocka_unit_test(test_a_long_file_is_whole),
		cmocka_unit_test(test_a_file_that_does_not_fit_is_no_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
