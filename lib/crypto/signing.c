/* SPDX-License-Identifier: Apache-2.0 */
/*
 * P-256 only: a key of another curve or kind is malformed, so that no caller ever has to ask which
 * algorithm it holds.
 */
#include "lib/crypto/signing.h"

#include <assert.h>
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/decoder.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <stdlib.h>

enum {
	COORDINATE_BYTES = SIGNATURE_BYTES / 2,
	SIGNATURE_DER_BYTES_MAX = 80,
};

/* Setting a context up for a key costs a third of a signature: it is done once, and copied. */
struct signing_key {
	EVP_PKEY *pkey;
	EVP_MD_CTX *ready;
};

struct verify_key {
	EVP_PKEY *pkey;
};

DEFINE_AUTO_POINTER(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO_POINTER(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_AUTO_POINTER(EVP_MD_CTX, EVP_MD_CTX_free)
DEFINE_AUTO_POINTER(ECDSA_SIG, ECDSA_SIG_free)
DEFINE_AUTO_POINTER(BIGNUM, BN_free)
DEFINE_AUTO_POINTER(OSSL_DECODER_CTX, OSSL_DECODER_CTX_free)
DEFINE_AUTO_POINTER(BIO, BIO_free)

/* Takes the key over, also when it fails. */
static int signing_key_wrap(EVP_PKEY *pkey, struct signing_key **ret_key)
{
	struct signing_key *key = malloc(sizeof *key);
	EVP_MD_CTX *ready = EVP_MD_CTX_new();
	if (!key || !ready || EVP_DigestSignInit(ready, NULL, EVP_sha256(), NULL, pkey) != 1) {
		EVP_MD_CTX_free(ready);
		EVP_PKEY_free(pkey);
		free(key);
		return RAISE(ENOMEM);
	}
	*key = (struct signing_key){.pkey = pkey, .ready = ready};
	*ret_key = key;
	return 0;
}

static int verify_key_wrap(EVP_PKEY *pkey, struct verify_key **ret_key)
{
	struct verify_key *key = malloc(sizeof *key);
	if (!key) {
		EVP_PKEY_free(pkey);
		return RAISE(ENOMEM);
	}
	*key = (struct verify_key){.pkey = pkey};
	*ret_key = key;
	return 0;
}

int signing_key_generate(struct signing_key **ret_key)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	if (!pkey)
		return RAISE(EIO);
	int r = signing_key_wrap(pkey, ret_key);
	return r < 0 ? PASS(r) : 0;
}

static bool pkey_is_p256(const EVP_PKEY *pkey)
{
	char group[20];
	return EVP_PKEY_is_a(pkey, "EC") &&
	       EVP_PKEY_get_group_name(pkey, group, sizeof group, NULL) == 1 &&
	       strcmp(group, "prime256v1") == 0;
}

/* Do both halves belong together? */
static bool pkey_is_pair(EVP_PKEY *pkey)
{
	AUTO(EVP_PKEY_CTX_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	return ctx && EVP_PKEY_check(ctx) == 1;
}

/*
 * NULL when it is none. PEM_read_bio_PrivateKey would look through the decoders of every kind of
 * key, three times as long, and ask the terminal for the password of an encrypted one.
 */
static EVP_PKEY *pkey_read(struct str pem)
{
	EVP_PKEY *pkey = NULL;
	const unsigned char *text = (const unsigned char *)pem.ptr;
	size_t len = pem.len;
	AUTO(OSSL_DECODER_CTX_freep)
	OSSL_DECODER_CTX *ctx = OSSL_DECODER_CTX_new_for_pkey(&pkey, "PEM", "PrivateKeyInfo", "EC",
							      EVP_PKEY_KEYPAIR, NULL, NULL);
	return ctx && OSSL_DECODER_from_data(ctx, &text, &len) == 1 ? pkey : NULL;
}

int signing_key_read(struct str pem, struct signing_key **ret_key)
{
	if (!str_starts(pem, STR("-----BEGIN PRIVATE KEY-----")) || pem.len > SECRET_BYTES_MAX)
		return CRYPTO_MALFORMED;
	AUTO(EVP_PKEY_freep) EVP_PKEY *pkey = pkey_read(pem);
	if (!pkey || !pkey_is_p256(pkey) || !pkey_is_pair(pkey)) {
		ERR_clear_error();
		return CRYPTO_MALFORMED;
	}
	EVP_PKEY *whole = pkey;
	pkey = NULL;
	int r = signing_key_wrap(whole, ret_key);
	return r < 0 ? PASS(r) : 0;
}

int signing_key_write(const struct signing_key *key, struct secret *ret_pem)
{
	/* A memory BIO wipes its buffer when freed. */
	AUTO(BIO_freep) BIO *bio = BIO_new(BIO_s_mem());
	char *pem;
	if (!bio)
		return RAISE(ENOMEM);
	if (PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1)
		return RAISE(EIO);
	long len = BIO_get_mem_data(bio, &pem);
	int r = secret_set(ret_pem, (struct str){pem, (size_t)len});
	return r < 0 ? PASS(r) : 0;
}

void signing_key_destroy(struct signing_key *key)
{
	if (!key)
		return;
	EVP_MD_CTX_free(key->ready);
	EVP_PKEY_free(key->pkey);
	free(key);
}

void verify_key_destroy(struct verify_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

struct point {
	unsigned char form; /* 4: uncompressed */
	unsigned char x[COORDINATE_BYTES];
	unsigned char y[COORDINATE_BYTES];
};

/* *ret_pkey stays NULL when there is no such point. */
static int pkey_of_point(struct point *point, EVP_PKEY **ret_pkey)
{
	char group[] = "prime256v1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof *point),
		OSSL_PARAM_construct_end(),
	};
	AUTO(EVP_PKEY_CTX_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1)
		return RAISE(EIO);
	if (EVP_PKEY_fromdata(ctx, ret_pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		ERR_clear_error();
	return 0;
}

static int point_of_pkey(const EVP_PKEY *pkey, struct point *ret_point)
{
	AUTO(BN_freep) BIGNUM *x = NULL;
	AUTO(BN_freep) BIGNUM *y = NULL;
	struct point point = {.form = 4};
	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) != 1 ||
	    EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) != 1 ||
	    BN_bn2binpad(x, point.x, sizeof point.x) < 0 ||
	    BN_bn2binpad(y, point.y, sizeof point.y) < 0)
		return RAISE(EIO);
	*ret_point = point;
	return 0;
}

static int verify_key_of_point(struct point *point, struct verify_key **ret_key)
{
	EVP_PKEY *pkey = NULL;
	int r = pkey_of_point(point, &pkey);
	if (r < 0)
		return PASS(r);
	if (!pkey)
		return CRYPTO_MALFORMED;
	r = verify_key_wrap(pkey, ret_key);
	return r < 0 ? PASS(r) : 0;
}

int verify_key_of(const struct signing_key *key, struct verify_key **ret_key)
{
	struct point point;
	int r = point_of_pkey(key->pkey, &point);
	if (r == 0)
		r = verify_key_of_point(&point, ret_key);
	return r ? FOLD(r) : 0;
}

int verify_key_of_jwk(struct str x, struct str y, struct verify_key **ret_key)
{
	struct point point = {.form = 4};
	if (x.len != sizeof point.x || y.len != sizeof point.y)
		return CRYPTO_MALFORMED;
	memcpy(point.x, x.ptr, x.len);
	memcpy(point.y, y.ptr, y.len);
	int r = verify_key_of_point(&point, ret_key);
	return r < 0 ? PASS(r) : r;
}

int verify_key_write(const struct verify_key *key, unsigned char ret_point[VERIFY_KEY_BYTES])
{
	static_assert(VERIFY_KEY_BYTES == 2 * COORDINATE_BYTES, "x and y");
	struct point point;
	int r = point_of_pkey(key->pkey, &point);
	if (r < 0)
		return PASS(r);
	memcpy(ret_point, point.x, sizeof point.x);
	memcpy(ret_point + sizeof point.x, point.y, sizeof point.y);
	return 0;
}

int verify_key_jwk(struct arena *arena, const struct verify_key *key, struct str *ret_jwk)
{
	struct point point;
	struct str x, y;
	int r = point_of_pkey(key->pkey, &point);
	if (r == 0)
		r = encode_base64url(arena, str_bytes(point.x, sizeof point.x), &x);
	if (r == 0)
		r = encode_base64url(arena, str_bytes(point.y, sizeof point.y), &y);
	if (r == 0)
		r = arena_print(arena, ret_jwk,
				"{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%.*s\",\"y\":\"%.*s\"}",
				STR_ARG(x), STR_ARG(y));
	return r < 0 ? PASS(r) : 0;
}

int verify_key_thumbprint(const struct verify_key *key, char ret_thumbprint[THUMBPRINT_BYTES])
{
	AUTO(arena_clear) struct arena arena;
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	struct str text;
	arena_init(&arena, (size_t)64 * 1024);
	int r = verify_key_jwk(&arena, key, &text);
	if (r == 0)
		r = digest_sha256(text, digest);
	if (r == 0)
		r = encode_base64url(&arena, str_bytes(digest, sizeof digest), &text);
	if (r == 0)
		r = str_to_c(text, ret_thumbprint, THUMBPRINT_BYTES);
	return r < 0 ? PASS(r) : 0;
}

/* DER to r ‖ s. */
static int signature_of_der(const unsigned char *der, size_t len,
			    unsigned char ret_signature[SIGNATURE_BYTES])
{
	AUTO(ECDSA_SIG_freep) ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)len);
	if (!pair || BN_bn2binpad(ECDSA_SIG_get0_r(pair), ret_signature, COORDINATE_BYTES) < 0 ||
	    BN_bn2binpad(ECDSA_SIG_get0_s(pair), ret_signature + COORDINATE_BYTES,
			 COORDINATE_BYTES) < 0)
		return RAISE(EIO);
	return 0;
}

