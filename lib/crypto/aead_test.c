/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/crypto/test_hex.h"

static const char key_text[] = "0123456789abcdef0123456789abcdef";
static const struct str key = {key_text, 32};

/* "The Galois/Counter Mode of Operation" (McGrew, Viega), test case 16. */
static void test_the_known_text_opens(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct str text;
	arena_init(&arena, 100000);
	struct str known_key =
		hex(&arena, "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
	struct str aad = hex(&arena, "feedfacedeadbeeffeedfacedeadbeefabaddad2");
	struct str sealed =
		hex(&arena, "cafebabefacedbaddecaf888"
			    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
			    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
			    "76fc6ece0f4e1768cddf8853bb2d551b");
	assert_int_equal(aead_open(&arena, known_key, aad, sealed, &text), 0);
	assert_str_equal(text,
			 hex(&arena,
			     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
			     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"));
}

static void test_sealing_twice_gives_two_texts_that_open(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct str a, b, text;
	arena_init(&arena, 100000);
	assert_int_equal(aead_seal(&arena, key, STR("aad"), STR("text"), &a), 0);
	assert_int_equal(aead_seal(&arena, key, STR("aad"), STR("text"), &b), 0);
	assert_int_equal(a.len, CRYPTO_NONCE_BYTES + 4 + CRYPTO_TAG_BYTES);
	assert_false(str_equal(a, b));
	assert_int_equal(aead_open(&arena, key, STR("aad"), a, &text), 0);
	assert_str_equal(text, STR("text"));
}

static void test_an_empty_text_is_still_bound_to_its_aad(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct str sealed, text = {0};
	arena_init(&arena, 100000);
	assert_int_equal(aead_seal(&arena, key, STR("row 1"), (struct str){0}, &sealed), 0);
	assert_int_equal(aead_open(&arena, key, STR("row 1"), sealed, &text), 0);
	assert_int_equal(text.len, 0);
	assert_non_null(text.ptr);
	assert_int_equal(aead_open(&arena, key, STR("row 2"), sealed, &text), CRYPTO_FORGED);
	assert_int_equal(aead_open(&arena, key, (struct str){0}, sealed, &text), CRYPTO_FORGED);
}

static void test_every_changed_byte_is_found(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct str sealed, text = {0};
	char bytes[64];
	arena_init(&arena, 100000);
	assert_int_equal(aead_seal(&arena, key, STR("aad"), STR("some text"), &sealed), 0);
	for (size_t i = 0; i < sealed.len; i++) {
		memcpy(bytes, sealed.ptr, sealed.len);
		bytes[i] ^= 1;
		assert_int_equal(aead_open(&arena, key, STR("aad"), str_bytes(bytes, sealed.len),
					   &text),
				 CRYPTO_FORGED);
	}
	for (size_t len = 0; len < sealed.len; len++)
		assert_int_equal(aead_open(&arena, key, STR("aad"), str_bytes(sealed.ptr, len),
					   &text),
				 CRYPTO_FORGED);
	assert_null(text.ptr);
}

static void test_another_key_opens_nothing(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct str sealed, text;
	arena_init(&arena, 100000);
	assert_int_equal(aead_seal(&arena, key, STR("aad"), STR("text"), &sealed), 0);
	assert_int_equal(aead_open(&arena, STR("0123456789abcdef0123456789abcdeF"), STR("aad"),
				   sealed, &text),
			 CRYPTO_FORGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_known_text_opens),
		cmocka_unit_test(test_sealing_twice_gives_two_texts_that_open),
		cmocka_unit_test(test_an_empty_text_is_still_bound_to_its_aad),
		cmocka_unit_test(test_every_changed_byte_is_found),
		cmocka_unit_test(test_another_key_opens_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
