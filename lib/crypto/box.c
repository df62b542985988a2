/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sealed box: anybody can put something in with the public key; only the private one, which may
 * lie in a safe, takes it out. X25519 with a key of its own for each box (RFC 7748), HKDF over both
 * public keys and the shared secret, AES-256-GCM.
 */
#include "lib/crypto/crypto.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

DEFINE_AUTO_POINTER(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO_POINTER(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_AUTO_POINTER(BIO, BIO_free)

static const char magic[BOX_MAGIC_BYTES] = {'S', 'H', 'K', 1};

static int password_refuse(char *buffer, int bytes, int writing, void *ctx)
{
	(void)buffer, (void)bytes, (void)writing, (void)ctx;
	return -1;
}

/* *ret_pkey: NULL: no X25519 key. */
static int pkey_read(struct str pem, bool private, EVP_PKEY **ret_pkey)
{
	AUTO(BIO_freep) BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	if (!bio)
		return RAISE(ENOMEM);
	EVP_PKEY *pkey = private ? PEM_read_bio_PrivateKey(bio, NULL, password_refuse, NULL)
				 : PEM_read_bio_PUBKEY(bio, NULL, password_refuse, NULL);
	if (pkey && !EVP_PKEY_is_a(pkey, "X25519")) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	ERR_clear_error();
	*ret_pkey = pkey;
	return 0;
}

static int public_bytes(const EVP_PKEY *pkey, unsigned char bytes[BOX_PUBLIC_BYTES])
{
	size_t len = BOX_PUBLIC_BYTES;
	if (EVP_PKEY_get_raw_public_key(pkey, bytes, &len) != 1 || len != BOX_PUBLIC_BYTES)
		return RAISE(EIO);
	return 0;
}

/* shared secret ‖ the box's public key ‖ the recipient's */
static int box_key(EVP_PKEY *ours, EVP_PKEY *theirs, const unsigned char *box,
		   const unsigned char *recipient, struct secret *ret_key)
{
	struct secret input AUTO(secret_wipe) = {.len = 3 * BOX_PUBLIC_BYTES};
	AUTO(EVP_PKEY_CTX_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(ours, NULL);
	size_t len = BOX_PUBLIC_BYTES;
	if (!ctx || EVP_PKEY_derive_init(ctx) != 1 || EVP_PKEY_derive_set_peer(ctx, theirs) != 1)
		return RAISE(EIO);
	if (EVP_PKEY_derive(ctx, input.bytes, &len) != 1) { /* a point of small order */
		ERR_clear_error();
		return CRYPTO_FORGED;
	}
	memcpy(input.bytes + BOX_PUBLIC_BYTES, box, BOX_PUBLIC_BYTES);
	memcpy(input.bytes + (size_t)2 * BOX_PUBLIC_BYTES, recipient, BOX_PUBLIC_BYTES);
	int r = hkdf(secret_str(&input), STR("shikaku-box-1"), ret_key);
	return r < 0 ? PASS(r) : 0;
}

static int box_join(struct arena *arena, const unsigned char *box, struct str body,
		    struct str *ret_sealed)
{
	char *sealed = arena_alloc(arena, BOX_HEAD_BYTES + body.len);
	if (!sealed)
		return RAISE(ENOMEM);
	memcpy(sealed, magic, BOX_MAGIC_BYTES);
	memcpy(sealed + BOX_MAGIC_BYTES, box, BOX_PUBLIC_BYTES);
	memcpy(sealed + BOX_HEAD_BYTES, body.ptr, body.len);
	*ret_sealed = (struct str){sealed, BOX_HEAD_BYTES + body.len};
	return 0;
}

int box_seal(struct arena *arena, struct str public_pem, struct str text, struct str *ret_sealed)
{
	AUTO(EVP_PKEY_freep) EVP_PKEY *recipient = NULL;
	AUTO(EVP_PKEY_freep) EVP_PKEY *box = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	struct secret key AUTO(secret_wipe) = {0};
	unsigned char theirs[BOX_PUBLIC_BYTES], ours[BOX_PUBLIC_BYTES];
	struct str body;
	int r = pkey_read(public_pem, false, &recipient);
	if (r < 0)
		return PASS(r);
	if (!recipient)
		return CRYPTO_MALFORMED;
	r = box ? public_bytes(box, ours) : RAISE(EIO);
	if (r == 0)
		r = public_bytes(recipient, theirs);
	if (r == 0)
		r = box_key(box, recipient, ours, theirs, &key);
	if (r)
		return r < 0 ? PASS(r) : CRYPTO_MALFORMED;
	r = aead_seal(arena, secret_str(&key), STR("shikaku-box-1"), text, &body);
	if (r == 0)
		r = box_join(arena, ours, body, ret_sealed);
	return r < 0 ? PASS(r) : 0;
}

int box_open(struct arena *arena, struct str private_pem, struct str sealed, struct str *ret_text)
{
	AUTO(EVP_PKEY_freep) EVP_PKEY *recipient = NULL;
	AUTO(EVP_PKEY_freep) EVP_PKEY *box = NULL;
	struct secret key AUTO(secret_wipe) = {0};
	unsigned char theirs[BOX_PUBLIC_BYTES];
	const unsigned char *ours = (const unsigned char *)sealed.ptr + BOX_MAGIC_BYTES;
	if (sealed.len < BOX_HEAD_BYTES || memcmp(sealed.ptr, magic, sizeof magic) != 0)
		return CRYPTO_MALFORMED;
	int r = pkey_read(private_pem, true, &recipient);
	if (r < 0)
		return PASS(r);
	box = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, ours, BOX_PUBLIC_BYTES);
	if (!recipient || !box)
		return CRYPTO_MALFORMED;
	r = public_bytes(recipient, theirs);
	if (r == 0)
		r = box_key(recipient, box, ours, theirs, &key);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct str body = {sealed.ptr + BOX_HEAD_BYTES, sealed.len - BOX_HEAD_BYTES};
	r = aead_open(arena, secret_str(&key), STR("shikaku-box-1"), body, ret_text);
	return r < 0 ? PASS(r) : r;
}
