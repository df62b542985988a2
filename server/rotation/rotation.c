/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pass walks all tables; what others write meanwhile may stand under an older key only for the
 * few seconds in which a new one is taken up, so a pass that found nothing is believed.
 */
#include "server/rotation/rotation.h"

#include "server/audit/audit.h"
#include "server/auth/totp_seed.h"
#include "server/eligibility/reseal.h"
#include "server/register/reseal.h"

static int (*const reseals[STORE_SEALED_TABLES])(struct keys *keys, struct arena *arena,
						 const struct store_sealed_row *old,
						 struct store_sealed_row *new) = {
	[STORE_SEALED_TOTP] = totp_seed_reseal,	 [STORE_SEALED_STAFF] = staff_reseal,
	[STORE_SEALED_PERSON] = person_reseal,	 [STORE_SEALED_CERTIFICATE] = certificate_reseal,
	[STORE_SEALED_PATIENT] = patient_reseal,
};

void rotation_init(struct rotation *rotation, struct keys *keys)
{
	*rotation = (struct rotation){.keys = keys};
}

static int trail_add(struct db *db, const char *call, int64_t n, int64_t now_ms)
{
	struct store_audit row = {
		.at_ms = now_ms,
		.call = str_of(call),
		.outcome = STR("ok"),
		.request_id = STR("rotation"),
		.n = n,
	};
	int r = audit_add(db, &row);
	return r ? PASS(r) : 0;
}

/* --- rows --- */

/* Written by somebody else meanwhile: then it stands under the new key already. */
static int row_move(const struct rotation *rotation, struct db *db, struct arena *arena,
		    const struct store_sealed_row *old)
{
	struct store_sealed_row new = *old;
	int r = reseals[rotation->table](rotation->keys, arena, old, &new);
	if (r)
		return FOLD(r);
	r = store_sealed_put(db, rotation->table, old, &new, rotation->lookup_n);
	if (r < 0)
		return PASS(r);
	return r == STORE_CONFLICT ? RAISE(EBADMSG) : 0;
}

struct marks {
	unsigned char head[STORE_SEALED_HEAD_BYTES];
	struct store_sealed_marks marks;
};

static const struct store_sealed_marks *marks_of(const struct rotation *rotation,
						 struct marks *marks)
{
	marks->head[0] = 1;
	marks->head[1] = (unsigned char)(rotation->store_n >> 8);
	marks->head[2] = (unsigned char)rotation->store_n;
	marks->marks = (struct store_sealed_marks){str_bytes(marks->head, sizeof marks->head),
						   rotation->lookup_n};
	return &marks->marks;
}

static int page_move(struct rotation *rotation, struct db *db, struct arena *arena, int64_t now_ms,
		     size_t *ret_count)
{
	struct marks marks;
	struct store_sealed_row *rows;
	int r = store_sealed_page(db, arena, rotation->table, marks_of(rotation, &marks),
				  &rotation->place, &rows, ret_count);
	for (size_t i = 0; r == 0 && i < *ret_count; i++)
		r = row_move(rotation, db, arena, &rows[i]);
	if (r == 0 && *ret_count)
		r = trail_add(db, "keys_reseal", (int64_t)*ret_count, now_ms);
	return r ? FOLD(r) : 0;
}

static int page_commit(struct rotation *rotation, struct db *db, struct arena *arena,
		       int64_t now_ms, size_t *ret_count)
{
	int r = db_begin(db);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBUSY);
	r = page_move(rotation, db, arena, now_ms, ret_count);
	if (r == 0)
		r = db_commit(db);
	if (r > 0)
		return RAISE(EBUSY);
	return r ? PASS(r) : 0;
}

/* A new pass, when the keys are others than those of the last one. */
static void pass_begin(struct rotation *rotation)
{
	int store_n = keys_newest(rotation->keys, KEYS_KIND_STORE);
	int lookup_n = keys_newest(rotation->keys, KEYS_KIND_LOOKUP);
	if (rotation->store_n == store_n && rotation->lookup_n == lookup_n)
		return;
	*rotation =
		(struct rotation){.keys = rotation->keys, .store_n = store_n, .lookup_n = lookup_n};
}

