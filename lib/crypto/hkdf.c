/* SPDX-License-Identifier: Apache-2.0 */
/* One key, many labels: RFC 5869 with SHA-256, no salt, the label as info. */
#include "lib/crypto/crypto.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

DEFINE_AUTO_POINTER(EVP_KDF, EVP_KDF_free)
DEFINE_AUTO_POINTER(EVP_KDF_CTX, EVP_KDF_CTX_free)

/* OSSL_PARAM has no const, but a derivation only reads. */
static OSSL_PARAM octets(const char *name, struct str bytes)
{
	return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)bytes.ptr, bytes.len);
}

int hkdf(struct str key, struct str label, struct secret *ret_key)
{
	AUTO(EVP_KDF_freep) EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	AUTO(EVP_KDF_CTX_freep) EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		octets(OSSL_KDF_PARAM_KEY, key),
		octets(OSSL_KDF_PARAM_INFO, label),
		OSSL_PARAM_construct_end(),
	};
	assert(key.len > 0);
	if (!ctx)
		return RAISE(EIO);
	secret_wipe(ret_key);
	if (EVP_KDF_derive(ctx, ret_key->bytes, CRYPTO_KEY_BYTES, params) != 1)
		return RAISE(EIO);
	ret_key->len = CRYPTO_KEY_BYTES;
	return 0;
}
