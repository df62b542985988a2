/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A staple (RFC 6066, section 8) is news that the server brings itself. That the certificate is
 * revoked is believed when it is signed; a server without one, or with one nobody can read, is as
 * good as its certificate: its CA's bad morning must not close every clinic's door.
 */
#include "lib/client/transport_tls.h"

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <stdbool.h>

#include "lib/base/fault.h"

enum {
	SECURITY_LEVEL = 2, /* SSL_CTX_set_security_level(3): 112 bits */
	STAPLE_FINE = 1,    /* SSL_CTX_set_tlsext_status_cb(3) */
	STAPLE_REFUSED = 0,
};

DEFINE_AUTO_POINTER(OCSP_RESPONSE, OCSP_RESPONSE_free)
DEFINE_AUTO_POINTER(OCSP_BASICRESP, OCSP_BASICRESP_free)

static bool is_about(OCSP_SINGLERESP *single, const X509 *leaf)
{
	ASN1_INTEGER *serial = NULL;
	OCSP_CERTID *id = (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(single);
	return OCSP_id_get0_info(NULL, NULL, NULL, &serial, id) == 1 &&
	       ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(leaf)) == 0;
}

static bool says_revoked(SSL *ssl, OCSP_BASICRESP *basic)
{
	STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
	X509_STORE *store = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
	if (!chain || OCSP_basic_verify(basic, chain, store, 0) != 1)
		return false;
	bool revoked = false;
	for (int i = 0; i < OCSP_resp_count(basic); i++) {
		OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);
		int status = OCSP_single_get0_status(single, NULL, NULL, NULL, NULL);
		revoked |= status == V_OCSP_CERTSTATUS_REVOKED &&
			   is_about(single, sk_X509_value(chain, 0));
	}
	return revoked;
}

static int staple_look(SSL *ssl, void *ctx)
{
	const unsigned char *bytes;
	long len = SSL_get_tlsext_status_ocsp_resp(ssl, &bytes);
	(void)ctx;
	if (len <= 0)
		return STAPLE_FINE;
	AUTO(OCSP_RESPONSE_freep) OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &bytes, len);
	AUTO(OCSP_BASICRESP_freep)
	OCSP_BASICRESP *basic = response ? OCSP_response_get1_basic(response) : NULL;
	bool revoked = basic && says_revoked(ssl, basic);
	ERR_clear_error();
	return revoked ? STAPLE_REFUSED : STAPLE_FINE;
}

/* RFC 9525: names stand in subjectAltName, and a wildcard is a whole label. */
static bool name_require(SSL_CTX *ssl_ctx, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ssl_ctx);
	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
						       X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1 ||
	       X509_VERIFY_PARAM_set1_host(param, host, 0) == 1;
}

int transport_tls_set(void *curl, void *ssl_ctx, void *ctx)
{
	(void)curl;
	SSL_CTX_set_security_level(ssl_ctx, SECURITY_LEVEL);
	SSL_CTX_set_tlsext_status_type(ssl_ctx, TLSEXT_STATUSTYPE_ocsp);
	SSL_CTX_set_tlsext_status_cb(ssl_ctx, staple_look);
	bool fine = SSL_CTX_set_min_proto_version(ssl_ctx, TLS1_2_VERSION) == 1 &&
		    name_require(ssl_ctx, ctx);
	ERR_clear_error();
	return fine ? CURLE_OK : CURLE_SSL_CONNECT_ERROR;
}
