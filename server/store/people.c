/* SPDX-License-Identifier: Apache-2.0 */
/* staff, person, certificate */
#include "server/store/people.h"

#include "server/store/row.h"

/* --- staff --- */

static const char staff_put[] =
	"INSERT INTO staff (facility_no, id, name, active) VALUES ($1, $2, $3, $4)"
	" ON CONFLICT (facility_no, id) DO UPDATE SET name = excluded.name,"
	" active = excluded.active";
static const char staff_get[] =
	"SELECT id, name, active FROM staff WHERE facility_no = $1 AND id = $2";
static const char staff_list[] =
	"SELECT id, name, active FROM staff WHERE facility_no = $1 AND active = 1"
	" ORDER BY id LIMIT $2";

int store_staff_put(struct db *db, int64_t facility_no, const struct store_staff *staff)
{
	int r = row_run(db, staff_put,
			DB_ARGS(db_int(facility_no), db_text(staff->id), db_blob(staff->name),
				db_int(staff->active)),
			NULL);
	return r ? FOLD(r) : 0;
}

static int staff_read(struct row *row, struct store_staff *ret_staff)
{
	struct store_staff staff = {
		.id = row_str(row, 0),
		.name = row_str(row, 1),
		.active = row_int(row, 2) != 0,
	};
	int r = row_end(row);
	if (r < 0)
		return PASS(r);
	*ret_staff = staff;
	return 0;
}

int store_staff_get(struct db *db, struct arena *arena, int64_t facility_no, struct str id,
		    struct store_staff *ret_staff)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, staff_get, DB_ARGS(db_int(facility_no), db_text(id)), &row);
	if (r == 0)
		r = staff_read(&row, ret_staff);
	return r < 0 ? PASS(r) : r;
}

int store_staff_list(struct db *db, struct arena *arena, int64_t facility_no,
		     struct store_staff **ret_staff, size_t *ret_count)
{
	struct row row AUTO(row_close) = {0};
	struct store_staff *staff = arena_array(arena, STORE_STAFF_MAX, sizeof *staff);
	size_t count = 0;
	if (!staff)
		return RAISE(ENOMEM);
	int r = row_query(db, arena, staff_list,
			  DB_ARGS(db_int(facility_no), db_int(STORE_STAFF_MAX)), &row);
	if (r == 0)
		r = row_next(&row);
	while (r == 0 && count < STORE_STAFF_MAX) {
		r = staff_read(&row, &staff[count++]);
		if (r == 0)
			r = row_next(&row);
	}
	if (r < 0)
		return PASS(r);
	*ret_staff = staff;
	*ret_count = count;
	return 0;
}

/* --- person --- */

static const char person_find[] =
	"SELECT no, key_hmac, body FROM person WHERE key_hmac IN ($1, $2)";
static const char person_get[] = "SELECT no, key_hmac, body FROM person WHERE no = $1";
static const char person_add[] = "INSERT INTO person (key_hmac, lookup_n, key, body)"
				 " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING no";
static const char person_body_set[] = "UPDATE person SET body = $2 WHERE no = $1 AND body = $3";

static int person_row(struct db *db, struct arena *arena, const char *sql,
		      const struct db_value *args, size_t args_count,
		      struct store_person *ret_person)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, sql, args, args_count, &row);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct store_person person = {
		.no = row_int(&row, 0),
		.key_hmac = row_str(&row, 1),
		.body = row_str(&row, 2),
	};
	r = row_end(&row);
	if (r < 0)
		return PASS(r);
	*ret_person = person;
	return 0;
}

int store_person_find(struct db *db, struct arena *arena, const struct store_lookup *lookup,
		      struct store_person *ret_person)
{
	int r = person_row(db, arena, person_find,
			   DB_ARGS(db_blob(lookup->new), db_blob(lookup->old)), ret_person);
	return r < 0 ? PASS(r) : r;
}

int store_person_get(struct db *db, struct arena *arena, int64_t person_no,
		     struct store_person *ret_person)
{
	int r = person_row(db, arena, person_get, DB_ARGS(db_int(person_no)), ret_person);
	return r < 0 ? PASS(r) : r;
}

int store_person_add(struct db *db, const struct store_lookup *lookup, struct str key,
		     struct str body, int64_t *ret_no)
{
	int r = row_returning(db, person_add,
			      DB_ARGS(db_blob(lookup->new), db_int(lookup->n), db_blob(key),
				      db_blob(body)),
			      ret_no);
	if (r < 0)
		return PASS(r);
	return r ? STORE_CONFLICT : 0;
}

int store_person_body_set(struct db *db, const struct store_person *held, struct str body)
{
	int r = row_change(db, person_body_set,
			   DB_ARGS(db_int(held->no), db_blob(body), db_blob(held->body)),
			   STORE_STALE);
	return r < 0 ? PASS(r) : r;
}

/* --- certificate --- */

static const char certificate_add[] =
	"INSERT INTO certificate (hmac, lookup_n, aki_serial, person_no, registered_ms)"
	" VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
static const char certificate_find[] =
	"SELECT person_no, registered_ms FROM certificate WHERE hmac IN ($1, $2)";
static const char certificate_register[] =
	"UPDATE certificate SET registered_ms = $3 WHERE hmac IN ($1, $2) AND registered_ms = 0";

int store_certificate_find(struct db *db, const struct store_lookup *lookup,
			   struct store_certificate *ret_certificate)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, NULL, certificate_find,
			 DB_ARGS(db_blob(lookup->new), db_blob(lookup->old)), &row);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_certificate = (struct store_certificate){
		.person_no = row_int(&row, 0),
		.registered_ms = row_int(&row, 1),
	};
	return 0;
}

static int certificate_owned(struct db *db, const struct store_lookup *lookup, int64_t person_no)
{
	struct store_certificate held;
	int r = store_certificate_find(db, lookup, &held);
	if (r)
		return r < 0 ? PASS(r) : r;
	return held.person_no == person_no ? 0 : STORE_CONFLICT;
}

int store_certificate_add(struct db *db, const struct store_lookup *lookup, struct str aki_serial,
			  int64_t person_no, int64_t registered_ms)
{
	int r = certificate_owned(db, lookup, person_no);
	if (r != STORE_NOT_FOUND)
		return r < 0 ? PASS(r) : r;
	r = row_change(db, certificate_add,
		       DB_ARGS(db_blob(lookup->new), db_int(lookup->n), db_blob(aki_serial),
			       db_int(person_no), db_int(registered_ms)),
		       STORE_CONFLICT);
	if (r == STORE_CONFLICT) /* somebody else's was quicker */
		r = certificate_owned(db, lookup, person_no);
	return r < 0 ? PASS(r) : r;
}

int store_certificate_register(struct db *db, const struct store_lookup *lookup, int64_t now_ms)
{
	int r = row_run(db, certificate_register,
			DB_ARGS(db_blob(lookup->new), db_blob(lookup->old), db_int(now_ms)), NULL);
	return r ? FOLD(r) : 0;
}
