/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/pki/make.h"

#include <openssl/bn.h>
#include <openssl/conf.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

enum { NAME_BYTES_MAX = 256, RSA_BITS = 2048, TRIES_MAX = 8 };

DEFINE_AUTO_POINTER(BN_CTX, BN_CTX_free)
DEFINE_AUTO_POINTER(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_AUTO_POINTER(OSSL_PARAM, OSSL_PARAM_free)
DEFINE_AUTO_POINTER(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)
DEFINE_AUTO_POINTER(X509, X509_free)
DEFINE_AUTO_POINTER(X509_NAME, X509_NAME_free)
DEFINE_AUTO_POINTER(X509_EXTENSION, X509_EXTENSION_free)
DEFINE_AUTO_POINTER(GENERAL_NAME, GENERAL_NAME_free)
DEFINE_AUTO_POINTER(CONF, NCONF_free)
DEFINE_AUTO_POINTER(GENERAL_NAMES, GENERAL_NAMES_free)

void make_pair_clear(struct make_pair *pair)
{
	EVP_PKEY_free(pair->key);
	X509_free(pair->certificate);
	*pair = (struct make_pair){0};
}

struct make_profile make_root_profile(uint64_t serial, int64_t from_ms, int64_t until_ms)
{
	return (struct make_profile){
		.subject = MAKE_NAME_AUTH,
		.serial = serial,
		.not_before_ms = from_ms,
		.not_after_ms = until_ms,
		.key_usage = "critical,keyCertSign,cRLSign",
		.basic_constraints = "critical,CA:TRUE",
	};
}

struct make_profile make_card_profile(const char *subject, uint64_t serial, int64_t from_ms,
				      int64_t until_ms)
{
	return (struct make_profile){
		.subject = subject,
		.serial = serial,
		.not_before_ms = from_ms,
		.not_after_ms = until_ms,
		.key_usage = "critical,digitalSignature",
		.policies = "critical," MAKE_POLICY_AUTH,
		.issuer_alt = "Invented Public Certification Service",
	};
}

struct make_profile make_responder_profile(uint64_t serial, int64_t from_ms, int64_t until_ms)
{
	return (struct make_profile){
		.subject = "C=JP,O=JPKI-TEST,CN=Invented OCSP responder",
		.serial = serial,
		.not_before_ms = from_ms,
		.not_after_ms = until_ms,
		.key_usage = "critical,digitalSignature",
		.extended_usage = "OCSPSigning",
	};
}

/* One "KEY=value" of a name. */
static int name_add(X509_NAME *name, struct str part)
{
	struct str key;
	char field[8], value[NAME_BYTES_MAX];
	if (!str_split(&part, '=', &key) || str_to_c(key, field, sizeof field) < 0 ||
	    str_to_c(part, value, sizeof value) < 0)
		return RAISE(EINVAL);
	if (X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1,
				       -1, 0) != 1)
		return RAISE(EINVAL);
	return 0;
}

static int name_read(struct str text, X509_NAME *name)
{
	struct str part;
	while (str_split(&text, ',', &part)) {
		int r = name_add(name, part);
		if (r < 0)
			return PASS(r);
	}
	return 0;
}

static int extension_add(X509 *certificate, X509V3_CTX *ctx, int nid, const char *text)
{
	if (!text)
		return 0;
	AUTO(X509_EXTENSION_freep)
	X509_EXTENSION *extension = X509V3_EXT_nconf_nid(ctx->db, ctx, nid, text);
	if (!extension || X509_add_ext(certificate, extension, -1) != 1)
		return RAISE(EINVAL);
	return 0;
}

