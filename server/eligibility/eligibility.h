/* SPDX-License-Identifier: Apache-2.0 */
/* What the room stands on. It knows results, windows and 照会番号; neither HTTP nor JSON nor SQL.
 */
#pragma once

#include "lib/pki/organisation.h"
#include "lib/pki/pki.h"
#include "lib/record/record.h"
#include "server/auth/auth.h"
#include "server/eligibility/memo.h"
#include "server/revocation/revocation.h"
#include "server/store/results.h"

/* All borrowed for as long as it is used. */
struct eligibility {
	struct keys *keys;
	const struct pki_anchors *anchors;
	struct pki_cache *certificates; /* of the anchors; NULL: each is checked anew */
	struct revocation *revocation;
	struct str origin;	  /* signed by every card */
	bool simulated_allowed;	  /* the environment is test */
	bool number_by_insurance; /* a 照会番号 is of a person's insurance, not of the person */
	const struct pki_organisation *organisation; /* NULL: no 目視 without it */
	struct memo *memo;			     /* NULL: every count is a scan */
};

/* How a card was used; kept in a result's flags. */
enum eligibility_method {
	ELIGIBILITY_PIN = 1,
	ELIGIBILITY_VISUAL, /* 目視 */
};

/* "pin", "visual": as the card signs it. */
struct str eligibility_method_name(enum eligibility_method method);

/* A result's flags: bit 0 目視, bits 1-3 資格有効性, bits 4-11 被保険者証区分 (record.h). */
int64_t eligibility_flags(enum eligibility_method method, const struct record_summary *summary);
enum eligibility_method eligibility_flags_method(int64_t flags);

/* Add the conditions that are not 0: enum record_validity, the place of a class. */
void eligibility_flags_filter(int validity, int card_class, struct store_results_query *query);

/*
 * What was found, and the service's word for it: a detached JWS over body, byte for byte (RFC 7515
 * appendix F; its header in lib/record/record.h). They are sealed as one text, so that neither is
 * there without the other.
 */
struct eligibility_evidence {
	struct str body;
	struct str proof;
};

/* Sign a body, for the result with this id. Faults: -ENOMEM, -EIO. */
struct eligibility_signing {
	struct str id;
	struct str facility_code;
	struct str staff;
	enum eligibility_method method;
	int64_t now_ms;
};
MUST_CHECK int eligibility_prove(const struct eligibility *eligibility, struct arena *arena,
				 const struct eligibility_signing *signing, struct str body,
				 struct str *ret_proof);

/*
 * Evidence, sealed to its row: rid, id, patient, flags, device, staff and facility. Faults: -ENOKEY
 * (the month's key is not there), -EBADMSG (the row is not what was sealed).
 */
MUST_CHECK int eligibility_body_seal(const struct eligibility *eligibility, struct arena *arena,
				     int64_t facility_no, const struct store_result *result,
				     const struct eligibility_evidence *evidence,
				     struct str *ret_sealed);
MUST_CHECK int eligibility_body_open(const struct eligibility *eligibility, struct arena *arena,
				     int64_t facility_no, const struct store_result *result,
				     struct eligibility_evidence *ret_evidence);

/*
 * A patient's 照会番号, sealed to facility, patient (id and scope) and ref_version. An absent
 * number is sealed too, from the first; it opens as absent. Fault: -EBADMSG.
 */
MUST_CHECK int eligibility_reference_seal(const struct eligibility *eligibility,
					  struct arena *arena, int64_t facility_no,
					  const struct store_patient *patient, struct str number,
					  struct str *ret_sealed);
MUST_CHECK int eligibility_reference_open(const struct eligibility *eligibility,
					  struct arena *arena, int64_t facility_no,
					  const struct store_patient *patient,
					  struct str *ret_number);

/*
 * A patient's scope - the person's number, and on a second line the insurance where numbers are
 * given by it - as it is found and as it is kept, sealed to the row (id, facility). Texts in the
 * arena. Fault of open: -EBADMSG.
 */
MUST_CHECK int eligibility_scope_lookup(const struct eligibility *eligibility, struct arena *arena,
					int64_t facility_no, struct str scope,
					struct store_lookup *ret_lookup);
MUST_CHECK int eligibility_scope_seal(const struct eligibility *eligibility, struct arena *arena,
				      int64_t facility_no, struct str patient_id, struct str scope,
				      struct str *ret_sealed);
MUST_CHECK int eligibility_scope_open(const struct eligibility *eligibility, struct arena *arena,
				      int64_t facility_no, struct str patient_id, struct str sealed,
				      struct str *ret_scope);

/* What a patient is found by under a number; number is not absent. */
MUST_CHECK int eligibility_reference_lookup(const struct eligibility *eligibility,
					    struct arena *arena, int64_t facility_no,
					    struct str number, struct store_lookup *ret_lookup);

/* Both for many rows: the reader keeps the keys in between. The same faults. */
MUST_CHECK int eligibility_body_read(const struct eligibility *eligibility,
				     struct keys_reader *reader, struct arena *arena,
				     int64_t facility_no, const struct store_result *result,
				     struct eligibility_evidence *ret_evidence);
MUST_CHECK int eligibility_reference_read(const struct eligibility *eligibility,
					  struct keys_reader *reader, struct arena *arena,
					  int64_t facility_no, const struct store_result *result,
					  struct str *ret_number);

/*
 * For audit_verify: ctx is a struct eligibility *. Does the row's body open? Does the patient's
 * number, and is it what the patient is found by? Faults: those above.
 */
MUST_CHECK int eligibility_row_open(void *ctx, struct arena *arena, int64_t facility_no,
				    const struct store_result *row);
MUST_CHECK int eligibility_patient_open(void *ctx, struct arena *arena, int64_t facility_no,
					const struct store_patient *row);
