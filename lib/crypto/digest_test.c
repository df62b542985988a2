/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/crypto/test_hex.h"

static void test_sha256_of_abc_is_the_known_one(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	arena_init(&arena, 10000);
	assert_int_equal(digest_sha256(STR("abc"), digest), 0);
	assert_str_equal(str_bytes(digest, sizeof digest),
			 hex(&arena,
			     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

/* The frame is spelled out here, so that a change of it cannot pass unseen. */
static void test_digest_parts_frames_each_part_with_its_length(void **state)
{
	(void)state;
	static const char framed[] = "\0\0\0\0\0\0\0\2ab\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1c";
	const struct str parts[] = {STR("ab"), {0}, STR("c")};
	unsigned char digest[CRYPTO_DIGEST_BYTES], expected[CRYPTO_DIGEST_BYTES];
	assert_int_equal(digest_parts(parts, 3, digest), 0);
	assert_int_equal(digest_sha256(str_bytes(framed, sizeof framed - 1), expected), 0);
	assert_memory_equal(digest, expected, sizeof digest);
}

static void test_moving_a_byte_to_the_next_part_changes_mac_and_digest(void **state)
{
	(void)state;
	const struct str one[] = {STR("ab"), STR("c")}, other[] = {STR("a"), STR("bc")};
	unsigned char a[CRYPTO_DIGEST_BYTES], b[CRYPTO_DIGEST_BYTES];
	assert_int_equal(digest_parts(one, 2, a), 0);
	assert_int_equal(digest_parts(other, 2, b), 0);
	assert_memory_not_equal(a, b, sizeof a);
	assert_int_equal(mac_parts(STR("key"), one, 2, a), 0);
	assert_int_equal(mac_parts(STR("key"), other, 2, b), 0);
	assert_memory_not_equal(a, b, sizeof a);
	assert_int_equal(mac_parts(STR("other key"), one, 2, b), 0);
	assert_memory_not_equal(a, b, sizeof a);
}

/* RFC 2104 spelled out with digest_sha256 over the framed text. */
static void test_mac_parts_is_hmac_over_the_frame(void **state)
{
	(void)state;
	const struct str part = STR("Hi There");
	unsigned char key[64], text[64 + 16], outer[64 + 32], mac[CRYPTO_DIGEST_BYTES];
	unsigned char expected[CRYPTO_DIGEST_BYTES];
	memset(key, 0, sizeof key);
	memset(key, 0x0b, 20);
	for (size_t i = 0; i < sizeof key; i++) {
		text[i] = key[i] ^ 0x36;
		outer[i] = key[i] ^ 0x5c;
	}
	memcpy(text + 64, "\0\0\0\0\0\0\0\10Hi There", 16);
	assert_int_equal(digest_sha256(str_bytes(text, sizeof text), outer + 64), 0);
	assert_int_equal(digest_sha256(str_bytes(outer, sizeof outer), expected), 0);
	assert_int_equal(mac_parts(str_bytes(key, 20), &part, 1, mac), 0);
	assert_memory_equal(mac, expected, sizeof mac);
}

/* RFC 5869 A.3: no salt, no info; the first 32 of its 42 bytes are ours. */
static void test_hkdf_gives_the_key_of_the_rfc(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct secret key;
	arena_init(&arena, 10000);
	struct str input = hex(&arena, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
	assert_int_equal(hkdf(input, (struct str){0}, &key), 0);
	assert_str_equal(secret_str(&key),
			 hex(&arena,
			     "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"));
	secret_wipe(&key);
}

static void test_two_labels_give_two_keys(void **state)
{
	(void)state;
	struct secret a, b;
	assert_int_equal(hkdf(STR("0123456789abcdef"), STR("seal"), &a), 0);
	assert_int_equal(hkdf(STR("0123456789abcdef"), STR("cursor"), &b), 0);
	assert_int_equal(a.len, CRYPTO_KEY_BYTES);
	assert_false(secret_equal(secret_str(&a), secret_str(&b)));
	secret_wipe(&a);
	secret_wipe(&b);
}

/* Both libraries' ways, over the same framing. */
static void test_digest_parts_is_the_same_for_short_and_long(void **state)
{
	(void)state;
	static unsigned char framed[8 + 4096], digest[CRYPTO_DIGEST_BYTES],
		expected[CRYPTO_DIGEST_BYTES];
	memset(framed + 8, 'x', 4096);
	for (size_t len = 0; len <= 4096; len += 64) {
		struct str part = str_bytes(framed + 8, len);
		framed[6] = (unsigned char)(len >> 8);
		framed[7] = (unsigned char)len;
		assert_int_equal(digest_parts(&part, 1, digest), 0);
		assert_int_equal(digest_sha256(str_bytes(framed, 8 + len), expected), 0);
		assert_memory_equal(digest, expected, sizeof expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256_of_abc_is_the_known_one),
		cmocka_unit_test(test_digest_parts_frames_each_part_with_its_length),
		cmocka_unit_test(test_digest_parts_is_the_same_for_short_and_long),
		cmocka_unit_test(test_moving_a_byte_to_the_next_part_changes_mac_and_digest),
		cmocka_unit_test(test_mac_parts_is_hmac_over_the_frame),
		cmocka_unit_test(test_hkdf_gives_the_key_of_the_rfc),
		cmocka_unit_test(test_two_labels_give_two_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