/* A directoryName cannot be written as one text in openssl.cnf's language. */
static int issuer_alt_add(X509 *certificate, const char *organisation)
{
	if (!organisation)
		return 0;
	AUTO(GENERAL_NAMES_freep) GENERAL_NAMES *names = GENERAL_NAMES_new();
	AUTO(GENERAL_NAME_freep) GENERAL_NAME *name = GENERAL_NAME_new();
	AUTO(X509_NAME_freep) X509_NAME *directory = X509_NAME_new();
	if (!names || !name || !directory)
		return RAISE(ENOMEM);
	int r = name_add(directory, STR("C=JP"));
	if (r == 0 &&
	    X509_NAME_add_entry_by_txt(directory, "O", MBSTRING_UTF8,
				       (const unsigned char *)organisation, -1, -1, 0) != 1)
		r = RAISE(EINVAL);
	if (r < 0)
		return PASS(r);
	GENERAL_NAME_set0_value(name, GEN_DIRNAME, directory);
	directory = NULL;
	if (sk_GENERAL_NAME_push(names, name) < 1)
		return RAISE(ENOMEM);
	name = NULL;
	return X509_add1_ext_i2d(certificate, NID_issuer_alt_name, names, 0, 0) == 1 ? 0
										     : RAISE(EIO);
}

static int extensions_add(const struct make_profile *profile, X509 *certificate, X509 *issuer)
{
	X509V3_CTX ctx;
	/* Policies are only read where there is a configuration, be it empty. */
	AUTO(NCONF_freep) CONF *conf = NCONF_new(NULL);
	if (!conf)
		return RAISE(ENOMEM);
	X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, conf);
	const struct {
		int nid;
		const char *text;
	} extensions[] = {
		{NID_subject_key_identifier, profile->no_key_ids ? NULL : "hash"},
		{NID_authority_key_identifier, profile->no_key_ids ? NULL : "keyid:always"},
		{NID_basic_constraints, profile->basic_constraints},
		{NID_key_usage, profile->key_usage},
		{NID_ext_key_usage, profile->extended_usage},
		{NID_certificate_policies, profile->policies},
		{NID_subject_alt_name, profile->subject_alt},
		{NID_info_access, profile->access},
	};
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++) {
		int r = extension_add(certificate, &ctx, extensions[i].nid, extensions[i].text);
		if (r < 0)
			return PASS(r);
	}
	int r = issuer_alt_add(certificate, profile->issuer_alt);
	return r < 0 ? PASS(r) : 0;
}

static int body_fill(const struct make_profile *profile, EVP_PKEY *key, X509 *certificate)
{
	if (X509_set_version(certificate, X509_VERSION_3) != 1 ||
	    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), profile->serial) != 1 ||
	    !ASN1_TIME_set(X509_getm_notBefore(certificate), profile->not_before_ms / 1000) ||
	    !ASN1_TIME_set(X509_getm_notAfter(certificate), profile->not_after_ms / 1000) ||
	    X509_set_pubkey(certificate, key) != 1)
		return RAISE(EIO);
	AUTO(X509_NAME_freep) X509_NAME *subject = X509_NAME_new();
	if (!subject)
		return RAISE(ENOMEM);
	int r = name_read(str_of(profile->subject), subject);
	if (r < 0)
		return PASS(r);
	return X509_set_subject_name(certificate, subject) == 1 ? 0 : RAISE(EIO);
}

int make_certificate(const struct make_profile *profile, EVP_PKEY *key,
		     const struct make_pair *issuer, X509 **ret_certificate)
{
	AUTO(X509_freep) X509 *certificate = X509_new();
	if (!certificate)
		return RAISE(ENOMEM);
	X509 *above = issuer ? issuer->certificate : certificate;
	int r = body_fill(profile, key, certificate);
	if (r == 0 && X509_set_issuer_name(certificate, X509_get_subject_name(above)) != 1)
		r = RAISE(EIO);
	if (r == 0)
		r = extensions_add(profile, certificate, above);
	if (r < 0)
		return PASS(r);
	if (X509_sign(certificate, issuer ? issuer->key : key, EVP_sha256()) <= 0)
		return RAISE(EIO);
	*ret_certificate = certificate;
	certificate = NULL;
	return 0;
}

struct rsa {
	BIGNUM *n, *e, *d, *p, *q, *dp, *dq, *qinv;
};

