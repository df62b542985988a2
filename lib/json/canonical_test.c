/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/json/canonical.h"

static const struct json_limits deep = {.bytes_max = 4096, .depth_max = 32, .keys_max = 100};

static int canonical_of(struct arena *arena, const char *text, struct str *ret_text)
{
	AUTO(json_clear) struct json_document document = {0};
	assert_int_equal(json_read(str_of(text), &deep, &document), 0);
	return json_canonical(arena, document.root, ret_text);
}

static const struct {
	const char *text;
	const char *canonical;
} forms[] = {
	{"{}", "{}"},
	{" [ ] ", "[]"},
	{"{\"b\":\"2\",\"a\":\"1\",\"aa\":\"3\",\"\":\"0\"}",
	 "{\"\":\"0\",\"a\":\"1\",\"aa\":\"3\",\"b\":\"2\"}"},
	{"{\"b\":[{\"y\":\"\",\"x\":[]}],\"a\":{\"d\":\"\",\"c\":{}}}",
	 "{\"a\":{\"c\":{},\"d\":\"\"},\"b\":[{\"x\":[],\"y\":\"\"}]}"},
	{"[\"\\u000f\\u000A\\/\\u20ac\\\"\\\\\\u007f\"]", "[\"\\u000f\\n/€\\\"\\\\\x7f\"]"},
	/* The names of RFC 8785 section 3.2.3, with texts as values. */
	{"{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\","
	 "\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
	 "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
	 "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
	 "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\","
	 "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
	 "\"\xF0\x9F\x98\x80\":\"Emoji: Grinning Face\","
	 "\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With Dagesh\"}"},
	{"{\"\\ud83d\\ude00\":\"1\",\"\\ud83d\\ude01\":\"2\",\"\\ud7ff\":\"0\",\"\\ue000\":\"3\"}",
	 "{\"\xED\x9F\xBF\":\"0\",\"\xF0\x9F\x98\x80\":\"1\",\"\xF0\x9F\x98\x81\":\"2\","
	 "\"\xEE\x80\x80\":\"3\"}"},
};

static void test_one_tree_has_one_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		struct str once, twice;
		assert_int_equal(canonical_of(&arena, forms[i].text, &once), 0);
		assert_str_equal(once, str_of(forms[i].canonical));
		assert_int_equal(canonical_of(&arena, once.ptr, &twice), 0);
		assert_str_equal(twice, once);
	}
}

static void test_only_texts_are_leaves(void **state)
{
	(void)state;
	static const char *const texts[] = {"[1]", "[1.5]", "[true]", "[false]", "{\"a\":[null]}"};
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 16);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct str text = STR("untouched");
		assert_int_equal(canonical_of(&arena, texts[i], &text), JSON_CANONICAL_REFUSED);
		assert_str_equal(text, STR("untouched"));
	}
	struct str text;
	assert_int_equal(json_canonical(&arena, NULL, &text), JSON_CANONICAL_REFUSED);
}

static void test_every_failing_allocation_is_a_fault(void **state)
{
	(void)state;
	long fails = 0;
	for (int r = -ENOMEM; r; fails++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		arena.fail_after = fails;
		struct str text;
		r = canonical_of(&arena, "{\"a\":{\"b\":[\"c\"]}}", &text);
		assert_true(r == 0 || r == -ENOMEM);
	}
	assert_true(fails > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_tree_has_one_form),
		cmocka_unit_test(test_only_texts_are_leaves),
		cmocka_unit_test(test_every_failing_allocation_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
