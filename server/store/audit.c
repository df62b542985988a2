/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit, audit_slot, audit_head
 *
 * A slot's row hands out the numbers and holds the last hash: whoever adds holds it until its
 * transaction ends, so that numbers rise without a gap. The hash stands there too because the row
 * before may be another facility's, which a walled connection does not see.
 */
#include "server/store/audit.h"

#include <assert.h>

#include "server/store/row.h"

enum { SLOT_FIRST = 1 };

static const char place_of_slot[] =
	"UPDATE audit_slot SET seq = seq + 1 WHERE slot = $1 RETURNING slot, seq, hash";
static const char place_of_holder[] = "UPDATE audit_slot SET seq = seq + 1, used_ms = $2"
				      " WHERE holder = $1 RETURNING slot, seq, hash";
static const char slot_claim[] =
	"UPDATE audit_slot SET holder = $1, used_ms = $2 WHERE used_ms <= $3"
	" AND slot = (SELECT min(slot) FROM audit_slot WHERE used_ms <= $3)";
static const char slot_add[] =
	"INSERT INTO audit_slot (slot, seq, holder, used_ms)"
	" SELECT max(slot) + 1, 0, CAST($1 AS BIGINT), CAST($2 AS BIGINT) FROM audit_slot"
	" HAVING max(slot) < $3 ON CONFLICT DO NOTHING";
static const char slot_leave[] =
	"UPDATE audit_slot SET holder = NULL, used_ms = 0 WHERE holder = $1";
static const char slot_end[] = "UPDATE audit_slot SET hash = $2 WHERE slot = $1";
static const char slots_ends[] =
	"SELECT slot, seq, hash FROM audit_slot WHERE seq > 0 ORDER BY slot LIMIT $1";

#define AUDIT_COLUMNS                                                                 \
	"slot, seq, at_ms, facility_no, account_no, device_no, staff, call, outcome," \
	" request_id, calls, n, items, hash, operator, reason"
static const char audit_add[] =
	"INSERT INTO audit (" AUDIT_COLUMNS ")"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
	" ON CONFLICT DO NOTHING";
static const char audit_list[] = "SELECT " AUDIT_COLUMNS " FROM audit WHERE (slot, seq) > ($1, $2)"
				 " ORDER BY slot, seq LIMIT $3";
static const char audit_history[] =
	"SELECT " AUDIT_COLUMNS " FROM audit WHERE facility_no = $1 AND at_ms >= $2 AND at_ms <= $3"
	" AND (at_ms, slot, seq) > ($4, $5, $6) ORDER BY at_ms, slot, seq LIMIT $7";
static const char audit_total[] = "SELECT count(*) FROM audit";
static const char audit_hash[] = "SELECT hash FROM audit WHERE slot = $1 AND seq = $2";

/* --- places --- */

/* A hash that was taken away leaves zeros: the chain shows it. */
static void hash_read(struct row *row, int column, unsigned char ret_hash[STORE_DIGEST_BYTES])
{
	struct str hash = row_view(row, column);
	memset(ret_hash, 0, STORE_DIGEST_BYTES);
	if (hash.len == STORE_DIGEST_BYTES)
		memcpy(ret_hash, hash.ptr, hash.len);
}

/* Outcome: STORE_NOT_FOUND. */
static int place_read(struct db *db, const char *sql, const struct db_value *args,
		      size_t args_count, struct store_audit_place *ret_place)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, NULL, sql, args, args_count, &row);
	if (r)
		return r < 0 ? PASS(r) : r;
	ret_place->slot = row_int(&row, 0);
	ret_place->seq = row_int(&row, 1);
	hash_read(&row, 2, ret_place->previous);
	r = row_next(&row); /* to the end, as row_returning does */
	return r < 0 ? PASS(r) : 0;
}

static int held_place(struct db *db, int64_t now_ms, struct store_audit_place *ret_place)
{
	int r = place_read(db, place_of_holder, DB_ARGS(db_int(db_number(db)), db_int(now_ms)),
			   ret_place);
	return r < 0 ? PASS(r) : r;
}

