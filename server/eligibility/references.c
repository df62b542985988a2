/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was answered is kept with the key, sealed: a refusal shows the number that is held.
 * Evaluated anew, a repeat could make a change that its sender was told is refused.
 */
#include "server/eligibility/references.h"

#include <assert.h>

#include "lib/base/period.h"
#include "server/keys/place.h"

enum {
	VERSION_BYTES = 8,
	LEN_BYTES = 2,
	NUMBER_BYTES_MAX = 4 * 50, /* of a 照会番号 */
	/* outcome, version, is a number there, its length, the number */
	ENTRY_BYTES_MAX = 1 + VERSION_BYTES + 1 + LEN_BYTES + NUMBER_BYTES_MAX,
};

struct digests {
	unsigned char key[STORE_DIGEST_BYTES];
	unsigned char request[STORE_DIGEST_BYTES];
};

static int digests_make(struct arena *arena, const struct references_request *request,
			struct digests *ret_digests)
{
	enum { PARTS = 3 };
	struct str *parts = arena_array(arena, request->count * PARTS + 1, sizeof *parts);
	size_t count = 0;
	if (!parts)
		return RAISE(ENOMEM);
	/* "Absent" and "empty" differ; a number is never empty. */
	parts[count++] = STR("references");
	for (size_t i = 0; i < request->count; i++) {
		const struct reference_change *change = &request->changes[i];
		parts[count++] = str_bytes(change->result_id, sizeof change->result_id);
		parts[count++] = change->number;
		parts[count++] = change->expected;
	}
	int r = digest_sha256(request->idempotency_key, ret_digests->key);
	if (r == 0)
		r = digest_parts(parts, count, ret_digests->request);
	return r ? FOLD(r) : 0;
}

/* --- what was answered, packed --- */

static size_t number_put(unsigned char *bytes, uint64_t number, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = (unsigned char)(number >> 8 * (count - 1 - i));
	return count;
}

static uint64_t number_take(const char **bytes, size_t count)
{
	uint64_t number = 0;
	for (size_t i = 0; i < count; i++)
		number = number << 8 | (unsigned char)*(*bytes)++;
	return number;
}

static int outcomes_pack(struct arena *arena, const struct references_outcome *outcomes,
			 size_t count, struct str *ret_packed)
{
	unsigned char *bytes = arena_array(arena, count, ENTRY_BYTES_MAX);
	size_t len = 0;
	if (!bytes)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < count; i++) {
		const struct references_outcome *from = &outcomes[i];
		struct str number = from->state.number;
		assert(number.len <= NUMBER_BYTES_MAX);
		len += number_put(bytes + len, (uint64_t)from->outcome, 1);
		len += number_put(bytes + len, (uint64_t)from->state.version, VERSION_BYTES);
		len += number_put(bytes + len, number.ptr != NULL, 1);
		len += number_put(bytes + len, number.len, LEN_BYTES);
		if (number.len)
			memcpy(bytes + len, number.ptr, number.len);
		len += number.len;
	}
	*ret_packed = str_bytes(bytes, len);
	return 0;
}

/* Ours, from behind the seal. */
static void outcomes_unpack(struct str packed, struct references_outcome *outcomes, size_t count)
{
	const char *at = packed.ptr;
	for (size_t i = 0; i < count; i++) {
		outcomes[i].outcome = (int)number_take(&at, 1);
		outcomes[i].state.version = (int64_t)number_take(&at, VERSION_BYTES);
		bool there = number_take(&at, 1) != 0;
		size_t len = number_take(&at, LEN_BYTES);
		outcomes[i].state.number = there ? (struct str){at, len} : (struct str){0};
		at += len;
	}
	assert(at == packed.ptr + packed.len);
}

static int reply_aad(struct arena *arena, const struct caller *caller, struct str key_hash,
		     struct str *ret_aad)
{
	struct keys_place place = {
		.table = STR("idempotency"),
		.column = STR("reply"),
		.row = key_hash,
		.facility_no = caller->facility_no,
		.link_no = caller->account_no,
	};
	return keys_place_aad(arena, &place, ret_aad);
}

