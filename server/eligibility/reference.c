/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compare-and-set: who writes names what they believe is there. A repeated request under the same
 * idempotency key is answered with the version it got the first time.
 */
#include "server/eligibility/reference.h"

#include "lib/base/period.h"

enum { IDEMPOTENCY_MS = 24 * 60 * 60 * 1000 };

struct digests {
	unsigned char key[STORE_DIGEST_BYTES];
	unsigned char request[STORE_DIGEST_BYTES];
};

static int digests_make(const struct reference_request *request, struct digests *ret_digests)
{
	int r = digest_sha256(request->idempotency_key, ret_digests->key);
	if (r)
		return FOLD(r);
	/* "Absent" and "empty" differ; a number is never empty. */
	const struct str parts[] = {str_bytes(request->result_id, STORE_ID_BYTES), request->number,
				    request->expected};
	r = digest_parts(parts, 3, ret_digests->request);
	return r ? FOLD(r) : 0;
}

/* 0: this very request was carried out; STORE_NOT_FOUND: it is new; REFERENCE_KEY_REUSED. */
enum { REPEAT_NEW = 100 };

static int repeat_find(struct db *db, struct arena *arena, const struct caller *caller,
		       const struct digests *digests, int64_t now_ms, int64_t *ret_version)
{
	struct store_idempotency row;
	int r = store_idempotency_find(db, arena, caller->facility_no, caller->account_no,
				       str_bytes(digests->key, sizeof digests->key), now_ms, &row);
	if (r)
		return r < 0 ? PASS(r) : REPEAT_NEW;
	if (!str_equal(row.request_hash, str_bytes(digests->request, sizeof digests->request)))
		return REFERENCE_KEY_REUSED;
	*ret_version = row.outcome;
	return 0;
}

static int patient_find(struct db *db, struct arena *arena, const struct caller *caller,
			const struct reference_request *request, int64_t now_ms,
			struct store_patient *ret_patient)
{
	struct store_result result;
	int r = store_result_find(db, arena, caller->facility_no,
				  str_bytes(request->result_id, STORE_ID_BYTES), &result);
	if (r)
		return r < 0 ? PASS(r) : REFERENCE_RESULT_UNKNOWN;
	if (rid_confirmed_ms(result.rid) < period_opens_ms(now_ms))
		return REFERENCE_RESULT_UNKNOWN;
	r = store_patient_get(db, arena, caller->facility_no, result.patient_no, ret_patient);
	return r ? FOLD(r) : 0;
}

static bool reference_same(struct str a, struct str b)
{
	return (a.ptr == NULL) == (b.ptr == NULL) && str_equal(a, b);
}

static int number_write(const struct eligibility *eligibility, struct db *db, struct arena *arena,
			const struct caller *caller, const struct store_patient *patient,
			const struct reference_request *request, unsigned char *item)
{
	struct store_patient next = *patient;
	struct str number = request->number, hmac, sealed;
	next.ref_version++;
	int r = eligibility_reference_hmac(eligibility, arena, caller->facility_no, number, &hmac);
	if (r == 0)
		r = eligibility_reference_seal(eligibility, arena, caller->facility_no, &next,
					       number, &sealed);
	if (r)
		return PASS(r);
	audit_item_write(item,
			 &(struct audit_item){.id = str_bytes(request->result_id, STORE_ID_BYTES),
					      .seal = number.ptr ? audit_seal_of(sealed) : number,
					      .patient = patient->id,
					      .ref_version = next.ref_version});
	r = store_patient_reference_set(db, caller->facility_no, patient->no, patient->ref_version,
					hmac, sealed);
	switch (r) {
	case STORE_CONFLICT: return REFERENCE_TAKEN;
	case STORE_STALE: /* another connection wrote since we read: come again */
		return RAISE(EBUSY);
	default: return r ? FOLD(r) : 0;
	}
}

static int repeat_remember(struct db *db, const struct caller *caller,
			   const struct digests *digests, int64_t version, int64_t now_ms)
{
	struct store_idempotency row = {
		.key_hash = str_bytes(digests->key, sizeof digests->key),
		.request_hash = str_bytes(digests->request, sizeof digests->request),
		.outcome = version,
		.until_ms = now_ms + IDEMPOTENCY_MS,
	};
	int r = store_idempotency_add(db, caller->facility_no, caller->account_no, &row);
	/* The same request on another connection was quicker: come again, and get its answer. */
	if (r == STORE_CONFLICT)
		return RAISE(EBUSY);
	return r ? FOLD(r) : 0;
}

int reference_set(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		  const struct caller *caller, const struct reference_request *request,
		  int64_t now_ms, struct reference_state *ret_state)
{
	struct digests digests;
	int r = digests_make(request, &digests);
	if (r)
		return PASS(r);
	struct reference_state state = {.number = request->number};
	audit_item_write(ret_state->item,
			 &(struct audit_item){.id = str_bytes(request->result_id, STORE_ID_BYTES)});
	memcpy(state.item, ret_state->item, sizeof state.item);
	r = repeat_find(db, arena, caller, &digests, now_ms, &state.version);
	if (r < 0)
		return PASS(r);
	if (r == 0)
		*ret_state = state;
	if (r != REPEAT_NEW)
		return r;
	struct store_patient patient;
	r = patient_find(db, arena, caller, request, now_ms, &patient);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct str held;
	r = eligibility_reference_open(eligibility, arena, caller->facility_no, &patient, &held);
	if (r)
		return PASS(r);
	if (!reference_same(held, request->expected)) {
		ret_state->number = held;
		ret_state->version = patient.ref_version;
		return REFERENCE_CONFLICT;
	}
	r = number_write(eligibility, db, arena, caller, &patient, request, state.item);
	if (r)
		return r < 0 ? PASS(r) : r;
	state.version = patient.ref_version + 1;
	r = repeat_remember(db, caller, &digests, state.version, now_ms);
	if (r)
		return PASS(r);
	*ret_state = state;
	return 0;
}
