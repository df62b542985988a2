/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of every page are the same: no, n, facility_no, id, sealed, key, row_id, number. A
 * page begins behind the last row of the one before, in the order of an index, so that a pass reads
 * each row once.
 */
#include "server/store/sealed.h"

#include <assert.h>

#include "server/store/row.h"

static const char totp_page[] =
	"SELECT account_no, n, facility_no, NULL, seed, NULL, NULL, NULL FROM totp JOIN account"
	" ON account.no = account_no WHERE account_no > $1 AND substr(seed, 1, 3) <> $2"
	" ORDER BY account_no, n LIMIT $3";
static const char totp_put[] =
	"UPDATE totp SET seed = $4 WHERE account_no = $1 AND n = $2 AND seed = $3";

static const char staff_page[] =
	"SELECT facility_no, 0, facility_no, id, name, NULL, NULL, NULL FROM staff"
	" WHERE (facility_no > $1 OR (facility_no = $1 AND id > $2)) AND substr(name, 1, 3) <> $3"
	" ORDER BY facility_no, id LIMIT $4";
static const char staff_put[] =
	"UPDATE staff SET name = $4 WHERE facility_no = $1 AND id = $2 AND name = $3";

static const char person_page[] =
	"SELECT no, 0, 0, key_hmac, body, key, NULL, NULL FROM person WHERE no > $1"
	" AND (substr(body, 1, 3) <> $2 OR substr(key, 1, 3) <> $2 OR lookup_n <> $3)"
	" ORDER BY no LIMIT $4";
static const char person_put[] =
	"UPDATE person SET key_hmac = $3, lookup_n = $4, body = $5, key = $6"
	" WHERE no = $1 AND body = $2";

static const char certificate_page[] =
	"SELECT person_no, 0, 0, hmac, aki_serial, NULL, NULL, NULL FROM certificate WHERE hmac > "
	"$1"
	" AND (substr(aki_serial, 1, 3) <> $2 OR lookup_n <> $3) ORDER BY hmac LIMIT $4";
static const char certificate_put[] =
	"UPDATE certificate SET hmac = $3, lookup_n = $4, aki_serial = $5"
	" WHERE hmac = $1 AND aki_serial = $2";

static const char patient_page[] =
	"SELECT no, ref_version, facility_no, scope_hmac, ref, scope, id, ref_hmac FROM patient"
	" WHERE no > $1 AND (substr(ref, 1, 3) <> $2 OR substr(scope, 1, 3) <> $2 OR lookup_n <> "
	"$3)"
	" ORDER BY no LIMIT $4";
static const char patient_put[] =
	"UPDATE patient SET scope_hmac = $3, lookup_n = $4, ref = $5, scope = $6, ref_hmac = $7"
	" WHERE no = $1 AND ref = $2";

static const char pepper_uses[] = "SELECT (SELECT count(*) FROM account WHERE pepper_n = $1)"
				  " + (SELECT count(*) FROM password_old WHERE pepper_n = $1)";

static struct str place_id(const struct store_sealed_place *place)
{
	return str_bytes(place->id_bytes, place->id_len);
}

static int page_query(struct db *db, struct arena *arena, enum store_sealed_table table,
		      const struct store_sealed_marks *marks,
		      const struct store_sealed_place *place, struct row *row)
{
	struct db_value no = db_int(place->no), head = db_blob(marks->head),
			lookup_n = db_int(marks->lookup_n), limit = db_int(STORE_SEALED_PAGE_MAX);
	switch (table) {
	case STORE_SEALED_TOTP:
		return row_query(db, arena, totp_page, DB_ARGS(no, head, limit), row);
	case STORE_SEALED_STAFF:
		return row_query(db, arena, staff_page,
				 DB_ARGS(no, db_text(place_id(place)), head, limit), row);
	case STORE_SEALED_PERSON:
		return row_query(db, arena, person_page, DB_ARGS(no, head, lookup_n, limit), row);
	case STORE_SEALED_CERTIFICATE:
		return row_query(db, arena, certificate_page,
				 DB_ARGS(db_blob(place_id(place)), head, lookup_n, limit), row);
	case STORE_SEALED_PATIENT:
		return row_query(db, arena, patient_page, DB_ARGS(no, head, lookup_n, limit), row);
	case STORE_SEALED_TABLES: break;
	}
	return RAISE(EINVAL);
}

