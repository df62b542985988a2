/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/test.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "lib/crypto/crypto.h"

/* RFC 7515 A.3. */
#define RFC_HEADER "eyJhbGciOiJFUzI1NiJ9"
#define RFC_PAYLOAD                                                                      \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc1" \
	"9yb290Ijp0cnVlfQ"
#define RFC_SIGNATURE                                                                    \
	"DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3" \
	"-Kg6NU1Q"
#define RFC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define RFC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"

static const struct str rfc_jws = {
	RFC_HEADER "." RFC_PAYLOAD "." RFC_SIGNATURE,
	sizeof(RFC_HEADER "." RFC_PAYLOAD "." RFC_SIGNATURE) - 1,
};

static const struct str header = {"{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", 30};

static int key_of_jwk(struct arena *arena, const char *x, const char *y, struct verify_key **key)
{
	struct str x_bytes, y_bytes;
	assert_int_equal(decode_base64url(arena, str_of(x), &x_bytes), 0);
	assert_int_equal(decode_base64url(arena, str_of(y), &y_bytes), 0);
	return verify_key_of_jwk(x_bytes, y_bytes, key);
}

static void test_the_jws_of_the_rfc_verifies(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(verify_key_destroyp) struct verify_key *key = NULL;
	struct jws_parts parts;
	arena_init(&arena, 100000);
	assert_int_equal(key_of_jwk(&arena, RFC_X, RFC_Y, &key), 0);
	assert_int_equal(jws_split(&arena, rfc_jws, &parts), 0);
	assert_str_equal(parts.header, STR("{\"alg\":\"ES256\"}"));
	assert_str_equal(parts.payload, STR("{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n "
					    "\"http://example.com/is_root\":true}"));
	assert_int_equal(jws_verify(key, &parts), 0);
}

/* RFC 9449 section 6.1: the thumbprint (RFC 7638) of the P-256 key in its section 4.1. */
static void test_the_thumbprint_of_the_rfc(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(verify_key_destroyp) struct verify_key *key = NULL;
	char thumbprint[THUMBPRINT_BYTES];
	struct str jwk;
	arena_init(&arena, 100000);
	assert_int_equal(key_of_jwk(&arena, "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
				    "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA", &key),
			 0);
	assert_int_equal(verify_key_thumbprint(key, thumbprint), 0);
	assert_string_equal(thumbprint, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
	assert_int_equal(verify_key_jwk(&arena, key, &jwk), 0);
	assert_str_equal(jwk, STR("{\"crv\":\"P-256\",\"kty\":\"EC\","
				  "\"x\":\"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs\","
				  "\"y\":\"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA\"}"));
}

static void test_what_we_sign_verifies_and_a_written_key_signs_alike(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(signing_key_destroyp) struct signing_key *key = NULL, *again = NULL;
	AUTO(verify_key_destroyp) struct verify_key *public = NULL;
	AUTO(secret_wipe) struct secret pem = {0};
	struct jws_parts parts;
	struct str jws;
	arena_init(&arena, 100000);
	assert_int_equal(signing_key_generate(&key), 0);
	assert_int_equal(verify_key_of(key, &public), 0);
	assert_int_equal(signing_key_write(key, &pem), 0);
	assert_int_equal(signing_key_read(secret_str(&pem), &again), 0);
	/* A short r or s comes once in 128 signatures: enough of them to meet one. */
	for (int i = 0; i < 600; i++) {
		arena_clear(&arena);
		assert_int_equal(jws_sign(&arena, again, header, STR("{\"sub\":\"1\"}"), &jws), 0);
		assert_int_equal(jws_split(&arena, jws, &parts), 0);
		assert_int_equal(parts.signature.len, 64);
		assert_int_equal(jws_verify(public, &parts), 0);
	}
}

static void test_every_changed_byte_of_a_jws_is_found(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(verify_key_destroyp) struct verify_key *key = NULL;
	struct jws_parts parts;
	char text[512];
	arena_init(&arena, 1000000);
	assert_int_equal(key_of_jwk(&arena, RFC_X, RFC_Y, &key), 0);
	for (size_t i = 0; i < rfc_jws.len; i++) {
		memcpy(text, rfc_jws.ptr, rfc_jws.len);
		text[i] = text[i] == 'A' ? 'B' : 'A';
		int r = jws_split(&arena, str_bytes(text, rfc_jws.len), &parts);
		if (r == 0)
			r = jws_verify(key, &parts);
		assert_in_range(r, CRYPTO_FORGED, CRYPTO_MALFORMED);
	}
}

static void test_another_key_and_the_zero_signature_are_forged(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(signing_key_destroyp) struct signing_key *other = NULL;
	AUTO(verify_key_destroyp) struct verify_key *key = NULL, *wrong = NULL;
	struct jws_parts parts;
	static const char zero[64];
	arena_init(&arena, 100000);
	assert_int_equal(signing_key_generate(&other), 0);
	assert_int_equal(verify_key_of(other, &wrong), 0);
	assert_int_equal(key_of_jwk(&arena, RFC_X, RFC_Y, &key), 0);
	assert_int_equal(jws_split(&arena, rfc_jws, &parts), 0);
	assert_int_equal(jws_verify(wrong, &parts), CRYPTO_FORGED);
	/* CVE-2022-21449: r = s = 0 fits every text in a careless implementation. */
	parts.signature = str_bytes(zero, sizeof zero);
	assert_int_equal(jws_verify(key, &parts), CRYPTO_FORGED);
	parts.signature.len = 63;
	assert_int_equal(jws_verify(key, &parts), CRYPTO_FORGED);
}

static void test_a_text_that_is_no_jws_is_malformed(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	struct jws_parts parts;
	static char long_text[8 * 1024 + 1];
	static const char *const texts[] = {
		"",
		".",
		"..",
		RFC_HEADER "." RFC_PAYLOAD,
		RFC_HEADER "." RFC_PAYLOAD ".",
		RFC_HEADER "." RFC_PAYLOAD "." RFC_SIGNATURE ".",
		RFC_HEADER "." RFC_PAYLOAD "." RFC_SIGNATURE "AA",
		RFC_HEADER "." RFC_PAYLOAD "." RFC_HEADER,
		RFC_HEADER "=." RFC_PAYLOAD "." RFC_SIGNATURE,
		RFC_HEADER ".." RFC_SIGNATURE,
		"." RFC_PAYLOAD "." RFC_SIGNATURE,
		" " RFC_HEADER "." RFC_PAYLOAD "." RFC_SIGNATURE,
	};
	arena_init(&arena, 100000);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(jws_split(&arena, str_of(texts[i]), &parts), CRYPTO_MALFORMED);
	memset(long_text, 'A', sizeof long_text);
	memcpy(long_text + 4, ".AAAA.", 6);
	assert_int_equal(jws_split(&arena, str_bytes(long_text, sizeof long_text), &parts),
			 CRYPTO_MALFORMED);
}

static void test_a_detached_jws_fits_its_payload_only(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(signing_key_destroyp) struct signing_key *key = NULL;
	AUTO(verify_key_destroyp) struct verify_key *public = NULL;
	struct jws_parts parts;
	struct str jws, whole;
	arena_init(&arena, 100000);
	assert_int_equal(signing_key_generate(&key), 0);
	assert_int_equal(verify_key_of(key, &public), 0);
	assert_int_equal(jws_sign_detached(&arena, key, header, STR("{}"), &jws), 0);
	assert_non_null(memmem(jws.ptr, jws.len, "..", 2));
	assert_int_equal(jws_split(&arena, jws, &parts), CRYPTO_MALFORMED);
	assert_int_equal(jws_split_detached(&arena, jws, STR("{}"), &parts), 0);
	assert_str_equal(parts.header, header);
	assert_int_equal(jws_verify(public, &parts), 0);
	assert_int_equal(jws_split_detached(&arena, jws, STR("{ }"), &parts), 0);
	assert_int_equal(jws_verify(public, &parts), CRYPTO_FORGED);
	assert_int_equal(jws_sign(&arena, key, header, STR("{}"), &whole), 0);
	assert_int_equal(jws_split_detached(&arena, whole, STR("{}"), &parts), CRYPTO_MALFORMED);
}

static struct str p384_pem(struct arena *arena)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-384");
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	struct str pem;
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
	long len = BIO_get_mem_data(bio, &text);
	assert_int_equal(arena_copy(arena, str_bytes(text, (size_t)len), &pem), 0);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	return pem;
}

