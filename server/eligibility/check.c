/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks stand in the order of their price, and each is one function that answers a verdict.
 * Possession comes before revocation, so that nobody can make us ask about other people's cards.
 */
#include "server/eligibility/check.h"

#include "lib/base/number.h"
#include "lib/record/record.h"
#include "server/auth/ticket.h"
#include "server/register/staff.h"

enum { NONCE_RANDOM_BYTES = 16 };

#define COUNT(parts) (sizeof(parts) / sizeof(parts)[0])

/* --- nonce --- */

int check_nonce_issue(const struct eligibility *eligibility, struct arena *arena,
		      const struct caller *caller, const struct check_nonce *nonce, int64_t now_ms,
		      struct str *ret_nonce)
{
	unsigned char random[NONCE_RANDOM_BYTES];
	random_bytes(random, sizeof random);
	struct ticket ticket = {0};
	ticket_put_number(&ticket, now_ms + CHECK_NONCE_MS);
	ticket_put_number(&ticket, caller->facility_no);
	ticket_put_number(&ticket, caller->account_no);
	ticket_put_number(&ticket, nonce->purpose);
	ticket_put_number(&ticket, nonce->method);
	ticket_put_text(&ticket, str_of(caller->thumbprint));
	ticket_put_text(&ticket, nonce->staff);
	ticket_put_bytes(&ticket, random, sizeof random);
	int r = ticket_write(eligibility->keys, KEYS_TOKEN_NONCE, &ticket, arena, ret_nonce);
	return r ? PASS(r) : 0;
}

static int nonce_read(const struct eligibility *eligibility, struct arena *arena,
		      const struct caller *caller, int64_t now_ms, struct check *check)
{
	const struct check_request *request = &check->request;
	struct ticket ticket;
	int r = ticket_read(eligibility->keys, KEYS_TOKEN_NONCE, request->nonce, arena, &ticket);
	if (r)
		return r < 0 ? PASS(r) : CHECK_NONCE_REFUSED;
	check->nonce_until_ms = ticket_take_number(&ticket);
	bool same = ticket_take_number(&ticket) == caller->facility_no;
	same &= ticket_take_number(&ticket) == caller->account_no;
	same &= ticket_take_number(&ticket) == (int64_t)request->purpose;
	same &= ticket_take_number(&ticket) == (int64_t)request->method;
	same &= str_equal(ticket_take_text(&ticket), str_of(caller->thumbprint));
	same &= str_equal(ticket_take_text(&ticket), request->staff);
	ticket_take_bytes(&ticket, NONCE_RANDOM_BYTES);
	if (!ticket_is_spent(&ticket) || !same || check->nonce_until_ms <= now_ms)
		return CHECK_NONCE_REFUSED;
	const struct str parts[] = {STR("nonce"), request->nonce};
	r = digest_parts(parts, COUNT(parts), check->nonce_spent);
	return r ? FOLD(r) : 0;
}

/* --- the card --- */

int check_digest(struct str origin, const struct check_request *request, struct str thumbprint,
		 unsigned char ret_digest[CRYPTO_DIGEST_BYTES])
{
	bool registers = request->purpose == CHECK_REGISTRATION;
	const struct str parts[] = {
		registers ? STR("shikaku-registration-v1") : STR("shikaku-check-v1"),
		origin,
		request->nonce,
		eligibility_method_name(request->method),
		request->staff,
		thumbprint,
	};
	int r = digest_parts(parts, COUNT(parts), ret_digest);
	return r ? FOLD(r) : 0;
}

static int certificate_outcome(enum pki_outcome outcome)
{
	switch (outcome) {
	case PKI_MALFORMED: return CHECK_CERTIFICATE_MALFORMED;
	case PKI_UNTRUSTED:
	case PKI_NOT_YET: return CHECK_CERTIFICATE_UNTRUSTED;
	case PKI_WRONG_USE:
	case PKI_WRONG_POLICY: return CHECK_CERTIFICATE_WRONG_USE;
	case PKI_EXPIRED: return CHECK_CERTIFICATE_EXPIRED;
	}
	return CHECK_CERTIFICATE_MALFORMED;
}