/* One that nobody uses any more, or a new one. Somebody may be quicker: then there is none. */
static int place_claim(struct db *db, int64_t now_ms)
{
	struct db_value holder = db_int(db_number(db));
	int r = row_change(db, slot_claim,
			   DB_ARGS(holder, db_int(now_ms), db_int(now_ms - STORE_AUDIT_CLAIM_MS)),
			   STORE_NOT_FOUND);
	if (r == STORE_NOT_FOUND)
		r = row_change(db, slot_add,
			       DB_ARGS(holder, db_int(now_ms), db_int(STORE_AUDIT_SLOTS_MAX)),
			       STORE_NOT_FOUND);
	return r < 0 ? PASS(r) : r;
}

/* Outcome: STORE_NOT_FOUND. */
static int own_place(struct db *db, int64_t now_ms, struct store_audit_place *ret_place)
{
	int r = held_place(db, now_ms, ret_place);
	if (r != STORE_NOT_FOUND)
		return r < 0 ? PASS(r) : r;
	r = place_claim(db, now_ms);
	if (r == 0)
		r = held_place(db, now_ms, ret_place);
	return r < 0 ? PASS(r) : r;
}

int store_audit_place_take(struct db *db, int64_t now_ms, struct store_audit_place *ret_place)
{
	int r = STORE_NOT_FOUND;
	if (db_engine(db) == DB_POSTGRES)
		r = own_place(db, now_ms, ret_place);
	if (r == STORE_NOT_FOUND)
		r = place_read(db, place_of_slot, DB_ARGS(db_int(SLOT_FIRST)), ret_place);
	return r ? FOLD(r) : 0;
}

int store_audit_place_leave(struct db *db)
{
	int r = row_run(db, slot_leave, DB_ARGS(db_int(db_number(db))), NULL);
	return r ? FOLD(r) : 0;
}

int store_audit_add(struct db *db, const struct store_audit *row)
{
	int r = row_change(db, audit_add,
			   DB_ARGS(db_int(row->slot), db_int(row->seq), db_int(row->at_ms),
				   db_int(row->facility_no), db_int(row->account_no),
				   db_int(row->device_no), db_text(row->staff), db_text(row->call),
				   db_text(row->outcome), db_text(row->request_id),
				   db_int(row->calls), db_int(row->n), db_blob(row->items),
				   db_blob(row->hash), db_text(row->operator),
				   db_text(row->reason)),
			   STORE_CONFLICT);
	if (r == 0)
		r = row_run(db, slot_end, DB_ARGS(db_int(row->slot), db_blob(row->hash)), NULL);
	return r ? FOLD(r) : 0;
}

int store_audit_ends(struct db *db, struct store_audit_end ret_ends[STORE_AUDIT_SLOTS_MAX],
		     size_t *ret_count)
{
	struct row row AUTO(row_close) = {0};
	size_t count = 0;
	int r = row_query(db, NULL, slots_ends, DB_ARGS(db_int(STORE_AUDIT_SLOTS_MAX)), &row);
	if (r == 0)
		r = row_next(&row);
	while (r == 0 && count < STORE_AUDIT_SLOTS_MAX) {
		struct store_audit_end *end = &ret_ends[count++];
		end->slot = row_int(&row, 0);
		end->seq = row_int(&row, 1);
		hash_read(&row, 2, end->hash);
		r = row_next(&row);
	}
	if (r < 0)
		return PASS(r);
	*ret_count = count;
	return 0;
}

int store_audit_hash(struct db *db, int64_t slot, int64_t seq,
		     unsigned char ret_hash[STORE_DIGEST_BYTES])
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, NULL, audit_hash, DB_ARGS(db_int(slot), db_int(seq)), &row);
	if (r)
		return r < 0 ? PASS(r) : r;
	hash_read(&row, 0, ret_hash);
	return 0;
}

/* --- rows --- */

static int audit_read(struct row *row, struct store_audit *ret_audit)
{
	struct store_audit audit = {
		.slot = row_int(row, 0),
		.seq = row_int(row, 1),
		.at_ms = row_int(row, 2),
		.facility_no = row_int(row, 3),
		.account_no = row_int(row, 4),
		.device_no = row_int(row, 5),
		.staff = row_str(row, 6),
		.call = row_str(row, 7),
		.outcome = row_str(row, 8),
		.request_id = row_str(row, 9),
		.calls = row_int(row, 10),
		.n = row_int(row, 11),
		.items = row_str(row, 12),
		.hash = row_str(row, 13),
		.operator= row_str(row, 14),
		.reason = row_str(row, 15),
	};
	int r = row_end(row);
	if (r < 0)
		return PASS(r);
	*ret_audit = audit;
	return 0;
}

