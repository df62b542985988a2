/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RFC 6960. An answer is believed in this order: it is a response, it is signed for the root of the
 * certificate in question, it answers this question (nonce, serial), and it is of now.
 */
#include <assert.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "lib/pki/inside.h"

DEFINE_AUTO_POINTER(OCSP_REQUEST, OCSP_REQUEST_free)
DEFINE_AUTO_POINTER(OCSP_RESPONSE, OCSP_RESPONSE_free)
DEFINE_AUTO_POINTER(OCSP_BASICRESP, OCSP_BASICRESP_free)
DEFINE_AUTO_POINTER(OCSP_CERTID, OCSP_CERTID_free)
DEFINE_AUTO_POINTER(X509_STORE, X509_STORE_free)

static OCSP_CERTID *id_make(const struct pki_certificate *certificate)
{
	/* SHA-1 is only a name here, and the one every responder knows. */
	return OCSP_cert_to_id(EVP_sha1(), certificate->leaf, certificate->issuer);
}

int pki_ocsp_request(struct arena *arena, const struct pki_certificate *certificate,
		     struct str nonce, struct str *ret_der)
{
	AUTO(OCSP_REQUEST_freep) OCSP_REQUEST *request = OCSP_REQUEST_new();
	AUTO(OCSP_CERTID_freep) OCSP_CERTID *id = id_make(certificate);
	unsigned char *bytes = (unsigned char *)(uintptr_t)nonce.ptr; /* only read */
	assert(nonce.len == PKI_OCSP_NONCE_BYTES);
	if (!request || !id || !OCSP_request_add0_id(request, id))
		return RAISE(EIO);
	id = NULL; /* the request's now */
	if (OCSP_request_add1_nonce(request, bytes, (int)nonce.len) != 1)
		return RAISE(EIO);
	int len = i2d_OCSP_REQUEST(request, NULL);
	unsigned char *der = len > 0 ? arena_alloc(arena, (size_t)len) : NULL;
	if (!der)
		return RAISE(ENOMEM);
	*ret_der = str_bytes(der, (size_t)len);
	return i2d_OCSP_REQUEST(request, &der) == len ? 0 : RAISE(EIO);
}

static int response_read(struct str der, OCSP_BASICRESP **ret_basic)
{
	const unsigned char *at = (const unsigned char *)der.ptr, *end = at + der.len;
	if (!der.len || der.len > PKI_OCSP_RESPONSE_BYTES_MAX)
		return PKI_OCSP_MALFORMED;
	AUTO(OCSP_RESPONSE_freep)
	OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)der.len);
	if (!response || at != end)
		return PKI_OCSP_MALFORMED;
	if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		return PKI_OCSP_TRY_LATER;
	*ret_basic = OCSP_response_get1_basic(response);
	return *ret_basic ? 0 : PKI_OCSP_MALFORMED;
}

/* A delegated responder's certificate is short-lived: unlike the root's, its time counts. */
static bool signer_is_of_now(const struct pki_certificate *certificate, OCSP_BASICRESP *basic,
			     STACK_OF(X509) * roots, int64_t at_ms)
{
	X509 *signer = NULL;
	int64_t from_ms, until_ms;
	if (OCSP_resp_get0_signer(basic, &signer, roots) != 1)
		return false;
	if (X509_cmp(signer, certificate->issuer) == 0)
		return true;
	return pki_time_ms(X509_get0_notBefore(signer), &from_ms) &&
	       pki_time_ms(X509_get0_notAfter(signer), &until_ms) && at_ms >= from_ms &&
	       at_ms <= until_ms;
}

/* Only the root of this certificate may answer, by itself or by delegation. */
static int signature_check(const struct pki_certificate *certificate, OCSP_BASICRESP *basic,
			   int64_t at_ms)
{
	AUTO(X509_STORE_freep) X509_STORE *store = pki_store_create();
	STACK_OF(X509) *roots = sk_X509_new_null();
	int r = PKI_OCSP_FORGED;
	if (!store || !roots || X509_STORE_add_cert(store, certificate->issuer) != 1 ||
	    sk_X509_push(roots, certificate->issuer) < 1)
		r = RAISE(ENOMEM);
	else if (OCSP_basic_verify(basic, roots, store, 0) == 1 &&
		 signer_is_of_now(certificate, basic, roots, at_ms))
		r = 0;
	sk_X509_free(roots);
	return r;
}