static int organisation_check(const struct eligibility *eligibility,
			      const struct check_request *request,
			      const unsigned char digest[CRYPTO_DIGEST_BYTES])
{
	if (request->method != ELIGIBILITY_VISUAL)
		return 0;
	if (!eligibility->simulated_allowed || !eligibility->organisation ||
	    !str_equal(request->organisation_profile, STR("simulated")))
		return CHECK_ORGANISATION_REFUSED;
	int r = pki_organisation_check(eligibility->organisation, digest,
				       request->organisation_signature);
	if (r < 0)
		return PASS(r);
	return r ? CHECK_ORGANISATION_REFUSED : 0;
}

static int possession_check(const struct eligibility *eligibility, const struct caller *caller,
			    const struct check_request *request,
			    const struct pki_certificate *certificate)
{
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	int r = check_digest(eligibility->origin, request, str_of(caller->thumbprint), digest);
	if (r)
		return PASS(r);
	r = pki_possession(certificate, digest, request->signature);
	if (r < 0)
		return PASS(r);
	if (r)
		return CHECK_POSSESSION_REFUSED;
	return organisation_check(eligibility, request, digest);
}

static int revocation_ask(const struct eligibility *eligibility,
			  const struct pki_certificate *certificate, struct check *check)
{
	struct revocation_answer answer;
	int r = revocation_check(eligibility->revocation, certificate, &answer);
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	if (r != REVOCATION_REVOKED)
		check->unsure_cause = answer.cause;
	switch ((enum revocation_outcome)r) {
	case REVOCATION_REVOKED: return CHECK_CERTIFICATE_REVOKED;
	case REVOCATION_UNAVAILABLE: break;
	case REVOCATION_UNTRUSTED: return CHECK_REVOCATION_UNTRUSTED;
	case REVOCATION_UNKNOWN: return CHECK_CERTIFICATE_UNKNOWN;
	}
	return CHECK_REVOCATION_UNAVAILABLE;
}

static int person_find(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		       const struct pki_facts *facts, struct check *check)
{
	int r = arena_copy(arena, str_of(facts->aki), &check->aki);
	if (r == 0)
		r = arena_copy(arena, str_of(facts->serial), &check->serial);
	if (r == 0)
		r = people_find(eligibility->keys, db, arena, check->aki, check->serial,
				&check->person);
	if (r)
		return r < 0 ? PASS(r) : CHECK_PERSON_UNKNOWN;
	bool registers = check->request.purpose == CHECK_REGISTRATION;
	return check->person.registered || registers ? 0 : CHECK_NOT_REGISTERED;
}

static int certificate_check(const struct eligibility *eligibility, struct str der, int64_t now_ms,
			     struct pki_certificate **ret_certificate)
{
	int r = eligibility->certificates
			? pki_cache_check(eligibility->certificates, der, now_ms, ret_certificate)
			: pki_check(eligibility->anchors, der, now_ms, ret_certificate);
	if (r < 0)
		return PASS(r);
	return r ? certificate_outcome((enum pki_outcome)r) : 0;
}

/* 0: the card is good and its holder known; enum check_outcome; faults. */
static int card_check(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		      const struct caller *caller, int64_t now_ms, struct check *check)
{
	AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
	int r = certificate_check(eligibility, check->request.certificate, now_ms, &certificate);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct pki_facts *facts = pki_certificate_facts(certificate);
	check->standing = facts->standing;
	r = possession_check(eligibility, caller, &check->request, certificate);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = revocation_ask(eligibility, certificate, check);
	if (r)
		return r < 0 ? PASS(r) : r;
	return person_find(eligibility, db, arena, facts, check);
}