/* What follows from p and q. False: they will not do, or OpenSSL failed. */
static bool rsa_derive(const struct rsa *rsa, BN_CTX *ctx)
{
	BIGNUM *p1 = BN_CTX_get(ctx), *q1 = BN_CTX_get(ctx), *phi = BN_CTX_get(ctx);
	return phi && BN_set_word(rsa->e, RSA_F4) && BN_mul(rsa->n, rsa->p, rsa->q, ctx) &&
	       BN_num_bits(rsa->n) == RSA_BITS && BN_sub(p1, rsa->p, BN_value_one()) &&
	       BN_sub(q1, rsa->q, BN_value_one()) && BN_mul(phi, p1, q1, ctx) &&
	       BN_mod_inverse(rsa->d, rsa->e, phi, ctx) && BN_mod(rsa->dp, rsa->d, p1, ctx) &&
	       BN_mod(rsa->dq, rsa->d, q1, ctx) && BN_mod_inverse(rsa->qinv, rsa->q, rsa->p, ctx);
}

static EVP_PKEY *rsa_wrap(const struct rsa *rsa)
{
	EVP_PKEY *pkey = NULL;
	AUTO(OSSL_PARAM_BLD_freep) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	AUTO(EVP_PKEY_CTX_freep) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	const struct {
		const char *name;
		const BIGNUM *number;
	} parts[] = {
		{OSSL_PKEY_PARAM_RSA_N, rsa->n},
		{OSSL_PKEY_PARAM_RSA_E, rsa->e},
		{OSSL_PKEY_PARAM_RSA_D, rsa->d},
		{OSSL_PKEY_PARAM_RSA_FACTOR1, rsa->p},
		{OSSL_PKEY_PARAM_RSA_FACTOR2, rsa->q},
		{OSSL_PKEY_PARAM_RSA_EXPONENT1, rsa->dp},
		{OSSL_PKEY_PARAM_RSA_EXPONENT2, rsa->dq},
		{OSSL_PKEY_PARAM_RSA_COEFFICIENT1, rsa->qinv},
	};
	bool good = build && ctx && EVP_PKEY_fromdata_init(ctx) == 1;
	for (size_t i = 0; good && i < sizeof parts / sizeof parts[0]; i++)
		good = OSSL_PARAM_BLD_push_BN(build, parts[i].name, parts[i].number);
	AUTO(OSSL_PARAM_freep) OSSL_PARAM *params = good ? OSSL_PARAM_BLD_to_param(build) : NULL;
	if (!params || EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		return NULL;
	return pkey;
}

EVP_PKEY *make_key(void)
{
	AUTO(BN_CTX_freep) BN_CTX *ctx = BN_CTX_secure_new();
	if (!ctx)
		return NULL;
	BN_CTX_start(ctx);
	struct rsa rsa = {BN_CTX_get(ctx), BN_CTX_get(ctx), BN_CTX_get(ctx), BN_CTX_get(ctx),
			  BN_CTX_get(ctx), BN_CTX_get(ctx), BN_CTX_get(ctx), BN_CTX_get(ctx)};
	bool good = false;
	for (int tries = 0; rsa.qinv && !good && tries < TRIES_MAX; tries++)
		good = BN_generate_prime_ex(rsa.p, RSA_BITS / 2, 0, NULL, NULL, NULL) &&
		       BN_generate_prime_ex(rsa.q, RSA_BITS / 2, 0, NULL, NULL, NULL) &&
		       rsa_derive(&rsa, ctx);
	EVP_PKEY *pkey = good ? rsa_wrap(&rsa) : NULL;
	BN_CTX_end(ctx);
	return pkey;
}

int make_pair(const struct make_profile *profile, const struct make_pair *issuer,
	      struct make_pair *ret_pair)
{
	AUTO(make_pair_clear) struct make_pair pair = {.key = make_key()};
	if (!pair.key)
		return RAISE(EIO);
	int r = make_certificate(profile, pair.key, issuer, &pair.certificate);
	if (r < 0)
		return PASS(r);
	*ret_pair = pair;
	pair = (struct make_pair){0};
	return 0;
}

int make_der(struct arena *arena, const X509 *certificate, struct str *ret_der)
{
	int len = i2d_X509(certificate, NULL);
	unsigned char *der = len > 0 ? arena_alloc(arena, (size_t)len) : NULL;
	if (len <= 0 || !der)
		return RAISE(len <= 0 ? EIO : ENOMEM);
	*ret_der = str_bytes(der, (size_t)len);
	return i2d_X509(certificate, &der) == len ? 0 : RAISE(EIO);
}
