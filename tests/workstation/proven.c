/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/workstation/proven.h"

#include "lib/record/record.h"

static int key_describe(struct arena *arena, const struct signing_key *key,
			struct wire_jwk *ret_jwk)
{
	AUTO(verify_key_destroyp) struct verify_key *public = NULL;
	unsigned char point[VERIFY_KEY_BYTES];
	char kid[THUMBPRINT_BYTES];
	int r = verify_key_of(key, &public);
	if (!r)
		r = verify_key_write(public, point);
	if (!r)
		r = verify_key_thumbprint(public, kid);
	if (!r)
		r = arena_copy(arena, str_of(kid), &ret_jwk->kid);
	if (!r)
		r = encode_base64url(arena, str_bytes(point, 32), &ret_jwk->x);
	if (!r)
		r = encode_base64url(arena, str_bytes(point + 32, 32), &ret_jwk->y);
	return r ? FOLD(r) : 0;
}

int proven_make(struct arena *arena, struct proven *ret_proven)
{
	AUTO(signing_key_destroyp) struct signing_key *key = NULL;
	struct wire_jwk jwk;
	struct str jwks;
	int r = signing_key_generate(&key);
	if (!r)
		r = key_describe(arena, key, &jwk);
	if (!r)
		r = wire_jwks_reply_encode(arena, &jwk, 1, &jwks);
	if (r)
		return FOLD(r);
	*ret_proven = (struct proven){.key = key, .kid = jwk.kid, .jwks = jwks};
	key = NULL;
	return 0;
}

void proven_clear(struct proven *proven)
{
	signing_key_destroy(proven->key);
	*proven = (struct proven){0};
}

int proven_entry(struct arena *arena, const struct proven *proven, struct str facility,
		 const struct wire_result *result, struct str *ret_entry)
{
	const struct record_proof said = {
		.kid = proven->kid,
		.id = result->id,
		.facility = facility,
		.staff = result->staff,
		.method = wire_method_name(result->method),
		.issued_s = result->confirmed_ms / 1000,
	};
	struct wire_result signed_result = *result;
	struct str header;
	int r = record_proof_write(arena, &said, &header);
	if (!r)
		r = jws_sign_detached(arena, proven->key, header, result->result,
				      &signed_result.proof);
	if (!r)
		r = wire_result_encode(arena, &signed_result, ret_entry);
	return r ? FOLD(r) : 0;
}
