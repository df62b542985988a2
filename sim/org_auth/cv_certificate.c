/* SPDX-License-Identifier: Apache-2.0 */
/* Both directions of the simulated certificate, and the one signature scheme it knows. */
#include "sim/org_auth/cv_certificate.h"

#include <assert.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

static const unsigned char body_head[5] = {0x5F, 0x4E, 0x82, 0x01, 0x29};
static const unsigned char exponent[5] = {0x90, 0x03, 0x01, 0x00, 0x01};
static const unsigned char modulus_head[4] = {0x91, 0x82, 0x01, 0x00};
static const unsigned char signature_head[5] = {0x5F, 0x37, 0x82, 0x01, 0x00};
static const char name[CV_NAME_BYTES + 1] = "SIMULATED-ORG-01";

static_assert(CV_BODY_BYTES == 0x129, "the length in body_head");
static_assert(CV_BYTES == 563, "the length seen on real cards");

static void ctx_free(EVP_MD_CTX **ctx)
{
	EVP_MD_CTX_free(*ctx);
}

static void bn_free(BIGNUM **number)
{
	BN_free(*number);
}

int cv_sign(struct arena *arena, EVP_PKEY *key, struct str message, struct str *ret_signature)
{
	AUTO(ctx_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = (size_t)EVP_PKEY_get_size(key);
	unsigned char *signature = arena_alloc(arena, len);
	if (!ctx || !signature)
		return RAISE(ENOMEM);
	if (EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1 ||
	    EVP_DigestSign(ctx, signature, &len, (const unsigned char *)message.ptr, message.len) !=
		    1)
		return RAISE(EIO);
	*ret_signature = str_bytes(signature, len);
	return 0;
}

int cv_verify(EVP_PKEY *key, struct str message, struct str signature)
{
	AUTO(ctx_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	if (!ctx || EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) != 1)
		return RAISE(EIO);
	int r = EVP_DigestVerify(ctx, (const unsigned char *)signature.ptr, signature.len,
				 (const unsigned char *)message.ptr, message.len);
	return r == 1 ? 0 : CV_REFUSED;
}

static int modulus_write(EVP_PKEY *key, unsigned char *bytes)
{
	AUTO(bn_free) BIGNUM *modulus = NULL;
	if (!EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_get_bits(key) != CV_MODULUS_BYTES * 8)
		return RAISE(EINVAL);
	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus) != 1 ||
	    BN_bn2binpad(modulus, bytes, CV_MODULUS_BYTES) != CV_MODULUS_BYTES)
		return RAISE(EIO);
	return 0;
}

static unsigned char *put(unsigned char *at, const void *bytes, size_t count)
{
	memcpy(at, bytes, count);
	return at + count;
}

int cv_encode(struct arena *arena, EVP_PKEY *key, struct str *ret_certificate)
{
	unsigned char *certificate = arena_alloc(arena, CV_BYTES);
	struct str signature = {0};
	if (!certificate)
		return RAISE(ENOMEM);
	unsigned char *at = put(certificate, body_head, sizeof body_head);
	unsigned char *body = at;
	at = put(at, name, CV_NAME_BYTES);
	at = put(at, name, CV_NAME_BYTES);
	at = put(at, exponent, sizeof exponent);
	at = put(at, modulus_head, sizeof modulus_head);
	int r = modulus_write(key, at);
	if (r < 0)
		return PASS(r);
	at += CV_MODULUS_BYTES;
	r = cv_sign(arena, key, str_bytes(body, CV_BODY_BYTES), &signature);
	if (r < 0)
		return PASS(r);
	at = put(at, signature_head, sizeof signature_head);
	put(at, signature.ptr, CV_SIGNATURE_BYTES);
	*ret_certificate = str_bytes(certificate, CV_BYTES);
	return 0;
}

static int key_build(BIGNUM *modulus, BIGNUM *public_exponent, EVP_PKEY **ret_key)
{
	int done = 0;
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	if (build && ctx && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, public_exponent))
		params = OSSL_PARAM_BLD_to_param(build);
	if (params && EVP_PKEY_fromdata_init(ctx) == 1)
		done = EVP_PKEY_fromdata(ctx, ret_key, EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return done == 1 ? 0 : RAISE(EIO);
}

static int key_of(const unsigned char *modulus_bytes, EVP_PKEY **ret_key)
{
	AUTO(bn_free) BIGNUM *modulus = BN_bin2bn(modulus_bytes, CV_MODULUS_BYTES, NULL);
	AUTO(bn_free) BIGNUM *public_exponent = BN_bin2bn(exponent + 2, 3, NULL);
	if (!modulus || !public_exponent)
		return RAISE(EIO);
	return key_build(modulus, public_exponent, ret_key);
}

/* All that is fixed stands where it must. */
static bool form_fits(struct str certificate)
{
	const char *body = certificate.ptr + sizeof body_head;
	return certificate.len == CV_BYTES &&
	       !memcmp(certificate.ptr, body_head, sizeof body_head) &&
	       !memcmp(body + 2 * CV_NAME_BYTES, exponent, sizeof exponent) &&
	       !memcmp(body + 2 * CV_NAME_BYTES + sizeof exponent, modulus_head,
		       sizeof modulus_head) &&
	       !memcmp(body + CV_BODY_BYTES, signature_head, sizeof signature_head);
}

int cv_decode(struct str certificate, EVP_PKEY *issuer, EVP_PKEY **ret_key)
{
	if (!form_fits(certificate))
		return CV_REFUSED;
	struct str body = {certificate.ptr + sizeof body_head, CV_BODY_BYTES};
	struct str signature = {body.ptr + body.len + sizeof signature_head, CV_SIGNATURE_BYTES};
	int r = cv_verify(issuer, body, signature);
	if (r)
		return r < 0 ? PASS(r) : r;
	const char *modulus = body.ptr + body.len - CV_MODULUS_BYTES;
	return key_of((const unsigned char *)modulus, ret_key);
}
