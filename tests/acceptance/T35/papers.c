/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/acceptance/T35/papers.h"

#include "lib/base/test.h"

#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>

static void extension_add(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

static void name_set(X509 *certificate, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(certificate);
	assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
						    (const unsigned char *)name, -1, -1, 0),
			 1);
}

void paper_make(const struct paper_plan *plan, const struct paper *issuer, struct paper *ret_paper)
{
	static long serial = 1000;
	X509 *certificate = X509_new();
	EVP_PKEY *key = plan->rsa_bits ? EVP_RSA_gen(plan->rsa_bits) : EVP_EC_gen("P-256");
	X509 *above = issuer ? issuer->certificate : certificate;
	assert_non_null(certificate);
	assert_non_null(key);
	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
	name_set(certificate, plan->name);
	X509_set_issuer_name(certificate, X509_get_subject_name(above));
	X509_time_adj_ex(X509_getm_notBefore(certificate), plan->from_days, 0, NULL);
	X509_time_adj_ex(X509_getm_notAfter(certificate), plan->until_days, 0, NULL);
	X509_set_pubkey(certificate, key);
	extension_add(certificate, above, NID_basic_constraints,
		      plan->is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
	if (plan->is_ca)
		extension_add(certificate, above, NID_key_usage, "critical,keyCertSign,cRLSign");
	if (plan->alt)
		extension_add(certificate, above, NID_subject_alt_name, plan->alt);
	if (plan->constraints)
		extension_add(certificate, above, NID_name_constraints, plan->constraints);
	const EVP_MD *digest = EVP_get_digestbyname(plan->digest ? plan->digest : "SHA256");
	assert_true(X509_sign(certificate, issuer ? issuer->key : key, digest) > 0);
	*ret_paper = (struct paper){key, certificate};
}

void paper_clear(struct paper *paper)
{
	EVP_PKEY_free(paper->key);
	X509_free(paper->certificate);
	*paper = (struct paper){0};
}

void paper_write(const struct paper *paper, const char *path)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, paper->certificate), 1);
	fclose(file);
}

int paper_staple(const struct paper *paper, const struct paper *issuer, bool revoked,
		 unsigned char **ret_der)
{
	OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), paper->certificate, issuer->certificate);
	ASN1_TIME *now = X509_gmtime_adj(NULL, -60), *next = X509_gmtime_adj(NULL, 3600);
	assert_non_null(
		OCSP_basic_add1_status(basic, id,
				       revoked ? V_OCSP_CERTSTATUS_REVOKED : V_OCSP_CERTSTATUS_GOOD,
				       OCSP_REVOKED_STATUS_KEYCOMPROMISE, now, now, next));
	assert_int_equal(OCSP_basic_sign(basic, issuer->certificate, issuer->key, EVP_sha256(),
					 NULL, 0),
			 1);
	OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	*ret_der = NULL;
	int len = i2d_OCSP_RESPONSE(response, ret_der);
	assert_true(len > 0);
	OCSP_RESPONSE_free(response);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(now);
	ASN1_TIME_free(next);
	return len;
}