/* Another curve, half a file, no point of the curve: none is a P-256 key. */
static void test_a_key_of_another_kind_is_malformed(void **state)
{
	(void)state;
	AUTO(arena_clear) struct arena arena;
	AUTO(signing_key_destroyp) struct signing_key *key = NULL;
	AUTO(verify_key_destroyp) struct verify_key *public = NULL;
	struct str zero = STR("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	arena_init(&arena, 100000);
	assert_int_equal(signing_key_read(p384_pem(&arena), &key), CRYPTO_MALFORMED);
	assert_int_equal(signing_key_read(STR("-----BEGIN PRIVATE KEY-----\nAAAA\n"), &key),
			 CRYPTO_MALFORMED);
	assert_int_equal(signing_key_read(STR(""), &key), CRYPTO_MALFORMED);
	assert_null(key);
	assert_int_equal(verify_key_of_jwk(zero, zero, &public), CRYPTO_MALFORMED);
	assert_int_equal(verify_key_of_jwk(zero, STR("short"), &public), CRYPTO_MALFORMED);
	assert_int_equal(key_of_jwk(&arena, RFC_Y, RFC_X, &public), CRYPTO_MALFORMED);
	assert_null(public);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_jws_of_the_rfc_verifies),
		cmocka_unit_test(test_the_thumbprint_of_the_rfc),
		cmocka_unit_test(test_what_we_sign_verifies_and_a_written_key_signs_alike),
		cmocka_unit_test(test_every_changed_byte_of_a_jws_is_found),
		cmocka_unit_test(test_another_key_and_the_zero_signature_are_forged),
		cmocka_unit_test(test_a_text_that_is_no_jws_is_malformed),
		cmocka_unit_test(test_a_detached_jws_fits_its_payload_only),
		cmocka_unit_test(test_a_key_of_another_kind_is_malformed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
