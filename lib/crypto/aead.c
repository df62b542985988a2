/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-256-GCM. Random 96-bit nonces are safe for 2^32 seals under one key; the keys of this house
 * change long before (a month, or 2^31 seals).
 */
#include "lib/crypto/crypto.h"

#include <assert.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "lib/crypto/fetched.h"

enum { SEAL_BYTES = CRYPTO_NONCE_BYTES + CRYPTO_TAG_BYTES };

DEFINE_AUTO_POINTER(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

static const unsigned char *octets(struct str bytes)
{
	return (const unsigned char *)bytes.ptr;
}

/* OpenSSL counts in int. */
static bool sizes_fit(struct str aad, struct str text)
{
	return aad.len <= INT_MAX && text.len <= INT_MAX - SEAL_BYTES;
}

static bool seal_into(EVP_CIPHER_CTX *ctx, struct str key, struct str aad, struct str text,
		      unsigned char *sealed)
{
	const EVP_CIPHER *cipher = fetched_aes256gcm();
	unsigned char *body = sealed + CRYPTO_NONCE_BYTES;
	int n;
	random_bytes(sealed, CRYPTO_NONCE_BYTES);
	return cipher && EVP_EncryptInit_ex2(ctx, cipher, octets(key), sealed, NULL) == 1 &&
	       (!aad.len || EVP_EncryptUpdate(ctx, NULL, &n, octets(aad), (int)aad.len) == 1) &&
	       (!text.len || EVP_EncryptUpdate(ctx, body, &n, octets(text), (int)text.len) == 1) &&
	       EVP_EncryptFinal_ex(ctx, body + text.len, &n) == 1 &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, CRYPTO_TAG_BYTES, body + text.len) ==
		       1;
}

int aead_seal(struct arena *arena, struct str key, struct str aad, struct str text,
	      struct str *ret_sealed)
{
	assert(key.len == CRYPTO_KEY_BYTES && sizes_fit(aad, text));
	AUTO(EVP_CIPHER_CTX_freep) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned char *sealed = arena_bytes(arena, text.len + SEAL_BYTES);
	if (!ctx || !sealed)
		return RAISE(ENOMEM);
	if (!seal_into(ctx, key, aad, text, sealed))
		return RAISE(EIO);
	*ret_sealed = str_bytes(sealed, text.len + SEAL_BYTES);
	return 0;
}

/* Everything before the tag is looked at; a failure up to here is the library's. */
static bool open_begin(EVP_CIPHER_CTX *ctx, struct str aad, struct str sealed, unsigned char *text)
{
	struct str body = {sealed.ptr + CRYPTO_NONCE_BYTES, sealed.len - SEAL_BYTES};
	void *tag = (void *)(uintptr_t)(body.ptr + body.len);
	int n;
	return EVP_DecryptInit_ex2(ctx, NULL, NULL, octets(sealed), NULL) == 1 &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, CRYPTO_TAG_BYTES, tag) == 1 &&
	       (!aad.len || EVP_DecryptUpdate(ctx, NULL, &n, octets(aad), (int)aad.len) == 1) &&
	       (!body.len || EVP_DecryptUpdate(ctx, text, &n, octets(body), (int)body.len) == 1);
}

void aead_opener_clear(struct aead_opener *opener)
{
	EVP_CIPHER_CTX_free(opener->ctx);
	opener->ctx = NULL;
}

int aead_opener_init(struct aead_opener *opener, struct str key)
{
	assert(key.len == CRYPTO_KEY_BYTES);
	const EVP_CIPHER *cipher = fetched_aes256gcm();
	AUTO(EVP_CIPHER_CTX_freep) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	if (!ctx)
		return RAISE(ENOMEM);
	if (!cipher || EVP_DecryptInit_ex2(ctx, cipher, octets(key), NULL, NULL) != 1)
		return RAISE(EIO);
	*opener = (struct aead_opener){ctx};
	ctx = NULL;
	return 0;
}

int aead_opener_open(struct aead_opener *opener, struct arena *arena, struct str aad,
		     struct str sealed, struct str *ret_text)
{
	if (sealed.len < SEAL_BYTES || !sizes_fit(aad, sealed))
		return CRYPTO_FORGED;
	size_t len = sealed.len - SEAL_BYTES;
	unsigned char *text = arena_bytes(arena, len + CRYPTO_TAG_BYTES);
	int n;
	if (!text)
		return RAISE(ENOMEM);
	if (!open_begin(opener->ctx, aad, sealed, text))
		return RAISE(EIO);
	if (EVP_DecryptFinal_ex(opener->ctx, text + len, &n) != 1) {
		explicit_bzero(text, len);
		ERR_clear_error();
		return CRYPTO_FORGED;
	}
	*ret_text = str_bytes(text, len);
	return 0;
}

int aead_open(struct arena *arena, struct str key, struct str aad, struct str sealed,
	      struct str *ret_text)
{
	AUTO(aead_opener_clear) struct aead_opener opener = {0};
	int r = aead_opener_init(&opener, key);
	if (r == 0)
		r = aead_opener_open(&opener, arena, aad, sealed, ret_text);
	return r < 0 ? PASS(r) : r;
}
