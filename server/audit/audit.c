/* SPDX-License-Identifier: Apache-2.0 */
/* Items, and a row put at the end of the chain. */
#include "server/audit/audit.h"

#include <assert.h>

void audit_item_write(unsigned char item[AUDIT_ITEM_BYTES], struct str id, struct str sealed,
		      struct str scope_hmac)
{
	assert(id.len == STORE_ID_BYTES);
	assert(!scope_hmac.ptr || scope_hmac.len >= AUDIT_PATIENT_BYTES);
	struct str seal = audit_seal_of(sealed);
	memset(item, 0, AUDIT_ITEM_BYTES);
	memcpy(item, id.ptr, STORE_ID_BYTES);
	if (seal.ptr)
		memcpy(item + STORE_ID_BYTES, seal.ptr, AUDIT_SEAL_BYTES);
	if (scope_hmac.ptr)
		memcpy(item + STORE_ID_BYTES + AUDIT_SEAL_BYTES, scope_hmac.ptr,
		       AUDIT_PATIENT_BYTES);
}

struct audit_item audit_item_at(struct str items, size_t index)
{
	assert((index + 1) * AUDIT_ITEM_BYTES <= items.len);
	const char *item = items.ptr + index * AUDIT_ITEM_BYTES;
	return (struct audit_item){
		.id = {item, STORE_ID_BYTES},
		.seal = {item + STORE_ID_BYTES, AUDIT_SEAL_BYTES},
		.patient = {item + STORE_ID_BYTES + AUDIT_SEAL_BYTES, AUDIT_PATIENT_BYTES},
	};
}

struct str audit_seal_of(struct str sealed)
{
	if (sealed.len < AUDIT_SEAL_BYTES)
		return (struct str){0};
	return (struct str){sealed.ptr + sealed.len - AUDIT_SEAL_BYTES, AUDIT_SEAL_BYTES};
}

int audit_add(struct db *db, const struct store_audit *row)
{
	assert(row->at_ms && row->call.len && row->outcome.len && row->request_id.len);
	assert(row->items.len % AUDIT_ITEM_BYTES == 0);
	struct store_audit_place place;
	int r = store_audit_place_take(db, &place);
	if (r)
		return FOLD(r);
	struct store_audit placed = *row;
	unsigned char hash[STORE_DIGEST_BYTES];
	placed.slot = place.slot;
	placed.seq = place.seq;
	r = audit_hash(&placed, str_bytes(place.previous, sizeof place.previous), hash);
	if (r)
		return PASS(r);
	placed.hash = str_bytes(hash, sizeof hash);
	r = store_audit_add(db, &placed);
	return r ? FOLD(r) : 0;
}
