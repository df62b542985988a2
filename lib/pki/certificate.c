/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks in the order of enum pki_outcome. OpenSSL builds and verifies the chain; use, policy
 * and time are asked one by one, because each has its own answer for the desk.
 */
#include "lib/pki/inside.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "lib/base/period.h"

enum {
	CHAIN_LENGTH = 2, /* the hierarchy has one tier: leaf and root */
	RSA_BITS = 2048,
	RSA_EXPONENT = 65537,
	GRACE_MONTHS = 3,
	ENDING_MONTHS = 3,
	SECOND_MS = 1000,
};

DEFINE_AUTO_POINTER(X509_STORE_CTX, X509_STORE_CTX_free)
DEFINE_AUTO_POINTER(CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free)
DEFINE_AUTO_POINTER(BIGNUM, BN_free)

void pki_certificate_destroy(struct pki_certificate *certificate)
{
	if (!certificate)
		return;
	X509_free(certificate->leaf);
	X509_free(certificate->issuer);
	free(certificate->ocsp_url);
	free(certificate);
}

const struct pki_facts *pki_certificate_facts(const struct pki_certificate *certificate)
{
	return &certificate->facts;
}

static void hex_write(const unsigned char *bytes, size_t count, char *text)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < count; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * count] = '\0';
}

static bool serial_write(const BIGNUM *number, char serial[PKI_SERIAL_BYTES])
{
	unsigned char bytes[(PKI_SERIAL_BYTES - 1) / 2];
	int len = number ? BN_num_bytes(number) : 0;
	if (len < 1 || len > (int)sizeof bytes || BN_is_negative(number))
		return false;
	BN_bn2bin(number, bytes);
	hex_write(bytes, (size_t)len, serial);
	return true;
}

int pki_serial_read(struct str text, char ret_serial[PKI_SERIAL_BYTES])
{
	AUTO(BN_freep) BIGNUM *number = NULL;
	char digits[PKI_SERIAL_BYTES], serial[PKI_SERIAL_BYTES];
	if (!text.len || str_to_c(text, digits, sizeof digits) < 0 || digits[0] == '-' ||
	    BN_hex2bn(&number, digits) != (int)text.len || !serial_write(number, serial))
		return PKI_MALFORMED;
	memcpy(ret_serial, serial, sizeof serial);
	return 0;
}

static bool facts_read(struct pki_certificate *certificate, struct str der)
{
	X509 *leaf = certificate->leaf;
	struct pki_facts *facts = &certificate->facts;
	const ASN1_OCTET_STRING *aki = X509_get0_authority_key_id(leaf);
	AUTO(BN_freep) BIGNUM *serial = ASN1_INTEGER_to_BN(X509_get0_serialNumber(leaf), NULL);
	if (!serial_write(serial, facts->serial) || !aki || aki->length < 1 ||
	    aki->length > (PKI_AKI_BYTES - 1) / 2)
		return false;
	hex_write(aki->data, (size_t)aki->length, facts->aki);
	return pki_time_ms(X509_get0_notBefore(leaf), &facts->not_before_ms) &&
	       pki_time_ms(X509_get0_notAfter(leaf), &facts->not_after_ms) &&
	       EVP_Digest(der.ptr, der.len, facts->thumbprint, NULL, EVP_sha256(), NULL) == 1;
}

static bool leaf_read(struct pki_certificate *certificate, struct str der)
{
	const unsigned char *at = (const unsigned char *)der.ptr;
	const unsigned char *end = at + der.len;
	if (!der.len || der.len > PKI_DER_BYTES_MAX)
		return false;
	certificate->leaf = d2i_X509(NULL, &at, (long)der.len);
	return certificate->leaf && at == end && facts_read(certificate, der) &&
	       !(X509_get_extension_flags(certificate->leaf) & EXFLAG_INVALID);
}

/* The leaf under one root of the store; keeps the root. */
static int issuer_find(const struct pki_anchors *anchors, struct pki_certificate *certificate)
{
	AUTO(X509_STORE_CTX_freep) X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	if (!ctx || X509_STORE_CTX_init(ctx, anchors->store, certificate->leaf, NULL) != 1)
		return RAISE(ENOMEM);
	bool verified = X509_verify_cert(ctx) == 1;
	ERR_clear_error();
	if (!verified && X509_STORE_CTX_get_error(ctx) == X509_V_ERR_OUT_OF_MEM)
		return RAISE(ENOMEM);
	if (!verified)
		return PKI_UNTRUSTED;
	STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(ctx);
	/* A root that is shown as if it were a card's certificate stands alone. */
	if (sk_X509_num(chain) < CHAIN_LENGTH)
		return PKI_WRONG_USE;
	if (sk_X509_num(chain) > CHAIN_LENGTH)
		return PKI_UNTRUSTED;
	certificate->issuer = sk_X509_value(chain, 1);
	X509_up_ref(certificate->issuer);
	return 0;
}

static bool key_is_rsa(const EVP_PKEY *key)
{
	AUTO(BN_freep) BIGNUM *exponent = NULL;
	return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) == RSA_BITS &&
	       EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
	       BN_is_word(exponent, RSA_EXPONENT);
}

/* The next generation's cards. */
static bool key_is_p384(const EVP_PKEY *key)
{
	char group[20];
	return EVP_PKEY_is_a(key, "EC") &&
	       EVP_PKEY_get_group_name(key, group, sizeof group, NULL) == 1 &&
	       strcmp(group, "secp384r1") == 0;
}

