/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/json/json.h"

static void test_a_members_bytes_are_found_as_they_came(void **state)
{
	(void)state;
	struct str text =
		STR(" { \"a\" : 1 , \"b\":{ \"x\":\"}\\\"]\" , \"y\" : [ 1 ] } ,\"c\":\"\\\\\"}");
	assert_str_equal(json_span_member(text, "a"), STR("1"));
	assert_str_equal(json_span_member(text, "b"), STR("{ \"x\":\"}\\\"]\" , \"y\" : [ 1 ] }"));
	assert_str_equal(json_span_member(text, "c"), STR("\"\\\\\""));
	assert_null(json_span_member(text, "x").ptr);
	assert_null(json_span_member(text, "d").ptr);
}

static void test_elements_come_one_by_one(void **state)
{
	(void)state;
	struct str rest = STR(" [ {\"a\":[1,2]} ,\"],\" , null, [] ]"), element;
	assert_true(json_span_next(&rest, &element));
	assert_str_equal(element, STR("{\"a\":[1,2]}"));
	assert_true(json_span_next(&rest, &element));
	assert_str_equal(element, STR("\"],\""));
	assert_true(json_span_next(&rest, &element));
	assert_str_equal(element, STR("null"));
	assert_true(json_span_next(&rest, &element));
	assert_str_equal(element, STR("[]"));
	assert_false(json_span_next(&rest, &element));
	assert_false(json_span_next(&rest, &element));
}

static void test_where_there_is_nothing_nothing_is_found(void **state)
{
	(void)state;
	struct str rest = STR("[]"), none = {0}, element;
	assert_false(json_span_next(&rest, &element));
	assert_false(json_span_next(&none, &element));
	assert_null(json_span_member(STR("{}"), "a").ptr);
	assert_null(json_span_member(STR("[\"a\"]"), "a").ptr);
	assert_null(json_span_member((struct str){0}, "a").ptr);
}

static void test_text_that_was_never_accepted_is_not_read_past_its_end(void **state)
{
	(void)state;
	static const char *const texts[] = {"{\"a",	"{\"a\\",    "{\"a\"",
					    "{\"a\":",	"{\"a\":{",  "{\"a\":\"",
					    "{\"b\":1", "{\"b\":1,", "{a:1}"};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		for (size_t len = 0; len <= strlen(texts[i]); len++)
			(void)json_span_member(str_bytes(texts[i], len), "zz");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_members_bytes_are_found_as_they_came),
		cmocka_unit_test(test_elements_come_one_by_one),
		cmocka_unit_test(test_where_there_is_nothing_nothing_is_found),
		cmocka_unit_test(test_text_that_was_never_accepted_is_not_read_past_its_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