/* --- the key --- */

enum { REPEAT_NEW = 100 };

static int repeat_open(const struct eligibility *eligibility, struct arena *arena,
		       const struct caller *caller, const struct store_idempotency *row,
		       const struct references_request *request,
		       struct references_outcome *ret_outcomes)
{
	struct str aad, packed;
	int r = reply_aad(arena, caller, row->key_hash, &aad);
	if (r == 0)
		r = keys_open_sealed(eligibility->keys, arena, aad, row->reply, &packed);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBADMSG);
	outcomes_unpack(packed, ret_outcomes, request->count);
	return 0;
}

/* 0: this very request was carried out; REPEAT_NEW; REFERENCE_KEY_REUSED. */
static int repeat_find(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		       const struct caller *caller, const struct references_request *request,
		       const struct digests *digests, int64_t now_ms,
		       struct references_outcome *ret_outcomes)
{
	struct store_idempotency row;
	int r = store_idempotency_find(db, arena, caller->facility_no, caller->account_no,
				       str_bytes(digests->key, sizeof digests->key), now_ms, &row);
	if (r)
		return r < 0 ? PASS(r) : REPEAT_NEW;
	if (!str_equal(row.request_hash, str_bytes(digests->request, sizeof digests->request)))
		return REFERENCE_KEY_REUSED;
	r = repeat_open(eligibility, arena, caller, &row, request, ret_outcomes);
	return r ? PASS(r) : 0;
}

static int repeat_remember(const struct eligibility *eligibility, struct db *db,
			   struct arena *arena, const struct caller *caller,
			   const struct digests *digests, struct str packed, int64_t now_ms)
{
	struct store_idempotency row = {
		.key_hash = str_bytes(digests->key, sizeof digests->key),
		.request_hash = str_bytes(digests->request, sizeof digests->request),
		.until_ms = now_ms + REFERENCES_REPEAT_MS,
	};
	struct str aad;
	int r = reply_aad(arena, caller, row.key_hash, &aad);
	if (r == 0)
		r = keys_seal(eligibility->keys, arena, aad, packed, &row.reply);
	if (r)
		return FOLD(r);
	r = store_idempotency_put(db, caller->facility_no, caller->account_no, &row);
	return r ? FOLD(r) : 0;
}

/* --- the changes --- */

static int changes_apply(const struct eligibility *eligibility, struct db *db, struct arena *arena,
			 const struct caller *caller, const struct references_request *request,
			 int64_t now_ms, struct references_outcome *outcomes)
{
	for (size_t i = 0; i < request->count; i++) {
		int r = reference_apply(eligibility, db, arena, caller, &request->changes[i],
					now_ms, &outcomes[i].state);
		if (r < 0)
			return PASS(r);
		outcomes[i].outcome = r;
	}
	return 0;
}

int references_set(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		   const struct caller *caller, const struct references_request *request,
		   int64_t now_ms, struct references_outcome *ret_outcomes)
{
	assert(request->count >= 1 && request->count <= REFERENCES_MAX);
	struct digests digests;
	struct str packed;
	for (size_t i = 0; i < request->count; i++)
		audit_item_write(ret_outcomes[i].state.item,
				 &(struct audit_item){.id = str_bytes(request->changes[i].result_id,
								      STORE_ID_BYTES)});
	int r = digests_make(arena, request, &digests);
	if (r == 0)
		r = store_facility_hold(db, caller->facility_no);
	if (r)
		return PASS(r);
	r = repeat_find(eligibility, db, arena, caller, request, &digests, now_ms, ret_outcomes);
	if (r != REPEAT_NEW)
		return r < 0 ? PASS(r) : r;
	r = changes_apply(eligibility, db, arena, caller, request, now_ms, ret_outcomes);
	if (r == 0)
		r = outcomes_pack(arena, ret_outcomes, request->count, &packed);
	if (r == 0)
		r = repeat_remember(eligibility, db, arena, caller, &digests, packed, now_ms);
	return r ? PASS(r) : 0;
}
