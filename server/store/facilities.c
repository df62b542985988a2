/* SPDX-License-Identifier: Apache-2.0 */
/* facility */
#include "server/store/accounts.h"
#include "server/store/changes.h"
#include "server/store/row.h"

static const char facility_add[] =
	"INSERT INTO facility (code, kind, name) VALUES ($1, $2, $3) RETURNING no";
#define COLUMNS "no, code, kind, name, dpop, version, mail, mail_ms"
static const char facility_find[] = "SELECT " COLUMNS " FROM facility WHERE code = $1";
static const char facility_get[] = "SELECT " COLUMNS " FROM facility WHERE no = $1";
static const char facility_next[] =
	"SELECT " COLUMNS " FROM facility WHERE no > $1 ORDER BY no LIMIT 1";
static const char facility_dpop[] = "UPDATE facility SET dpop = $2 WHERE no = $1";
static const char mail_set[] = "UPDATE facility SET mail = $2, mail_ms = $3 WHERE no = $1";

int store_facility_add(struct db *db, struct str code, struct str kind, struct str name,
		       int64_t *ret_no)
{
	int r = row_returning(db, facility_add,
			      DB_ARGS(db_text(code), db_text(kind), db_text(name)), ret_no);
	return r < 0 ? PASS(r) : r;
}

static int facility_read(struct row *row, struct store_facility *ret_facility)
{
	struct store_facility facility = {
		.no = row_int(row, 0),
		.code = row_str(row, 1),
		.kind = row_str(row, 2),
		.name = row_str(row, 3),
		.dpop = row_int(row, 4) != 0,
		.version = row_int(row, 5),
		.mail = row_str(row, 6),
		.mail_ms = row_int(row, 7),
	};
	int r = row_end(row);
	if (r < 0)
		return PASS(r);
	*ret_facility = facility;
	return 0;
}

int store_facility_mail_set(struct db *db, int64_t facility_no, struct str mail, int64_t mail_ms)
{
	int r = row_change(db, mail_set,
			   DB_ARGS(db_int(facility_no), db_blob(mail), db_int(mail_ms)),
			   STORE_NOT_FOUND);
	return r < 0 ? PASS(r) : r;
}

int store_facility_find(struct db *db, struct arena *arena, struct str code,
			struct store_facility *ret_facility)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, facility_find, DB_ARGS(db_text(code)), &row);
	if (r == 0)
		r = facility_read(&row, ret_facility);
	return r < 0 ? PASS(r) : r;
}

int store_facility_get(struct db *db, struct arena *arena, int64_t facility_no,
		       struct store_facility *ret_facility)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, facility_get, DB_ARGS(db_int(facility_no)), &row);
	if (r == 0)
		r = facility_read(&row, ret_facility);
	return r < 0 ? PASS(r) : r;
}

int store_facility_next(struct db *db, struct arena *arena, int64_t after_no,
			struct store_facility *ret_facility)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, facility_next, DB_ARGS(db_int(after_no)), &row);
	if (r == 0)
		r = facility_read(&row, ret_facility);
	return r < 0 ? PASS(r) : r;
}

int store_facility_dpop_set(struct db *db, int64_t facility_no, bool dpop, int64_t now_ms)
{
	int r = row_change(db, facility_dpop, DB_ARGS(db_int(facility_no), db_int(dpop)),
			   STORE_NOT_FOUND);
	if (r == 0)
		r = store_change_number_add(db, STORE_CHANGE_FACILITY, facility_no, now_ms);
	return r < 0 ? PASS(r) : r;
}
