/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/wire/profile_file.h"
#include "lib/wire/spelling.h"

static struct wire_profile other(struct arena *arena)
{
	struct wire_profile_complaint complaint;
	struct wire_profile profile;
	struct str text =
		STR("{\"token\":\"bare\",\"envelope\":{\"request\":\"In\",\"reply\":\"Out\"},"
		    "\"members\":{\"facility_code\":\"Institution\",\"code\":\"Code\","
		    "\"field\":\"Place\",\"result\":\"Content\",\"client\":\"Software\","
		    "\"vendor\":\"Maker\"},"
		    "\"parameters\":{\"from\":\"start\",\"to\":\"from\"},"
		    "\"codes\":{\"busy\":\"E7\"}}");
	arena_init(arena, 1 << 20);
	assert_int_equal(wire_profile_parse(arena, text, &complaint, &profile), 0);
	return profile;
}

/* Both ways between the contract's text and the profile's. */
static const struct {
	enum wire_body kind;
	const char *ours, *theirs;
} pairs[] = {
	{WIRE_BODY_REQUEST, "{\"facility_code\":\"1\"}", "{\"In\":{\"Institution\":\"1\"}}"},
	{WIRE_BODY_REQUEST, "{\"code\":\"busy\",\"client\":{\"vendor\":\"code\"}}",
	 "{\"In\":{\"Code\":\"busy\",\"Software\":{\"Maker\":\"code\"}}}"},
	{WIRE_BODY_REPLY, "{\"result\":{\"code\":\"a\",\"x\": 1 },\"code\":\"b\"}",
	 "{\"Out\":{\"Content\":{\"code\":\"a\",\"x\": 1 },\"Code\":\"b\"}}"},
	{WIRE_BODY_PROBLEM, "{\"code\":\"busy\",\"errors\":[{\"field\":\"client.vendor\"}]}",
	 "{\"Code\":\"E7\",\"errors\":[{\"Place\":\"Software.Maker\"}]}"},
	{WIRE_BODY_PROBLEM, "{\"code\":\"other\",\"errors\":[{\"field\":\"\"}]}",
	 "{\"Code\":\"other\",\"errors\":[{\"Place\":\"\"}]}"},
	{WIRE_BODY_REPLY, "", ""},
};

static void test_a_body_goes_out_and_comes_back(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena names;
	struct wire_profile profile = other(&names);
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		AUTO(arena_clear) struct arena arena;
		struct str theirs, ours;
		arena_init(&arena, 1 << 16);
		assert_int_equal(spelling_body_out(&profile, pairs[i].kind, &arena,
						   str_of(pairs[i].ours), &theirs),
				 0);
		assert_str_equal(theirs, str_of(pairs[i].theirs));
		assert_int_equal(spelling_body_in(&profile, pairs[i].kind, &arena, theirs, &ours),
				 0);
		assert_str_equal(ours, str_of(pairs[i].ours));
	}
}

static void test_what_the_default_says_is_not_touched(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct str text = STR("{\"code\" :1}"), spelt;
	arena_init(&arena, 1);
	for (int kind = 0; kind < WIRE_BODIES; kind++) {
		assert_int_equal(spelling_body_in(&wire_profile_default, kind, &arena, text,
						  &spelt),
				 0);
		assert_ptr_equal(spelt.ptr, text.ptr);
		assert_int_equal(spelling_body_out(&wire_profile_default, kind, &arena, text,
						   &spelt),
				 0);
		assert_ptr_equal(spelt.ptr, text.ptr);
	}
}

/* Comes in, and is something that the contract refuses. */
static const struct {
	const char *theirs;
	int outcome;
	const char *ours;
} strangers[] = {
	{"{\"In\":{\"facility_code\":\"1\"}}", 0, "{\"?facility_code\":\"1\"}"},
	{"{\"In\":{\"c\\u006fde\":\"1\"}}", 0, "{\"?\":\"1\"}"},
	{"{\"In\":{\"new\":\"1\"}}", 0, "{\"new\":\"1\"}"},
	{"{\"In\":{}}", 0, "{}"},
	{"{\"Institution\":\"1\"}", SPELLING_UNFIT, NULL},
	{"{\"In\":{},\"Institution\":\"1\"}", SPELLING_UNFIT, NULL},
	{"{\"In\":[]}", SPELLING_UNFIT, NULL},
	{"{\"\\u0049n\":{}}", SPELLING_UNFIT, NULL},
	{"[]", SPELLING_UNFIT, NULL},
	{"{", 0, "{"}, /* the decoder says so */
	{"{\"In\":{},\"In\":{}}", 0, "{\"In\":{},\"In\":{}}"},
};

