/* SPDX-License-Identifier: Apache-2.0 */
/*
 * patient, result
 *
 * A facility's rids are one range a month, with other facilities' between the months. A page walks
 * its months, each a range of the primary key ("+ facility_no" keeps the planner there); the count
 * stays inside the index (facility_no, rid, flags, has_ref).
 */
#include "server/store/results.h"

#include <assert.h>

#include "lib/base/period.h"
#include "server/store/row.h"

/* --- patient --- */

#define PATIENT_COLUMNS "no, id, scope_hmac, ref_hmac, ref, ref_version"
static const char patient_find[] =
	"SELECT " PATIENT_COLUMNS " FROM patient WHERE facility_no = $1 AND scope_hmac IN ($2, $3)";
static const char patient_get[] =
	"SELECT " PATIENT_COLUMNS " FROM patient WHERE facility_no = $1 AND no = $2";
static const char patient_add[] =
	"INSERT INTO patient (facility_no, id, scope_hmac, ref, scope, lookup_n)"
	" VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
static const char reference_due[] =
	"SELECT no FROM patient WHERE facility_no = $1 AND no = $2 AND ref_version = $3";
/* The row has one number for both its values: that of the older key. */
static const char reference_set[] =
	"UPDATE patient SET ref_hmac = $4, ref = $5, ref_version = ref_version + 1,"
	" lookup_n = CASE WHEN lookup_n < $6 THEN lookup_n ELSE $6 END"
	" WHERE facility_no = $1 AND no = $2 AND ref_version = $3 AND NOT EXISTS (SELECT 1"
	" FROM patient AS other WHERE other.facility_no = $1 AND other.no <> $2"
	" AND other.ref_hmac IN ($4, $7))";
static const char reference_clear[] =
	"UPDATE patient SET ref_hmac = NULL, ref = $4, ref_version = ref_version + 1"
	" WHERE facility_no = $1 AND no = $2 AND ref_version = $3";
static const char reference_mark[] =
	"UPDATE result SET has_ref = $3 WHERE facility_no = $1 AND patient_no = $2";
static const char facility_hold[] = "UPDATE facility SET version = version WHERE no = $1";
static const char facility_touch[] = "UPDATE facility SET version = version + 1 WHERE no = $1";

static int patient_read(struct row *row, struct store_patient *ret_patient)
{
	struct store_patient patient = {
		.no = row_int(row, 0),
		.id = row_str(row, 1),
		.scope_hmac = row_str(row, 2),
		.ref_hmac = row_str(row, 3),
		.ref = row_str(row, 4),
		.ref_version = row_int(row, 5),
	};
	int r = row_end(row);
	if (r < 0)
		return PASS(r);
	*ret_patient = patient;
	return 0;
}

static int patient_row(struct db *db, struct arena *arena, const char *sql,
		       const struct db_value *args, size_t args_count,
		       struct store_patient *ret_patient)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, sql, args, args_count, &row);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = patient_read(&row, ret_patient);
	return r ? PASS(r) : 0;
}

int store_patient_find(struct db *db, struct arena *arena, int64_t facility_no,
		       const struct store_lookup *scope, struct store_patient *ret_patient)
{
	int r = patient_row(db, arena, patient_find,
			    DB_ARGS(db_int(facility_no), db_blob(scope->new), db_blob(scope->old)),
			    ret_patient);
	return r < 0 ? PASS(r) : r;
}

int store_patient_add(struct db *db, int64_t facility_no, const struct store_patient *patient,
		      struct str scope, int64_t lookup_n)
{
	int r = row_change(db, patient_add,
			   DB_ARGS(db_int(facility_no), db_blob(patient->id),
				   db_blob(patient->scope_hmac), db_blob(patient->ref),
				   db_blob(scope), db_int(lookup_n)),
			   STORE_CONFLICT);
	return r < 0 ? PASS(r) : r;
}

int store_patient_get(struct db *db, struct arena *arena, int64_t facility_no, int64_t patient_no,
		      struct store_patient *ret_patient)
{
	int r = patient_row(db, arena, patient_get,
			    DB_ARGS(db_int(facility_no), db_int(patient_no)), ret_patient);
	return r < 0 ? PASS(r) : r;
}

int store_facility_hold(struct db *db, int64_t facility_no)
{
	int r = row_run(db, facility_hold, DB_ARGS(db_int(facility_no)), NULL);
	return r ? FOLD(r) : 0;
}

/* Nothing was changed: is the row another one now, or has another patient the number? */
static int reference_refusal(struct db *db, struct db_value facility, struct db_value patient,
			     struct db_value version)
{
	int64_t no;
	int r = row_returning(db, reference_due, DB_ARGS(facility, patient, version), &no);
	if (r == STORE_NOT_FOUND)
		return STORE_STALE;
	return r < 0 ? PASS(r) : STORE_CONFLICT;
}

