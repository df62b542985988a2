/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Long inputs go to OpenSSL, which uses the processor's SHA instructions; the framed, short ones to
 * libsodium, whose state lives on the stack: nothing to fetch, allocate or fail.
 */
#include "lib/crypto/crypto.h"

#include <assert.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "lib/crypto/fetched.h"

static_assert(crypto_hash_sha256_BYTES == CRYPTO_DIGEST_BYTES, "SHA-256");
static_assert(crypto_auth_hmacsha256_BYTES == CRYPTO_DIGEST_BYTES, "HMAC-SHA-256");

int digest_sha256(struct str bytes, unsigned char ret_digest[CRYPTO_DIGEST_BYTES])
{
	const EVP_MD *sha256 = fetched_sha256();
	if (!sha256 || EVP_Digest(bytes.ptr, bytes.len, ret_digest, NULL, sha256, NULL) != 1)
		return RAISE(EIO);
	return 0;
}

static void length_write(size_t len, unsigned char bytes[8])
{
	uint64_t left = len;
	for (int i = 7; i >= 0; i--) {
		bytes[i] = (unsigned char)left;
		left >>= 8;
	}
}

int mac_parts(struct str key, const struct str *parts, size_t parts_count,
	      unsigned char ret_mac[CRYPTO_DIGEST_BYTES])
{
	crypto_auth_hmacsha256_state state;
	crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.ptr, key.len);
	for (size_t i = 0; i < parts_count; i++) {
		unsigned char length[8];
		length_write(parts[i].len, length);
		crypto_auth_hmacsha256_update(&state, length, sizeof length);
		crypto_auth_hmacsha256_update(&state, (const unsigned char *)parts[i].ptr,
					      parts[i].len);
	}
	crypto_auth_hmacsha256_final(&state, ret_mac);
	sodium_memzero(&state, sizeof state);
	return 0;
}

enum { LONG_BYTES = 1024 }; /* from here on the processor's instructions pay for OpenSSL's set-up */

DEFINE_AUTO_POINTER(EVP_MD_CTX, EVP_MD_CTX_free)

static bool parts_are_long(const struct str *parts, size_t parts_count)
{
	size_t bytes = 0;
	for (size_t i = 0; i < parts_count && bytes < LONG_BYTES; i++)
		bytes += parts[i].len;
	return bytes >= LONG_BYTES;
}

static int digest_long_parts(const struct str *parts, size_t parts_count,
			     unsigned char ret_digest[CRYPTO_DIGEST_BYTES])
{
	const EVP_MD *sha256 = fetched_sha256();
	AUTO(EVP_MD_CTX_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && sha256 && EVP_DigestInit_ex2(ctx, sha256, NULL) == 1;
	for (size_t i = 0; good && i < parts_count; i++) {
		unsigned char length[8];
		length_write(parts[i].len, length);
		good = EVP_DigestUpdate(ctx, length, sizeof length) == 1 &&
		       EVP_DigestUpdate(ctx, parts[i].ptr, parts[i].len) == 1;
	}
	good = good && EVP_DigestFinal_ex(ctx, ret_digest, NULL) == 1;
	return good ? 0 : RAISE(EIO);
}

int digest_parts(const struct str *parts, size_t parts_count,
		 unsigned char ret_digest[CRYPTO_DIGEST_BYTES])
{
	if (parts_are_long(parts, parts_count))
		return digest_long_parts(parts, parts_count, ret_digest);
	crypto_hash_sha256_state state;
	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < parts_count; i++) {
		unsigned char length[8];
		length_write(parts[i].len, length);
		crypto_hash_sha256_update(&state, length, sizeof length);
		crypto_hash_sha256_update(&state, (const unsigned char *)parts[i].ptr,
					  parts[i].len);
	}
	crypto_hash_sha256_final(&state, ret_digest);
	sodium_memzero(&state, sizeof state);
	return 0;
}
