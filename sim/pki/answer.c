/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/pki/answer.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <stdlib.h>

enum {
	QUESTIONS_MAX = 16,
	SERIAL_BYTES = 41,
	NONCE_BYTES = 16,
	DAY_MS = 24 * 60 * 60 * 1000,
};

DEFINE_AUTO_POINTER(OCSP_REQUEST, OCSP_REQUEST_free)
DEFINE_AUTO_POINTER(OCSP_RESPONSE, OCSP_RESPONSE_free)
DEFINE_AUTO_POINTER(OCSP_BASICRESP, OCSP_BASICRESP_free)
DEFINE_AUTO_POINTER(OCSP_CERTID, OCSP_CERTID_free)
DEFINE_AUTO_POINTER(BIGNUM, BN_free)

static int response_write(struct arena *arena, const OCSP_RESPONSE *response, struct str *ret_der)
{
	int len = i2d_OCSP_RESPONSE(response, NULL);
	unsigned char *der = len > 0 ? arena_alloc(arena, (size_t)len) : NULL;
	if (!der)
		return RAISE(ENOMEM);
	*ret_der = str_bytes(der, (size_t)len);
	return i2d_OCSP_RESPONSE(response, &der) == len ? 0 : RAISE(EIO);
}

int answer_refuse(struct arena *arena, int response_status, struct str *ret_der)
{
	AUTO(OCSP_RESPONSE_freep)
	OCSP_RESPONSE *response = OCSP_response_create(response_status, NULL);
	if (!response)
		return RAISE(ENOMEM);
	int r = response_write(arena, response, ret_der);
	return r < 0 ? PASS(r) : 0;
}

/* Does this question ask about a certificate of this root? */
static bool is_of_root(OCSP_CERTID *question, X509 *root)
{
	AUTO(OCSP_CERTID_freep) OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), NULL, root);
	return id && OCSP_id_issuer_cmp(question, id) == 0;
}

static const struct answer_authority *authority_find(const struct answer_plan *plan,
						     OCSP_CERTID *question)
{
	for (size_t i = 0; i < plan->authorities_count; i++)
		if (is_of_root(question, plan->authorities[i].root))
			return &plan->authorities[i];
	return NULL;
}

static bool serial_write(ASN1_INTEGER *serial, char text[SERIAL_BYTES])
{
	AUTO(BN_freep) BIGNUM *number = serial ? ASN1_INTEGER_to_BN(serial, NULL) : NULL;
	char *hex = number && BN_num_bytes(number) <= 20 ? BN_bn2hex(number) : NULL;
	if (!hex)
		return false;
	for (size_t i = 0; i <= strlen(hex); i++)
		text[i] = (char)(hex[i] >= 'A' && hex[i] <= 'F' ? hex[i] + ('a' - 'A') : hex[i]);
	OPENSSL_free(hex);
	return true;
}

struct moments {
	ASN1_TIME *this_update;
	ASN1_TIME *next_update;
	ASN1_TIME *revoked;
};

static void moments_clear(struct moments *moments)
{
	ASN1_TIME_free(moments->this_update);
	ASN1_TIME_free(moments->next_update);
	ASN1_TIME_free(moments->revoked);
}

static int status_add(const struct answer_plan *plan, OCSP_BASICRESP *basic, OCSP_CERTID *id,
		      const struct answer *answer)
{
	static const int statuses[] = {
		[ANSWER_GOOD] = V_OCSP_CERTSTATUS_GOOD,
		[ANSWER_REVOKED] = V_OCSP_CERTSTATUS_REVOKED,
		[ANSWER_UNKNOWN] = V_OCSP_CERTSTATUS_UNKNOWN,
	};
	int64_t now_ms = plan->now_ms - (plan->fault == ANSWER_STALE ? DAY_MS : 0);
	AUTO(moments_clear)
	struct moments moments = {
		.this_update = ASN1_TIME_set(NULL, now_ms / 1000),
		.next_update = plan->valid_ms
				       ? ASN1_TIME_set(NULL, (now_ms + plan->valid_ms) / 1000)
				       : NULL,
		.revoked = ASN1_TIME_set(NULL, answer->revoked_ms / 1000),
	};
	if (!OCSP_basic_add1_status(basic, id, statuses[answer->status], answer->reason,
				    moments.revoked, moments.this_update, moments.next_update))
		return RAISE(EIO);
	return 0;
}