static int rows_read(struct row *row, struct arena *arena, size_t limit,
		     struct store_audit **ret_rows, size_t *ret_count)
{
	struct store_audit *list = arena_array(arena, limit, sizeof *list);
	size_t count = 0;
	if (!list)
		return RAISE(ENOMEM);
	int r = row_next(row);
	while (r == 0 && count < limit) {
		r = audit_read(row, &list[count++]);
		if (r == 0)
			r = row_next(row);
	}
	if (r < 0)
		return PASS(r);
	*ret_rows = list;
	*ret_count = count;
	return 0;
}

int store_audit_list(struct db *db, struct arena *arena, int64_t slot, int64_t seq, size_t limit,
		     struct store_audit **ret_rows, size_t *ret_count)
{
	assert(limit >= 1 && limit <= STORE_AUDIT_PAGE_MAX);
	struct row row AUTO(row_close) = {0};
	int r = row_query(db, arena, audit_list,
			  DB_ARGS(db_int(slot), db_int(seq), db_int((int64_t)limit)), &row);
	if (r == 0)
		r = rows_read(&row, arena, limit, ret_rows, ret_count);
	return r ? FOLD(r) : 0;
}

int store_audit_history(struct db *db, struct arena *arena, const struct store_audit_query *query,
			size_t limit, struct store_audit **ret_rows, size_t *ret_count)
{
	assert(limit >= 1 && limit <= STORE_AUDIT_PAGE_MAX);
	struct row row AUTO(row_close) = {0};
	int r = row_query(db, arena, audit_history,
			  DB_ARGS(db_int(query->facility_no), db_int(query->from_ms),
				  db_int(query->to_ms), db_int(query->after_ms),
				  db_int(query->after_slot), db_int(query->after_seq),
				  db_int((int64_t)limit)),
			  &row);
	if (r == 0)
		r = rows_read(&row, arena, limit, ret_rows, ret_count);
	return r ? FOLD(r) : 0;
}

int store_audit_total(struct db *db, int64_t *ret_count)
{
	int r = row_returning(db, audit_total, DB_NO_ARGS, ret_count);
	return r ? FOLD(r) : 0;
}

/* --- heads --- */

static const char head_add[] = "INSERT INTO audit_head (n, at_ms, slots, head)"
			       " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
static const char head_last[] =
	"SELECT n, at_ms, slots, head FROM audit_head ORDER BY n DESC LIMIT 1";
static const char head_get[] = "SELECT n, at_ms, slots, head FROM audit_head WHERE n = $1";

int store_audit_head_add(struct db *db, const struct store_audit_head *head)
{
	int r = row_change(db, head_add,
			   DB_ARGS(db_int(head->n), db_int(head->at_ms), db_text(head->slots),
				   db_text(head->head)),
			   STORE_CONFLICT);
	return r ? FOLD(r) : 0;
}

static int head_find(struct db *db, struct arena *arena, const char *sql,
		     const struct db_value *args, size_t args_count,
		     struct store_audit_head *ret_head)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, sql, args, args_count, &row);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct store_audit_head head = {
		.n = row_int(&row, 0),
		.at_ms = row_int(&row, 1),
		.slots = row_str(&row, 2),
		.head = row_str(&row, 3),
	};
	r = row_end(&row);
	if (r < 0)
		return PASS(r);
	*ret_head = head;
	return 0;
}

int store_audit_head_last(struct db *db, struct arena *arena, struct store_audit_head *ret_head)
{
	int r = head_find(db, arena, head_last, DB_NO_ARGS, ret_head);
	return r < 0 ? PASS(r) : r;
}

int store_audit_head_get(struct db *db, struct arena *arena, int64_t n,
			 struct store_audit_head *ret_head)
{
	int r = head_find(db, arena, head_get, DB_ARGS(db_int(n)), ret_head);
	return r < 0 ? PASS(r) : r;
}
