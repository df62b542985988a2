/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/crypto/crypto.h"
#include "lib/crypto/pairs_test.h"

static struct arena *arena_open(struct arena *arena)
{
	arena_init(arena, 1 << 20);
	return arena;
}

static void test_what_is_put_in_comes_out_by_the_private_key_only(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena room;
	struct arena *arena = arena_open(&room);
	struct str sealed, again, text;
	assert_int_equal(box_seal(arena, STR(PUBLIC_1), STR("all the keys"), &sealed), 0);
	assert_int_equal(box_seal(arena, STR(PUBLIC_1), STR("all the keys"), &again), 0);
	assert_false(str_equal(sealed, again));
	assert_int_equal(box_open(arena, STR(PRIVATE_1), sealed, &text), 0);
	assert_str_equal(text, STR("all the keys"));
	assert_int_equal(box_open(arena, STR(PRIVATE_2), sealed, &text), CRYPTO_FORGED);
}

static void test_every_touched_byte_is_noticed(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena room;
	struct arena *arena = arena_open(&room);
	struct str sealed, text;
	assert_int_equal(box_seal(arena, STR(PUBLIC_1), STR("text"), &sealed), 0);
	char *bytes = (char *)(uintptr_t)sealed.ptr;
	for (size_t i = 0; i < sealed.len; i++) {
		bytes[i] ^= 1;
		assert_true(box_open(arena, STR(PRIVATE_1), sealed, &text) > 0);
		bytes[i] ^= 1;
		assert_true(box_open(arena, STR(PRIVATE_1), (struct str){bytes, i}, &text) > 0);
	}
	assert_int_equal(box_open(arena, STR(PRIVATE_1), sealed, &text), 0);
}

static void test_another_kind_of_key_is_refused(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena room;
	struct arena *arena = arena_open(&room);
	struct str sealed;
	assert_int_equal(box_seal(arena, STR("no key"), STR("text"), &sealed), CRYPTO_MALFORMED);
	assert_int_equal(box_seal(arena, STR(PRIVATE_1), STR("text"), &sealed), CRYPTO_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_put_in_comes_out_by_the_private_key_only),
		cmocka_unit_test(test_every_touched_byte_is_noticed),
		cmocka_unit_test(test_another_kind_of_key_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
