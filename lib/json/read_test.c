/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <stdlib.h>

#include "lib/json/json.h"

struct json_case {
	const char *name;
	struct str text;
	int outcome;
};

#define CASE(name, text, outcome)                 \
	{                                         \
		(name), STR_INIT(text), (outcome) \
	}
#define STR_INIT(text)                   \
	{                                \
		(text), sizeof(text) - 1 \
	}

static const struct json_case cases[] = {
	CASE("an empty object", "{}", 0),
	CASE("space around", " \r\n\t{ \"a\" : [ 1 , true , null ] } \n", 0),
	CASE("an escaped quote before a brace", "{\"a\\\"{[\":\"\\\\\"}", 0),
	CASE("a surrogate pair", "{\"a\":\"\\ud842\\udfb7\"}", 0),
	CASE("a character beyond the first plane", "{\"a\":\"𠮷\"}", 0),
	CASE("nothing", "", JSON_MALFORMED),
	CASE("space only", " ", JSON_MALFORMED),
	CASE("a bare text", "\"a\"", JSON_MALFORMED),
	CASE("text after the end", "{} x", JSON_MALFORMED),
	CASE("two values", "{}{}", JSON_MALFORMED),
	CASE("a byte order mark", "\xEF\xBB\xBF{}", JSON_MALFORMED),
	CASE("a comment", "{/**/}", JSON_MALFORMED),
	CASE("a trailing comma", "{\"a\":1,}", JSON_MALFORMED),
	CASE("single quotes", "{'a':1}", JSON_MALFORMED),
	CASE("an unended string", "{\"a", JSON_MALFORMED),
	CASE("an unended escape", "{\"a\\", JSON_MALFORMED),
	CASE("an unended object", "{\"a\":1", JSON_MALFORMED),
	CASE("closing too much", "{}}", JSON_MALFORMED),
	CASE("a duplicate key", "{\"a\":1,\"a\":2}", JSON_MALFORMED),
	CASE("a duplicate key by an escape", "{\"a\":1,\"\\u0061\":2}", JSON_MALFORMED),
	CASE("a duplicate key further down", "{\"b\":[{\"a\":1,\"a\":1}]}", JSON_MALFORMED),
	CASE("a NUL by an escape", "{\"a\":\"x\\u0000y\"}", JSON_MALFORMED),
	CASE("a NUL by an escape in a key", "{\"a\\u0000\":1}", JSON_MALFORMED),
	CASE("a NUL as it is", "{\"a\":\"x\0y\"}", JSON_MALFORMED),
	CASE("a NUL behind", "{}\0", JSON_MALFORMED),
	CASE("a line feed in a string", "{\"a\":\"x\ny\"}", JSON_MALFORMED),
	CASE("a high surrogate alone", "{\"a\":\"\\ud800\"}", JSON_MALFORMED),
	CASE("a low surrogate alone", "{\"a\":\"\\udc00\"}", JSON_MALFORMED),
	CASE("a surrogate pair the wrong way", "{\"a\":\"\\udfb7\\ud842\"}", JSON_MALFORMED),
	CASE("an escape that does not exist", "{\"a\":\"\\x41\"}", JSON_MALFORMED),
	CASE("a number too large", "{\"a\":9223372036854775808}", JSON_MALFORMED),
	CASE("a number beyond doubles", "{\"a\":1e999}", JSON_MALFORMED),
	CASE("a leading zero", "{\"a\":01}", JSON_MALFORMED),
	CASE("not a number", "{\"a\":NaN}", JSON_MALFORMED),
	CASE("an overlong slash", "{\"a\":\"\xC0\xAF\"}", JSON_NOT_UTF8),
	CASE("a surrogate in UTF-8", "{\"a\":\"\xED\xA0\x80\"}", JSON_NOT_UTF8),
	CASE("above U+10FFFF", "{\"a\":\"\xF4\x90\x80\x80\"}", JSON_NOT_UTF8),
	CASE("Shift_JIS", "{\"a\":\"\x8E\x8E\"}", JSON_NOT_UTF8),
	CASE("a cut sequence", "{\"a\":\"\xE3\x81", JSON_NOT_UTF8),
	CASE("UTF-16", "\xFF\xFE{\0}\0", JSON_NOT_UTF8),
	CASE("eight levels", "[[[[[[[[]]]]]]]]", 0),
	CASE("nine levels", "[[[[[[[[[]]]]]]]]]", JSON_TOO_LARGE),
	CASE("brackets in a string are no levels", "[\"[[[[[[[[[[[[[[[[[[[[[[[[[[\"]", 0),
};

static void test_only_good_json_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		AUTO(json_clear) struct json_document document = {0};
		int outcome = json_read(cases[i].text, &json_limits_request, &document);
		if (outcome != cases[i].outcome)
			fail_msg("%s: %d instead of %d", cases[i].name, outcome, cases[i].outcome);
		assert_true((outcome == 0) == (document.root != NULL));
	}
}

static void test_a_million_levels_are_refused_before_they_are_built(void **state)
{
	(void)state;
	const size_t levels = 1000 * 1000;
	char *text = malloc(levels);
	assert_non_null(text);
	const struct json_limits wide = {.bytes_max = levels, .depth_max = 32, .keys_max = 1};
	AUTO(json_clear) struct json_document document = {0};
	memset(text, '[', levels);
	assert_int_equal(json_read(str_bytes(text, levels), &wide, &document), JSON_TOO_LARGE);
	for (size_t i = 0; i + 5 <= levels; i += 5)
		memcpy(text + i, "{\"a\":", 5);
	assert_int_equal(json_read(str_bytes(text, levels), &wide, &document), JSON_TOO_LARGE);
	free(text);
}

static void test_the_size_is_bounded(void **state)
{
	(void)state;
	const struct json_limits four = {.bytes_max = 4, .depth_max = 1, .keys_max = 1};
	AUTO(json_clear) struct json_document document = {0};
	assert_int_equal(json_read(STR("{   }"), &four, &document), JSON_TOO_LARGE);
	assert_int_equal(json_read(STR("{  }"), &four, &document), 0);
}

static void test_the_members_of_all_objects_together_are_bounded(void **state)
{
	(void)state;
	const struct json_limits two = {.bytes_max = 100, .depth_max = 3, .keys_max = 2};
	AUTO(json_clear) struct json_document a = {0};
	AUTO(json_clear) struct json_document b = {0};
	assert_int_equal(json_read(STR("[{\"a\":\":::\"},{\"a\":2}]"), &two, &a), 0);
	assert_int_equal(json_read(STR("[{\"a\":1},{\"a\":2},{\"a\":3}]"), &two, &b),
			 JSON_TOO_LARGE);
}

static void test_clearing_twice_or_nothing_is_harmless(void **state)
{
	(void)state;
	struct json_document document = {0};
	json_clear(&document);
	assert_int_equal(json_read(STR("{\"a\":[[\"x\"],\"y\"],\"b\":null}"), &json_limits_request,
				   &document),
			 0);
	json_clear(&document);
	assert_null(document.root);
	json_clear(&document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_good_json_is_read),
		cmocka_unit_test(test_a_million_levels_are_refused_before_they_are_built),
		cmocka_unit_test(test_the_size_is_bounded),
		cmocka_unit_test(test_the_members_of_all_objects_together_are_bounded),
		cmocka_unit_test(test_clearing_twice_or_nothing_is_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
