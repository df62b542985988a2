/* SPDX-License-Identifier: Apache-2.0 */
/* The register under new keys: what was sealed says what the look-up value is computed from. */
#include "server/register/reseal.h"

#include "server/keys/place.h"
#include "server/register/seals.h"
#include "server/register/staff.h"

int staff_reseal(struct keys *keys, struct arena *arena, const struct store_sealed_row *old,
		 struct store_sealed_row *new)
{
	struct str name;
	int r = staff_name_open(keys, arena, old->facility_no, old->id, old->sealed, &name);
	if (r == 0)
		r = staff_name_seal(keys, arena, old->facility_no, old->id, name, &new->sealed);
	return r ? PASS(r) : 0;
}

int person_reseal(struct keys *keys, struct arena *arena, const struct store_sealed_row *old,
		  struct store_sealed_row *new)
{
	struct keys_lookup bytes;
	struct store_lookup lookup;
	struct str key, body;
	int r = seals_open(keys, arena, SEALS_PERSON_KEY, old->id, 0, old->key, &key);
	if (r == 0)
		r = seals_open(keys, arena, SEALS_PERSON_BODY, old->id, 0, old->sealed, &body);
	if (r == 0)
		r = seals_person_lookup(keys, key, &bytes, &lookup);
	if (r == 0)
		r = arena_copy(arena, lookup.new, &new->id);
	if (r == 0)
		r = seals_close(keys, arena, SEALS_PERSON_KEY, new->id, 0, key, &new->key);
	if (r == 0)
		r = seals_close(keys, arena, SEALS_PERSON_BODY, new->id, 0, body, &new->sealed);
	return r ? PASS(r) : 0;
}

int certificate_reseal(struct keys *keys, struct arena *arena, const struct store_sealed_row *old,
		       struct store_sealed_row *new)
{
	struct keys_lookup bytes;
	struct store_lookup lookup;
	struct str text, serial, aki;
	int r = seals_open(keys, arena, SEALS_CERTIFICATE, old->id, old->no, old->sealed, &text);
	if (r)
		return PASS(r);
	serial = text;
	if (!str_split(&serial, ':', &aki))
		return RAISE(EBADMSG);
	r = seals_certificate_lookup(keys, aki, serial, &bytes, &lookup);
	if (r == 0)
		r = arena_copy(arena, lookup.new, &new->id);
	if (r == 0)
		r = seals_close(keys, arena, SEALS_CERTIFICATE, new->id, old->no, text,
				&new->sealed);
	return r ? PASS(r) : 0;
}
