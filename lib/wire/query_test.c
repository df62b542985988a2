/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/wire/inside.h"
#include "lib/wire/query.h"

#define PERIOD "from=20261101000000&to=20261122235959"

static void test_one_value_is_found_and_decoded(void **state)
{
	(void)state;
	static const struct {
		const char *query;
		int outcome;
		const char *value;
	} cases[] = {
		{"a=1", 0, "1"},
		{"b=2&a=1&c=3", 0, "1"},
		{"a=", 0, ""},
		{"a", 0, ""},
		{"a=x=y", 0, "x=y"},
		{"a=%E9%AB%99+%2B%26", 0, "髙++&"},
		{"a=%e9%ab%99", 0, "髙"},
		{"", WIRE_QUERY_ABSENT, NULL},
		{"aa=1", WIRE_QUERY_ABSENT, NULL},
		{"A=1", WIRE_QUERY_ABSENT, NULL},
		{"a=1&a=1", WIRE_QUERY_REPEATED, NULL},
		{"a=1&a", WIRE_QUERY_REPEATED, NULL},
		{"a=%", WIRE_QUERY_MALFORMED, NULL},
		{"a=%4", WIRE_QUERY_MALFORMED, NULL},
		{"a=%4g", WIRE_QUERY_MALFORMED, NULL},
		{"a=%zz", WIRE_QUERY_MALFORMED, NULL},
		{"a=%00", WIRE_QUERY_MALFORMED, NULL},
		{"a=%0A", WIRE_QUERY_MALFORMED, NULL},
		{"a=%FF", WIRE_QUERY_MALFORMED, NULL},
		{"a=%C0%AF", WIRE_QUERY_MALFORMED, NULL},
		{"a=%ED%A0%80", WIRE_QUERY_MALFORMED, NULL},
		{"a=\xFF", WIRE_QUERY_MALFORMED, NULL},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		struct str value;
		int r = wire_query_get(str_of(cases[i].query), STR("a"), &arena, &value);
		if (r != cases[i].outcome)
			fail_msg("%s: %d", cases[i].query, r);
		if (r == 0)
			assert_str_equal(value, str_of(cases[i].value));
	}
}

static void test_unknown_names_are_found(void **state)
{
	(void)state;
	const struct str names[] = {STR("a"), STR("b")};
	assert_null(wire_query_unknown((struct str){0}, names, 2).ptr);
	assert_null(wire_query_unknown(STR(""), names, 2).ptr);
	assert_null(wire_query_unknown(STR("b=1&a"), names, 2).ptr);
	assert_str_equal(wire_query_unknown(STR("a=1&c=2&d"), names, 2), STR("c"));
	assert_str_equal(wire_query_unknown(STR("%61=1"), names, 2), STR("%61"));
	assert_non_null(wire_query_unknown(STR("a=1&"), names, 2).ptr);
}

static const struct {
	const char *query;
	int problem;
	const char *field;
} rows[] = {
	{PERIOD, 0, NULL},
	{PERIOD "&reference=any", 0, NULL},
	{PERIOD "&reference=with&limit=500&cursor=abc.%64ef", 0, NULL},
	{"from=20261122103000&to=20261122103000", 0, NULL},
	{"", PROBLEM_PERIOD_MALFORMED, "from"},
	{"to=20261122235959", PROBLEM_PERIOD_MALFORMED, "from"},
	{"from=20261122235959", PROBLEM_PERIOD_MALFORMED, "to"},
	{"from=20261122&to=20261122235959", PROBLEM_PERIOD_MALFORMED, "from"},
	{"from=20261131000000&to=20261222235959", PROBLEM_PERIOD_MALFORMED, "from"},
	{"from=20261122240000&to=20261222235959", PROBLEM_PERIOD_MALFORMED, "from"},
	{"from=20261122103001&to=20261122103000", PROBLEM_PERIOD_MALFORMED, "from"},
	{PERIOD "&to=20261122235959", PROBLEM_QUERY_INVALID, "to"},
	{PERIOD "&reference=", PROBLEM_QUERY_INVALID, "reference"},
	{PERIOD "&reference=With", PROBLEM_QUERY_INVALID, "reference"},
	{PERIOD "&reference=with&reference=with", PROBLEM_QUERY_INVALID, "reference"},
	{PERIOD "&name=x", PROBLEM_QUERY_INVALID, "name"},
	{PERIOD "&limit=0", PROBLEM_QUERY_INVALID, "limit"},
	{PERIOD "&limit=501", PROBLEM_QUERY_INVALID, "limit"},
	{PERIOD "&limit=07", PROBLEM_QUERY_INVALID, "limit"},
	{PERIOD "&limit=1e2", PROBLEM_QUERY_INVALID, "limit"},
	{PERIOD "&cursor=", PROBLEM_QUERY_INVALID, "cursor"},
	{PERIOD "&cursor=%ZZ", PROBLEM_QUERY_INVALID, "cursor"},
	{PERIOD "&validity=6&card_class=A1&wait=30", 0, NULL},
	{PERIOD "&validity=0", PROBLEM_QUERY_INVALID, "validity"},
	{PERIOD "&validity=7", PROBLEM_QUERY_INVALID, "validity"},
	{PERIOD "&card_class=08", PROBLEM_QUERY_INVALID, "card_class"},
	{PERIOD "&card_class=", PROBLEM_QUERY_INVALID, "card_class"},
	{PERIOD "&wait=31", PROBLEM_QUERY_INVALID, "wait"},
	{PERIOD "&wait=-1", PROBLEM_QUERY_INVALID, "wait"},
};

