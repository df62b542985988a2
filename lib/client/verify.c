/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header is read before anything is verified, but only to learn which key to try; which
 * algorithm it is stands in the key, never in the header.
 */
#include "lib/client/verify.h"

#include "lib/base/period.h"
#include "lib/crypto/crypto.h"
#include "lib/wire/wire.h"

/* Outcome: VERIFY_KEY_UNKNOWN. */
static int jwk_find(const struct wire_jwk *keys, size_t count, struct str kid,
		    const struct wire_jwk **ret_jwk)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(keys[i].kid, kid)) {
			*ret_jwk = &keys[i];
			return 0;
		}
	return VERIFY_KEY_UNKNOWN;
}

static int key_of_jwk(struct arena *arena, const struct wire_jwk *jwk, struct verify_key **ret_key)
{
	struct str x, y;
	int r = decode_base64url(arena, jwk->x, &x);
	if (r == 0)
		r = decode_base64url(arena, jwk->y, &y);
	if (r == 0)
		r = verify_key_of_jwk(x, y, ret_key);
	if (r)
		return r < 0 ? PASS(r) : VERIFY_KEYS_MALFORMED;
	return 0;
}

static int key_find(struct arena *arena, struct str jwks, struct str kid,
		    struct verify_key **ret_key)
{
	AUTO(wire_input_clear) struct wire_input input = {0};
	const struct wire_jwk *jwk;
	struct wire_jwk *keys;
	size_t count;
	int r = wire_jwks_reply_decode(arena, jwks, &input, &keys, &count);
	if (r)
		return r < 0 ? PASS(r) : VERIFY_KEYS_MALFORMED;
	r = jwk_find(keys, count, kid, &jwk);
	if (r == 0)
		r = key_of_jwk(arena, jwk, ret_key);
	return r < 0 ? PASS(r) : r;
}

int verify_result(struct arena *arena, struct str jwks, struct str result, struct str proof,
		  struct str facility, struct record_proof *ret_proof)
{
	AUTO(verify_key_destroyp) struct verify_key *key = NULL;
	struct record_proof read;
	struct jws_parts parts;
	int r = jws_split_detached(arena, proof, result, &parts);
	if (r)
		return r < 0 ? PASS(r) : VERIFY_REFUSED;
	r = record_proof_read(arena, parts.header, &read);
	if (r)
		return r < 0 ? PASS(r) : VERIFY_REFUSED;
	r = key_find(arena, jwks, read.kid, &key);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = jws_verify(key, &parts);
	if (r)
		return r < 0 ? PASS(r) : VERIFY_REFUSED;
	if (facility.ptr && !str_equal(facility, read.facility))
		return VERIFY_REFUSED;
	*ret_proof = read;
	return 0;
}

/* Facility and time stand in the result itself. */
static int body_agrees(struct arena *arena, const struct wire_result *entry,
		       const struct record_proof *proof)
{
	char confirmed_at[PERIOD_DATETIME_BYTES];
	struct record *record;
	int r = record_read(arena, entry->tree, &record);
	if (r)
		return r < 0 ? PASS(r) : VERIFY_REFUSED;
	bool same = str_equal(record->facility_code, proof->facility);
	same &= str_equal(record->executed_at,
			  str_of(period_datetime_print(entry->confirmed_ms, confirmed_at)));
	return same ? 0 : VERIFY_REFUSED;
}

int verify_entry(struct arena *arena, struct str jwks, struct str entry, struct str facility,
		 struct record_proof *ret_proof)
{
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_result read;
	struct record_proof proof;
	int r = wire_result_decode(entry, &input, &read);
	if (r)
		return r < 0 ? PASS(r) : VERIFY_REFUSED;
	r = verify_result(arena, jwks, read.result, read.proof, facility, &proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!str_equal(read.id, proof.id) || !str_equal(read.staff, proof.staff) ||
	    !str_equal(wire_method_name(read.method), proof.method))
		return VERIFY_REFUSED;
	r = body_agrees(arena, &read, &proof);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_proof = proof;
	return 0;
}
