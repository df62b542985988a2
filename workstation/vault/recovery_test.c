/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "workstation/vault/recovery.h"

static void test_what_is_drawn_is_read(void **state)
{
	(void)state;
	struct secret a = {0}, b = {0}, read = {0};
	recovery_draw(&a);
	recovery_draw(&b);
	assert_int_equal(a.len, RECOVERY_TEXT_CHARS);
	assert_int_equal(a.bytes[4], '-');
	assert_false(secret_equal(secret_str(&a), secret_str(&b)));
	assert_int_equal(recovery_read(secret_str(&a), &read), 0);
	assert_true(secret_equal(secret_str(&a), secret_str(&read)));
}

/* As people type it: without hyphens, small, with the IME on. */
static void test_it_is_read_as_people_type(void **state)
{
	(void)state;
	struct secret drawn = {0}, read = {0};
	char small[128], wide[512] = "", *end = wide;
	size_t n = 0;
	recovery_draw(&drawn);
	for (size_t i = 0; i < drawn.len; i++) {
		unsigned char c = drawn.bytes[i];
		if (c != '-')
			small[n++] = (char)(c >= 'A' ? c | 0x20 : c);
		/* U+FF01 + (c - '!') */
		unsigned code = 0xff01u + c - '!';
		*end++ = (char)0xef;
		*end++ = (char)(0x80 | (code >> 6 & 0x3f));
		*end++ = (char)(0x80 | (code & 0x3f));
	}
	assert_int_equal(recovery_read(str_bytes(small, n), &read), 0);
	assert_true(secret_equal(secret_str(&drawn), secret_str(&read)));
	assert_int_equal(recovery_read(str_bytes(wide, (size_t)(end - wide)), &read), 0);
	assert_true(secret_equal(secret_str(&drawn), secret_str(&read)));
}

static void test_every_wrong_character_names_its_group(void **state)
{
	(void)state;
	static const char others[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ01IO!";
	struct secret drawn = {0}, read = {0};
	recovery_draw(&drawn);
	for (size_t i = 0; i < drawn.len; i++) {
		unsigned char kept = drawn.bytes[i];
		if (kept == '-')
			continue;
		for (const char *other = others; *other; other++) {
			drawn.bytes[i] = (unsigned char)*other;
			assert_int_equal(recovery_read(secret_str(&drawn), &read),
					 *other == (char)kept ? 0 : (int)(i / 5 + 1));
		}
		drawn.bytes[i] = kept;
	}
}

static void test_characters_and_groups_that_changed_places_are_found(void **state)
{
	(void)state;
	struct secret drawn = {0}, read = {0};
	recovery_draw(&drawn);
	for (size_t i = 0; i + 1 < drawn.len; i++) {
		struct secret other = drawn;
		if (drawn.bytes[i] == '-' || drawn.bytes[i + 1] == '-' ||
		    drawn.bytes[i] == drawn.bytes[i + 1])
			continue;
		other.bytes[i] = drawn.bytes[i + 1];
		other.bytes[i + 1] = drawn.bytes[i];
		assert_int_equal(recovery_read(secret_str(&other), &read), i / 5 + 1);
	}
	for (size_t group = 0; group + 1 < RECOVERY_GROUPS; group++) {
		struct secret other = drawn;
		memcpy(other.bytes + group * 5, drawn.bytes + (group + 1) * 5, 4);
		memcpy(other.bytes + (group + 1) * 5, drawn.bytes + group * 5, 4);
		assert_int_equal(recovery_read(secret_str(&other), &read), group + 1);
	}
}

static void test_a_missing_group_and_one_too_many_are_named(void **state)
{
	(void)state;
	struct secret drawn = {0}, read = {0};
	recovery_draw(&drawn);
	assert_int_equal(recovery_read(STR(""), &read), 1);
	assert_int_equal(recovery_read(str_bytes(drawn.bytes, 9), &read), 3);
	assert_int_equal(recovery_read(str_bytes(drawn.bytes, drawn.len - 1), &read),
			 RECOVERY_GROUPS);
	drawn.bytes[drawn.len++] = 'A';
	assert_int_equal(recovery_read(secret_str(&drawn), &read), RECOVERY_GROUPS + 1);
	assert_int_equal(recovery_read(STR("\xef"), &read), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_drawn_is_read),
		cmocka_unit_test(test_it_is_read_as_people_type),
		cmocka_unit_test(test_every_wrong_character_names_its_group),
		cmocka_unit_test(test_characters_and_groups_that_changed_places_are_found),
		cmocka_unit_test(test_a_missing_group_and_one_too_many_are_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
