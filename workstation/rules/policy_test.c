/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/rules/policy.h"

#include "lib/base/test.h"

static enum difference find(enum chart_field field, const char *held, const char *told)
{
	AUTO(arena_clear) struct arena arena;
	enum difference difference;
	arena_init(&arena, 1 << 16);
	assert_int_equal(difference_find(&arena, field, held ? str_of(held) : (struct str){0},
					 told ? str_of(told) : (struct str){0}, &difference),
			 0);
	return difference;
}

static void test_spellings_of_the_same_are_no_difference(void **state)
{
	(void)state;
	static const struct {
		enum chart_field field;
		const char *held, *told;
	} rows[] = {
		{CHART_KANA, "ヤマダ　ハナコ", "ﾔﾏﾀﾞ ﾊﾅｺ"},
		{CHART_KANA, "やまだ はなこ", "ヤマダハナコ"},
		{CHART_NAME, "髙田　花子", "●田　花子"},
		{CHART_NAME, "山田 花子", "山田　花子"},
		{CHART_POST, "１００-０００１", "1000001"},
		{CHART_ADDRESS, "東京都千代田区１－２－３", "東京都千代田区1-2-3"},
		{CHART_ADDRESS, "東京都葛飾区一丁目", "東京都●飾区一丁目"},
		{CHART_RATIO, "30", "030"},
		{CHART_BIRTH, "19700101", "19700101"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(find(rows[i].field, rows[i].held, rows[i].told), DIFFERENCE_NONE);
}

static void test_what_differs_is_found(void **state)
{
	(void)state;
	static const struct {
		enum chart_field field;
		const char *held, *told;
	} rows[] = {
		{CHART_KANA, "ヤマダ ハナコ", "ヤマタ ハナコ"},
		{CHART_NAME, "高田　花子", "髙田　花子"},
		{CHART_NAME, "山田　花子", "山●田　花子"},
		{CHART_POST, "1000001", "1000002"},
		{CHART_ADDRESS, "千代田区1-2-3", "千代田区1-2-4"},
		{CHART_RATIO, "030", "020"},
		{CHART_BIRTH, "19700101", "19700110"},
		{CHART_SEX, "1", "2"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(find(rows[i].field, rows[i].held, rows[i].told),
				 DIFFERENCE_CHANGES);
}

static void test_silence_changes_nothing_and_an_empty_place_is_filled(void **state)
{
	(void)state;
	assert_int_equal(find(CHART_ADDRESS, "千代田区", NULL), DIFFERENCE_NONE);
	assert_int_equal(find(CHART_ADDRESS, NULL, NULL), DIFFERENCE_NONE);
	assert_int_equal(find(CHART_ADDRESS, NULL, "千代田区"), DIFFERENCE_FILLS);
	assert_int_equal(find(CHART_ADDRESS, "", "千代田区"), DIFFERENCE_FILLS);
}

static void test_the_patients_choice_goes_before_the_facilitys(void **state)
{
	(void)state;
	assert_int_equal(policy_of(CHART_NAME, POLICY_NONE, POLICY_NONE), POLICY_ASK);
	assert_int_equal(policy_of(CHART_NAME, POLICY_NONE, POLICY_KEEP), POLICY_KEEP);
	assert_int_equal(policy_of(CHART_NAME, POLICY_TAKE, POLICY_KEEP), POLICY_TAKE);
	assert_int_equal(policy_of(CHART_INSURANCE, POLICY_NONE, POLICY_NONE), POLICY_TAKE);
}

static void test_a_choice_acts_on_a_difference(void **state)
{
	(void)state;
	static const enum policy_action actions[4][3] = {
		[POLICY_TAKE] = {POLICY_LEAVE, POLICY_APPLY, POLICY_APPLY},
		[POLICY_KEEP] = {POLICY_LEAVE, POLICY_LEAVE, POLICY_LEAVE},
		[POLICY_ASK] = {POLICY_LEAVE, POLICY_APPLY, POLICY_DECIDE},
	};
	for (enum policy_choice choice = POLICY_TAKE; choice <= POLICY_ASK; choice++)
		for (enum difference difference = DIFFERENCE_NONE; difference <= DIFFERENCE_CHANGES;
		     difference++)
			assert_int_equal(policy_apply(choice, difference),
					 actions[choice][difference]);
}

static void test_fields_and_choices_are_found_by_name(void **state)
{
	(void)state;
	for (enum chart_field field = 0; field < CHART_FIELDS; field++)
		assert_int_equal(chart_field_of_name(str_of(chart_field_row(field)->name)), field);
	assert_int_equal(chart_field_of_name(STR("notes")), CHART_FIELDS);
	for (enum policy_choice choice = POLICY_TAKE; choice <= POLICY_ASK; choice++)
		assert_int_equal(policy_of_name(policy_name(choice)), choice);
	assert_int_equal(policy_of_name(STR("")), POLICY_NONE);
	assert_str_equal(validity_problem(STR("4")), STR("result_nobody"));
	assert_null(validity_problem(STR("1")).ptr);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spellings_of_the_same_are_no_difference),
		cmocka_unit_test(test_what_differs_is_found),
		cmocka_unit_test(test_silence_changes_nothing_and_an_empty_place_is_filled),
		cmocka_unit_test(test_the_patients_choice_goes_before_the_facilitys),
		cmocka_unit_test(test_a_choice_acts_on_a_difference),
		cmocka_unit_test(test_fields_and_choices_are_found_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
