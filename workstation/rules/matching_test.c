/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "workstation/rules/matching.h"

static int arena_make(void **state)
{
	static struct arena arena;
	arena_init(&arena, 1 << 20);
	*state = &arena;
	return 0;
}

static int arena_drop(void **state)
{
	arena_clear(*state);
	return 0;
}

static struct record_qualification hanako(void)
{
	struct record_qualification qualification = {.diseases_count = 0};
	qualification.elements[RECORD_NAME] = STR("佐藤　花子");
	qualification.elements[RECORD_NAME_KANA] = STR("ｻﾄｳ ﾊﾅｺ");
	qualification.elements[RECORD_BIRTH] = STR("19800102");
	qualification.elements[RECORD_SEX] = STR("2");
	qualification.elements[RECORD_CARD_CLASS] = STR("01");
	qualification.elements[RECORD_INSURER_NUMBER] = STR("06000004");
	qualification.elements[RECORD_INSURER_NAME] = STR("さくら健康保険組合");
	qualification.elements[RECORD_SYMBOL] = STR("１２");
	qualification.elements[RECORD_NUMBER] = STR("345");
	qualification.elements[RECORD_BRANCH] = STR("01");
	qualification.elements[RECORD_VALID_FROM] = STR("20250401");
	return qualification;
}

static struct result valid(const struct record_qualification *qualification)
{
	return (struct result){
		.id = STR("0123456789abcdef0123456789abcdef"),
		.confirmed_at = STR("20261122103000"),
		.validity = STR("1"),
		.raw = STR("{}"),
		.qualifications_count = 1,
		.first = qualification,
	};
}

static struct chart chart_of_hanako(void)
{
	return (struct chart){
		.number = 7,
		.reference = STR("7"),
		.name = STR("佐藤　花子"),
		.kana = STR("サトウ　ハナコ"),
		.birth = STR("19800102"),
		.sex = STR("2"),
	};
}

/* As a synchronisation does it, with one or two charts in the store. */
static struct match decided(void **state, const struct result *result, const struct chart *one,
			    const struct chart *other)
{
	const struct chart *charts[] = {one, other};
	struct candidate fitting[2];
	struct candidate_told told;
	size_t count = 0;
	assert_int_equal(candidate_told_read(*state, result, &told), 0);
	for (size_t i = 0; i < 2; i++) {
		struct candidate_chart chart = {.aliases = NULL};
		if (!charts[i])
			continue;
		chart.chart = *charts[i];
		assert_int_equal(candidate_weigh(&told, &chart, &fitting[count]), 0);
		count += candidate_fits(&told, &fitting[count]);
	}
	return match_decide(result, fitting, count);
}

static void test_a_number_finds_its_chart(void **state)
{
	struct record_qualification person = hanako();
	struct result result = valid(&person);
	struct chart chart = chart_of_hanako();
	result.reference = STR("7");
	struct match match = decided(state, &result, &chart, NULL);
	assert_int_equal(match.kind, MATCH_LINK);
	assert_int_equal(match.chart, 7);
}

static void test_a_number_alone_is_not_believed(void **state)
{
	struct record_qualification person = hanako();
	struct result result = valid(&person);
	struct chart chart = chart_of_hanako();
	result.reference = STR("7");
	chart.birth = STR("19800103");
	assert_int_equal(decided(state, &result, &chart, NULL).reason, MATCH_PERSON_DIFFERS);
	chart = chart_of_hanako();
	chart.sex = STR("1");
	struct match match = decided(state, &result, &chart, NULL);
	assert_int_equal(match.kind, MATCH_ASK);
	assert_int_equal(match.reason, MATCH_PERSON_DIFFERS);
	assert_int_equal(match.chart, 0);
	assert_int_equal(match.proposed, 0);
	chart = chart_of_hanako();
	chart.birth = (struct str){0};
	assert_int_equal(decided(state, &result, &chart, NULL).kind, MATCH_ASK);
}

/* Twins whose numbers were exchanged have birth date and sex in common. */
static void test_a_number_with_another_name_is_asked_about(void **state)
{
	struct record_qualification person = hanako();
	struct result result = valid(&person);
	struct chart chart = chart_of_hanako();
	result.reference = STR("7");
	chart.name = STR("佐藤　桃子");
	chart.kana = STR("サトウ　モモコ");
	struct match match = decided(state, &result, &chart, NULL);
	assert_int_equal(match.kind, MATCH_ASK);
	assert_int_equal(match.reason, MATCH_NAME_DIFFERS);
	/* One of the two is enough: 字体 and readings differ more often than people. */
	chart.kana = STR("サトウ　ハナコ");
	assert_int_equal(decided(state, &result, &chart, NULL).kind, MATCH_LINK);
	/* ● could be either twin. */
	person.elements[RECORD_NAME_KANA] = (struct str){0};
	person.elements[RECORD_NAME] = STR("佐藤　●子");
	assert_int_equal(decided(state, &result, &chart, NULL).kind, MATCH_ASK);
}

