/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/pki/inside.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

DEFINE_AUTO_POINTER(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

/* With the digest's name set OpenSSL expects the whole DigestInfo, and nothing looser. */
static bool padding_set(EVP_PKEY_CTX *ctx, const EVP_PKEY *key)
{
	return !EVP_PKEY_is_a(key, "RSA") ||
	       (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
		EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1);
}

int pki_possession(const struct pki_certificate *certificate, const unsigned char digest[32],
		   struct str signature)
{
	EVP_PKEY *key = X509_get0_pubkey(certificate->leaf);
	AUTO(EVP_PKEY_CTX_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (!ctx || EVP_PKEY_verify_init(ctx) != 1 || !padding_set(ctx, key))
		return RAISE(EIO);
	if (EVP_PKEY_verify(ctx, (const unsigned char *)signature.ptr, signature.len, digest, 32) ==
	    1)
		return 0;
	ERR_clear_error();
	return PKI_NOT_POSSESSED;
}