static void table_end(struct rotation *rotation)
{
	rotation->place = (struct store_sealed_place){0};
	rotation->table++;
	if (rotation->table < STORE_SEALED_TABLES)
		return;
	rotation->clean = !rotation->found;
	rotation->found = false;
	rotation->table = STORE_SEALED_TOTP;
}

static int rows_move(struct rotation *rotation, struct db *db, struct arena *arena, int64_t now_ms)
{
	for (int i = 0; i < ROTATION_PAGES && !rotation->clean; i++) {
		size_t count;
		int r = page_commit(rotation, db, arena, now_ms, &count);
		if (r)
			return PASS(r);
		rotation->found |= count > 0;
		if (count < STORE_SEALED_PAGE_MAX)
			table_end(rotation);
	}
	return 0;
}

/* --- the end of a key --- */

static int key_end(const struct rotation *rotation, struct db *db, enum keys_kind kind, int n,
		   int64_t now_ms)
{
	const char *call = kind == KEYS_KIND_STORE    ? "keys_end_store"
			   : kind == KEYS_KIND_LOOKUP ? "keys_end_lookup"
						      : "keys_end_pepper";
	int r = db_begin(db);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBUSY);
	r = trail_add(db, call, n, now_ms);
	if (r == 0)
		r = db_commit(db);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBUSY);
	r = keys_generation_destroy(rotation->keys, kind, n);
	return r ? PASS(r) : 0;
}

static int unused(struct db *db, enum keys_kind kind, const struct keys_generation *old,
		  const struct keys_generation *newest, int64_t now_ms, bool *ret_unused)
{
	int64_t value = 0;
	int r = 0;
	if (kind == KEYS_KIND_STORE) {
		*ret_unused = now_ms - newest->made_ms >= ROTATION_STORE_MS;
	} else if (kind == KEYS_KIND_LOOKUP) {
		*ret_unused = now_ms - newest->made_ms >= ROTATION_LOOKUP_MS;
	} else {
		r = store_pepper_uses(db, old->n, &value);
		*ret_unused = value == 0 && now_ms - newest->made_ms >= ROTATION_PEPPER_MS;
	}
	return r ? PASS(r) : 0;
}

/* The oldest ones first; the newest that is in use stays, and so does one that waits to be. */
static int kind_end(const struct rotation *rotation, struct db *db, enum keys_kind kind,
		    int64_t now_ms)
{
	struct keys_generation all[KEYS_ALIVE_MAX];
	size_t count = keys_generations(rotation->keys, kind, all);
	int newest = keys_newest(rotation->keys, kind);
	for (size_t i = 0; i + 1 < count && all[i].n < newest; i++) {
		bool over = false;
		int r = unused(db, kind, &all[i], &all[i + 1], now_ms, &over);
		if (r == 0 && over)
			r = key_end(rotation, db, kind, all[i].n, now_ms);
		if (r)
			return PASS(r);
	}
	return 0;
}

static bool alone(const struct rotation *rotation, enum keys_kind kind)
{
	struct keys_generation all[KEYS_ALIVE_MAX];
	return keys_generations(rotation->keys, kind, all) < 2;
}

int rotation_run(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	struct rotation *rotation = ctx;
	int r = kind_end(rotation, db, KEYS_KIND_PEPPER, now_ms);
	if (r)
		return PASS(r);
	if (alone(rotation, KEYS_KIND_STORE) && alone(rotation, KEYS_KIND_LOOKUP))
		return 0;
	pass_begin(rotation);
	r = rows_move(rotation, db, arena, now_ms);
	if (r || !rotation->clean)
		return r ? PASS(r) : 0;
	r = kind_end(rotation, db, KEYS_KIND_STORE, now_ms);
	if (r == 0)
		r = kind_end(rotation, db, KEYS_KIND_LOOKUP, now_ms);
	return r ? PASS(r) : 0;
}