static bool use_fits(X509 *leaf)
{
	const EVP_PKEY *key = X509_get0_pubkey(leaf);
	uint32_t extended = X509_get_extended_key_usage(leaf);
	/* A signing certificate (署名用) adds nonRepudiation. Without the extension: all bits. */
	if (X509_get_key_usage(leaf) != KU_DIGITAL_SIGNATURE)
		return false;
	/* Published cards carry none; the root's own OCSP responder does, and is no card. */
	if (extended != UINT32_MAX && !(extended & (XKU_SSL_CLIENT | XKU_ANYEKU)))
		return false;
	/* X509_check_ca alone would pass CA:TRUE without keyCertSign. */
	if (X509_check_ca(leaf) != 0 || (X509_get_extension_flags(leaf) & (EXFLAG_CA | EXFLAG_SI)))
		return false;
	return key && (key_is_rsa(key) || key_is_p384(key));
}

static bool policy_known(const struct pki_anchors *anchors, const ASN1_OBJECT *policy)
{
	for (size_t i = 0; i < anchors->policies_count; i++)
		if (OBJ_cmp(anchors->policies[i], policy) == 0)
			return true;
	return false;
}

static bool policy_fits(const struct pki_anchors *anchors, const X509 *leaf)
{
	AUTO(CERTIFICATEPOLICIES_freep)
	CERTIFICATEPOLICIES *policies =
		X509_get_ext_d2i(leaf, NID_certificate_policies, NULL, NULL);
	for (int i = 0; policies && i < sk_POLICYINFO_num(policies); i++)
		if (policy_known(anchors, sk_POLICYINFO_value(policies, i)->policyid))
			return true;
	return false;
}

/* The same moment some months earlier, or the last one of that month when it is shorter. */
static int64_t months_before_ms(int64_t at_ms, int months)
{
	int month = period_month(at_ms);
	int64_t earlier_ms =
		period_month_start_ms(month - months) + at_ms - period_month_start_ms(month);
	int64_t end_ms = period_month_start_ms(month - months + 1) - 1;
	return earlier_ms < end_ms ? earlier_ms : end_ms;
}

/* REQ seed-1.3: an expired certificate still shows who it is, to the end of the third month. */
int pki_time_check(struct pki_facts *facts, int64_t at_ms)
{
	facts->grace_until_ms =
		period_month_start_ms(period_month(facts->not_after_ms) + GRACE_MONTHS + 1);
	if (at_ms < facts->not_before_ms)
		return PKI_NOT_YET;
	if (at_ms >= facts->not_after_ms + SECOND_MS) {
		facts->standing = PKI_GRACE;
		return at_ms < facts->grace_until_ms ? 0 : PKI_EXPIRED;
	}
	bool ending = at_ms >= months_before_ms(facts->not_after_ms, ENDING_MONTHS);
	facts->standing = ending ? PKI_ENDING : PKI_CURRENT;
	return 0;
}

static int issuer_hash(struct pki_certificate *certificate)
{
	const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(certificate->issuer);
	if (EVP_Digest(ASN1_STRING_get0_data(key), (size_t)ASN1_STRING_length(key),
		       certificate->facts.issuer_key_hash, NULL, EVP_sha256(), NULL) != 1)
		return RAISE(EIO);
	return 0;
}

static int ocsp_url_read(struct pki_certificate *certificate)
{
	STACK_OF(OPENSSL_STRING) *urls = X509_get1_ocsp(certificate->leaf);
	const char *first = urls ? sk_OPENSSL_STRING_value(urls, 0) : NULL;
	certificate->ocsp_url = strdup(first ? first : "");
	X509_email_free(urls);
	if (!certificate->ocsp_url)
		return RAISE(ENOMEM);
	certificate->facts.ocsp_url = str_of(certificate->ocsp_url);
	return 0;
}

static int certificate_check(const struct pki_anchors *anchors, struct str der, int64_t at_ms,
			     struct pki_certificate *certificate)
{
	if (!leaf_read(certificate, der)) {
		ERR_clear_error();
		return PKI_MALFORMED;
	}
	int r = issuer_find(anchors, certificate);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!use_fits(certificate->leaf))
		return PKI_WRONG_USE;
	if (!policy_fits(anchors, certificate->leaf))
		return PKI_WRONG_POLICY;
	r = pki_time_check(&certificate->facts, at_ms);
	if (r)
		return r;
	r = issuer_hash(certificate);
	if (r == 0)
		r = ocsp_url_read(certificate);
	return r < 0 ? PASS(r) : 0;
}

static int certificate_share(const struct pki_certificate *certificate,
			     struct pki_certificate *copy)
{
	copy->facts = certificate->facts;
	copy->ocsp_url = strdup(certificate->ocsp_url);
	if (!copy->ocsp_url)
		return RAISE(ENOMEM);
	copy->facts.ocsp_url = str_of(copy->ocsp_url);
	X509_up_ref(certificate->leaf);
	copy->leaf = certificate->leaf;
	X509_up_ref(certificate->issuer);
	copy->issuer = certificate->issuer;
	return 0;
}

int pki_certificate_copy(const struct pki_certificate *certificate,
			 struct pki_certificate **ret_copy)
{
	AUTO(pki_certificate_destroyp) struct pki_certificate *copy = calloc(1, sizeof *copy);
	if (!copy)
		return RAISE(ENOMEM);
	int r = certificate_share(certificate, copy);
	if (r)
		return PASS(r);
	*ret_copy = copy;
	copy = NULL;
	return 0;
}

int pki_check(const struct pki_anchors *anchors, struct str der, int64_t at_ms,
	      struct pki_certificate **ret_certificate)
{
	AUTO(pki_certificate_destroyp)
	struct pki_certificate *certificate = calloc(1, sizeof *certificate);
	if (!certificate)
		return RAISE(ENOMEM);
	int r = certificate_check(anchors, der, at_ms, certificate);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_certificate = certificate;
	certificate = NULL;
	return 0;
}
