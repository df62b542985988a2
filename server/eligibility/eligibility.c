/* SPDX-License-Identifier: Apache-2.0 */
/* Sealing and opening, with everything that links a row in the AAD. */
#include "server/eligibility/eligibility.h"

#include <assert.h>

#include "server/keys/place.h"

enum {
	FLAG_VISUAL = 1,
	FLAG_VALIDITY_SHIFT = 1,
	FLAG_VALIDITY_MASK = 7 << FLAG_VALIDITY_SHIFT,
	FLAG_CARD_CLASS_SHIFT = 3, /* the places of classes begin at 1 */
};

struct str eligibility_method_name(enum eligibility_method method)
{
	return method == ELIGIBILITY_VISUAL ? STR("visual") : STR("pin");
}

int64_t eligibility_flags(enum eligibility_method method, const struct record_summary *summary)
{
	int64_t visual = method == ELIGIBILITY_VISUAL ? FLAG_VISUAL : 0;
	return visual | (int64_t)summary->validity << FLAG_VALIDITY_SHIFT |
	       (int64_t)summary->card_classes << FLAG_CARD_CLASS_SHIFT;
}

void eligibility_flags_filter(int validity, int card_class, struct store_results_query *query)
{
	if (validity) {
		query->flags_mask |= FLAG_VALIDITY_MASK;
		query->flags |= (int64_t)validity << FLAG_VALIDITY_SHIFT;
	}
	if (card_class) {
		int64_t bit = INT64_C(1) << (card_class + FLAG_CARD_CLASS_SHIFT);
		query->flags_mask |= bit;
		query->flags |= bit;
	}
}

enum eligibility_method eligibility_flags_method(int64_t flags)
{
	return flags & FLAG_VISUAL ? ELIGIBILITY_VISUAL : ELIGIBILITY_PIN;
}

static size_t number_put(char *text, size_t len, int64_t number)
{
	char digits[NUMBER_TEXT_BYTES];
	struct str printed = number_print(number, digits);
	memcpy(text + len, printed.ptr, printed.len);
	return len + printed.len;
}

/* "rid/patient/flags" */
static struct str row_name(const struct store_result *result, char text[3 * NUMBER_TEXT_BYTES])
{
	size_t len = number_put(text, 0, result->rid);
	text[len++] = '/';
	len = number_put(text, len, result->patient_no);
	text[len++] = '/';
	len = number_put(text, len, result->flags);
	return (struct str){text, len};
}

