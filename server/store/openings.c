/* SPDX-License-Identifier: Apache-2.0 */
/* opening */
#include "server/store/openings.h"

#include "server/store/row.h"

#define OPENING_COLUMNS "no, facility_no, asked_by, approved_by, reason, asked_ms, until_ms"
static const char opening_add[] =
	"INSERT INTO opening (facility_no, asked_by, reason, asked_ms, until_ms)"
	" VALUES ($1, $2, $3, $4, $5) RETURNING no";
static const char opening_get[] = "SELECT " OPENING_COLUMNS " FROM opening WHERE no = $1";
static const char openings_list[] =
	"SELECT " OPENING_COLUMNS " FROM opening WHERE until_ms > $1 ORDER BY no DESC LIMIT $2";
static const char opening_find[] =
	"SELECT " OPENING_COLUMNS " FROM opening WHERE facility_no = $1 AND until_ms > $3"
	" AND approved_by IS NOT NULL AND (asked_by = $2 OR approved_by = $2)"
	" ORDER BY until_ms DESC LIMIT 1";
static const char opening_approve[] =
	"UPDATE opening SET approved_by = $2, until_ms = $4"
	" WHERE no = $1 AND approved_by IS NULL AND asked_by <> $2 AND until_ms > $3";
static const char opening_end[] =
	"UPDATE opening SET until_ms = $2 WHERE no = $1 AND until_ms > $2";

int store_opening_add(struct db *db, const struct store_opening *opening, int64_t *ret_no)
{
	int r = row_returning(db, opening_add,
			      DB_ARGS(db_int(opening->facility_no), db_int(opening->asked_by),
				      db_text(opening->reason), db_int(opening->asked_ms),
				      db_int(opening->until_ms)),
			      ret_no);
	return r < 0 ? PASS(r) : r;
}

static int opening_read(struct row *row, struct store_opening *ret_opening)
{
	struct store_opening opening = {
		.no = row_int(row, 0),
		.facility_no = row_int(row, 1),
		.asked_by = row_int(row, 2),
		.approved_by = row_int(row, 3),
		.reason = row_str(row, 4),
		.asked_ms = row_int(row, 5),
		.until_ms = row_int(row, 6),
	};
	int r = row_end(row);
	if (r < 0)
		return PASS(r);
	*ret_opening = opening;
	return 0;
}

int store_opening_get(struct db *db, struct arena *arena, int64_t no,
		      struct store_opening *ret_opening)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, opening_get, DB_ARGS(db_int(no)), &row);
	if (r == 0)
		r = opening_read(&row, ret_opening);
	return r < 0 ? PASS(r) : r;
}

int store_opening_find(struct db *db, struct arena *arena, int64_t facility_no, int64_t operator_no,
		       int64_t now_ms, struct store_opening *ret_opening)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, opening_find,
			 DB_ARGS(db_int(facility_no), db_int(operator_no), db_int(now_ms)), &row);
	if (r == 0)
		r = opening_read(&row, ret_opening);
	return r < 0 ? PASS(r) : r;
}

int store_openings_list(struct db *db, struct arena *arena, int64_t after_ms,
			struct store_opening **ret_openings, size_t *ret_count)
{
	struct row row AUTO(row_close) = {0};
	struct store_opening *list = arena_array(arena, STORE_OPENINGS_MAX, sizeof *list);
	size_t count = 0;
	if (!list)
		return RAISE(ENOMEM);
	int r = row_find(db, arena, openings_list,
			 DB_ARGS(db_int(after_ms), db_int(STORE_OPENINGS_MAX)), &row);
	while (r == 0 && count < STORE_OPENINGS_MAX) {
		r = opening_read(&row, &list[count++]);
		if (r == 0)
			r = row_next(&row);
	}
	if (r < 0)
		return PASS(r);
	*ret_openings = list;
	*ret_count = count;
	return 0;
}

int store_opening_approve(struct db *db, int64_t no, int64_t approved_by, int64_t now_ms,
			  int64_t until_ms)
{
	int r = row_change(db, opening_approve,
			   DB_ARGS(db_int(no), db_int(approved_by), db_int(now_ms),
				   db_int(until_ms)),
			   STORE_STALE);
	return r < 0 ? PASS(r) : r;
}

int store_opening_end(struct db *db, int64_t no, int64_t now_ms)
{
	int r = row_change(db, opening_end, DB_ARGS(db_int(no), db_int(now_ms)), STORE_STALE);
	return r < 0 ? PASS(r) : r;
}
