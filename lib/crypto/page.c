/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages: many texts of one size under one key, into memory that the caller has, with the nonce and
 * the tag behind the text. The four schedules are made once: for a page of 4 KiB making them would
 * cost more than sealing it.
 */
#include "lib/crypto/crypto.h"

#include <assert.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "lib/crypto/fetched.h"

enum { BLOCK_BYTES = 16 };

DEFINE_AUTO_POINTER(EVP_CIPHER, EVP_CIPHER_free)

static const unsigned char *octets(struct str bytes)
{
	return (const unsigned char *)bytes.ptr;
}

void page_sealer_clear(struct page_sealer *sealer)
{
	EVP_CIPHER_CTX_free(sealer->seal);
	EVP_CIPHER_CTX_free(sealer->open);
	EVP_CIPHER_CTX_free(sealer->hide);
	EVP_CIPHER_CTX_free(sealer->show);
	*sealer = (struct page_sealer){0};
}

static bool pages_begin(struct page_sealer *sealer, struct str key)
{
	const EVP_CIPHER *gcm = fetched_aes256gcm();
	return gcm && EVP_EncryptInit_ex2(sealer->seal, gcm, octets(key), NULL, NULL) == 1 &&
	       EVP_DecryptInit_ex2(sealer->open, gcm, octets(key), NULL, NULL) == 1;
}

static bool blocks_begin(struct page_sealer *sealer, struct str key)
{
	AUTO(EVP_CIPHER_freep) EVP_CIPHER *ecb = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL);
	return ecb && EVP_EncryptInit_ex2(sealer->hide, ecb, octets(key), NULL, NULL) == 1 &&
	       EVP_DecryptInit_ex2(sealer->show, ecb, octets(key), NULL, NULL) == 1 &&
	       EVP_CIPHER_CTX_set_padding(sealer->hide, 0) == 1 &&
	       EVP_CIPHER_CTX_set_padding(sealer->show, 0) == 1;
}

int page_sealer_init(struct page_sealer *ret_sealer, struct str key)
{
	AUTO(secret_wipe) struct secret page_key = {0}, block_key = {0};
	AUTO(page_sealer_clear)
	struct page_sealer sealer = {EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_new(),
				     EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_new()};
	assert(key.len == CRYPTO_KEY_BYTES);
	if (!sealer.seal || !sealer.open || !sealer.hide || !sealer.show)
		return RAISE(ENOMEM);
	int r = hkdf(key, STR("shikaku page"), &page_key);
	if (r == 0)
		r = hkdf(key, STR("shikaku block"), &block_key);
	if (r < 0)
		return PASS(r);
	if (!pages_begin(&sealer, secret_str(&page_key)) ||
	    !blocks_begin(&sealer, secret_str(&block_key)))
		return RAISE(EIO);
	*ret_sealer = sealer;
	sealer = (struct page_sealer){0};
	return 0;
}

int page_seal(struct page_sealer *sealer, struct str aad, struct str text,
	      unsigned char *ret_sealed)
{
	unsigned char *nonce = ret_sealed + text.len, *tag = nonce + CRYPTO_NONCE_BYTES;
	int n;
	assert(aad.len > 0 && text.len > 0 && text.len <= INT_MAX);
	random_bytes(nonce, CRYPTO_NONCE_BYTES);
	if (EVP_EncryptInit_ex2(sealer->seal, NULL, NULL, nonce, NULL) != 1 ||
	    EVP_EncryptUpdate(sealer->seal, NULL, &n, octets(aad), (int)aad.len) != 1 ||
	    EVP_EncryptUpdate(sealer->seal, ret_sealed, &n, octets(text), (int)text.len) != 1 ||
	    EVP_EncryptFinal_ex(sealer->seal, ret_sealed + n, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(sealer->seal, EVP_CTRL_AEAD_GET_TAG, CRYPTO_TAG_BYTES, tag) != 1)
		return RAISE(EIO);
	return 0;
}

int page_open(struct page_sealer *sealer, struct str aad, struct str sealed,
	      unsigned char *ret_text)
{
	assert(aad.len > 0 && sealed.len > PAGE_TRAILER_BYTES && sealed.len <= INT_MAX);
	size_t len = sealed.len - PAGE_TRAILER_BYTES;
	const unsigned char *nonce = octets(sealed) + len;
	void *tag = (void *)(uintptr_t)(nonce + CRYPTO_NONCE_BYTES);
	int n;
	if (EVP_DecryptInit_ex2(sealer->open, NULL, NULL, nonce, NULL) != 1 ||
	    EVP_CIPHER_CTX_ctrl(sealer->open, EVP_CTRL_AEAD_SET_TAG, CRYPTO_TAG_BYTES, tag) != 1 ||
	    EVP_DecryptUpdate(sealer->open, NULL, &n, octets(aad), (int)aad.len) != 1 ||
	    EVP_DecryptUpdate(sealer->open, ret_text, &n, octets(sealed), (int)len) != 1)
		return RAISE(EIO);
	if (EVP_DecryptFinal_ex(sealer->open, ret_text + n, &n) == 1)
		return 0;
	explicit_bzero(ret_text, len);
	ERR_clear_error();
	return CRYPTO_FORGED;
}

int block_hide(struct page_sealer *sealer, unsigned char block[BLOCK_BYTES])
{
	int n;
	bool done = EVP_EncryptUpdate(sealer->hide, block, &n, block, BLOCK_BYTES) == 1;
	return done ? 0 : RAISE(EIO);
}

int block_show(struct page_sealer *sealer, unsigned char block[BLOCK_BYTES])
{
	int n;
	bool done = EVP_DecryptUpdate(sealer->show, block, &n, block, BLOCK_BYTES) == 1;
	return done ? 0 : RAISE(EIO);
}
