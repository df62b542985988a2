/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/base/str.h"

static void test_equal_is_bytes_and_length(void **state)
{
	(void)state;
	assert_true(str_equal(STR("abc"), str_of("abc")));
	assert_true(str_equal(STR(""), (struct str){0}));
	assert_false(str_equal(STR("abc"), STR("abcd")));
	assert_false(str_equal(STR("abc"), STR("abC")));
	assert_true(str_equal(str_bytes("a\0b", 3), str_bytes("a\0b", 3)));
	assert_false(str_equal(str_bytes("a\0b", 3), str_bytes("a\0c", 3)));
}

static void test_absent_is_not_empty(void **state)
{
	(void)state;
	assert_null(str_of(NULL).ptr);
	assert_int_equal(str_of(NULL).len, 0);
	assert_non_null(str_of("").ptr);
}

static void test_compare_puts_the_beginning_first(void **state)
{
	(void)state;
	assert_true(str_compare(STR("a"), STR("b")) < 0);
	assert_true(str_compare(STR("b"), STR("a")) > 0);
	assert_int_equal(str_compare(STR("ab"), STR("ab")), 0);
	assert_true(str_compare(STR("ab"), STR("abc")) < 0);
	assert_true(str_compare(STR("abc"), STR("ab")) > 0);
	assert_true(str_compare((struct str){0}, STR("a")) < 0);
	assert_int_equal(str_compare((struct str){0}, STR("")), 0);
	assert_true(str_compare(STR("\x7f"), STR("\x80")) < 0);
}

static void test_beginnings_and_ends(void **state)
{
	(void)state;
	assert_true(str_starts(STR("WA0000001"), STR("WA")));
	assert_true(str_starts(STR("WA"), STR("WA")));
	assert_true(str_starts(STR("WA"), STR("")));
	assert_false(str_starts(STR("W"), STR("WA")));
	assert_false(str_starts(STR("wA1"), STR("WA")));
	assert_true(str_ends(STR("a.json"), STR(".json")));
	assert_true(str_ends(STR(""), STR("")));
	assert_false(str_ends(STR("json"), STR(".json")));
	assert_false(str_ends(STR("a.jsom"), STR(".json")));
}

static void test_header_names_ignore_ascii_case_only(void **state)
{
	(void)state;
	assert_true(str_equal_nocase(STR("Content-Type"), STR("cONTENT-tYPE")));
	assert_false(str_equal_nocase(STR("a"), STR("ab")));
	assert_false(str_equal_nocase(STR("["), STR("{"))); /* 0x20 apart, but no letters */
	assert_false(str_equal_nocase(STR("@"), STR("`")));
	assert_false(str_equal_nocase(STR("Ａ"), STR("ａ")));
}

static void test_trim_takes_ascii_space_from_both_ends(void **state)
{
	(void)state;
	assert_str_equal(str_trim(STR(" \t\r\n\v\fa b\n ")), STR("a b"));
	assert_str_equal(str_trim(STR("   ")), STR(""));
	assert_str_equal(str_trim((struct str){0}), STR(""));
	assert_str_equal(str_trim(STR("　a　")), STR("　a　"));
}

static void test_split_gives_every_piece(void **state)
{
	(void)state;
	static const char *const pieces[] = {"a", "", "bc", ""};
	struct str rest = STR("a,,bc,"), head;
	for (size_t i = 0; i < 4; i++) {
		assert_true(str_split(&rest, ',', &head));
		assert_str_equal(head, str_of(pieces[i]));
	}
	assert_false(str_split(&rest, ',', &head));
	rest = STR("");
	assert_true(str_split(&rest, ',', &head));
	assert_int_equal(head.len, 0);
	assert_false(str_split(&rest, ',', &head));
}

static void test_a_c_string_fits_whole_or_not_at_all(void **state)
{
	(void)state;
	char buffer[4] = "old";
	assert_int_equal(str_to_c(STR("1234"), buffer, sizeof buffer), -ENAMETOOLONG);
	assert_int_equal(str_to_c(str_bytes("a\0b", 3), buffer, sizeof buffer), -EINVAL);
	assert_string_equal(buffer, "old");
	assert_int_equal(str_to_c(STR("123"), buffer, sizeof buffer), 0);
	assert_string_equal(buffer, "123");
	assert_int_equal(str_to_c((struct str){0}, buffer, sizeof buffer), 0);
	assert_string_equal(buffer, "");
	assert_int_equal(str_to_c(STR(""), buffer, 0), -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_is_bytes_and_length),
		cmocka_unit_test(test_absent_is_not_empty),
		cmocka_unit_test(test_compare_puts_the_beginning_first),
		cmocka_unit_test(test_beginnings_and_ends),
		cmocka_unit_test(test_header_names_ignore_ascii_case_only),
		cmocka_unit_test(test_trim_takes_ascii_space_from_both_ends),
		cmocka_unit_test(test_split_gives_every_piece),
		cmocka_unit_test(test_a_c_string_fits_whole_or_not_at_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
