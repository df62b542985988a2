/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit, audit_slot, audit_head
 *
 * The slot's row hands out the numbers: whoever adds holds it until its transaction ends, so that
 * they rise without a gap. On PostgreSQL this makes writers wait for each other; a slot for each
 * connection is the door to more.
 */
#include "server/store/audit.h"

#include <assert.h>

#include "server/store/row.h"

enum { SLOT = 1 };

static const char seq_take[] = "UPDATE audit_slot SET seq = seq + 1 WHERE slot = $1 RETURNING seq";
static const char hash_of[] = "SELECT hash FROM audit WHERE slot = $1 AND seq = $2";
static const char audit_add[] =
	"INSERT INTO audit (slot, seq, at_ms, facility_no, account_no, device_no, staff, call,"
	" outcome, request_id, n, items, hash, operator, reason)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO "
	"NOTHING";
#define AUDIT_COLUMNS                                                                              \
	"slot, seq, at_ms, facility_no, account_no, device_no, staff, call, outcome, request_id, " \
	"n,"                                                                                       \
	" items, hash, operator, reason"
static const char audit_list[] =
	"SELECT " AUDIT_COLUMNS " FROM audit WHERE slot = $1 AND seq > $2 ORDER BY seq LIMIT $3";
static const char audit_list_facility[] =
	"SELECT " AUDIT_COLUMNS
	" FROM audit WHERE slot = $1 AND seq > $2 AND + facility_no = $4 ORDER BY seq LIMIT $3";

/* A row that is missing or has lost its hash leaves zeros: the chain shows it. */
static int hash_read(struct db *db, int64_t seq, unsigned char ret_hash[STORE_DIGEST_BYTES])
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	int r = db_query(db, hash_of, DB_ARGS(db_int(SLOT), db_int(seq)), &rows);
	if (r == 0)
		r = db_next(rows);
	if (r == DB_END)
		return STORE_NOT_FOUND;
	if (r)
		return r < 0 ? PASS(r) : RAISE(EBUSY);
	struct str hash = db_column_blob(rows, 0);
	if (hash.len == STORE_DIGEST_BYTES)
		memcpy(ret_hash, hash.ptr, hash.len);
	return 0;
}

int store_audit_place_take(struct db *db, struct store_audit_place *ret_place)
{
	struct store_audit_place place = {.slot = SLOT};
	int r = row_returning(db, seq_take, DB_ARGS(db_int(SLOT)), &place.seq);
	if (r == 0)
		r = hash_read(db, place.seq - 1, place.previous);
	if (r && r != STORE_NOT_FOUND)
		return FOLD(r);
	*ret_place = place;
	return 0;
}

int store_audit_add(struct db *db, const struct store_audit *row)
{
	int r = row_change(db, audit_add,
			   DB_ARGS(db_int(row->slot), db_int(row->seq), db_int(row->at_ms),
				   db_int(row->facility_no), db_int(row->account_no),
				   db_int(row->device_no), db_text(row->staff), db_text(row->call),
				   db_text(row->outcome), db_text(row->request_id), db_int(row->n),
				   db_blob(row->items), db_blob(row->hash), db_text(row->operator),
				   db_text(row->reason)),
			   STORE_CONFLICT);
	return r ? FOLD(r) : 0;
}

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
		.n = row_int(row, 10),
		.items = row_str(row, 11),
		.hash = row_str(row, 12),
		.operator= row_str(row, 13),
		.reason = row_str(row, 14),
	};
	int r = row_end(row);
	if (r < 0)
		return PASS(r);
	*ret_audit = audit;
	return 0;
}

int store_audit_list(struct db *db, struct arena *arena, int64_t facility_no, int64_t after,
		     size_t limit, struct store_audit **ret_rows, size_t *ret_count)
{
	assert(limit >= 1 && limit <= STORE_AUDIT_PAGE_MAX);
	struct row row AUTO(row_close) = {0};
	struct store_audit *list = arena_array(arena, limit, sizeof *list);
	size_t count = 0;
	if (!list)
		return RAISE(ENOMEM);
	const struct db_value args[] = {db_int(SLOT), db_int(after), db_int((int64_t)limit),
					db_int(facility_no)};
	int r = row_query(db, arena, facility_no ? audit_list_facility : audit_list, args,
			  facility_no ? 4 : 3, &row);
	if (r == 0)
		r = row_next(&row);
	while (r == 0 && count < limit) {
		r = audit_read(&row, &list[count++]);
		if (r == 0)
			r = row_next(&row);
	}
	if (r < 0)
		return PASS(r);
	*ret_rows = list;
	*ret_count = count;
	return 0;
}

static const char end_read[] = "SELECT seq FROM audit_slot WHERE slot = $1";

int store_audit_end(struct db *db, struct store_audit_place *ret_end)
{
	struct row row AUTO(row_close) = {0};
	struct store_audit_place end = {.slot = SLOT};
	int r = row_find(db, NULL, end_read, DB_ARGS(db_int(SLOT)), &row);
	if (r)
		return FOLD(r);
	end.seq = row_int(&row, 0);
	r = hash_read(db, end.seq, end.previous);
	if (r && r != STORE_NOT_FOUND)
		return PASS(r);
	*ret_end = end;
	return 0;
}

int store_audit_hash(struct db *db, int64_t seq, unsigned char ret_hash[STORE_DIGEST_BYTES])
{
	memset(ret_hash, 0, STORE_DIGEST_BYTES);
	int r = hash_read(db, seq, ret_hash);
	return r < 0 ? PASS(r) : r;
}

/* --- heads --- */

static const char head_add[] = "INSERT INTO audit_head (n, at_ms, seq, head)"
			       " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
static const char head_last[] =
	"SELECT n, at_ms, seq, head FROM audit_head ORDER BY n DESC LIMIT 1";
static const char head_get[] = "SELECT n, at_ms, seq, head FROM audit_head WHERE n = $1";

int store_audit_head_add(struct db *db, const struct store_audit_head *head)
{
	int r = row_change(db, head_add,
			   DB_ARGS(db_int(head->n), db_int(head->at_ms), db_int(head->seq),
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
		.seq = row_int(&row, 2),
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
