/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "server/register/qualifications.h"

#include <stdio.h>

#define ONE(insurer, from, more)                                                                    \
	"{\"InsuredCardClassification\":\"01\",\"InsurerNumber\":\"" insurer "\","                  \
	"\"InsuredCardSymbol\":\"１２\",\"InsuredIdentificationNumber\":\"3\","                   \
	"\"Name\":\"試験\",\"Sex1\":\"1\",\"Birthdate\":\"19700101\",\"InsurerName\":\"組合\"," \
	"\"QualificationDate\":\"" from "\"" more "}"
#define LOST(day) ",\"DisqualificationDate\":\"" day "\",\"ReasonOfLoss\":\"03\""
#define A	  "06132013"
#define B	  "01130012"

static const struct qualifications_insurance of_a = {{"6132013", 7},
						     {"12", 2},
						     {"3", 1},
						     {NULL, 0}};

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_clear(&arena);
	return 0;
}

static void test_one_begins_beside_the_others(void **state)
{
	struct str list;
	(void)state;
	assert_int_equal(qualifications_begin(&arena, STR("[]"), STR(ONE(A, "20200401", "")),
					      &list),
			 0);
	assert_str_equal(list, STR("[" ONE(A, "20200401", "") "]"));
	assert_int_equal(qualifications_begin(&arena, list, STR(ONE(B, "20210401", "")), &list), 0);
	assert_str_equal(list, STR("[" ONE(A, "20200401", "") "," ONE(B, "20210401", "") "]"));
	assert_int_equal(qualifications_begin(&arena, list, STR(ONE(A, "20220401", "")), &list),
			 QUALIFICATIONS_EXISTS);
	assert_int_equal(qualifications_begin(&arena, list, STR("{\"Name\":\"x\"}"), &list),
			 QUALIFICATIONS_MALFORMED);
	assert_int_equal(qualifications_begin(&arena, list, STR("1],[2"), &list),
			 QUALIFICATIONS_MALFORMED);
	assert_int_equal(qualifications_begin(&arena, STR("x"), STR(ONE(A, "20220401", "")), &list),
			 -EBADMSG);
}

/* Widths and the insurer's leading zeros do not make another insurance. */
static void test_one_ends_and_may_begin_again_later(void **state)
{
	struct str list;
	(void)state;
	struct str open = STR("[" ONE(A, "20200401", "") "]");
	assert_int_equal(qualifications_end(&arena, open, &of_a, STR("20261101"), STR("03"), &list),
			 0);
	assert_str_equal(list, STR("[" ONE(A, "20200401", LOST("20261101")) "]"));
	struct str again;
	assert_int_equal(qualifications_end(&arena, list, &of_a, STR("20261101"), STR("03"),
					    &again),
			 0);
	assert_str_equal(again, list);
	assert_int_equal(qualifications_end(&arena, list, &of_a, STR("20261102"), STR("03"),
					    &again),
			 QUALIFICATIONS_UNKNOWN);
	assert_int_equal(qualifications_begin(&arena, list, STR(ONE(A, "20261031", "")), &again),
			 QUALIFICATIONS_EXISTS);
	assert_int_equal(qualifications_begin(&arena, list, STR(ONE(A, "20261101", "")), &again),
			 0);
	/* Of two of one insurance the later one is meant. */
	assert_int_equal(qualifications_end(&arena, again, &of_a, STR("20261201"), STR("99"),
					    &list),
			 0);
	assert_true(str_starts(list, STR("[" ONE(A, "20200401", LOST("20261101")) ",")));
}

static void test_an_end_must_fit(void **state)
{
	struct str list, open = STR("[" ONE(A, "20200401", "") "]");
	struct qualifications_insurance other = of_a;
	(void)state;
	other.branch = STR("01");
	assert_int_equal(qualifications_end(&arena, open, &other, STR("20261101"), STR("03"),
					    &list),
			 QUALIFICATIONS_UNKNOWN);
	assert_int_equal(qualifications_end(&arena, open, &of_a, STR("20200331"), STR("03"), &list),
			 QUALIFICATIONS_DATES);
	assert_int_equal(qualifications_end(&arena, open, &of_a, STR("20261131"), STR("03"), &list),
			 QUALIFICATIONS_MALFORMED);
	assert_int_equal(qualifications_end(&arena, open, &of_a, STR("20261101"), STR("04"), &list),
			 QUALIFICATIONS_MALFORMED);
}

static void test_one_is_corrected_in_its_place(void **state)
{
	struct str list, both = STR("[" ONE(A, "20200401", "") "," ONE(B, "20210401", "") "]");
	(void)state;
	assert_int_equal(qualifications_correct(&arena, both, STR(ONE(A, "20200501", "")), &list),
			 0);
	assert_str_equal(list, STR("[" ONE(A, "20200501", "") "," ONE(B, "20210401", "") "]"));
	assert_int_equal(qualifications_correct(&arena, both, STR(ONE("31130016", "20200501", "")),
						&list),
			 QUALIFICATIONS_UNKNOWN);
}

/* What ended first leaves when there is no room; what is open never does. */
static void test_a_list_has_an_end(void **state)
{
	struct str list = STR("[]");
	char text[1024];
	(void)state;
	for (int i = 0; i < 16; i++) {
		snprintf(text, sizeof text, ONE("%08d", "20200401", "%s"), 10000000 + i,
			 i == 3	  ? LOST("20220401")
			 : i == 5 ? LOST("20210401")
				  : "");
		assert_int_equal(qualifications_begin(&arena, list, str_of(text), &list), 0);
	}
	for (int i = 16; i < 18; i++) {
		snprintf(text, sizeof text, ONE("%08d", "20230401", ""), 10000000 + i);
		assert_int_equal(qualifications_begin(&arena, list, str_of(text), &list), 0);
		assert_null(memmem(list.ptr, list.len, "10000005", 8));
		assert_int_equal(memmem(list.ptr, list.len, "10000003", 8) != NULL, i == 16);
	}
	assert_int_equal(qualifications_begin(&arena, list, STR(ONE(A, "20230401", "")), &list),
			 QUALIFICATIONS_FULL);
}

#define LIST_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIST_TEST(test_one_begins_beside_the_others),
		LIST_TEST(test_one_ends_and_may_begin_again_later),
		LIST_TEST(test_an_end_must_fit),
		LIST_TEST(test_one_is_corrected_in_its_place),
		LIST_TEST(test_a_list_has_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