static int reference_write(struct db *db, struct db_value facility, struct db_value patient,
			   struct db_value version, const struct store_lookup *number,
			   struct str ref)
{
	int r = 0;
	if (number)
		r = row_change(db, reference_set,
			       DB_ARGS(facility, patient, version, db_blob(number->new),
				       db_blob(ref), db_int(number->n), db_blob(number->old)),
			       STORE_STALE);
	else
		r = row_change(db, reference_clear,
			       DB_ARGS(facility, patient, version, db_blob(ref)), STORE_STALE);
	if (r == STORE_STALE)
		r = reference_refusal(db, facility, patient, version);
	return r < 0 ? PASS(r) : r;
}

int store_patient_reference_set(struct db *db, int64_t facility_no, int64_t patient_no,
				int64_t ref_version, const struct store_lookup *number,
				struct str ref)
{
	struct db_value facility = db_int(facility_no), patient = db_int(patient_no);
	assert(ref.ptr);
	int r = store_facility_hold(db, facility_no);
	if (r == 0)
		r = reference_write(db, facility, patient, db_int(ref_version), number, ref);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = row_run(db, reference_mark, DB_ARGS(facility, patient, db_int(number != NULL)), NULL);
	if (r == 0)
		r = row_run(db, facility_touch, DB_ARGS(db_int(facility_no)), NULL);
	return r ? FOLD(r) : 0;
}

/* --- result --- */

static const char facility_state[] = "SELECT version, last_rid FROM facility WHERE no = $1";

static const char rid_take[] = "UPDATE facility SET version = version + 1,"
			       " last_rid = CASE WHEN last_rid >= $2 THEN last_rid + 1 ELSE $2 END"
			       " WHERE no = $1 RETURNING last_rid";
static const char result_add[] =
	"INSERT INTO result (rid, id, facility_no, flags, has_ref, patient_no, device_no, staff,"
	" body) SELECT $1, $2, $3, $4, CASE WHEN ref_hmac IS NULL THEN 0 ELSE 1 END, no, $6, $7, $8"
	" FROM patient WHERE facility_no = $3 AND no = $5 ON CONFLICT DO NOTHING";

#define RESULT_COLUMNS                                                                            \
	"result.rid, result.id, result.flags, result.patient_no, result.device_no, result.staff," \
	" result.body, patient.id, patient.scope_hmac, patient.ref, patient.ref_version"          \
	" FROM result JOIN patient ON patient.no = result.patient_no"
static const char result_find[] =
	"SELECT " RESULT_COLUMNS " WHERE result.facility_no = $1 AND result.id = $2";
static const char results_page[] =
	"SELECT " RESULT_COLUMNS
	" WHERE + result.facility_no = $1 AND result.rid > $2 AND result.rid <= $3"
	" ORDER BY result.rid LIMIT $4";
static const char results_page_filtered[] =
	"SELECT " RESULT_COLUMNS
	" WHERE + result.facility_no = $1 AND result.rid > $2 AND result.rid <= $3"
	" AND result.has_ref >= $5 AND result.has_ref <= $6 AND (result.flags & $7) = $8"
	" ORDER BY result.rid LIMIT $4";
static const char results_count[] =
	"SELECT count(*), CAST(coalesce(sum(has_ref), 0) AS BIGINT) FROM result"
	" WHERE facility_no = $1 AND rid >= $2 AND rid <= $3";
static const char results_count_filtered[] =
	"SELECT count(*), CAST(coalesce(sum(has_ref), 0) AS BIGINT) FROM result"
	" WHERE facility_no = $1 AND rid >= $2 AND rid <= $3 AND (flags & $4) = $5";
static const char results_month[] = "SELECT rid FROM result WHERE rid >= $1 ORDER BY rid LIMIT 1";

static const char results_forget[] =
	"DELETE FROM result WHERE rid IN"
	" (SELECT rid FROM result WHERE rid < $1 ORDER BY rid LIMIT $2)";
static const char patients_forget[] =
	"DELETE FROM patient WHERE no IN (SELECT no FROM patient WHERE ref_hmac IS NULL"
	" AND NOT EXISTS (SELECT 1 FROM result WHERE result.patient_no = patient.no) LIMIT $1)";

int store_result_rid_take(struct db *db, int64_t facility_no, int64_t now_ms, int64_t *ret_rid)
{
	int r = row_returning(db, rid_take,
			      DB_ARGS(db_int(facility_no), db_int(rid_first(facility_no, now_ms))),
			      ret_rid);
	return r < 0 ? PASS(r) : r;
}

