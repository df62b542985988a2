/* SPDX-License-Identifier: Apache-2.0 */
#include "server/eligibility/reseal.h"

#include "server/eligibility/eligibility.h"

static struct store_patient patient_of(const struct store_sealed_row *row)
{
	return (struct store_patient){
		.no = row->no,
		.id = row->row_id,
		.scope_hmac = row->id,
		.ref = row->sealed,
		.ref_version = row->n,
	};
}

static int scope_reseal(const struct eligibility *eligibility, struct arena *arena,
			const struct store_sealed_row *old, struct store_sealed_row *new)
{
	struct store_lookup lookup;
	struct str scope;
	int r = eligibility_scope_open(eligibility, arena, old->facility_no, old->row_id, old->key,
				       &scope);
	if (r == 0)
		r = eligibility_scope_lookup(eligibility, arena, old->facility_no, scope, &lookup);
	if (r == 0)
		r = eligibility_scope_seal(eligibility, arena, old->facility_no, old->row_id, scope,
					   &new->key);
	if (r)
		return PASS(r);
	new->id = lookup.new;
	return 0;
}

int patient_reseal(struct keys *keys, struct arena *arena, const struct store_sealed_row *old,
		   struct store_sealed_row *new)
{
	const struct eligibility eligibility = {.keys = keys};
	struct store_patient patient = patient_of(old);
	struct store_lookup lookup;
	struct str number;
	int r = eligibility_reference_open(&eligibility, arena, old->facility_no, &patient,
					   &number);
	if (r == 0)
		r = scope_reseal(&eligibility, arena, old, new);
	if (r)
		return PASS(r);
	patient.scope_hmac = new->id;
	new->number = (struct str){0};
	if (number.ptr) {
		r = eligibility_reference_lookup(&eligibility, arena, old->facility_no, number,
						 &lookup);
		if (r)
			return PASS(r);
		new->number = lookup.new;
	}
	r = eligibility_reference_seal(&eligibility, arena, old->facility_no, &patient,
				       number.ptr ? number : STR(""), &new->sealed);
	return r ? PASS(r) : 0;
}