static int question_answer(const struct answer_plan *plan, OCSP_REQUEST *request, int at,
			   OCSP_BASICRESP *basic)
{
	OCSP_CERTID *question = OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, at));
	AUTO(OCSP_CERTID_freep) OCSP_CERTID *id = OCSP_CERTID_dup(question);
	ASN1_INTEGER *serial = NULL;
	char text[SERIAL_BYTES];
	struct answer answer = {.status = ANSWER_UNKNOWN};
	if (!id || OCSP_id_get0_info(NULL, NULL, NULL, &serial, id) != 1)
		return RAISE(ENOMEM);
	const struct answer_authority *authority = authority_find(plan, question);
	if (authority && serial_write(serial, text))
		answer = plan->look_up(plan->ctx, authority->root, text);
	if (plan->fault == ANSWER_OTHER_SERIAL && ASN1_INTEGER_set(serial, 4711) != 1)
		return RAISE(EIO);
	int r = status_add(plan, basic, id, &answer);
	return r < 0 ? PASS(r) : 0;
}

static int nonce_add(const struct answer_plan *plan, OCSP_REQUEST *request, OCSP_BASICRESP *basic)
{
	unsigned char other[NONCE_BYTES] = "not your nonce.";
	if (plan->fault == ANSWER_NO_NONCE)
		return 0;
	if (plan->fault == ANSWER_WRONG_NONCE)
		return OCSP_basic_add1_nonce(basic, other, sizeof other) == 1 ? 0 : RAISE(EIO);
	return OCSP_copy_nonce(basic, request) > 0 ? 0 : RAISE(EIO);
}

/* The signature is the last thing in a basic response without its certificates. */
static void signature_spoil(OCSP_BASICRESP *basic)
{
	const ASN1_OCTET_STRING *signature = OCSP_resp_get0_signature(basic);
	unsigned char *bytes = (unsigned char *)(uintptr_t)ASN1_STRING_get0_data(signature);
	bytes[ASN1_STRING_length(signature) - 1] ^= 1;
}

static int questions_answer(const struct answer_plan *plan, OCSP_REQUEST *request,
			    const struct answer_authority *authority, OCSP_BASICRESP *basic)
{
	int count = OCSP_request_onereq_count(request);
	for (int i = 0; i < count && i < QUESTIONS_MAX; i++) {
		int r = question_answer(plan, request, i, basic);
		if (r < 0)
			return PASS(r);
	}
	int r = nonce_add(plan, request, basic);
	if (r < 0)
		return PASS(r);
	if (OCSP_basic_sign(basic, authority->signer, authority->signer_key, EVP_sha256(), NULL,
			    0) != 1)
		return RAISE(EIO);
	if (plan->fault == ANSWER_BAD_SIGNATURE)
		signature_spoil(basic);
	return 0;
}

static OCSP_REQUEST *request_read(struct str der)
{
	const unsigned char *at = (const unsigned char *)der.ptr, *end = at + der.len;
	OCSP_REQUEST *request = d2i_OCSP_REQUEST(NULL, &at, (long)der.len);
	if (request && at == end && OCSP_request_onereq_count(request) > 0)
		return request;
	OCSP_REQUEST_free(request);
	ERR_clear_error();
	return NULL;
}

int answer_make(struct arena *arena, const struct answer_plan *plan, struct str request_der,
		struct str *ret_der)
{
	AUTO(OCSP_REQUEST_freep) OCSP_REQUEST *request = request_read(request_der);
	if (!request)
		return answer_refuse(arena, OCSP_RESPONSE_STATUS_MALFORMEDREQUEST, ret_der);
	const struct answer_authority *authority =
		authority_find(plan, OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, 0)));
	if (!authority)
		return answer_refuse(arena, OCSP_RESPONSE_STATUS_UNAUTHORIZED, ret_der);
	AUTO(OCSP_BASICRESP_freep) OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
	if (!basic)
		return RAISE(ENOMEM);
	int r = questions_answer(plan, request, authority, basic);
	if (r < 0)
		return PASS(r);
	AUTO(OCSP_RESPONSE_freep)
	OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
	if (!response)
		return RAISE(EIO);
	r = response_write(arena, response, ret_der);
	return r < 0 ? PASS(r) : 0;
}
