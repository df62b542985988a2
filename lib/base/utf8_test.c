/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/base/utf8.h"

/* UTF-8 written the plain way, for every number that fits its pattern, allowed or not. */
static size_t encode(uint32_t point, size_t bytes, char text[4])
{
	static const unsigned char marks[] = {0x00, 0x00, 0xC0, 0xE0, 0xF0};
	for (size_t i = bytes - 1; i > 0; i--) {
		text[i] = (char)(unsigned char)(0x80 | (point & 0x3F));
		point >>= 6;
	}
	text[0] = (char)(unsigned char)(marks[bytes] | point);
	return bytes;
}

static size_t bytes_needed(uint32_t point)
{
	if (point < 0x80)
		return 1;
	if (point < 0x800)
		return 2;
	return point < 0x10000 ? 3 : 4;
}

static void test_every_code_point_in_its_shortest_form(void **state)
{
	(void)state;
	for (uint32_t point = 0; point < 0x1FFFFF; point++) {
		char text[4];
		struct str rest = {text, encode(point, bytes_needed(point), text)};
		bool allowed = point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
		if (utf8_valid(rest) != allowed)
			fail_msg("U+%04X", (unsigned)point);
		if (!allowed)
			continue;
		if (utf8_next(&rest) != point || rest.len != 0)
			fail_msg("U+%04X is read as another", (unsigned)point);
	}
}

static void test_longer_forms_are_refused(void **state)
{
	(void)state;
	for (uint32_t point = 0; point < 0x10000; point++) {
		for (size_t bytes = bytes_needed(point) + 1; bytes <= 4; bytes++) {
			char text[4];
			struct str overlong = {text, encode(point, bytes, text)};
			if (utf8_valid(overlong))
				fail_msg("U+%04X in %zu bytes", (unsigned)point, bytes);
		}
	}
}

static void test_cut_and_loose_bytes_are_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"\x80",
		"\xBF",
		"a\x80",
		"\xC3",
		"\xE3\x81",
		"\xF0\x9F\x98",
		"\xE3\x81"
		"a",
		"\xE3"
		"a\x81",
		"\xC3\xC3\xA9",
		"\xFE",
		"\xFF",
		"\xF8\x88\x80\x80\x80",
		"\xED\xA0\x81\xED\xB0\x80",
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(utf8_valid(str_of(wrong[i])));
	/* What stands behind the end is not looked at. */
	assert_false(utf8_valid((struct str){"\xE3\x81\x82", 2}));
}

static void test_empty_and_absent_are_valid(void **state)
{
	(void)state;
	assert_true(utf8_valid(STR("")));
	assert_true(utf8_valid((struct str){0}));
	assert_int_equal(utf8_count((struct str){0}), 0);
	assert_true(utf8_valid((struct str){"a\0b", 3}));
}

static void test_code_points_are_counted(void **state)
{
	(void)state;
	assert_int_equal(utf8_count(STR("佐々木 𠮷之助")), 7);
	assert_int_equal(utf8_count(STR("ｻｻｷ")), 3);
	assert_int_equal(utf8_count(STR("か\u3099")), 2);
}

static void test_controls_are_found(void **state)
{
	(void)state;
	static const char *const with[] = {"a\n",      "\t",	   "a\x7F", "\xC2\x80",
					   "\xC2\x9F", "あ\u2028", "\u2029"};
	static const char *const without[] = {"",	    "a b",    "\u00A0",
					      "あ\u3000い", "\u2027", "\u202A"};
	for (size_t i = 0; i < sizeof with / sizeof with[0]; i++)
		assert_true(utf8_has_control(str_of(with[i])));
	for (size_t i = 0; i < sizeof without / sizeof without[0]; i++)
		assert_false(utf8_has_control(str_of(without[i])));
	assert_true(utf8_has_control((struct str){"a\0", 2}));
}

static void test_columns_fit_a_terminal(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t columns;
	} cases[] = {
		{"", 0},    {"abc", 3}, {"資格", 4},	 {"ｼｶｸ", 3}, {"ＡＢ", 4},
		{"●田", 4}, {"𠮷", 2},	{"か\u3099", 2}, {"é", 1},   {"辻\U000E0100", 2},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(utf8_columns(str_of(cases[i].text)), cases[i].columns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code_point_in_its_shortest_form),
		cmocka_unit_test(test_longer_forms_are_refused),
		cmocka_unit_test(test_cut_and_loose_bytes_are_refused),
		cmocka_unit_test(test_empty_and_absent_are_valid),
		cmocka_unit_test(test_code_points_are_counted),
		cmocka_unit_test(test_controls_are_found),
		cmocka_unit_test(test_columns_fit_a_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