static int body_aad(struct arena *arena, int64_t facility_no, const struct store_result *result,
		    struct str *ret_aad)
{
	char row[3 * NUMBER_TEXT_BYTES];
	char *link = arena_bytes(arena, STORE_ID_BYTES + result->staff.len);
	assert(result->id.len == STORE_ID_BYTES);
	if (!link)
		return RAISE(ENOMEM);
	memcpy(link, result->id.ptr, STORE_ID_BYTES);
	if (result->staff.len)
		memcpy(link + STORE_ID_BYTES, result->staff.ptr, result->staff.len);
	struct keys_place place = {
		.table = STR("result"),
		.column = STR("body"),
		.row = row_name(result, row),
		.facility_no = facility_no,
		.link = {link, STORE_ID_BYTES + result->staff.len},
		.link_no = result->device_no,
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

int eligibility_prove(const struct eligibility *eligibility, struct arena *arena,
		      const struct eligibility_signing *signing, struct str body,
		      struct str *ret_proof)
{
	struct keys_signer signer = keys_proof_signing(eligibility->keys);
	struct record_proof proof = {
		.kid = signer.kid,
		.facility = signing->facility_code,
		.staff = signing->staff,
		.method = eligibility_method_name(signing->method),
		.issued_s = signing->now_ms / 1000,
	};
	struct str header;
	int r = encode_hex(arena, signing->id, &proof.id);
	if (r == 0)
		r = record_proof_write(arena, &proof, &header);
	if (r == 0)
		r = jws_sign_detached(arena, signer.key, header, body, ret_proof);
	return r ? FOLD(r) : 0;
}

/* Proof, line feed, body: a proof is base64url and dots. */
static int evidence_join(struct arena *arena, const struct eligibility_evidence *evidence,
			 struct str *ret_text)
{
	size_t len = evidence->proof.len + 1 + evidence->body.len;
	char *text = arena_alloc(arena, len);
	if (!text)
		return RAISE(ENOMEM);
	memcpy(text, evidence->proof.ptr, evidence->proof.len);
	text[evidence->proof.len] = '\n';
	memcpy(text + evidence->proof.len + 1, evidence->body.ptr, evidence->body.len);
	*ret_text = (struct str){text, len};
	return 0;
}

static int evidence_split(struct str text, struct eligibility_evidence *ret_evidence)
{
	struct eligibility_evidence evidence = {.body = text};
	if (!str_split(&evidence.body, '\n', &evidence.proof) || !evidence.body.ptr)
		return RAISE(EBADMSG);
	*ret_evidence = evidence;
	return 0;
}

int eligibility_body_seal(const struct eligibility *eligibility, struct arena *arena,
			  int64_t facility_no, const struct store_result *result,
			  const struct eligibility_evidence *evidence, struct str *ret_sealed)
{
	struct str aad, text;
	int r = body_aad(arena, facility_no, result, &aad);
	if (r == 0)
		r = evidence_join(arena, evidence, &text);
	if (r)
		return PASS(r);
	r = keys_seal_month(eligibility->keys, arena, rid_month(result->rid), aad, text,
			    ret_sealed);
	return r ? seal_fault(r) : 0;
}

int eligibility_body_open(const struct eligibility *eligibility, struct arena *arena,
			  int64_t facility_no, const struct store_result *result,
			  struct eligibility_evidence *ret_evidence)
{
	struct str aad, text;
	int r = body_aad(arena, facility_no, result, &aad);
	if (r)
		return PASS(r);
	r = keys_open_month(eligibility->keys, arena, rid_month(result->rid), aad, result->body,
			    &text);
	if (r)
		return seal_fault(r);
	r = evidence_split(text, ret_evidence);
	return r ? PASS(r) : 0;
}

static void absent_if_empty(struct str *number)
{
	if (number->len == 0)
		*number = (struct str){0};
}

static int reference_aad(struct arena *arena, int64_t facility_no,
			 const struct store_patient *patient, struct str *ret_aad)
{
	struct keys_place place = {
		.table = STR("patient"),
		.column = STR("ref"),
		.row = patient->id,
		.facility_no = facility_no,
		.link = patient->scope_hmac,
		.link_no = patient->ref_version,
	};
	return keys_place_aad(arena, &place, ret_aad);
}

int eligibility_reference_seal(const struct eligibility *eligibility, struct arena *arena,
			       int64_t facility_no, const struct store_patient *patient,
			       struct str number, struct str *ret_sealed)
{
	struct str aad;
	int r = reference_aad(arena, facility_no, patient, &aad);
	if (r)
		return PASS(r);
	r = keys_seal(eligibility->keys, arena, aad, number, ret_sealed);
	return r ? seal_fault(r) : 0;
}

int eligibility_reference_open(const struct eligibility *eligibility, struct arena *arena,
			       int64_t facility_no, const struct store_patient *patient,
			       struct str *ret_number)
{
	*ret_number = (struct str){0};
	struct str aad;
	int r = reference_aad(arena, facility_no, patient, &aad);
	if (r)
		return PASS(r);
	r = keys_open_sealed(eligibility->keys, arena, aad, patient->ref, ret_number);
	if (r)
		return seal_fault(r);
	absent_if_empty(ret_number);
	return 0;
}

/* Both values, in the arena. */
static int lookup_make(const struct eligibility *eligibility, struct arena *arena,
		       enum keys_lookup_label label, const struct str *parts, size_t parts_count,
		       struct store_lookup *ret_lookup)
{
	struct keys_lookup *values = arena_alloc(arena, sizeof *values);
	if (!values)
		return RAISE(ENOMEM);
	int r = keys_lookup_both(eligibility->keys, label, parts, parts_count, values);
	if (r)
		return FOLD(r);
	*ret_lookup = (struct store_lookup){
		.new = str_bytes(values->new, sizeof values->new),
		.old = str_bytes(values->old, sizeof values->old),
		.n = values->n,
	};
	return 0;
}

int eligibility_reference_lookup(const struct eligibility *eligibility, struct arena *arena,
				 int64_t facility_no, struct str number,
				 struct store_lookup *ret_lookup)
{
	char facility[NUMBER_TEXT_BYTES];
	const struct str parts[] = {number_print(facility_no, facility), number};
	int r = lookup_make(eligibility, arena, KEYS_LOOKUP_REF, parts, 2, ret_lookup);
	return r ? PASS(r) : 0;
}

int eligibility_scope_lookup(const struct eligibility *eligibility, struct arena *arena,
			     int64_t facility_no, struct str scope, struct store_lookup *ret_lookup)
{
	char facility[NUMBER_TEXT_BYTES];
	struct str parts[3] = {number_print(facility_no, facility), scope};
	size_t count = 2;
	if (str_split(&scope, '\n', &parts[1]) && scope.ptr)
		parts[count++] = scope;
	int r = lookup_make(eligibility, arena, KEYS_LOOKUP_SCOPE, parts, count, ret_lookup);
	return r ? PASS(r) : 0;
}

static int scope_aad(struct arena *arena, int64_t facility_no, struct str patient_id,
		     struct str *ret_aad)
{
	struct keys_place place = {
		.table = STR("patient"),
		.column = STR("scope"),
		.row = patient_id,
		.facility_no = facility_no,
	};
	return keys_place_aad(arena, &place, ret_aad);
}

int eligibility_scope_seal(const struct eligibility *eligibility, struct arena *arena,
			   int64_t facility_no, struct str patient_id, struct str scope,
			   struct str *ret_sealed)
{
	struct str aad;
	int r = scope_aad(arena, facility_no, patient_id, &aad);
	if (r)
		return PASS(r);
	r = keys_seal(eligibility->keys, arena, aad, scope, ret_sealed);
	return r ? seal_fault(r) : 0;
}

int eligibility_scope_open(const struct eligibility *eligibility, struct arena *arena,
			   int64_t facility_no, struct str patient_id, struct str sealed,
			   struct str *ret_scope)
{
	struct str aad;
	int r = scope_aad(arena, facility_no, patient_id, &aad);
	if (r)
		return PASS(r);
	r = keys_open_sealed(eligibility->keys, arena, aad, sealed, ret_scope);
	return r ? seal_fault(r) : 0;
}

int eligibility_body_read(const struct eligibility *eligibility, struct keys_reader *reader,
			  struct arena *arena, int64_t facility_no,
			  const struct store_result *result,
			  struct eligibility_evidence *ret_evidence)
{
	struct str aad, text;
	int r = body_aad(arena, facility_no, result, &aad);
	if (r)
		return PASS(r);
	r = keys_read_month(eligibility->keys, reader, arena, rid_month(result->rid), aad,
			    result->body, &text);
	if (r)
		return seal_fault(r);
	r = evidence_split(text, ret_evidence);
	return r ? PASS(r) : 0;
}

int eligibility_reference_read(const struct eligibility *eligibility, struct keys_reader *reader,
			       struct arena *arena, int64_t facility_no,
			       const struct store_result *result, struct str *ret_number)
{
	*ret_number = (struct str){0};
	struct str aad;
	struct store_patient patient = {.id = result->patient_id,
					.scope_hmac = result->scope_hmac,
					.ref_version = result->ref_version};
	int r = reference_aad(arena, facility_no, &patient, &aad);
	if (r)
		return PASS(r);
	r = keys_read_sealed(eligibility->keys, reader, arena, aad, result->ref, ret_number);
	if (r)
		return seal_fault(r);
	absent_if_empty(ret_number);
	return 0;
}

int eligibility_row_open(void *ctx, struct arena *arena, int64_t facility_no,
			 const struct store_result *row)
{
	struct eligibility_evidence evidence;
	int r = eligibility_body_open(ctx, arena, facility_no, row, &evidence);
	return r ? PASS(r) : 0;
}

int eligibility_patient_open(void *ctx, struct arena *arena, int64_t facility_no,
			     const struct store_patient *row)
{
	struct str number;
	struct store_lookup lookup;
	int r = eligibility_reference_open(ctx, arena, facility_no, row, &number);
	if (r)
		return PASS(r);
	if (!number.ptr)
		return row->ref_hmac.ptr ? RAISE(EBADMSG) : 0;
	r = eligibility_reference_lookup(ctx, arena, facility_no, number, &lookup);
	if (r)
		return PASS(r);
	bool same = str_equal(row->ref_hmac, lookup.new) || str_equal(row->ref_hmac, lookup.old);
	return same ? 0 : RAISE(EBADMSG);
}