int store_result_add(struct db *db, int64_t facility_no, const struct store_result *result)
{
	int r = row_change(db, result_add,
			   DB_ARGS(db_int(result->rid), db_blob(result->id), db_int(facility_no),
				   db_int(result->flags), db_int(result->patient_no),
				   db_int(result->device_no), db_text(result->staff),
				   db_blob(result->body)),
			   STORE_CONFLICT);
	return r < 0 ? PASS(r) : r;
}

static int result_read(struct row *row, struct store_result *ret_result)
{
	struct store_result result = {
		.rid = row_int(row, 0),
		.id = row_str(row, 1),
		.flags = row_int(row, 2),
		.patient_no = row_int(row, 3),
		.device_no = row_int(row, 4),
		.staff = row_str(row, 5),
		.body = row_str(row, 6),
		.patient_id = row_str(row, 7),
		.scope_hmac = row_str(row, 8),
		.ref = row_str(row, 9),
		.ref_version = row_int(row, 10),
	};
	int r = row_end(row);
	if (r < 0)
		return PASS(r);
	*ret_result = result;
	return 0;
}

int store_result_find(struct db *db, struct arena *arena, int64_t facility_no, struct str id,
		      struct store_result *ret_result)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, arena, result_find, DB_ARGS(db_int(facility_no), db_blob(id)), &row);
	if (r == 0)
		r = result_read(&row, ret_result);
	return r < 0 ? PASS(r) : r;
}

int store_results_count(struct db *db, int64_t facility_no, const struct store_results_query *query,
			struct store_results_count *ret_count)
{
	struct row row AUTO(row_close) = {0};
	const struct db_value args[] = {db_int(facility_no), db_int(query->rid_min),
					db_int(query->rid_max), db_int(query->flags_mask),
					db_int(query->flags)};
	bool filtered = query->flags_mask != 0;
	int r = row_find(db, NULL, filtered ? results_count_filtered : results_count, args,
			 filtered ? 5 : 3, &row);
	if (r)
		return FOLD(r);
	int64_t all = row_int(&row, 0), with = row_int(&row, 1);
	struct store_results_count count = {.count = all, .without_reference = all - with};
	if (query->reference == STORE_REFERENCE_WITH)
		count = (struct store_results_count){.count = with};
	if (query->reference == STORE_REFERENCE_WITHOUT)
		count.count = all - with;
	*ret_count = count;
	return 0;
}

int store_results_state(struct db *db, int64_t facility_no, struct store_results_state *ret_state)
{
	struct row row AUTO(row_close) = {0};
	int r = row_find(db, NULL, facility_state, DB_ARGS(db_int(facility_no)), &row);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_state = (struct store_results_state){row_int(&row, 0), row_int(&row, 1)};
	return 0;
}

static int64_t rid_greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void store_results_open(struct store_results *results, struct db *db, int64_t facility_no,
			const struct store_results_query *query, int64_t after, size_t limit)
{
	assert(limit >= 1 && limit <= STORE_PAGE_MAX);
	*results = (struct store_results){
		.db = db,
		.query = query,
		.facility_no = facility_no,
		.after = rid_greater(after, rid_greater(query->rid_min, 1) - 1),
		.left = limit,
	};
	results->month = rid_month(results->after);
}

void store_results_close(struct store_results *results)
{
	db_rows_close(results->rows);
	results->rows = NULL;
}

/* The rows of the next month: one range of the primary key. */
static int month_open(struct store_results *results)
{
	const struct store_results_query *query = results->query;
	int month = results->month++;
	int64_t first = rid_first(results->facility_no, period_month_start_ms(month));
	int64_t end = rid_last(results->facility_no, period_month_start_ms(month + 1) - 1);
	bool filtered = query->reference != STORE_REFERENCE_ANY || query->flags_mask;
	const struct db_value args[] = {
		db_int(results->facility_no),
		db_int(rid_greater(results->after, first - 1)),
		db_int(end < query->rid_max ? end : query->rid_max),
		db_int((int64_t)results->left),
		db_int(query->reference == STORE_REFERENCE_WITH),
		db_int(query->reference != STORE_REFERENCE_WITHOUT),
		db_int(query->flags_mask),
		db_int(query->flags),
	};
	struct row row;
	int r = row_query(results->db, NULL, filtered ? results_page_filtered : results_page, args,
			  filtered ? 8 : 4, &row);
	if (r)
		return FOLD(r);
	results->rows = row.rows;
	return 0;
}

static void result_view(struct row *row, struct store_result *ret_result)
{
	*ret_result = (struct store_result){
		.rid = row_int(row, 0),
		.id = row_view(row, 1),
		.flags = row_int(row, 2),
		.patient_no = row_int(row, 3),
		.device_no = row_int(row, 4),
		.staff = row_view(row, 5),
		.body = row_view(row, 6),
		.patient_id = row_view(row, 7),
		.scope_hmac = row_view(row, 8),
		.ref = row_view(row, 9),
		.ref_version = row_int(row, 10),
	};
}

