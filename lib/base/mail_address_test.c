/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/base/mail_address.h"

static void test_usual_addresses_are_taken(void **state)
{
	static const char *const addresses[] = {
		"a@b",	 "info@clinic.example.jp", "hari.kyu+1@mail-1.example",
		"x_y@z", "o'neill@example.com",
	};
	(void)state;
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
		assert_true(mail_address_valid(str_of(addresses[i])));
}

static void test_what_could_be_more_than_an_address_is_not(void **state)
{
	static const char *const addresses[] = {
		"",	      "a",
		"@b",	      "a@",
		"a@b@c",      "a b@c",
		"a@b c",      "a@b\r\nBcc:x@y",
		"a\n@b",      "a@b,c@d",
		"<a@b>",      "a@b.",
		"a@.b",	      ".a@b",
		"a.@b",	      "a..b@c",
		"\"a\"@b",    "a@[127.0.0.1]",
		"受付@例.jp", "a@b;c",
		"a(x)@b",     "a@b\t",
		"a:b@c",      "a\\b@c",
	};
	(void)state;
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++)
		assert_false(mail_address_valid(str_of(addresses[i])));
	assert_false(mail_address_valid(STR("a@b\0c")));
}

static void test_lengths_are_those_of_the_standard(void **state)
{
	char text[300];
	(void)state;
	memset(text, 'a', sizeof text);
	text[64] = '@';
	text[65 + 63] = '.';
	assert_true(mail_address_valid((struct str){text, 65 + 63 + 2}));
	text[65 + 63] = 'a';
	assert_false(mail_address_valid((struct str){text, 65 + 64}));
	memset(text, 'a', sizeof text);
	text[65] = '@';
	assert_false(mail_address_valid((struct str){text, 70}));
	for (size_t i = 1; i < sizeof text; i += 2)
		text[i] = '.';
	text[1] = '@';
	assert_true(mail_address_valid((struct str){text, 253}));
	assert_false(mail_address_valid((struct str){text, 255}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual_addresses_are_taken),
		cmocka_unit_test(test_what_could_be_more_than_an_address_is_not),
		cmocka_unit_test(test_lengths_are_those_of_the_standard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
