/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <stdlib.h>

#include "lib/json/json.h"

static struct str upper(void *ctx, struct str name)
{
	(void)ctx;
	return str_equal(name, STR("a")) ? STR("Longer") : name;
}

static struct str answer(void *ctx, struct str name, struct str text)
{
	(void)ctx;
	return str_equal(name, STR("code")) ? STR("E1") : text;
}

static bool is_foreign(void *ctx, struct str name)
{
	(void)ctx;
	return str_equal(name, STR("result"));
}

static const struct json_renaming renaming = {upper, answer, is_foreign, NULL};

static const struct {
	const char *text, *renamed;
} rows[] = {
	{"{\"a\":\"a\"}", "{\"Longer\":\"a\"}"},
	{" { \"a\" : [ {\"a\":1} , \"a\" ] } ", " { \"Longer\" : [ {\"Longer\":1} , \"a\" ] } "},
	{"{\"b\":{\"a\":null},\"a\":\"x\"}", "{\"b\":{\"Longer\":null},\"Longer\":\"x\"}"},
	{"{\"code\":\"c\",\"c\":\"code\"}", "{\"code\":\"E1\",\"c\":\"code\"}"},
	{"{\"code\":7}", "{\"code\":7}"},
	{"{\"result\": {\"a\":\"code\",\"code\":\"a\"},\"a\":1}",
	 "{\"result\": {\"a\":\"code\",\"code\":\"a\"},\"Longer\":1}"},
	{"{\"b\":\"\\\"a\\\":\"}", "{\"b\":\"\\\"a\\\":\"}"},
	{"{\"\\u0061\":1}", "{\"\\u0061\":1}"},
	{"[]", "[]"},
	{"{}", "{}"},
};

static void test_names_change_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		AUTO(arena_clear) struct arena arena;
		struct str renamed;
		arena_init(&arena, 4096);
		assert_int_equal(json_rename(&arena, str_of(rows[i].text), &renaming, &renamed), 0);
		assert_str_equal(renamed, str_of(rows[i].renamed));
	}
}

static void test_text_that_was_never_accepted_is_not_read_past_its_end(void **state)
{
	(void)state;
	static const char *const texts[] = {"{\"a\":\"code", "{\"code\":\"\\", "{\"result\":{\"x",
					    "\"a\" : ", ":\"\":\"\""};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		for (size_t len = 0; len <= strlen(texts[i]); len++) {
			AUTO(arena_clear) struct arena arena;
			struct str renamed;
			char *copy = malloc(len + 1); /* of its own, for the address sanitizer */
			assert_non_null(copy);
			memcpy(copy, texts[i], len);
			arena_init(&arena, 4096);
			assert_int_equal(json_rename(&arena, str_bytes(copy, len), &renaming,
						     &renamed),
					 0);
			free(copy);
		}
}

static void test_members_come_in_the_order_of_the_text(void **state)
{
	(void)state;
	AUTO(json_clear) struct json_document document = {0};
	assert_int_equal(json_read(STR("{\"z\":1,\"a\":{},\"m\":\"x\"}"), &json_limits_request,
				   &document),
			 0);
	const char *const names[] = {"z", "a", "m"};
	const struct json *value;
	struct str name;
	void *place = NULL;
	for (size_t i = 0; i < 3; i++) {
		assert_true(json_member_next(document.root, &place, &name, &value));
		assert_str_equal(name, str_of(names[i]));
	}
	assert_str_equal(json_text(value), STR("x"));
	assert_false(json_member_next(document.root, &place, &name, &value));
}

static void test_a_full_arena_is_a_fault(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct str renamed;
	arena_init(&arena, 4096);
	arena.fail_after = 0;
	assert_int_equal(json_rename(&arena, STR("{\"a\":1}"), &renaming, &renamed), -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_change_and_nothing_else),
		cmocka_unit_test(test_text_that_was_never_accepted_is_not_read_past_its_end),
		cmocka_unit_test(test_members_come_in_the_order_of_the_text),
		cmocka_unit_test(test_a_full_arena_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