static void test_a_number_nobody_has_here_is_asked_about(void **state)
{
	struct record_qualification person = hanako();
	struct result result = valid(&person);
	result.reference = STR("A-1");
	struct match match = decided(state, &result, NULL, NULL);
	assert_int_equal(match.kind, MATCH_ASK);
	assert_int_equal(match.reason, MATCH_REFERENCE_UNKNOWN);
}

static void test_without_number_and_namesake_a_chart_is_made(void **state)
{
	struct record_qualification person = hanako();
	struct result result = valid(&person);
	struct chart other = chart_of_hanako();
	assert_int_equal(decided(state, &result, NULL, NULL).kind, MATCH_NEW);
	other.birth = STR("19810102");
	assert_int_equal(decided(state, &result, NULL, &other).kind, MATCH_NEW);
	other = chart_of_hanako();
	other.kana = STR("サトウ　ヨウコ");
	other.name = STR("佐藤　洋子");
	assert_int_equal(decided(state, &result, NULL, &other).kind, MATCH_NEW);
}

static void test_one_who_clearly_fits_is_proposed_and_not_taken(void **state)
{
	struct record_qualification person = hanako();
	struct result result = valid(&person);
	struct chart other = chart_of_hanako();
	struct match match = decided(state, &result, &other, NULL);
	assert_int_equal(match.kind, MATCH_ASK);
	assert_int_equal(match.reason, MATCH_PROPOSED);
	assert_int_equal(match.chart, 0);
	assert_int_equal(match.proposed, 7);
}

static void test_one_who_does_not_clearly_fit_is_only_shown(void **state)
{
	struct record_qualification person = hanako();
	struct result result = valid(&person);
	struct chart other = chart_of_hanako();
	other.sex = STR("1");
	struct match match = decided(state, &result, &other, NULL);
	assert_int_equal(match.reason, MATCH_CANDIDATES);
	assert_int_equal(match.proposed, 0);
	/* Nothing to compare: somebody has to look. */
	other = chart_of_hanako();
	other.kana = other.name = (struct str){0};
	assert_int_equal(decided(state, &result, &other, NULL).reason, MATCH_CANDIDATES);
}

static void test_among_several_nobody_is_proposed(void **state)
{
	struct record_qualification person = hanako();
	struct result result = valid(&person);
	struct chart one = chart_of_hanako(), other = chart_of_hanako();
	other.number = 8;
	other.sex = STR("1");
	struct match match = decided(state, &result, &one, &other);
	assert_int_equal(match.kind, MATCH_ASK);
	assert_int_equal(match.reason, MATCH_CANDIDATES);
	assert_int_equal(match.proposed, 0);
}

static void test_what_is_not_valid_is_only_seen(void **state)
{
	static const char *const codes[] = {"2", "3", "4", "6", "9"};
	struct record_qualification person = hanako();
	struct result result = valid(&person);
	struct chart chart = chart_of_hanako();
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		result.validity = str_of(codes[i]);
		result.reference = (struct str){0};
		assert_int_equal(decided(state, &result, NULL, NULL).kind, MATCH_ASIDE);
		result.reference = STR("7");
		struct match match = decided(state, &result, &chart, NULL);
		assert_int_equal(match.kind, MATCH_ASIDE);
		assert_int_equal(match.chart, 7);
	}
	result.validity = (struct str){0};
	assert_int_equal(decided(state, &result, &chart, NULL).kind, MATCH_ASIDE);
	result = valid(NULL);
	result.qualifications_count = 0;
	assert_int_equal(decided(state, &result, NULL, NULL).kind, MATCH_ASIDE);
}

static void test_several_qualifications_are_asked_about(void **state)
{
	struct record_qualification person = hanako();
	struct result result = valid(&person);
	result.validity = STR("5");
	assert_int_equal(decided(state, &result, NULL, NULL).reason, MATCH_SEVERAL);
	result.validity = STR("1");
	result.qualifications_count = 2;
	assert_int_equal(decided(state, &result, NULL, NULL).reason, MATCH_SEVERAL);
}

