/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing and opening, with everything that links a row in the AAD. */
#include "server/eligibility/eligibility.h"

#include "server/keys/place.h"

enum {
	FLAG_VISUAL = 1,
	FLAG_VALIDITY_SHIFT = 1,
};

struct str eligibility_method_name(enum eligibility_method method)
{
	return method == ELIGIBILITY_VISUAL ? STR("visual") : STR("pin");
}

int64_t eligibility_flags(enum eligibility_method method, int validity)
{
	int64_t visual = method == ELIGIBILITY_VISUAL ? FLAG_VISUAL : 0;
	return visual | (int64_t)validity << FLAG_VALIDITY_SHIFT;
}

enum eligibility_method eligibility_flags_method(int64_t flags)
{
	return flags & FLAG_VISUAL ? ELIGIBILITY_VISUAL : ELIGIBILITY_PIN;
}

static int body_aad(struct arena *arena, int64_t facility_no, const struct store_result *result,
		    struct str *ret_aad)
{
	struct str row;
	int r = arena_print(arena, &row, "%lld/%lld/%lld", (long long)result->rid,
			    (long long)result->patient_no, (long long)result->flags);
	if (r)
		return PASS(r);
	struct keys_place place = {
		.table = STR("result"),
		.column = STR("body"),
		.row = row,
		.facility_no = facility_no,
		.link = result->id,
	};
	return keys_place_aad(arena, &place, ret_aad);
}

/* The month's key may be gone; a row that does not open was changed behind our back. */
static int seal_fault(int r)
{
	if (r < 0)
		return PASS(r);
	return r == KEYS_ABSENT ? RAISE(ENOKEY) : RAISE(EBADMSG);
}

int eligibility_body_seal(const struct eligibility *eligibility, struct arena *arena,
			  int64_t facility_no, const struct store_result *result, struct str body,
			  struct str *ret_sealed)
{
	struct str aad;
	int r = body_aad(arena, facility_no, result, &aad);
	if (r)
		return PASS(r);
	r = keys_seal_month(eligibility->keys, arena, rid_month(result->rid), aad, body,
			    ret_sealed);
	return r ? seal_fault(r) : 0;
}

int eligibility_body_open(const struct eligibility *eligibility, struct arena *arena,
			  int64_t facility_no, const struct store_result *result,
			  struct str *ret_body)
{
	struct str aad;
	int r = body_aad(arena, facility_no, result, &aad);
	if (r)
		return PASS(r);
	r = keys_open_month(eligibility->keys, arena, rid_month(result->rid), aad, result->body,
			    ret_body);
	return r ? seal_fault(r) : 0;
}

static int reference_aad(struct arena *arena, int64_t facility_no, struct str scope_hmac,
			 int64_t version, struct str *ret_aad)
{
	struct keys_place place = {
		.table = STR("patient"),
		.column = STR("ref"),
		.row = scope_hmac,
		.facility_no = facility_no,
		.link_no = version,
	};
	return keys_place_aad(arena, &place, ret_aad);
}

int eligibility_reference_seal(const struct eligibility *eligibility, struct arena *arena,
			       int64_t facility_no, struct str scope_hmac, int64_t version,
			       struct str number, struct str *ret_sealed)
{
	if (!number.ptr) {
		*ret_sealed = number;
		return 0;
	}
	struct str aad;
	int r = reference_aad(arena, facility_no, scope_hmac, version, &aad);
	if (r)
		return PASS(r);
	r = keys_seal(eligibility->keys, arena, aad, number, ret_sealed);
	return r ? seal_fault(r) : 0;
}

int eligibility_reference_open(const struct eligibility *eligibility, struct arena *arena,
			       int64_t facility_no, struct str scope_hmac, int64_t version,
			       struct str sealed, struct str *ret_number)
{
	if (!sealed.ptr) {
		*ret_number = sealed;
		return 0;
	}
	struct str aad;
	int r = reference_aad(arena, facility_no, scope_hmac, version, &aad);
	if (r)
		return PASS(r);
	r = keys_open_sealed(eligibility->keys, arena, aad, sealed, ret_number);
	return r ? seal_fault(r) : 0;
}
