/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <stdio.h>

#include "cli/rows.h"

#define ID "0123456789abcdef0123456789abcdef"

struct table {
	struct rows rows;
	FILE *file;
};

static void table_open(struct table *table, const char *text)
{
	*table = (struct table){.file = fmemopen((char *)(uintptr_t)text, strlen(text), "r")};
	assert_non_null(table->file);
	table->rows.file = table->file;
}

static void table_close(struct table *table)
{
	rows_clear(&table->rows);
	fclose(table->file);
}

static void expect(struct table *table, const char *number, const char *expected)
{
	struct row row;
	assert_int_equal(rows_next(&table->rows, &row), 0);
	assert_string_equal(row.result_id, ID);
	assert_string_equal(row.number, number);
	assert_string_equal(row.expected, expected);
}

static void test_csv_is_read_with_and_without_a_header(void **state)
{
	static const char *const texts[] = {
		"result_id,reference_number,expected\r\n" ID ",00123,\r\n" ID ",,00123\r\n",
		"\xef\xbb\xbf" ID ",00123,\n\n" ID ",,00123",
	};
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct table table;
		struct row row;
		table_open(&table, texts[i]);
		expect(&table, "00123", "");
		expect(&table, "", "00123");
		assert_int_equal(table.rows.number, 2);
		assert_int_equal(rows_next(&table.rows, &row), ROWS_END);
		table_close(&table);
	}
}

static void test_a_quoted_field_may_hold_commas_and_quotes(void **state)
{
	struct table table;
	(void)state;
	table_open(&table, ID ",\"カルテ,\"\"7\"\"\",\"\"\n\"" ID "\",\"a\",\"b\"\n");
	expect(&table, "カルテ,\"7\"", "");
	expect(&table, "a", "b");
	table_close(&table);
}

static void test_a_malformed_row_does_not_hide_the_next(void **state)
{
	static const char *const bad[] = {
		ID "\n", ID ",1\n", ID ",1,2,3\n", ID ",\"1,2\n", ID ",\"1\"x,2\n", ID ",\",2\n",
	};
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char text[512];
		struct table table;
		struct row row;
		snprintf(text, sizeof text, "%s" ID ",7,\n", bad[i]);
		table_open(&table, text);
		assert_int_equal(rows_next(&table.rows, &row), ROWS_MALFORMED);
		expect(&table, "7", "");
		assert_int_equal(table.rows.number, 2);
		table_close(&table);
	}
}

static void test_json_lines_are_read_strictly(void **state)
{
	struct table table;
	struct row row;
	(void)state;
	table_open(&table,
		   "{\"result_id\":\"" ID "\",\"reference_number\":\"𠮷7\",\"expected\":null}\n"
		   "{\"result_id\":\"" ID "\",\"reference_number\":7,\"expected\":null}\n"
		   "{\"result_id\":\"" ID "\",\"reference_number\":\"7\"}\n"
		   "[]\n"
		   "{\"result_id\":\"" ID "\",\"reference_number\":null,\"expected\":\"𠮷7\"}\n");
	expect(&table, "𠮷7", "");
	for (int i = 0; i < 3; i++)
		assert_int_equal(rows_next(&table.rows, &row), ROWS_MALFORMED);
	expect(&table, "", "𠮷7");
	assert_int_equal(table.rows.number, 5);
	table_close(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv_is_read_with_and_without_a_header),
		cmocka_unit_test(test_a_quoted_field_may_hold_commas_and_quotes),
		cmocka_unit_test(test_a_malformed_row_does_not_hide_the_next),
		cmocka_unit_test(test_json_lines_are_read_strictly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
