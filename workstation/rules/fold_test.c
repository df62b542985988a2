/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "workstation/rules/fold.h"

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

static struct str kana(void **state, const char *text)
{
	struct str folded = {0};
	assert_int_equal(fold_kana(*state, str_of(text), &folded), 0);
	return folded;
}

static struct str name(void **state, const char *text)
{
	struct str folded = {0};
	assert_int_equal(fold_name(*state, str_of(text), &folded), 0);
	return folded;
}

static void test_kana_is_one_text_however_it_is_typed(void **state)
{
	static const char *const spellings[] = {
		"キャロル　ジェーン・シュー", "ｷｬﾛﾙ ｼﾞｪｰﾝ･ｼｭｰ", "きゃろる　じぇーん　しゅー",
		"キヤロル　ジエーン　シユー", "ｷｬﾛﾙ ｼﾞｪ-ﾝ ｼｭ-",
	};
	for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
		assert_str_equal(kana(state, spellings[i]), STR("キヤロルジエーンシユー"));
}

static void test_a_name_loses_spaces_and_variation_selectors(void **state)
{
	assert_str_equal(name(state, "渡邉\U000E0101　 花子"), STR("渡邉花子"));
	assert_str_equal(name(state, "●田　花子"), STR("●田花子"));
}

static void test_nothing_to_compare_is_absent(void **state)
{
	assert_null(kana(state, NULL).ptr);
	assert_null(kana(state, "　 ").ptr);
	assert_null(kana(state, "・").ptr);
	assert_null(name(state, "").ptr);
}

static void test_the_given_name_stands_behind_the_last_space(void **state)
{
	static const struct {
		const char *name, *given;
	} cases[] = {{"ｻﾄｳ ﾊﾅｺ", "ハナコ"}, {"佐藤　花子", "花子"}, {"ア　イ　ウ", "ウ"},
		     {"佐藤花子", NULL},    {"佐藤　", NULL},	    {NULL, NULL}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct str given = {0};
		assert_int_equal(fold_given(*state, str_of(cases[i].name), &given), 0);
		assert_str_equal(given, str_of(cases[i].given));
	}
}

static void test_a_dot_stands_for_one_character_and_not_for_two(void **state)
{
	static const struct {
		const char *a, *b;
		enum fold_fit fit;
	} cases[] = {
		{"高田花子", "高田花子", FOLD_SAME},
		{"●田花子", "高田花子", FOLD_SAME_BUT_UNREADABLE},
		{"高田花子", "高田●子", FOLD_SAME_BUT_UNREADABLE},
		{"●田花子", "高●花子", FOLD_SAME_BUT_UNREADABLE},
		{"●田花子", "●田花子", FOLD_SAME_BUT_UNREADABLE},
		{"●田花子", "五十嵐田花子", FOLD_DIFFERENT},
		{"●田花子", "田花子", FOLD_DIFFERENT},
		{"●田花子", "高田桃子", FOLD_DIFFERENT},
		{"高田花", "高田花子", FOLD_DIFFERENT},
		{"●●", "高田", FOLD_NOTHING},
		{NULL, "高田", FOLD_NOTHING},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(fold_compare(str_of(cases[i].a), str_of(cases[i].b)),
				 cases[i].fit);
		assert_int_equal(fold_compare(str_of(cases[i].b), str_of(cases[i].a)),
				 cases[i].fit);
	}
}

static void test_numbers_are_taken_as_people_type_them(void **state)
{
	struct str number;
	assert_int_equal(fold_plain(*state, STR("５４０１－６０２ ７"), &number), 0);
	assert_str_equal(number, STR("54016027"));
	assert_int_equal(fold_plain(*state, STR("　"), &number), 0);
	assert_null(number.ptr);
	assert_int_equal(fold_plain(*state, (struct str){0}, &number), 0);
	assert_null(number.ptr);
}

#define WITH_ARENA(test) cmocka_unit_test_setup_teardown(test, arena_make, arena_drop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ARENA(test_kana_is_one_text_however_it_is_typed),
		WITH_ARENA(test_a_name_loses_spaces_and_variation_selectors),
		WITH_ARENA(test_nothing_to_compare_is_absent),
		WITH_ARENA(test_the_given_name_stands_behind_the_last_space),
		WITH_ARENA(test_numbers_are_taken_as_people_type_them),
		WITH_ARENA(test_a_dot_stands_for_one_character_and_not_for_two),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
