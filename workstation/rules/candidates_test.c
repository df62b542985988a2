/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "workstation/rules/candidates.h"

struct desk {
	struct arena arena;
	struct record_qualification told;
	struct result result;
	struct candidate_chart kept;
};

/* A result and a chart of the same woman. */
static int desk_set(void **state)
{
	static struct desk desk;
	struct str *elements = desk.told.elements;
	desk = (struct desk){.result = {.validity = STR("1"), .first = &desk.told}};
	arena_init(&desk.arena, 1 << 20);
	elements[RECORD_NAME] = STR("佐藤　花子");
	elements[RECORD_NAME_KANA] = STR("ｻﾄｳ ﾊﾅｺ");
	elements[RECORD_BIRTH] = STR("19800102");
	elements[RECORD_SEX] = STR("2");
	elements[RECORD_INSURER_NUMBER] = STR("06000004");
	elements[RECORD_NUMBER] = STR("345");
	elements[RECORD_BRANCH] = STR("01");
	desk.kept.chart = (struct chart){
		.number = 7,
		.reference = STR("7"),
		.name = STR("佐藤　花子"),
		.kana = STR("サトウ　ハナコ"),
		.birth = STR("19800102"),
		.sex = STR("2"),
	};
	*state = &desk;
	return 0;
}

static int desk_drop(void **state)
{
	struct desk *desk = *state;
	arena_clear(&desk->arena);
	return 0;
}

struct weighed {
	unsigned reasons;
	bool fits, is_clear, is_holder;
};

static struct weighed weigh(struct desk *desk)
{
	struct candidate_told told;
	struct candidate candidate;
	assert_int_equal(candidate_told_read(&desk->arena, &desk->result, &told), 0);
	assert_int_equal(candidate_weigh(&told, &desk->kept, &candidate), 0);
	assert_int_equal(candidate.chart, desk->kept.chart.number);
	return (struct weighed){candidate.reasons, candidate_fits(&told, &candidate),
				candidate_is_clear(&candidate), candidate_is_holder(&candidate)};
}

static void test_the_same_person_fits_clearly(void **state)
{
	struct weighed same = weigh(*state);
	assert_int_equal(same.reasons,
			 CANDIDATE_KANA | CANDIDATE_NAME | CANDIDATE_BIRTH | CANDIDATE_SEX);
	assert_true(same.fits && same.is_clear);
	assert_false(same.is_holder);
}

static void test_another_birth_date_is_another_person(void **state)
{
	struct desk *desk = *state;
	desk->kept.chart.birth = STR("19800103");
	assert_false(weigh(desk).fits);
	desk->kept.chart.birth = (struct str){0};
	assert_false(weigh(desk).fits);
}

static void test_another_sex_is_shown_and_not_clear(void **state)
{
	struct desk *desk = *state;
	desk->kept.chart.sex = STR("1");
	struct weighed other = weigh(desk);
	assert_true(other.fits && other.reasons & CANDIDATE_SEX_DIFFERS);
	assert_false(other.is_clear);
	desk->kept.chart.sex = (struct str){0};
	assert_true(weigh(desk).is_clear);
}

static void test_a_twin_is_nobody(void **state)
{
	struct desk *desk = *state;
	desk->kept.chart.name = STR("佐藤　桃子");
	desk->kept.chart.kana = STR("サトウ　モモコ");
	assert_false(weigh(desk).fits);
}

static void test_an_unreadable_character_may_be_any(void **state)
{
	struct desk *desk = *state;
	desk->told.elements[RECORD_NAME] = STR("佐藤　●子");
	desk->told.elements[RECORD_NAME_KANA] = (struct str){0};
	struct weighed one = weigh(desk);
	assert_true(one.reasons & CANDIDATE_UNREADABLE);
	assert_true(one.fits && one.is_clear);
	/* With the kana of a twin it is shown, and not proposed. */
	desk->told.elements[RECORD_NAME_KANA] = STR("サトウ　モモコ");
	assert_true(weigh(desk).fits);
	assert_false(weigh(desk).is_clear);
}

static void test_a_remembered_spelling_fits_as_it_was_accepted(void **state)
{
	const struct candidate_alias aliases[] = {{true, STR("ﾔﾏﾀﾞ ﾊﾅｺ")},
						  {false, STR("●田　花子")}};
	struct desk *desk = *state;
	desk->told.elements[RECORD_NAME] = STR("山田　花子");
	desk->told.elements[RECORD_NAME_KANA] = STR("やまだ　はなこ");
	struct weighed before = weigh(desk);
	assert_false(before.fits);
	assert_true(before.reasons & CANDIDATE_GIVEN);
	desk->kept.aliases = aliases;
	desk->kept.aliases_count = 2;
	assert_true(weigh(desk).fits && weigh(desk).is_clear);
	assert_true(weigh(desk).reasons & CANDIDATE_ALIAS);
	/* ● in what was accepted is no pattern. */
	desk->told.elements[RECORD_NAME_KANA] = STR("タカダ　ハナコ");
	desk->told.elements[RECORD_NAME] = STR("高田　花子");
	assert_false(weigh(desk).fits);
	desk->told.elements[RECORD_NAME] = STR("●田　花子");
	assert_true(weigh(desk).fits);
}

