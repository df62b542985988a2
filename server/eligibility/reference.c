/* SPDX-License-Identifier: Apache-2.0 */
/* Compare-and-set: who writes names what they believe is there. */
#include "server/eligibility/reference.h"

#include "lib/base/period.h"

static int patient_find(struct db *db, struct arena *arena, const struct caller *caller,
			const struct reference_change *change, int64_t now_ms,
			struct store_patient *ret_patient)
{
	struct store_result result;
	int r = store_result_find(db, arena, caller->facility_no,
				  str_bytes(change->result_id, STORE_ID_BYTES), &result);
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
			const struct reference_change *change, unsigned char *item)
{
	struct store_patient next = *patient;
	struct str number = change->number, sealed;
	struct store_lookup lookup;
	next.ref_version++;
	int r = 0;
	if (number.ptr)
		r = eligibility_reference_lookup(eligibility, arena, caller->facility_no, number,
						 &lookup);
	if (r == 0)
		r = eligibility_reference_seal(eligibility, arena, caller->facility_no, &next,
					       number, &sealed);
	if (r)
		return PASS(r);
	audit_item_write(item,
			 &(struct audit_item){.id = str_bytes(change->result_id, STORE_ID_BYTES),
					      .seal = number.ptr ? audit_seal_of(sealed) : number,
					      .patient = patient->id,
					      .ref_version = next.ref_version});
	r = store_patient_reference_set(db, caller->facility_no, patient->no, patient->ref_version,
					number.ptr ? &lookup : NULL, sealed);
	switch (r) {
	case STORE_CONFLICT: return REFERENCE_TAKEN;
	case STORE_STALE: /* somebody wrote without holding the facility: come again */
		return RAISE(EBUSY);
	default: return r ? FOLD(r) : 0;
	}
}

int reference_apply(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		    const struct caller *caller, const struct reference_change *change,
		    int64_t now_ms, struct reference_state *ret_state)
{
	struct reference_state state = {.number = change->number};
	struct store_patient patient;
	struct str held;
	audit_item_write(ret_state->item,
			 &(struct audit_item){.id = str_bytes(change->result_id, STORE_ID_BYTES)});
	int r = patient_find(db, arena, caller, change, now_ms, &patient);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = eligibility_reference_open(eligibility, arena, caller->facility_no, &patient, &held);
	if (r)
		return PASS(r);
	if (!reference_same(held, change->expected)) {
		ret_state->number = held;
		ret_state->version = patient.ref_version;
		return REFERENCE_CONFLICT;
	}
	r = number_write(eligibility, db, arena, caller, &patient, change, state.item);
	if (r)
		return r < 0 ? PASS(r) : r;
	state.version = patient.ref_version + 1;
	*ret_state = state;
	return 0;
}