static void test_what_does_not_fit_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		struct wire_complaints complaints = {.count = 0};
		struct wire_search search;
		int r = wire_download_query_decode(&arena, str_of(rows[i].query), &complaints,
						   &search);
		if (r != rows[i].problem)
			fail_msg("%s: %d", rows[i].query, r);
		if (r && strcmp(complaints.items[0].field, rows[i].field) != 0)
			fail_msg("%s: %s", rows[i].query, complaints.items[0].field);
		if (r == 0)
			assert_int_equal(complaints.count, 0);
	}
}

static void test_count_does_not_know_pages(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 16);
	struct wire_complaints complaints = {.count = 0};
	struct wire_search search;
	assert_int_equal(wire_count_query_decode(&arena, STR(PERIOD "&limit=5"), &complaints,
						 &search),
			 PROBLEM_QUERY_INVALID);
	assert_string_equal(complaints.items[0].field, "limit");
	assert_int_equal(complaints.items[0].reason, WIRE_REASON_UNKNOWN);
}

static void test_a_search_arrives_as_it_was_sent(void **state)
{
	(void)state;
	static const struct wire_search searches[] = {
		{INT64_C(1793458800000),
		 INT64_C(1795359599000),
		 WIRE_REFERENCE_ANY,
		 0,
		 {NULL, 0},
		 6,
		 {"A1", 2},
		 30},
		{INT64_C(1793458800000),
		 INT64_C(1795359599000),
		 WIRE_REFERENCE_WITH,
		 1,
		 {"a+b/c=&", 7},
		 0,
		 {NULL, 0},
		 0},
		{INT64_C(1793458800000),
		 INT64_C(1793458800000),
		 WIRE_REFERENCE_WITHOUT,
		 500,
		 {"x", 1},
		 1,
		 {"07", 2},
		 1},
	};
	for (size_t i = 0; i < COUNT_OF(searches); i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		const struct wire_search *sent = &searches[i];
		struct wire_complaints complaints = {.count = 0};
		struct wire_search got;
		struct str query;
		assert_int_equal(wire_download_query_encode(&arena, sent, &query), 0);
		assert_int_equal(wire_download_query_decode(&arena, query, &complaints, &got), 0);
		assert_int_equal(got.from_ms, sent->from_ms);
		assert_int_equal(got.to_ms, sent->to_ms);
		assert_int_equal(got.reference, sent->reference);
		assert_int_equal(got.limit, sent->limit);
		assert_str_equal(got.cursor, sent->cursor);
		assert_int_equal(got.validity, sent->validity);
		assert_str_equal(got.card_class, sent->card_class);
		assert_int_equal(got.wait_s, sent->wait_s);
		assert_int_equal(wire_count_query_encode(&arena, sent, &query), 0);
		assert_int_equal(wire_count_query_decode(&arena, query, &complaints, &got), 0);
		assert_int_equal(got.reference, sent->reference);
		assert_int_equal(got.limit, 0);
		assert_null(got.cursor.ptr);
	}
}

static void test_every_failing_allocation_is_a_fault(void **state)
{
	(void)state;
	const struct wire_search sent = {0, 0, WIRE_REFERENCE_WITH, 5, STR("c"), 2, STR("01"), 3};
	long fails = 0;
	for (int r = -ENOMEM; r; fails++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		arena.fail_after = fails;
		struct wire_complaints complaints = {.count = 0};
		struct wire_search got;
		struct str query;
		r = wire_download_query_encode(&arena, &sent, &query);
		if (r == 0)
			r = wire_download_query_decode(&arena, query, &complaints, &got);
		assert_true(r == 0 || r == -ENOMEM);
	}
	assert_true(fails > 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_value_is_found_and_decoded),
		cmocka_unit_test(test_unknown_names_are_found),
		cmocka_unit_test(test_what_does_not_fit_is_named),
		cmocka_unit_test(test_count_does_not_know_pages),
		cmocka_unit_test(test_a_search_arrives_as_it_was_sent),
		cmocka_unit_test(test_every_failing_allocation_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