static void test_a_member_key_of_one_person_is_enough_to_be_shown(void **state)
{
	struct desk *desk = *state;
	desk->kept.has_member_key = true;
	desk->kept.chart.birth = STR("19800103");
	desk->kept.chart.kana = STR("ヤマダ　ハナコ");
	desk->kept.chart.name = STR("山田　花子");
	struct weighed one = weigh(desk);
	assert_true(one.fits && one.reasons & CANDIDATE_MEMBER);
	assert_false(one.is_clear);
}

static void test_a_family_key_needs_more(void **state)
{
	struct desk *desk = *state;
	desk->kept.has_member_key = true;
	desk->told.elements[RECORD_BRANCH] = (struct str){0};
	desk->kept.chart.birth = STR("20100505");
	desk->kept.chart.kana = STR("サトウ　イチロウ");
	desk->kept.chart.name = STR("佐藤　一郎");
	assert_false(weigh(desk).fits);
	/* 後期高齢者医療 has one number a person, and no branch. */
	desk->told.elements[RECORD_INSURER_NUMBER] = STR("39131156");
	assert_true(weigh(desk).fits);
	desk->told.elements[RECORD_INSURER_NUMBER] = STR("06000004");
	desk->kept.chart.birth = STR("19800102");
	assert_true(weigh(desk).fits);
	assert_false(weigh(desk).is_clear);
}

static void test_without_any_name_only_the_member_key_is_clear(void **state)
{
	struct desk *desk = *state;
	desk->kept.chart.kana = desk->kept.chart.name = (struct str){0};
	assert_true(weigh(desk).fits && weigh(desk).reasons & CANDIDATE_NAMELESS);
	assert_false(weigh(desk).is_clear);
	desk->kept.has_member_key = true;
	assert_true(weigh(desk).is_clear);
}

static void test_the_number_of_a_chart_merged_into_it_is_its_own(void **state)
{
	struct desk *desk = *state;
	desk->result.reference = STR("X-9");
	desk->kept.has_reference = true;
	struct weighed one = weigh(desk);
	assert_true(one.fits && one.reasons & CANDIDATE_REFERENCE);
	assert_false(one.reasons & CANDIDATE_REFERENCE_DIFFERS);
}

static void test_another_number_speaks_against(void **state)
{
	struct desk *desk = *state;
	desk->result.reference = STR("X-9");
	assert_true(weigh(desk).fits && weigh(desk).reasons & CANDIDATE_REFERENCE_DIFFERS);
	assert_false(weigh(desk).is_clear);
	desk->result.reference = STR("7");
	assert_true(weigh(desk).is_holder);
	/* Its holder is shown, whatever differs. */
	desk->kept.chart.birth = STR("19990101");
	desk->kept.chart.name = desk->kept.chart.kana = STR("ア");
	assert_true(weigh(desk).fits);
	assert_false(weigh(desk).is_holder);
}

static void test_the_strongest_stands_first(void **state)
{
	struct candidate list[] = {
		{9, CANDIDATE_BIRTH | CANDIDATE_KANA},
		{4, CANDIDATE_BIRTH | CANDIDATE_KANA | CANDIDATE_SEX_DIFFERS},
		{5, CANDIDATE_BIRTH | CANDIDATE_KANA | CANDIDATE_SEX},
		{2, CANDIDATE_BIRTH | CANDIDATE_KANA},
	};
	static const int64_t order[] = {5, 2, 9, 4};
	(void)state;
	candidates_sort(list, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(list[i].chart, order[i]);
}

static void test_each_reason_has_its_words(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < CANDIDATE_REASONS; bit++)
		assert_true(*candidate_reason_text((enum candidate_reason)(1U << bit)));
	assert_true(candidate_reason_is_against(CANDIDATE_SEX_DIFFERS));
	assert_false(candidate_reason_is_against(CANDIDATE_SEX));
}

#define AT_DESK(test) cmocka_unit_test_setup_teardown(test, desk_set, desk_drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_DESK(test_the_same_person_fits_clearly),
		AT_DESK(test_another_birth_date_is_another_person),
		AT_DESK(test_another_sex_is_shown_and_not_clear),
		AT_DESK(test_a_twin_is_nobody),
		AT_DESK(test_an_unreadable_character_may_be_any),
		AT_DESK(test_a_remembered_spelling_fits_as_it_was_accepted),
		AT_DESK(test_a_member_key_of_one_person_is_enough_to_be_shown),
		AT_DESK(test_a_family_key_needs_more),
		AT_DESK(test_without_any_name_only_the_member_key_is_clear),
		AT_DESK(test_the_number_of_a_chart_merged_into_it_is_its_own),
		AT_DESK(test_another_number_speaks_against),
		AT_DESK(test_the_strongest_stands_first),
		AT_DESK(test_each_reason_has_its_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
