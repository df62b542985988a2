/* SPDX-License-Identifier: Apache-2.0 */
/* The organisation as one key in memory. */
#include "sim/org_auth/org_auth_simulated.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "sim/org_auth/cv_certificate.h"

struct org_auth_simulated {
	EVP_PKEY *key;
};

static EVP_PKEY *key_read(struct str pem)
{
	BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
	BIO_free(bio);
	if (key && EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) == CV_MODULUS_BYTES * 8)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

int org_auth_simulated_create(struct str key_pem, struct org_auth_simulated **ret_simulated)
{
	EVP_PKEY *key = key_read(key_pem);
	if (!key)
		return ORG_AUTH_SIMULATED_KEY_REFUSED;
	struct org_auth_simulated *simulated = calloc(1, sizeof *simulated);
	if (!simulated) {
		EVP_PKEY_free(key);
		return RAISE(ENOMEM);
	}
	simulated->key = key;
	*ret_simulated = simulated;
	return 0;
}

void org_auth_simulated_destroy(struct org_auth_simulated *simulated)
{
	if (!simulated)
		return;
	EVP_PKEY_free(simulated->key);
	free(simulated);
}

static int table_certificate(void *ctx, struct arena *arena, struct str *ret_certificate)
{
	struct org_auth_simulated *simulated = ctx;
	return cv_encode(arena, simulated->key, ret_certificate);
}

static int table_sign(void *ctx, struct arena *arena, struct str message, struct str *ret_signature)
{
	struct org_auth_simulated *simulated = ctx;
	return cv_sign(arena, simulated->key, message, ret_signature);
}

struct org_auth org_auth_simulated_table(struct org_auth_simulated *simulated)
{
	return (struct org_auth){
		.profile = STR("simulated"),
		.certificate = table_certificate,
		.sign = table_sign,
		.ctx = simulated,
	};
}