static struct insurance told_by(void **state, const struct record_qualification *person,
				const char *confirmed_at)
{
	struct insurance insurance;
	struct result result = valid(person);
	result.confirmed_at = str_of(confirmed_at);
	assert_int_equal(match_insurance(*state, &result, &insurance), 0);
	return insurance;
}

static void test_an_insurance_begins_where_the_card_says(void **state)
{
	struct record_qualification person = hanako();
	assert_int_equal(told_by(state, &person, "20261122103000").begins, 20250401);
	person.elements[RECORD_VALID_FROM] = (struct str){0};
	person.elements[RECORD_QUALIFIED] = STR("20240701");
	assert_int_equal(told_by(state, &person, "20261122103000").begins, 20240701);
	person.elements[RECORD_QUALIFIED] = (struct str){0};
	assert_int_equal(told_by(state, &person, "20261122103000").begins, 20261122);
}

static void test_the_same_insurance_in_other_widths_is_the_same(void **state)
{
	struct record_qualification person = hanako();
	struct insurance current = told_by(state, &person, "20261101103000");
	person.elements[RECORD_SYMBOL] = STR("12");
	struct insurance told = told_by(state, &person, "20261122103000");
	assert_int_equal(insurance_compare(&current, &told), INSURANCE_SAME);
	assert_int_equal(insurance_compare(NULL, &told), INSURANCE_NEWER);
}

static void test_a_new_insurer_is_newer_unless_confirmed_before(void **state)
{
	struct record_qualification person = hanako();
	struct insurance current = told_by(state, &person, "20261110103000");
	person.elements[RECORD_INSURER_NUMBER] = STR("01130012");
	person.elements[RECORD_VALID_FROM] = STR("20261101");
	struct insurance told = told_by(state, &person, "20261122103000");
	assert_int_equal(insurance_compare(&current, &told), INSURANCE_NEWER);
	told = told_by(state, &person, "20261109103000");
	assert_int_equal(insurance_compare(&current, &told), INSURANCE_OLDER);
	assert_int_equal(insurance_last_day(20261101), 20261031);
	assert_int_equal(insurance_last_day(20240301), 20240229);
}

static void test_what_somebody_typed_is_proven_by_the_next_result(void **state)
{
	struct record_qualification person = hanako();
	struct insurance current = told_by(state, &person, "20261110103000");
	current.is_by_hand = true;
	current.begins = 20250403; /* read wrong */
	current.valid_from = STR("20250403");
	struct insurance told = told_by(state, &person, "20261122103000");
	assert_int_equal(insurance_compare(&current, &told), INSURANCE_PROVES);
	current.confirmed_at = STR("20261123000000"); /* typed later than that was confirmed */
	assert_int_equal(insurance_compare(&current, &told), INSURANCE_OLDER);
	person.elements[RECORD_INSURER_NUMBER] = STR("01130012");
	told = told_by(state, &person, "20261124103000");
	assert_int_equal(insurance_compare(&current, &told), INSURANCE_NEWER);
}

static void test_the_ratio_is_that_of_the_certificate_of_the_elderly(void **state)
{
	struct record_qualification person = hanako();
	person.elements[RECORD_RATIO] = STR("030");
	assert_true(str_equal(told_by(state, &person, "20261122103000").ratio, STR("030")));
	person.elements[RECORD_ELDERLY_RATIO] = STR("020");
	assert_true(str_equal(told_by(state, &person, "20261122103000").ratio, STR("020")));
}

#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, arena_make, arena_drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(test_a_number_finds_its_chart),
		WITH_ARENA(test_a_number_alone_is_not_believed),
		WITH_ARENA(test_a_number_nobody_has_here_is_asked_about),
		WITH_ARENA(test_without_number_and_namesake_a_chart_is_made),
		WITH_ARENA(test_a_number_with_another_name_is_asked_about),
		WITH_ARENA(test_one_who_clearly_fits_is_proposed_and_not_taken),
		WITH_ARENA(test_one_who_does_not_clearly_fit_is_only_shown),
		WITH_ARENA(test_among_several_nobody_is_proposed),
		WITH_ARENA(test_what_is_not_valid_is_only_seen),
		WITH_ARENA(test_several_qualifications_are_asked_about),
		WITH_ARENA(test_an_insurance_begins_where_the_card_says),
		WITH_ARENA(test_the_same_insurance_in_other_widths_is_the_same),
		WITH_ARENA(test_a_new_insurer_is_newer_unless_confirmed_before),
		WITH_ARENA(test_what_somebody_typed_is_proven_by_the_next_result),
		WITH_ARENA(test_the_ratio_is_that_of_the_certificate_of_the_elderly),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