/* The extension's value is an OCTET STRING again: tag 4, one byte of length. */
static bool nonce_fits(OCSP_BASICRESP *basic, struct str nonce)
{
	int at = OCSP_BASICRESP_get_ext_by_NID(basic, NID_id_pkix_OCSP_Nonce, -1);
	if (at < 0)
		return false;
	const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(OCSP_BASICRESP_get_ext(basic, at));
	const unsigned char *bytes = ASN1_STRING_get0_data(value);
	return (size_t)ASN1_STRING_length(value) == nonce.len + 2 && bytes[0] == 4 &&
	       bytes[1] == nonce.len && memcmp(bytes + 2, nonce.ptr, nonce.len) == 0;
}

static bool is_early(const struct pki_ocsp_answer *answer, int64_t at_ms)
{
	return answer->this_update_ms > at_ms + PKI_OCSP_SKEW_MS;
}

static bool is_fresh(const struct pki_ocsp_answer *answer, int64_t at_ms)
{
	if (answer->next_update_ms)
		return answer->next_update_ms >= answer->this_update_ms &&
		       answer->next_update_ms >= at_ms - PKI_OCSP_SKEW_MS;
	return answer->this_update_ms >= at_ms - PKI_OCSP_AGE_MS;
}

static int status_read(const struct pki_certificate *certificate, OCSP_BASICRESP *basic,
		       int64_t at_ms, struct pki_ocsp_answer *ret_answer)
{
	AUTO(OCSP_CERTID_freep) OCSP_CERTID *id = id_make(certificate);
	ASN1_GENERALIZEDTIME *revoked, *this_update, *next_update;
	struct pki_ocsp_answer answer = {.reason = PKI_REASON_NONE};
	int status;
	if (!id)
		return RAISE(ENOMEM);
	if (OCSP_resp_find_status(basic, id, &status, &answer.reason, &revoked, &this_update,
				  &next_update) != 1)
		return PKI_OCSP_FORGED;
	if (!pki_time_ms(this_update, &answer.this_update_ms) ||
	    (next_update && !pki_time_ms(next_update, &answer.next_update_ms)) ||
	    (status == V_OCSP_CERTSTATUS_REVOKED && !pki_time_ms(revoked, &answer.revoked_ms)))
		return PKI_OCSP_MALFORMED;
	if (is_early(&answer, at_ms))
		return PKI_OCSP_EARLY;
	if (!is_fresh(&answer, at_ms))
		return PKI_OCSP_STALE;
	if (status != V_OCSP_CERTSTATUS_GOOD && status != V_OCSP_CERTSTATUS_REVOKED)
		return PKI_OCSP_UNKNOWN;
	*ret_answer = answer;
	return status == V_OCSP_CERTSTATUS_REVOKED ? PKI_OCSP_REVOKED : 0;
}

static int response_check(const struct pki_certificate *certificate, struct str der,
			  struct str nonce, int64_t at_ms, struct pki_ocsp_answer *ret_answer)
{
	AUTO(OCSP_BASICRESP_freep) OCSP_BASICRESP *basic = NULL;
	int r = response_read(der, &basic);
	if (r)
		return r;
	r = signature_check(certificate, basic, at_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (nonce.ptr && !nonce_fits(basic, nonce))
		return PKI_OCSP_NONCE_WRONG;
	r = status_read(certificate, basic, at_ms, ret_answer);
	return r < 0 ? PASS(r) : r;
}

int pki_ocsp_check(const struct pki_certificate *certificate, struct str der, struct str nonce,
		   int64_t at_ms, struct pki_ocsp_answer *ret_answer)
{
	int r = response_check(certificate, der, nonce, at_ms, ret_answer);
	ERR_clear_error();
	return r < 0 ? PASS(r) : r;
}