int check_verify(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		 const struct caller *caller, const struct check_request *request,
		 const struct dpop_proof *proof, int64_t now_ms, struct check *ret_check)
{
	struct check check = {.request = *request, .proof = *proof};
	int r = nonce_read(eligibility, arena, caller, now_ms, &check);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct store_facility facility;
	r = store_facility_get(db, arena, caller->facility_no, &facility);
	if (r)
		return FOLD(r);
	check.facility_code = facility.code;
	r = staff_check(db, arena, caller->facility_no, request->staff);
	if (r > 0)
		r = CHECK_STAFF_UNKNOWN;
	else if (r == 0)
		r = card_check(eligibility, db, arena, caller, now_ms, &check);
	if (r < 0)
		return PASS(r);
	check.verdict = r;
	*ret_check = check;
	return 0;
}

/* --- the record --- */

static int spend(struct db *db, const struct check *check)
{
	int r = dpop_spend(db, &check->proof);
	if (r)
		return r < 0 ? PASS(r) : CHECK_PROOF_REFUSED;
	r = store_spent_add(db, STORE_SPENT_NONCE,
			    str_bytes(check->nonce_spent, sizeof check->nonce_spent),
			    check->nonce_until_ms);
	if (r < 0)
		return PASS(r);
	return r ? CHECK_NONCE_REFUSED : 0;
}

static int patient_add(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		       int64_t facility_no, struct str scope, const struct store_lookup *lookup)
{
	unsigned char id[STORE_ID_BYTES];
	random_bytes(id, sizeof id);
	struct store_patient patient = {.id = str_bytes(id, sizeof id), .scope_hmac = lookup->new};
	struct str sealed;
	int r = eligibility_reference_seal(eligibility, arena, facility_no, &patient, STR(""),
					   &patient.ref);
	if (r == 0)
		r = eligibility_scope_seal(eligibility, arena, facility_no, patient.id, scope,
					   &sealed);
	if (r)
		return PASS(r);
	r = store_patient_add(db, facility_no, &patient, sealed, lookup->n);
	return r < 0 ? PASS(r) : 0;
}

/* Remarks come on success too (facts/domain 1.1); their codes are ours, the real list is closed. */
static void remark_choose(enum pki_standing standing, struct record_confirmation *confirmation)
{
	switch (standing) {
	case PKI_CURRENT: break;
	case PKI_ENDING:
		confirmation->remark_code = STR("CERTIFICATE_ENDING");
		confirmation->remark = STR("利用者証明用電子証明書の有効期限まで3か月を切っています"
					   "。更新をご案内ください。");
		break;
	case PKI_GRACE:
		confirmation->remark_code = STR("CERTIFICATE_GRACE");
		confirmation->remark = STR("利用者証明用電子証明書の有効期限が切れています。早めの"
					   "更新をご案内ください。");
		break;
	}
}

static int body_build(struct arena *arena, const struct check *check, int64_t confirmed_ms,
		      struct str *ret_body, struct record_summary *ret_summary)
{
	struct record_confirmation confirmation = {
		.facility_code = check->facility_code,
		.confirmed_ms = confirmed_ms,
	};
	remark_choose(check->standing, &confirmation);
	int r = record_build(arena, &confirmation, check->person.qualifications, ret_body,
			     ret_summary);
	return r ? FOLD(r) : 0;
}

static int prove(const struct eligibility *eligibility, struct arena *arena,
		 const struct check *check, int64_t now_ms, struct check_confirmation *confirmation)
{
	const struct eligibility_signing signing = {
		.id = str_bytes(confirmation->id, sizeof confirmation->id),
		.facility_code = check->facility_code,
		.staff = check->request.staff,
		.method = check->request.method,
		.now_ms = now_ms,
	};
	struct eligibility_evidence *evidence = &confirmation->evidence;
	int r = eligibility_prove(eligibility, arena, &signing, evidence->body, &evidence->proof);
	return r ? PASS(r) : 0;
}