int signature_make(const struct signing_key *key, struct str text,
		   unsigned char ret_signature[SIGNATURE_BYTES])
{
	AUTO(EVP_MD_CTX_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char der[SIGNATURE_DER_BYTES_MAX];
	size_t len = sizeof der;
	if (!ctx || EVP_MD_CTX_copy_ex(ctx, key->ready) != 1 ||
	    EVP_DigestSign(ctx, der, &len, (const unsigned char *)text.ptr, text.len) != 1)
		return RAISE(EIO);
	int r = signature_of_der(der, len, ret_signature);
	return r < 0 ? PASS(r) : 0;
}

/* r ‖ s to DER; the length, or a fault. */
static int signature_to_der(struct str signature, unsigned char der[SIGNATURE_DER_BYTES_MAX])
{
	const unsigned char *bytes = (const unsigned char *)signature.ptr;
	AUTO(ECDSA_SIG_freep) ECDSA_SIG *pair = ECDSA_SIG_new();
	AUTO(BN_freep) BIGNUM *r = BN_bin2bn(bytes, COORDINATE_BYTES, NULL);
	AUTO(BN_freep) BIGNUM *s = BN_bin2bn(bytes + COORDINATE_BYTES, COORDINATE_BYTES, NULL);
	if (!pair || !r || !s || ECDSA_SIG_set0(pair, r, s) != 1)
		return RAISE(ENOMEM);
	r = s = NULL; /* the pair's now */
	int len = i2d_ECDSA_SIG(pair, NULL);
	if (len <= 0 || len > SIGNATURE_DER_BYTES_MAX || i2d_ECDSA_SIG(pair, &der) != len)
		return RAISE(EIO);
	return len;
}

int signature_check(const struct verify_key *key, struct str text, struct str signature)
{
	unsigned char der[SIGNATURE_DER_BYTES_MAX];
	if (signature.len != SIGNATURE_BYTES)
		return CRYPTO_FORGED;
	int len = signature_to_der(signature, der);
	if (len < 0)
		return PASS(len);
	AUTO(EVP_MD_CTX_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	if (!ctx || EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key->pkey) != 1)
		return RAISE(EIO);
	if (EVP_DigestVerify(ctx, der, (size_t)len, (const unsigned char *)text.ptr, text.len) == 1)
		return 0;
	ERR_clear_error();
	return CRYPTO_FORGED;
}
