/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/pki/organisation.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>

enum { KEY_BITS_MIN = 2048 };

struct pki_organisation {
	EVP_PKEY *key;
};

DEFINE_AUTO_POINTER(EVP_MD_CTX, EVP_MD_CTX_free)

static int key_read(const char *path, EVP_PKEY **ret_key)
{
	FILE *file = fopen(path, "rbe");
	if (!file)
		return RAISE(errno);
	EVP_PKEY *key = d2i_PUBKEY_fp(file, NULL);
	fclose(file);
	ERR_clear_error();
	if (!key)
		return RAISE(EINVAL);
	if (!EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_get_bits(key) < KEY_BITS_MIN) {
		EVP_PKEY_free(key);
		return RAISE(EINVAL);
	}
	*ret_key = key;
	return 0;
}

int pki_organisation_load(const char *path, struct pki_organisation **ret_organisation)
{
	struct pki_organisation *organisation = calloc(1, sizeof *organisation);
	if (!organisation)
		return RAISE(ENOMEM);
	int r = key_read(path, &organisation->key);
	if (r) {
		free(organisation);
		return PASS(r);
	}
	*ret_organisation = organisation;
	return 0;
}

void pki_organisation_destroy(struct pki_organisation *organisation)
{
	if (!organisation)
		return;
	EVP_PKEY_free(organisation->key);
	free(organisation);
}

int pki_organisation_check(const struct pki_organisation *organisation,
			   const unsigned char digest[32], struct str signature)
{
	AUTO(EVP_MD_CTX_freep) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	if (!ctx || EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, organisation->key) != 1)
		return RAISE(EIO);
	if (EVP_DigestVerify(ctx, (const unsigned char *)signature.ptr, signature.len, digest,
			     32) == 1)
		return 0;
	ERR_clear_error();
	return PKI_ORGANISATION_REFUSED;
}
