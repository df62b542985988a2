/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/crypto/test_hex.h"

enum { TEXT_BYTES = 100, SEALED_BYTES = TEXT_BYTES + PAGE_TRAILER_BYTES };

static const char key_text[] = "0123456789abcdef0123456789abcdef";
static const struct str key = {key_text, 32};

static struct str text_of(unsigned char bytes[TEXT_BYTES])
{
	for (unsigned i = 0; i < TEXT_BYTES; i++)
		bytes[i] = (unsigned char)(i * 7);
	return str_bytes(bytes, TEXT_BYTES);
}

static void test_pages_open_one_after_the_other(void **state)
{
	(void)state;
	AUTO(page_sealer_clear) struct page_sealer sealer = {0};
	unsigned char bytes[TEXT_BYTES], sealed[3][SEALED_BYTES], opened[TEXT_BYTES];
	struct str text = text_of(bytes);
	assert_int_equal(page_sealer_init(&sealer, key), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(page_seal(&sealer, STR("page"), text, sealed[i]), 0);
	assert_memory_not_equal(sealed[0], sealed[1], SEALED_BYTES);
	assert_memory_not_equal(sealed[0], bytes, TEXT_BYTES);
	for (size_t i = 3; i-- > 0;) {
		memset(opened, 0, sizeof opened);
		assert_int_equal(page_open(&sealer, STR("page"), str_bytes(sealed[i], SEALED_BYTES),
					   opened),
				 0);
		assert_memory_equal(opened, bytes, TEXT_BYTES);
	}
}

static void test_a_changed_byte_opens_nothing_and_leaves_zeros(void **state)
{
	(void)state;
	AUTO(page_sealer_clear) struct page_sealer sealer = {0};
	unsigned char bytes[TEXT_BYTES], sealed[SEALED_BYTES], opened[TEXT_BYTES];
	const unsigned char zeros[TEXT_BYTES] = {0};
	struct str all = str_bytes(sealed, SEALED_BYTES);
	assert_int_equal(page_sealer_init(&sealer, key), 0);
	assert_int_equal(page_seal(&sealer, STR("page"), text_of(bytes), sealed), 0);
	for (size_t i = 0; i < SEALED_BYTES; i++) {
		sealed[i] ^= 1;
		assert_int_equal(page_open(&sealer, STR("page"), all, opened), CRYPTO_FORGED);
		assert_memory_equal(opened, zeros, TEXT_BYTES);
		sealed[i] ^= 1;
	}
	assert_int_equal(page_open(&sealer, STR("pagf"), all, opened), CRYPTO_FORGED);
	assert_int_equal(page_open(&sealer, STR("page"), all, opened), 0);
}

static void test_another_key_opens_and_shows_nothing(void **state)
{
	(void)state;
	AUTO(page_sealer_clear) struct page_sealer sealer = {0}, other = {0};
	unsigned char bytes[TEXT_BYTES], sealed[SEALED_BYTES], opened[TEXT_BYTES];
	unsigned char block[16] = "a block's bytes";
	assert_int_equal(page_sealer_init(&sealer, key), 0);
	assert_int_equal(page_sealer_init(&other, STR("0123456789abcdef0123456789abcdeF")), 0);
	assert_int_equal(page_seal(&sealer, STR("page"), text_of(bytes), sealed), 0);
	assert_int_equal(page_open(&other, STR("page"), str_bytes(sealed, SEALED_BYTES), opened),
			 CRYPTO_FORGED);
	assert_int_equal(block_hide(&sealer, block), 0);
	assert_int_equal(block_show(&other, block), 0);
	assert_memory_not_equal(block, "a block's bytes", sizeof block);
}

static void test_a_block_comes_back_in_any_order(void **state)
{
	(void)state;
	AUTO(page_sealer_clear) struct page_sealer sealer = {0};
	unsigned char a[16] = "block number 01", b[16] = "block number 02";
	assert_int_equal(page_sealer_init(&sealer, key), 0);
	assert_int_equal(block_hide(&sealer, a), 0);
	assert_int_equal(block_hide(&sealer, b), 0);
	assert_memory_not_equal(a, "block number 01", sizeof a);
	assert_int_equal(block_show(&sealer, b), 0);
	assert_int_equal(block_show(&sealer, a), 0);
	assert_memory_equal(a, "block number 01", sizeof a);
	assert_memory_equal(b, "block number 02", sizeof b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_open_one_after_the_other),
		cmocka_unit_test(test_a_changed_byte_opens_nothing_and_leaves_zeros),
		cmocka_unit_test(test_another_key_opens_and_shows_nothing),
		cmocka_unit_test(test_a_block_comes_back_in_any_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
