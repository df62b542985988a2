/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <stdlib.h>

#include "lib/wire/profile_file.h"

static void test_an_empty_profile_is_the_default(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct wire_profile_complaint complaint;
	struct wire_profile profile;
	arena_init(&arena, 1 << 20);
	assert_int_equal(wire_profile_parse(&arena, STR("{}"), &complaint, &profile), 0);
	for (int i = 0; i < WIRE_CALLS; i++)
		assert_string_equal(profile.routes[i].path, wire_profile_default.routes[i].path);
	assert_int_equal(profile.members.count, 0);
	assert_int_equal(profile.token, WIRE_TOKEN_BEARER);
	assert_int_equal(profile.paging, WIRE_PAGING_CURSOR);
}

static void test_everything_can_be_spelt_otherwise(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct wire_profile_complaint complaint;
	struct wire_profile profile;
	arena_init(&arena, 1 << 20);
	struct str text = STR("{\"name\":\"x\",\"token\":\"bare\",\"paging\":\"none\","
			      "\"envelope\":{\"reply\":\"R\"},"
			      "\"paths\":{\"reference\":\"POST /a/{n}/b\"},"
			      "\"members\":{\"facility_code\":\"F\"},"
			      "\"parameters\":{\"from\":\"to\",\"to\":\"from\"},"
			      "\"codes\":{\"busy\":\"E1\"}}");
	assert_int_equal(wire_profile_parse(&arena, text, &complaint, &profile), 0);
	assert_string_equal(profile.routes[WIRE_REFERENCE].method, "POST");
	assert_string_equal(profile.routes[WIRE_REFERENCE].path, "/a/{n}/b");
	assert_str_equal(profile.envelopes[WIRE_BODY_REPLY], STR("R"));
	assert_null(profile.envelopes[WIRE_BODY_REQUEST].ptr);
	assert_str_equal(profile.members.items[0].theirs, STR("F"));
	assert_int_equal(profile.parameters.count, 2);
	assert_str_equal(profile.codes.items[0].ours, STR("busy"));
	assert_int_equal(profile.token, WIRE_TOKEN_BARE);
	assert_int_equal(profile.paging, WIRE_PAGING_NONE);
}

static const struct {
	const char *text, *place;
} bad[] = {
	{"", ""},
	{"[]", ""},
	{"{\"other\":1}", ".other"},
	{"{\"paths\":1}", ".paths"},
	{"{\"token\":\"basic\"}", "token"},
	{"{\"token\":1}", "token"},
	{"{\"paging\":\"yes\"}", "paging"},
	{"{\"name\":7}", ".name"},
	{"{\"paths\":{\"logn\":\"POST /a\"}}", "paths.logn"},
	{"{\"paths\":{\"login\":7}}", "paths.login"},
	{"{\"paths\":{\"login\":\"/a\"}}", "paths.login"},
	{"{\"paths\":{\"login\":\"PATCH /a\"}}", "paths.login"},
	{"{\"paths\":{\"login\":\"GET /a\"}}", "paths.login"},
	{"{\"paths\":{\"count\":\"POST /a\"}}", "paths.count"},
	{"{\"paths\":{\"login\":\"POST a\"}}", "paths.login"},
	{"{\"paths\":{\"login\":\"POST /a?b\"}}", "paths.login"},
	{"{\"paths\":{\"login\":\"POST /a//b\"}}", "paths.login"},
	{"{\"paths\":{\"login\":\"POST /a/{b}\"}}", "paths.login"},
	{"{\"paths\":{\"reference\":\"PUT /a\"}}", "paths.reference"},
	{"{\"paths\":{\"reference\":\"PUT /{a}/{b}\"}}", "paths.reference"},
	{"{\"paths\":{\"login\":\"POST /v1/mfa\"}}", "paths.mfa"},
	{"{\"envelope\":{\"body\":\"B\"}}", "envelope.body"},
	{"{\"envelope\":{\"reply\":\"a b\"}}", "envelope.reply"},
	{"{\"members\":{\"nobody\":\"B\"}}", "members.nobody"},
	{"{\"members\":{\"XmlMsg\":\"B\"}}", "members.XmlMsg"},
	{"{\"members\":{\"code\":\"\"}}", "members.code"},
	{"{\"members\":{\"code\":\"a\\\"b\"}}", "members.code"},
	{"{\"members\":{\"code\":null}}", "members.code"},
	{"{\"members\":{\"code\":\"count\"}}", "members.count"},
	{"{\"members\":{\"code\":\"x\",\"count\":\"x\"}}", "members.count"},
	{"{\"parameters\":{\"from\":\"to\"}}", "parameters.to"},
	{"{\"parameters\":{\"until\":\"to\"}}", "parameters.until"},
	{"{\"codes\":{\"no_such_code\":\"E\"}}", "codes.no_such_code"},
};

static void test_what_is_wrong_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		AUTO(arena_clear) struct arena arena;
		struct wire_profile_complaint complaint = {.place = "?"};
		struct wire_profile profile;
		arena_init(&arena, 1 << 20);
		int r = wire_profile_parse(&arena, str_of(bad[i].text), &complaint, &profile);
		if (r != WIRE_PROFILE_REFUSED)
			fail_msg("%s: %d", bad[i].text, r);
		assert_string_equal(complaint.place, bad[i].place);
		assert_non_null(complaint.ja);
		assert_non_null(complaint.en);
	}
}

static void test_the_example_is_a_profile(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct wire_profile_complaint complaint = {.place = "", .en = ""};
	struct wire_profile profile;
	arena_init(&arena, 1 << 20);
	const char *path = getenv("SHIKAKU_PROFILE_EXAMPLE");
	assert_non_null(path);
	if (wire_profile_read(&arena, path, &complaint, &profile))
		fail_msg("%s: %s", complaint.place, complaint.en);
	assert_int_equal(profile.paging, WIRE_PAGING_NONE);
}

static void test_a_file_that_is_not_there_is_refused(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct wire_profile_complaint complaint;
	struct wire_profile profile;
	arena_init(&arena, 1 << 20);
	assert_int_equal(wire_profile_read(&arena, "/nonexistent", &complaint, &profile),
			 WIRE_PROFILE_REFUSED);
	assert_int_equal(wire_profile_read(&arena, "/", &complaint, &profile),
			 WIRE_PROFILE_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_empty_profile_is_the_default),
		cmocka_unit_test(test_everything_can_be_spelt_otherwise),
		cmocka_unit_test(test_what_is_wrong_is_named),
		cmocka_unit_test(test_the_example_is_a_profile),
		cmocka_unit_test(test_a_file_that_is_not_there_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
