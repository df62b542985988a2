/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/record/insurer.h"

static void test_check_digits_of_known_numbers(void **state)
{
	(void)state;
	static const struct {
		const char *digits;
		char check;
	} vectors[] = {
		{"0113001", '2'}, {"13801", '6'},   {"3913115", '6'}, {"3312001", '5'},
		{"0600000", '4'}, {"6713000", '5'}, {"5401602", '7'}, {"011011371", '9'},
		{"0000000", '0'}, {"0013801", '6'},
	};
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		char check = check_digit_of(str_of(vectors[i].digits));
		if (check != vectors[i].check)
			fail_msg("%s: %c", vectors[i].digits, check);
	}
}

static void test_a_wrong_last_digit_never_fits(void **state)
{
	(void)state;
	char number[] = "01130010";
	for (char digit = '0'; digit <= '9'; digit++) {
		number[7] = digit;
		assert_int_equal(check_digit_fits(str_of(number)), digit == '2');
	}
	assert_false(check_digit_fits(STR("")));
	assert_false(check_digit_fits(STR("0")));
	assert_false(check_digit_fits(STR("0113001x")));
	assert_false(check_digit_fits(STR("０１１３００１２")));
}

static void test_insurers_numbers_have_six_to_eight_digits(void **state)
{
	(void)state;
	assert_true(insurer_number_valid(STR("01130012")));
	assert_true(insurer_number_valid(STR("138016")));
	assert_true(insurer_number_valid(STR("  138016")));
	assert_true(insurer_number_valid(STR("00138016")));
	assert_true(insurer_number_valid(STR("39131156")));
	assert_false(insurer_number_valid(STR("01130013")));
	assert_false(insurer_number_valid(STR("0113719")));
	assert_false(insurer_number_valid(STR("0110113719")));
	assert_false(insurer_number_valid(STR("18")));
	assert_false(insurer_number_valid((struct str){0}));
}

static void test_insurers_numbers_fold_to_eight_digits(void **state)
{
	(void)state;
	static const struct {
		const char *number;
		const char *folded;
	} forms[] = {
		{"138016", "00138016"},	  {"  138016", "00138016"},
		{"00138016", "00138016"}, {"１３８０１６", "00138016"},
		{"01130012", "01130012"}, {"　１３８０１６", "00138016"},
		{"", "00000000"},
	};
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		struct str folded;
		assert_int_equal(insurer_number_fold(&arena, str_of(forms[i].number), &folded), 0);
		assert_str_equal(folded, str_of(forms[i].folded));
	}
}

static const struct {
	const char *typed;
	int outcome;
	const char *code;
} codes[] = {
	{"0110113719", 0, "0110113719"},
	{"０１１０１１３７１９", 0, "0110113719"},
	{" 01-1011-3719 ", 0, "0110113719"},
	{"0110113718", FACILITY_CODE_CHECK_DIGIT, NULL},
	{"協2712345-0-0", 0, "協271234500"},
	{"協２７１２３４５－０－０", 0, "協271234500"},
	{"協2712345ー0ー0", 0, "協271234500"},
	{"協2712345−0‐0", 0, "協271234500"},
	{"（協）2712345-0-0", 0, "協271234500"},
	{"契2804440-0-0", 0, "契280444000"},
	{"契 2804440 0 0", 0, "契280444000"},
	{"280444000", 0, "280444000"},
	{"ab-12345", 0, "AB12345"},
	{"協0110113718", 0, "協0110113718"},
	{"協271234", FACILITY_CODE_MALFORMED, NULL},
	{"協271234500123", FACILITY_CODE_MALFORMED, NULL},
	{"協27A2345-0-0", FACILITY_CODE_MALFORMED, NULL},
	{"協契2712345", FACILITY_CODE_MALFORMED, NULL},
	{"2712345協", FACILITY_CODE_MALFORMED, NULL},
	{"123456", FACILITY_CODE_MALFORMED, NULL},
	{"1234567890123", FACILITY_CODE_MALFORMED, NULL},
	{"接骨院1234567", FACILITY_CODE_MALFORMED, NULL},
	{"0110113719;", FACILITY_CODE_MALFORMED, NULL},
	{"----------", FACILITY_CODE_MALFORMED, NULL},
	{"協", FACILITY_CODE_MALFORMED, NULL},
	{"", FACILITY_CODE_MALFORMED, NULL},
};

static void test_a_facilitys_code_has_one_spelling(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		struct str code;
		int outcome = facility_code_fold(&arena, str_of(codes[i].typed), &code);
		if (outcome != codes[i].outcome)
			fail_msg("%s: %d", codes[i].typed, outcome);
		if (outcome == 0)
			assert_str_equal(code, str_of(codes[i].code));
	}
}

static void test_the_two_kinds_of_facility_never_collide(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 1 << 16);
	struct str kyo, kei, bare;
	assert_int_equal(facility_code_fold(&arena, STR("協2804440-0-0"), &kyo), 0);
	assert_int_equal(facility_code_fold(&arena, STR("契2804440-0-0"), &kei), 0);
	assert_int_equal(facility_code_fold(&arena, STR("2804440-0-0"), &bare), 0);
	assert_false(str_equal(kyo, kei));
	assert_false(str_equal(kyo, bare));
	assert_false(str_equal(kei, bare));
}

static void test_folding_again_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		struct str again;
		if (codes[i].outcome)
			continue;
		assert_int_equal(facility_code_fold(&arena, str_of(codes[i].code), &again), 0);
		assert_str_equal(again, str_of(codes[i].code));
	}
}

static void test_every_failing_allocation_is_a_fault(void **state)
{
	(void)state;
	long fails = 0;
	for (int r = -ENOMEM; r; fails++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		arena.fail_after = fails;
		struct str code;
		r = facility_code_fold(&arena, STR("協2804440-0-0"), &code);
		assert_true(r == 0 || r == -ENOMEM);
	}
	assert_true(fails > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check_digits_of_known_numbers),
		cmocka_unit_test(test_a_wrong_last_digit_never_fits),
		cmocka_unit_test(test_insurers_numbers_have_six_to_eight_digits),
		cmocka_unit_test(test_insurers_numbers_fold_to_eight_digits),
		cmocka_unit_test(test_a_facilitys_code_has_one_spelling),
		cmocka_unit_test(test_the_two_kinds_of_facility_never_collide),
		cmocka_unit_test(test_folding_again_changes_nothing),
		cmocka_unit_test(test_every_failing_allocation_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
