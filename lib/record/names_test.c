/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/record/names.h"

struct form {
	const char *text;
	const char *folded;
};

static void forms_check(int (*fold)(struct arena *, struct str, struct str *),
			const struct form *forms, size_t forms_count)
{
	for (size_t i = 0; i < forms_count; i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		struct str once, twice;
		assert_int_equal(fold(&arena, str_of(forms[i].text), &once), 0);
		if (!str_equal(once, str_of(forms[i].folded)))
			fail_msg("%s: %.*s", forms[i].text, STR_ARG(once));
		assert_int_equal(fold(&arena, once, &twice), 0);
		assert_str_equal(twice, once);
	}
}

static void test_widths_become_alike(void **state)
{
	(void)state;
	static const struct form forms[] = {
		{"", ""},
		{"ＡＢｃ１２３！～", "ABc123!~"},
		{"ｱｲｳｴｵｯｬｭｮｰ｡｢｣､･", "アイウエオッャュョー。「」、・"},
		{"ｶﾞｷﾞｸﾞｹﾞｺﾞｻﾞｼﾞｽﾞｾﾞｿﾞﾀﾞﾁﾞﾂﾞﾃﾞﾄﾞ", "ガギグゲゴザジズゼゾダヂヅデド"},
		{"ﾊﾞﾋﾞﾌﾞﾍﾞﾎﾞﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟｳﾞ", "バビブベボパピプペポヴ"},
		{"か\u3099は\u309Aう\u3099", "がぱゔ"},
		{"カ゛ハ゜", "ガパ"},
		{"ﾜ ﾝ", "ワ ン"},
		{"ナ\u3099", "ナ\u3099"},
		{"山田　太郎", "山田 太郎"},
		{"1‐2–3—4−5－6", "1-2-3-4-5-6"},
		{"髙𠮷●", "髙𠮷●"},
		{"é漢", "é漢"},
	};
	forms_check(width_fold, forms, sizeof forms / sizeof forms[0]);
}

static void test_names_compare_alike(void **state)
{
	(void)state;
	static const struct form forms[] = {
		{"ｻｻｷ ｼｮｳｼﾞ", "ササキシヨウジ"},
		{"ささき　しょうじ", "ササキシヨウジ"},
		{"ササキ ショウジ", "ササキシヨウジ"},
		{"ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ"},
		{"ぁぃぅぇぉっゃゅょゎゕゖ", "アイウエオツヤユヨワカケ"},
		{"Smith Ｊｏｈｎ", "SMITHJOHN"},
		{"●田　花子", "●田花子"},
		{"葛\uFE00城", "葛城"},
		{"辻\U000E0101 一", "辻一"},
		{"佐々木 𠮷之助", "佐々木𠮷之助"},
		{" \u00A0\u3000\u200B", ""},
	};
	forms_check(name_fold, forms, sizeof forms / sizeof forms[0]);
}

static void test_what_differs_stays_different(void **state)
{
	(void)state;
	static const struct form pairs[] = {
		{"ハ", "バ"}, {"高橋", "髙橋"}, {"●田", "山田"}, {"ｶ", "ｶﾞ"}, {"ー", "-"},
	};
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		struct str a, b;
		assert_int_equal(name_fold(&arena, str_of(pairs[i].text), &a), 0);
		assert_int_equal(name_fold(&arena, str_of(pairs[i].folded), &b), 0);
		assert_false(str_equal(a, b));
	}
}

static void test_every_failing_allocation_is_a_fault(void **state)
{
	(void)state;
	for (long fails = 0; fails < 2; fails++) {
		AUTO(arena_clear) struct arena arena;
		arena_init(&arena, 1 << 16);
		arena.fail_after = fails;
		struct str folded;
		assert_int_equal(name_fold(&arena, STR("ｱ"), &folded), -ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_widths_become_alike),
		cmocka_unit_test(test_names_compare_alike),
		cmocka_unit_test(test_what_differs_stays_different),
		cmocka_unit_test(test_every_failing_allocation_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
