/* SPDX-License-Identifier: Apache-2.0 */
/* Items, and a row put at the end of the chain. */
#include "server/audit/audit.h"

#include <assert.h>

enum {
	SEAL_AT = STORE_ID_BYTES,
	PATIENT_AT = SEAL_AT + AUDIT_SEAL_BYTES,
	VERSION_AT = PATIENT_AT + STORE_ID_BYTES,
};

void audit_item_write(unsigned char item[AUDIT_ITEM_BYTES], const struct audit_item *fields)
{
	assert(fields->id.len == STORE_ID_BYTES);
	assert(!fields->seal.ptr || fields->seal.len == AUDIT_SEAL_BYTES);
	memset(item, 0, AUDIT_ITEM_BYTES);
	memcpy(item, fields->id.ptr, STORE_ID_BYTES);
	if (fields->seal.ptr)
		memcpy(item + SEAL_AT, fields->seal.ptr, AUDIT_SEAL_BYTES);
	if (fields->patient.len == STORE_ID_BYTES) /* as the store has it */
		memcpy(item + PATIENT_AT, fields->patient.ptr, STORE_ID_BYTES);
	for (int i = 0; i < AUDIT_VERSION_BYTES; i++)
		item[VERSION_AT + i] = (unsigned char)(fields->ref_version >> (56 - 8 * i));
}

struct audit_item audit_item_at(struct str items, size_t index)
{
	assert((index + 1) * AUDIT_ITEM_BYTES <= items.len);
	const char *item = items.ptr + index * AUDIT_ITEM_BYTES;
	int64_t version = 0;
	for (int i = 0; i < AUDIT_VERSION_BYTES; i++)
		version = version << 8 | (unsigned char)item[VERSION_AT + i];
	return (struct audit_item){
		.id = {item, STORE_ID_BYTES},
		.seal = {item + SEAL_AT, AUDIT_SEAL_BYTES},
		.patient = {item + PATIENT_AT, STORE_ID_BYTES},
		.ref_version = version,
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
	int r = store_audit_place_take(db, row->at_ms, &place);
	if (r)
		return FOLD(r);
	struct store_audit placed = *row;
	unsigned char hash[STORE_DIGEST_BYTES];
	placed.calls = row->calls ? row->calls : 1;
	placed.slot = place.slot;
	placed.seq = place.seq;
	r = audit_hash(&placed, str_bytes(place.previous, sizeof place.previous), hash);
	if (r)
		return PASS(r);
	placed.hash = str_bytes(hash, sizeof hash);
	r = store_audit_add(db, &placed);
	return r ? FOLD(r) : 0;
}
