/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include "lib/crypto/crypto.h"

typedef int (*convert)(struct arena *arena, struct str in, struct str *ret_out);

struct pair {
	convert encode;
	convert decode;
	const char *bytes;
	const char *text;
};

/* RFC 4648 section 10; base32 and base64url without the padding. */
static const struct pair pairs[] = {
	{encode_hex, decode_hex, "", ""},
	{encode_hex, decode_hex, "foobar", "666f6f626172"},
	{encode_base64, decode_base64, "", ""},
	{encode_base64, decode_base64, "f", "Zg=="},
	{encode_base64, decode_base64, "fo", "Zm8="},
	{encode_base64, decode_base64, "foo", "Zm9v"},
	{encode_base64, decode_base64, "foobar", "Zm9vYmFy"},
	{encode_base64url, decode_base64url, "f", "Zg"},
	{encode_base64url, decode_base64url, "fo", "Zm8"},
	{encode_base64url, decode_base64url, "\xfb\xff\xfe", "-__-"},
	{encode_base32, decode_base32, "", ""},
	{encode_base32, decode_base32, "f", "MY"},
	{encode_base32, decode_base32, "fo", "MZXQ"},
	{encode_base32, decode_base32, "foo", "MZXW6"},
	{encode_base32, decode_base32, "foob", "MZXW6YQ"},
	{encode_base32, decode_base32, "fooba", "MZXW6YTB"},
	{encode_base32, decode_base32, "foobar", "MZXW6YTBOI"},
};

static const struct {
	convert decode;
	const char *text;
	const char *why;
} refused[] = {
	{decode_hex, "6", "half a byte"},
	{decode_hex, "6g", "a foreign character"},
	{decode_hex, "66 6f", "white space"},
	{decode_base64, "Zg", "padding left out"},
	{decode_base64, "Zh==", "loose bits"},
	{decode_base64, "-__-", "the other alphabet"},
	{decode_base64url, "Zg==", "padding"},
	{decode_base64url, "Zh", "loose bits"},
	{decode_base64url, "Zm9", "loose bits"},
	{decode_base64url, "Z", "a length nobody writes"},
	{decode_base64url, "+//+", "the other alphabet"},
	{decode_base64url, "Zm 8", "white space"},
	{decode_base32, "MZ", "loose bits"},
	{decode_base32, "M", "a length nobody writes"},
	{decode_base32, "MZX", "a length nobody writes"},
	{decode_base32, "MZXW6Y", "a length nobody writes"},
	{decode_base32, "MY======", "padding"},
	{decode_base32, "M1", "a foreign character"},
	{decode_base32, "my", "lower case"},
};

static void test_bytes_become_their_text_and_come_back(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 100000);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct str out;
		assert_int_equal(pairs[i].encode(&arena, str_of(pairs[i].bytes), &out), 0);
		assert_str_equal(out, str_of(pairs[i].text));
		assert_int_equal(pairs[i].decode(&arena, str_of(pairs[i].text), &out), 0);
		assert_str_equal(out, str_of(pairs[i].bytes));
	}
}

static void test_every_byte_survives_every_form(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	unsigned char bytes[256];
	arena_init(&arena, 100000);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)i;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct str text, back;
		assert_int_equal(pairs[i].encode(&arena, str_bytes(bytes, 256), &text), 0);
		assert_int_equal(pairs[i].decode(&arena, text, &back), 0);
		assert_str_equal(back, str_bytes(bytes, 256));
	}
}

static void test_what_no_encoder_writes_is_refused(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	arena_init(&arena, 100000);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct str out = {0};
		int r = refused[i].decode(&arena, str_of(refused[i].text), &out);
		if (r != CRYPTO_MALFORMED)
			fail_msg("%s: %s was taken", refused[i].text, refused[i].why);
		assert_null(out.ptr);
	}
}

static void test_without_memory_it_is_a_fault(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		AUTO(arena_clear) struct arena arena;
		struct str out;
		arena_init(&arena, 1);
		assert_int_equal(pairs[i].encode(&arena, STR("f"), &out), -ENOMEM);
		assert_int_equal(pairs[i].decode(&arena, STR("MY"), &out), -ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_become_their_text_and_come_back),
		cmocka_unit_test(test_every_byte_survives_every_form),
		cmocka_unit_test(test_what_no_encoder_writes_is_refused),
		cmocka_unit_test(test_without_memory_it_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
