/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/client/date.h"

static void test_a_date_is_read(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms; /* 0: malformed */
	} rows[] = {
		{"Sun, 06 Nov 1994 08:49:37 GMT", INT64_C(784111777000)},
		{"Sun, 22 Nov 2026 23:59:59 GMT", INT64_C(1795391999000)},
		{"Sun, 29 Feb 2026 00:00:00 GMT", 0},
		{"Sunday, 06-Nov-94 08:49:37 GMT", 0},
		{"Sun Nov  6 08:49:37 1994", 0},
		{"Sun, 06 Nov 1994 08:49:37 JST", 0},
		{"Sun, 06 Noe 1994 08:49:37 GMT", 0},
		{"Sun, 06 Nov 1994 08:4x:37 GMT", 0},
		{"", 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t ms = 0;
		assert_int_equal(date_parse(str_of(rows[i].text), &ms),
				 rows[i].ms ? 0 : DATE_MALFORMED);
		assert_int_equal(ms, rows[i].ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_date_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
