/* SPDX-License-Identifier: Apache-2.0 */
/* A card's parts made on the spot: a self-signed certificate of an invented person. */
#pragma once

#include "lib/base/test.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "lib/base/arena.h"
#include "sim/card/vcard.h"

struct made {
	struct arena arena;
	EVP_PKEY *key;
	EVP_PKEY *organisation;
	struct vcard_parts parts;
	struct str organisation_pem;
};

static inline struct str bio_take(struct arena *arena, BIO *bio)
{
	char *bytes = NULL;
	struct str copy = {0};
	long len = BIO_get_mem_data(bio, &bytes);
	assert_true(len > 0);
	assert_int_equal(arena_copy(arena, (struct str){bytes, (size_t)len}, &copy), 0);
	BIO_free(bio);
	return copy;
}

static inline struct str pem_of(struct arena *arena, EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
	return bio_take(arena, bio);
}

static inline struct str certificate_of(struct arena *arena, EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());
	X509_set_version(certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 4711);
	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
				   (const unsigned char *)"TESTTESTTEST01131011001A", -1, -1, 0);
	X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
	X509_set_pubkey(certificate, key);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_int_equal(i2d_X509_bio(bio, certificate), 1);
	X509_free(certificate);
	return bio_take(arena, bio);
}

static inline void fixed_random(void *ctx, void *bytes, size_t count)
{
	memset(bytes, ++*(unsigned char *)ctx, count);
}

static inline int made_create(void **state)
{
	static unsigned char random_next;
	struct made *made = test_calloc(1, sizeof *made);
	arena_init(&made->arena, 1 << 20);
	made->key = EVP_RSA_gen(2048);
	made->organisation = EVP_RSA_gen(2048);
	BIO *bio = BIO_new(BIO_s_mem());
	assert_int_equal(i2d_PUBKEY_bio(bio, made->organisation), 1);
	made->organisation_pem = pem_of(&made->arena, made->organisation);
	made->parts = (struct vcard_parts){
		.certificate = certificate_of(&made->arena, made->key),
		.ca = certificate_of(&made->arena, made->organisation),
		.key = pem_of(&made->arena, made->key),
		.organisation = bio_take(&made->arena, bio),
		.pin = STR("1234"),
		.tries = 3,
		.random = fixed_random,
		.random_ctx = &random_next,
	};
	*state = made;
	return 0;
}

static inline int made_destroy(void **state)
{
	struct made *made = *state;
	EVP_PKEY_free(made->key);
	EVP_PKEY_free(made->organisation);
	arena_clear(&made->arena);
	test_free(made);
	return 0;
}