/* A 照会番号 belongs to the person; or, as in older systems, to the person with one insurance. */
static int scope_make(const struct eligibility *eligibility, struct arena *arena,
		      const struct check *check, struct str insurance, struct str *ret_scope)
{
	bool whole = !eligibility->number_by_insurance;
	int r = arena_print(arena, ret_scope, "%lld%s%.*s", (long long)check->person.no,
			    whole ? "" : "\n", STR_ARG(whole ? STR("") : insurance));
	return r ? PASS(r) : 0;
}

static int patient_take(const struct eligibility *eligibility, struct db *db, struct arena *arena,
			const struct caller *caller, const struct check *check,
			struct str insurance, struct store_patient *ret_patient)
{
	struct store_lookup lookup;
	struct str scope;
	int r = scope_make(eligibility, arena, check, insurance, &scope);
	if (r == 0)
		r = eligibility_scope_lookup(eligibility, arena, caller->facility_no, scope,
					     &lookup);
	if (r)
		return PASS(r);
	r = store_patient_find(db, arena, caller->facility_no, &lookup, ret_patient);
	if (r == STORE_NOT_FOUND) {
		r = patient_add(eligibility, db, arena, caller->facility_no, scope, &lookup);
		if (r == 0)
			r = store_patient_find(db, arena, caller->facility_no, &lookup,
					       ret_patient);
	}
	return r ? FOLD(r) : 0;
}

static int result_add(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		      const struct caller *caller, const struct check *check,
		      const struct store_patient *patient, struct store_result *result,
		      struct check_confirmation *confirmation)
{
	result->id = str_bytes(confirmation->id, sizeof confirmation->id);
	result->patient_no = patient->no;
	result->device_no = caller->device_no;
	result->staff = check->request.staff;
	int r = eligibility_body_seal(eligibility, arena, caller->facility_no, result,
				      &confirmation->evidence, &result->body);
	if (r)
		return PASS(r);
	audit_item_write(confirmation->item,
			 &(struct audit_item){.id = result->id,
					      .seal = audit_seal_of(result->body),
					      .patient = patient->id,
					      .ref_version = patient->ref_version});
	r = store_result_add(db, caller->facility_no, result);
	return r ? FOLD(r) : 0;
}

/* The facility's row comes first: every writer of one facility waits there, and nowhere else. */
static int confirm(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		   const struct caller *caller, const struct check *check, int64_t now_ms,
		   struct check_confirmation *confirmation)
{
	struct store_result result = {.rid = 0};
	struct record_summary summary;
	struct store_patient patient;
	int r = store_result_rid_take(db, caller->facility_no, now_ms, &result.rid);
	if (r)
		return FOLD(r);
	confirmation->confirmed_ms = rid_confirmed_ms(result.rid);
	r = body_build(arena, check, confirmation->confirmed_ms, &confirmation->evidence.body,
		       &summary);
	if (r == 0)
		r = prove(eligibility, arena, check, now_ms, confirmation);
	if (r == 0)
		r = patient_take(eligibility, db, arena, caller, check, summary.insurance,
				 &patient);
	if (r)
		return PASS(r);
	result.flags = eligibility_flags(check->request.method, &summary);
	r = eligibility_reference_open(eligibility, arena, caller->facility_no, &patient,
				       &confirmation->reference);
	if (r == 0)
		r = result_add(eligibility, db, arena, caller, check, &patient, &result,
			       confirmation);
	return r ? PASS(r) : 0;
}

int check_commit(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		 const struct caller *caller, const struct check *check, int64_t now_ms,
		 struct check_confirmation *ret_confirmation)
{
	int r = spend(db, check);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (check->verdict)
		return check->verdict;
	if (check->request.purpose == CHECK_REGISTRATION) {
		r = people_register(eligibility->keys, db, check->aki, check->serial, now_ms);
		if (r)
			return PASS(r);
	}
	struct check_confirmation confirmation = {0};
	random_bytes(confirmation.id, sizeof confirmation.id);
	r = confirm(eligibility, db, arena, caller, check, now_ms, &confirmation);
	if (r)
		return PASS(r);
	*ret_confirmation = confirmation;
	return 0;
}
