/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One confirmation: from what the reader sent to one row in result and one in audit, in one
 * transaction. A refused card leaves an audit row and a spent nonce, no result.
 */
#pragma once

#include "server/audit/audit.h"
#include "server/auth/dpop.h"
#include "server/eligibility/eligibility.h"
#include "server/register/people.h"

enum {
	CHECK_NONCE_MS = 2 * 60 * 1000,
};

/* What a tap is for; the card signs it. */
enum check_purpose {
	CHECK_CONFIRMATION,
	CHECK_REGISTRATION, /* 健康保険証利用の申込（初回登録）, then the confirmation */
};

struct check_nonce {
	enum check_purpose purpose;
	enum eligibility_method method;
	struct str staff;
};

/* A nonce for one such tap by this device; nothing is written. */
MUST_CHECK int check_nonce_issue(const struct eligibility *eligibility, struct arena *arena,
				 const struct caller *caller, const struct check_nonce *nonce,
				 int64_t now_ms, struct str *ret_nonce);

struct check_request {
	enum check_purpose purpose;
	struct str nonce;
	enum eligibility_method method;
	struct str staff;
	struct str certificate;		 /* DER */
	struct str signature;		 /* by the card, over what check_digest says */
	struct str organisation_profile; /* absent: no proof */
	struct str organisation_signature;
};

enum check_outcome {
	CHECK_NONCE_REFUSED = 1, /* forged, too old, used, or of another tap */
	CHECK_STAFF_UNKNOWN,
	CHECK_CERTIFICATE_MALFORMED,
	CHECK_CERTIFICATE_UNTRUSTED,
	CHECK_CERTIFICATE_EXPIRED, /* and the three months of grace are over too */
	CHECK_CERTIFICATE_REVOKED,
	CHECK_CERTIFICATE_WRONG_USE,
	CHECK_REVOCATION_UNAVAILABLE, /* nobody says whether it is revoked */
	CHECK_REVOCATION_UNTRUSTED,   /* what was said is not to be believed */
	CHECK_CERTIFICATE_UNKNOWN,    /* its authority does not know it */
	CHECK_POSSESSION_REFUSED,
	CHECK_ORGANISATION_REFUSED, /* 目視 without the organisation's proof */
	CHECK_PERSON_UNKNOWN,
	CHECK_NOT_REGISTERED, /* the person is known, the card is no 健康保険証 yet */
	CHECK_PROOF_REFUSED,  /* the device's proof was used before */
};

/* What was found, and what the transaction is to do about it. */
struct check {
	struct check_request request;
	struct dpop_proof proof;
	unsigned char nonce_spent[STORE_DIGEST_BYTES];
	int64_t nonce_until_ms;
	int verdict; /* 0 or enum check_outcome: nonce and proof are spent either way */
	const char *unsure_cause; /* revocation.h's word; NULL: good, or revoked */
	struct people_person person;
	struct str aki, serial; /* of the certificate */
	struct str facility_code;
	enum pki_standing standing;
};

/*
 * SHA-256 over ("shikaku-check-v1" or "shikaku-registration-v1", origin, nonce, method, staff,
 * device thumbprint), each behind its length: what the card signs, so that no one can relay another
 * party's challenge.
 */
MUST_CHECK int check_digest(struct str origin, const struct check_request *request,
			    struct str thumbprint, unsigned char ret_digest[CRYPTO_DIGEST_BYTES]);

/*
 * Nonce, staff, certificate, possession, revocation, person. Waits for the network; writes nothing.
 * Outcome: CHECK_NONCE_REFUSED (then there is nothing to spend); all others are the verdict.
 */
MUST_CHECK int check_verify(const struct eligibility *eligibility, struct db *db,
			    struct arena *arena, const struct caller *caller,
			    const struct check_request *request, const struct dpop_proof *proof,
			    int64_t now_ms, struct check *ret_check);

struct check_confirmation {
	unsigned char id[STORE_ID_BYTES];
	unsigned char item[AUDIT_ITEM_BYTES]; /* for the audit row */
	int64_t confirmed_ms;
	struct str reference; /* absent: none */
	struct eligibility_evidence evidence;
};

/*
 * Spend nonce and proof, then record the result; in a transaction that is kept for outcomes too.
 * The audit row is the caller's, in the same transaction. Outcomes: enum check_outcome.
 */
MUST_CHECK int check_commit(const struct eligibility *eligibility, struct db *db,
			    struct arena *arena, const struct caller *caller,
			    const struct check *check, int64_t now_ms,
			    struct check_confirmation *ret_confirmation);