int store_results_next(struct store_results *results, struct store_result *ret_result)
{
	while (results->left > 0) {
		if (!results->rows && results->month > rid_month(results->query->rid_max))
			break;
		int r = results->rows ? 0 : month_open(results);
		if (r)
			return PASS(r);
		struct row row = {.rows = results->rows};
		r = row_next(&row);
		if (r < 0)
			return PASS(r);
		if (r == 0) {
			result_view(&row, ret_result);
			results->after = ret_result->rid;
			results->left--;
			return 0;
		}
		store_results_close(results);
	}
	return STORE_NOT_FOUND;
}

int store_results_months(struct db *db, int month_end, int *ret_months, size_t months_max,
			 size_t *ret_count)
{
	size_t count = 0;
	int64_t from = 0;
	while (count < months_max) {
		struct row row AUTO(row_close) = {0};
		int r = row_find(db, NULL, results_month, DB_ARGS(db_int(from)), &row);
		if (r < 0)
			return PASS(r);
		int month = r == 0 ? rid_month(row_int(&row, 0)) : month_end;
		if (month >= month_end)
			break;
		ret_months[count++] = month;
		from = (int64_t)(month + 1) << RID_MONTH_SHIFT;
	}
	*ret_count = count;
	return 0;
}

int store_results_forget(struct db *db, int month_end, size_t limit, int64_t *ret_count)
{
	int r = row_run(db, results_forget,
			DB_ARGS(db_int((int64_t)month_end << RID_MONTH_SHIFT),
				db_int((int64_t)limit)),
			ret_count);
	return r ? FOLD(r) : 0;
}

int store_patients_forget(struct db *db, size_t limit, int64_t *ret_count)
{
	int r = row_run(db, patients_forget, DB_ARGS(db_int((int64_t)limit)), ret_count);
	return r ? FOLD(r) : 0;
}

/* --- for the audit --- */

static const char patients_list[] =
	"SELECT " PATIENT_COLUMNS ", facility_no FROM patient WHERE no > $1 ORDER BY no LIMIT $2";

int store_patients_list(struct db *db, struct arena *arena, int64_t after_no,
			struct store_patient_row **ret_rows, size_t *ret_count)
{
	struct row row AUTO(row_close) = {0};
	struct store_patient_row *list = arena_array(arena, STORE_PATIENTS_PAGE_MAX, sizeof *list);
	size_t count = 0;
	if (!list)
		return RAISE(ENOMEM);
	int r = row_query(db, arena, patients_list,
			  DB_ARGS(db_int(after_no), db_int(STORE_PATIENTS_PAGE_MAX)), &row);
	if (r == 0)
		r = row_next(&row);
	while (r == 0 && count < STORE_PATIENTS_PAGE_MAX) {
		struct store_patient_row *next = &list[count++];
		next->facility_no = row_int(&row, 6);
		r = patient_read(&row, &next->patient);
		if (r == 0)
			r = row_next(&row);
	}
	if (r < 0)
		return PASS(r);
	*ret_rows = list;
	*ret_count = count;
	return 0;
}

static const char results_total[] = "SELECT count(*) FROM result WHERE rid >= $1";
static const char results_mismarked[] =
	"SELECT count(*) FROM result JOIN patient ON patient.no = result.patient_no"
	" WHERE has_ref <> CASE WHEN ref_hmac IS NULL THEN 0 ELSE 1 END";

int store_results_total(struct db *db, int month, int64_t *ret_count)
{
	int64_t from = (int64_t)month << RID_MONTH_SHIFT;
	int r = row_returning(db, results_total, DB_ARGS(db_int(from)), ret_count);
	return r ? FOLD(r) : 0;
}

int store_results_mismarked(struct db *db, int64_t *ret_count)
{
	int r = row_returning(db, results_mismarked, DB_NO_ARGS, ret_count);
	return r ? FOLD(r) : 0;
}

static const char flags_last[] = "SELECT flags FROM result WHERE facility_no = $1"
				 " ORDER BY rid DESC LIMIT $2";

int store_results_flags_last(struct db *db, int64_t facility_no, size_t limit,
			     int64_t ret_flags[STORE_FLAGS_LAST_MAX], size_t *ret_count)
{
	struct row row AUTO(row_close) = {0};
	size_t count = 0;
	assert(limit >= 1 && limit <= STORE_FLAGS_LAST_MAX);
	int r = row_query(db, NULL, flags_last,
			  DB_ARGS(db_int(facility_no), db_int((int64_t)limit)), &row);
	while (r == 0 && (r = row_next(&row)) == 0)
		ret_flags[count++] = row_int(&row, 0);
	if (r < 0)
		return PASS(r);
	*ret_count = count;
	return 0;
}