static void test_what_is_spelt_otherwise_comes_in_unknown(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena names;
	struct wire_profile profile = other(&names);
	for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
		AUTO(arena_clear) struct arena arena;
		struct str ours;
		arena_init(&arena, 1 << 16);
		int r = spelling_body_in(&profile, WIRE_BODY_REQUEST, &arena,
					 str_of(strangers[i].theirs), &ours);
		assert_int_equal(r, strangers[i].outcome);
		if (r == 0)
			assert_str_equal(ours, str_of(strangers[i].ours));
	}
}

static void test_a_complaint_names_what_the_caller_wrote(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(arena_clear) struct arena names;
	struct wire_profile profile = other(&names);
	struct str theirs;
	arena_init(&arena, 1 << 16);
	assert_int_equal(spelling_body_out(&profile, WIRE_BODY_PROBLEM, &arena,
					   STR("{\"field\":\"?facility_code\"}"), &theirs),
			 0);
	assert_str_equal(theirs, STR("{\"Place\":\"facility_code\"}"));
}

static void test_a_query_goes_out_and_comes_back(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(arena_clear) struct arena names;
	struct wire_profile profile = other(&names);
	struct str ours = STR("from=2026%26&to=1&x&y="), theirs, back;
	arena_init(&arena, 1 << 16);
	assert_int_equal(spelling_query_out(&profile, &arena, ours, &theirs), 0);
	assert_str_equal(theirs, STR("start=2026%26&from=1&x&y="));
	assert_int_equal(spelling_query_in(&profile, &arena, theirs, &back), 0);
	assert_str_equal(back, ours);
	assert_int_equal(spelling_query_in(&profile, &arena, STR("to=1"), &back), 0);
	assert_str_equal(back, STR("?to=1"));
	assert_int_equal(spelling_query_in(&profile, &arena, (struct str){0}, &back), 0);
	assert_null(back.ptr);
}

static void test_a_token_stands_alone_or_behind_its_scheme(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(arena_clear) struct arena names;
	struct wire_profile profile = other(&names);
	struct str value;
	arena_init(&arena, 1 << 16);
	assert_int_equal(spelling_token_out(&profile, &arena, STR("a.b"), &value), 0);
	assert_str_equal(value, STR("a.b"));
	assert_str_equal(spelling_token_in(&profile, value), STR("a.b"));
	assert_null(spelling_token_in(&profile, STR("Bearer a.b")).ptr);
	assert_int_equal(spelling_token_out(&wire_profile_default, &arena, STR("a.b"), &value), 0);
	assert_str_equal(value, STR("Bearer a.b"));
	assert_str_equal(spelling_token_in(&wire_profile_default, STR("bearer a.b")), STR("a.b"));
	assert_null(spelling_token_in(&wire_profile_default, STR("a.b")).ptr);
	assert_null(spelling_token_in(&wire_profile_default, STR("Bearer")).ptr);
}

static void test_a_full_arena_is_a_fault(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena names;
	struct wire_profile profile = other(&names);
	struct str text;
	/* The stranger's name, then the body. */
	for (long i = 0; i < 2; i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		arena.fail_after = i;
		assert_int_equal(spelling_body_in(&profile, WIRE_BODY_REQUEST, &arena,
						  STR("{\"In\":{\"facility_code\":\"1\"}}"), &text),
				 -ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_body_goes_out_and_comes_back),
		cmocka_unit_test(test_what_the_default_says_is_not_touched),
		cmocka_unit_test(test_what_is_spelt_otherwise_comes_in_unknown),
		cmocka_unit_test(test_a_complaint_names_what_the_caller_wrote),
		cmocka_unit_test(test_a_query_goes_out_and_comes_back),
		cmocka_unit_test(test_a_token_stands_alone_or_behind_its_scheme),
		cmocka_unit_test(test_a_full_arena_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