static int row_take(struct row *row, struct store_sealed_row *ret_row)
{
	*ret_row = (struct store_sealed_row){
		.no = row_int(row, 0),
		.n = row_int(row, 1),
		.facility_no = row_int(row, 2),
		.id = row_str(row, 3),
		.sealed = row_str(row, 4),
		.key = row_str(row, 5),
		.row_id = row_str(row, 6),
		.number = row_str(row, 7),
	};
	int r = row_end(row);
	return r < 0 ? PASS(r) : 0;
}

static void place_move(struct store_sealed_place *place, const struct store_sealed_row *last)
{
	assert(last->id.len <= sizeof place->id_bytes);
	place->no = last->no;
	place->id_len = last->id.len;
	if (last->id.len)
		memcpy(place->id_bytes, last->id.ptr, last->id.len);
}

int store_sealed_page(struct db *db, struct arena *arena, enum store_sealed_table table,
		      const struct store_sealed_marks *marks, struct store_sealed_place *place,
		      struct store_sealed_row **ret_rows, size_t *ret_count)
{
	struct row row AUTO(row_close) = {0};
	struct store_sealed_row *rows = arena_array(arena, STORE_SEALED_PAGE_MAX, sizeof *rows);
	size_t count = 0;
	assert(marks->head.len == STORE_SEALED_HEAD_BYTES);
	if (!rows)
		return RAISE(ENOMEM);
	int r = page_query(db, arena, table, marks, place, &row);
	if (r == 0)
		r = row_next(&row);
	while (r == 0 && count < STORE_SEALED_PAGE_MAX) {
		r = row_take(&row, &rows[count++]);
		if (r == 0)
			r = row_next(&row);
	}
	if (r < 0)
		return PASS(r);
	if (count)
		place_move(place, &rows[count - 1]);
	*ret_rows = rows;
	*ret_count = count;
	return 0;
}

int store_sealed_put(struct db *db, enum store_sealed_table table,
		     const struct store_sealed_row *old, const struct store_sealed_row *new,
		     int64_t lookup_n)
{
	struct db_value no = db_int(old->no), was = db_blob(old->sealed), is = db_blob(new->sealed),
			lookup = db_int(lookup_n);
	int r = STORE_STALE;
	switch (table) {
	case STORE_SEALED_TOTP:
		r = row_change(db, totp_put, DB_ARGS(no, db_int(old->n), was, is), STORE_STALE);
		break;
	case STORE_SEALED_STAFF:
		r = row_change(db, staff_put, DB_ARGS(no, db_text(old->id), was, is), STORE_STALE);
		break;
	case STORE_SEALED_PERSON:
		r = row_change(db, person_put,
			       DB_ARGS(no, was, db_blob(new->id), lookup, is, db_blob(new->key)),
			       STORE_STALE);
		break;
	case STORE_SEALED_CERTIFICATE:
		r = row_change(db, certificate_put,
			       DB_ARGS(db_blob(old->id), was, db_blob(new->id), lookup, is),
			       STORE_STALE);
		break;
	case STORE_SEALED_PATIENT:
		r = row_change(db, patient_put,
			       DB_ARGS(no, was, db_blob(new->id), lookup, is, db_blob(new->key),
				       db_blob(new->number)),
			       STORE_STALE);
		break;
	case STORE_SEALED_TABLES: break;
	}
	return r < 0 ? PASS(r) : r;
}

int store_pepper_uses(struct db *db, int64_t pepper_n, int64_t *ret_count)
{
	int r = row_returning(db, pepper_uses, DB_ARGS(db_int(pepper_n)), ret_count);
	return r ? FOLD(r) : 0;
}
