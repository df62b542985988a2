/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/auth/password_list.h"
#include "server/auth/password_rules.h"

static struct password_context context_of(void)
{
	return (struct password_context){
		.login_id = STR("WA1234567"),
		.facility_code = STR("1310000003"),
		.facility_name = STR("見本はりきゅう接骨院"),
	};
}

static unsigned flaws_of(struct str password)
{
	const struct password_context context = context_of();
	return password_flaws(NULL, &context, password);
}

struct word_case {
	const char *password;
	unsigned flaws;
};

static void check(const struct word_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		unsigned flaws = flaws_of(str_of(cases[i].password));
		if (flaws != cases[i].flaws)
			print_message("%s: %x, not %x\n", cases[i].password, flaws, cases[i].flaws);
		assert_int_equal(flaws, cases[i].flaws);
	}
}

#define CHECK(cases) check(cases, sizeof(cases) / sizeof(cases)[0])

static void test_length_and_kinds_go_together(void **state)
{
	(void)state;
	static const struct word_case cases[] = {
		{"gT7vkqzmwrbx", PASSWORD_TOO_SHORT},
		{"gT7vkqzmwrbxj", 0},
		{"gt7vkqzmwrbxj", PASSWORD_FEW_KINDS},
		{"gTvkqzmwrbxjph", PASSWORD_FEW_KINDS},
		{"gtvkqzmwrbxjphd", 0},
		{"82750 61948 3620", 0},
		{"まどをあけると-A", PASSWORD_TOO_SHORT},
		{"まどをあけるとにわのA2", PASSWORD_TOO_SHORT},
		{"まどをあけるとにわのみどりA2", 0},
		{"まどをあけるとにわのみどり", PASSWORD_FEW_KINDS},
		{"", PASSWORD_TOO_SHORT | PASSWORD_COMMON},
	};
	CHECK(cases);
}

static void test_length_is_that_of_nfkc_or_what_was_typed(void **state)
{
	(void)state;
	/* か and its mark are one letter; ﷺ is one letter, not eighteen. */
	assert_int_equal(password_characters(STR("か\xe3\x82\x99")), 1);
	assert_int_equal(password_characters(STR("\xef\xb7\xba")), 1);
	assert_int_equal(password_characters(STR("\xef\xbd\x86")), 1);
	assert_int_equal(password_characters(STR("\xff")), 0);
	static const struct word_case cases[] = {
		{"\xef\xb7\xba", PASSWORD_TOO_SHORT},
		/* full-width: the same kinds as half-width */
		{"ｇｔ7ｖｋｑｚｍｗｒｂｘｊ", PASSWORD_FEW_KINDS},
		{"ｇＴ7ｖｋｑｚｍｗｒｂｘｊ", 0},
	};
	CHECK(cases);
}

static void test_bytes_have_an_end_and_no_control_is_in_them(void **state)
{
	(void)state;
	char text[PASSWORD_BYTES_MAX + 1];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = "gtvkqzmwrbxjphd"[i * 7 % 15] ^ (i % 3 ? 0 : 32);
	assert_int_equal(flaws_of((struct str){text, PASSWORD_BYTES_MAX}) & PASSWORD_TOO_LONG, 0);
	assert_int_equal(flaws_of((struct str){text, sizeof text}), PASSWORD_TOO_LONG);
	assert_int_equal(flaws_of((struct str){"gtvkqzm\0wrbxjphd", 16}), PASSWORD_UNREADABLE);
	static const struct word_case cases[] = {
		{"gtvkqzm\nwrbxjphd", PASSWORD_UNREADABLE},
		{"gtvkqzm\xc3wrbxjphd", PASSWORD_UNREADABLE},
		{" gtvkqzm wrbxj ", 0}, /* as pasted */
	};
	CHECK(cases);
}

static void test_what_is_guessed_first_is_refused_however_long(void **state)
{
	(void)state;
	static const char *const common[] = {
		"passwordpassword",	"P@ssw0rd12345678",
		"Password2026!!!!",	"qwertyuiopasdfgh",
		"1q2w3e4r5t6y7u8i",	"aaaaaaaaaaaaaaaa",
		"abcabcabcabcabcabc",	"1234567890123456",
		"9876543210987654",	"hanako19800101hanako",
		"Sakura19991231",	"iloveyouforever1",
		"PASSWORDPASSWORD",	"ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ",
		"shikakukakunin01",	"パスワードパスワードパスワード",
		"Summer2026Winter2027", "letmeinletmein!1",
		"8902345678901234",
	};
	for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
		unsigned flaws = flaws_of(str_of(common[i]));
		if (!(flaws & PASSWORD_COMMON))
			print_message("%s passes\n", common[i]);
		assert_true(flaws & PASSWORD_COMMON);
	}
	static const struct word_case good[] = {
		{"correct horse battery staple", 0},
		{"mado wo akeru asa", 0},
		{"natsu no yoru no ame", 0},
		{"にわのきにことりがとまる", PASSWORD_TOO_SHORT},
		{"にわのきにことりがきてとまる。2わ", 0},
	};
	CHECK(good);
}

static void test_who_and_where_are_no_secret(void **state)
{
	(void)state;
	static const struct word_case cases[] = {
		{"gtvkqzWA1234567mwrbx", PASSWORD_CONTEXT},
		{"gtvkqzwa1234567mwrbx", PASSWORD_CONTEXT},
		{"gtvkqz1234567-mwrbx", PASSWORD_CONTEXT},
		{"gtvkqz1310000003mwrbx", PASSWORD_CONTEXT},
		{"gtvkqz１３１０００００００３mwrbx", 0},
		{"gtvkqz１３１００００００３mwrbx", PASSWORD_CONTEXT},
		{"gtvkqz見本はりきゅう接骨院mwrbx", PASSWORD_CONTEXT},
	};
	CHECK(cases);
	assert_int_equal(password_flaws(NULL, &(struct password_context){0},
					STR("gtvkqzmwrbxjphd")),
			 0);
}

static void test_a_list_is_read_folded(void **state)
{
	(void)state;
	const struct password_context context = context_of();
	char path[] = "/tmp/shikaku-list-XXXXXX";
	struct password_list *list = NULL;
	int fd = mkstemp(path);
	static const char lines[] = "Gtvkqz-Mwrbx-Jphd\r\n\nｇｔｖｋｑｚｍｗｒｂｘｊｐｈｄ２\n";
	assert_int_equal(write(fd, lines, sizeof lines - 1), (ssize_t)sizeof lines - 1);
	close(fd);
	assert_int_equal(password_list_create(&list, path), 0);
	assert_int_equal(password_list_count(list), 2);
	assert_int_equal(password_flaws(list, &context, STR("GTVKQZ-mwrbx-jphd")), PASSWORD_COMMON);
	assert_int_equal(password_flaws(list, &context, STR("gtvkqzmwrbxjphd2")), PASSWORD_COMMON);
	assert_int_equal(password_flaws(list, &context, STR("gtvkqzmwrbxjphd3")), 0);
	password_list_destroy(list);
	unlink(path);
	assert_int_equal(password_list_create(&list, path), PASSWORD_LIST_ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_length_and_kinds_go_together),
		cmocka_unit_test(test_length_is_that_of_nfkc_or_what_was_typed),
		cmocka_unit_test(test_bytes_have_an_end_and_no_control_is_in_them),
		cmocka_unit_test(test_what_is_guessed_first_is_refused_however_long),
		cmocka_unit_test(test_who_and_where_are_no_secret),
		cmocka_unit_test(test_a_list_is_read_folded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
