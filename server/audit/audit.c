/* SPDX-License-Identifier: Apache-2.0 */
/* One hash takes a microsecond, so each row gets its own at once instead of one for a batch. */
#include "server/audit/audit.h"

#include <assert.h>

#include "lib/base/number.h"
#include "lib/crypto/crypto.h"

enum { NUMBERS = 7, TEXTS = 5 };

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

/* An absent text and an empty one are two different rows. */
static struct str presence(struct str text)
{
	return text.ptr ? STR("1") : STR("0");
}

int audit_hash(const struct store_audit *row, struct str previous,
	       unsigned char ret_hash[STORE_DIGEST_BYTES])
{
	const int64_t numbers[NUMBERS] = {row->slot,	   row->seq,
					  row->at_ms,	   row->facility_no,
					  row->account_no, row->device_no,
					  row->n};
	const struct str texts[TEXTS] = {row->staff, row->call, row->outcome, row->request_id,
					 row->items};
	char digits[NUMBERS][NUMBER_TEXT_BYTES];
	struct str parts[2 + NUMBERS + 2 * TEXTS] = {STR("shikaku-audit-1"), previous};
	size_t count = 2;
	for (size_t i = 0; i < NUMBERS; i++)
		parts[count++] = number_print(numbers[i], digits[i]);
	for (size_t i = 0; i < TEXTS; i++) {
		parts[count++] = presence(texts[i]);
		parts[count++] = texts[i];
	}
	int r = digest_parts(parts, count, ret_hash);
	return r ? FOLD(r) : 0;
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
