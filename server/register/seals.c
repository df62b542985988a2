/* SPDX-License-Identifier: Apache-2.0 */
#include "server/register/seals.h"

#include "server/keys/place.h"

static struct store_lookup lookup_of(const struct keys_lookup *bytes)
{
	return (struct store_lookup){
		.new = str_bytes(bytes->new, sizeof bytes->new),
		.old = str_bytes(bytes->old, sizeof bytes->old),
		.n = bytes->n,
	};
}

int seals_person_lookup(const struct keys *keys, struct str key, struct keys_lookup *ret_bytes,
			struct store_lookup *ret_lookup)
{
	int r = keys_lookup_both(keys, KEYS_LOOKUP_PERSON, &key, 1, ret_bytes);
	if (r)
		return FOLD(r);
	*ret_lookup = lookup_of(ret_bytes);
	return 0;
}

int seals_certificate_lookup(const struct keys *keys, struct str aki, struct str serial,
			     struct keys_lookup *ret_bytes, struct store_lookup *ret_lookup)
{
	const struct str parts[] = {aki, serial};
	int r = keys_lookup_both(keys, KEYS_LOOKUP_SERIAL, parts, 2, ret_bytes);
	if (r)
		return FOLD(r);
	*ret_lookup = lookup_of(ret_bytes);
	return 0;
}

static int column_aad(struct arena *arena, enum seals_column column, struct str hmac,
		      int64_t person_no, struct str *ret_aad)
{
	static const struct {
		struct str table, column;
	} names[] = {
		[SEALS_PERSON_KEY] = {{"person", 6}, {"key", 3}},
		[SEALS_PERSON_BODY] = {{"person", 6}, {"body", 4}},
		[SEALS_CERTIFICATE] = {{"certificate", 11}, {"aki_serial", 10}},
	};
	struct keys_place place = {
		.table = names[column].table,
		.column = names[column].column,
		.row = hmac,
		.link_no = column == SEALS_CERTIFICATE ? person_no : 0,
	};
	int r = keys_place_aad(arena, &place, ret_aad);
	return r ? PASS(r) : 0;
}

int seals_close(const struct keys *keys, struct arena *arena, enum seals_column column,
		struct str hmac, int64_t person_no, struct str text, struct str *ret_sealed)
{
	struct str aad;
	int r = column_aad(arena, column, hmac, person_no, &aad);
	if (r)
		return PASS(r);
	r = keys_seal(keys, arena, aad, text, ret_sealed);
	return r ? FOLD(r) : 0;
}

int seals_open(const struct keys *keys, struct arena *arena, enum seals_column column,
	       struct str hmac, int64_t person_no, struct str sealed, struct str *ret_text)
{
	struct str aad;
	int r = column_aad(arena, column, hmac, person_no, &aad);
	if (r)
		return PASS(r);
	r = keys_open_sealed(keys, arena, aad, sealed, ret_text);
	if (r < 0)
		return PASS(r);
	return r ? RAISE(EBADMSG) : 0;
}
