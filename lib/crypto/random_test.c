/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/crypto/crypto.h"

static void test_two_ids_differ_and_are_lower_hex(void **state)
{
	(void)state;
	char a[33], b[33];
	random_id(a);
	random_id(b);
	assert_int_equal(strlen(a), 32);
	assert_int_equal(strspn(a, "0123456789abcdef"), 32);
	assert_string_not_equal(a, b);
}

static void test_text_is_of_the_alphabet_and_reaches_all_of_it(void **state)
{
	(void)state;
	struct secret text;
	int seen[3] = {0};
	random_text(STR("xyz"), 300, &text);
	assert_int_equal(text.len, 300);
	for (size_t i = 0; i < text.len; i++) {
		assert_in_range(text.bytes[i], 'x', 'z');
		seen[text.bytes[i] - 'x']++;
	}
	/* One in 10^13 fails by chance: each letter is expected 100 times, σ is 8. */
	for (size_t i = 0; i < 3; i++)
		assert_in_range(seen[i], 40, 160);
	secret_wipe(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_ids_differ_and_are_lower_hex),
		cmocka_unit_test(test_text_is_of_the_alphabet_and_reaches_all_of_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
