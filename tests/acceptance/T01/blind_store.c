/* SPDX-License-Identifier: Apache-2.0 */
/* The planted fault: three store functions that forget the facility, put in front at link time. */
#include "tests/acceptance/T01/matrix.h"

#include "server/store/results.h"

unsigned store_is_blind;

int __real_store_result_find(struct db *db, struct arena *arena, int64_t facility_no, struct str id,
			     struct store_result *ret_result);
int __wrap_store_result_find(struct db *db, struct arena *arena, int64_t facility_no, struct str id,
			     struct store_result *ret_result);
int __real_store_patient_get(struct db *db, struct arena *arena, int64_t facility_no,
			     int64_t patient_no, struct store_patient *ret_patient);
int __wrap_store_patient_get(struct db *db, struct arena *arena, int64_t facility_no,
			     int64_t patient_no, struct store_patient *ret_patient);
int __real_staff_check(struct db *db, struct arena *arena, int64_t facility_no, struct str id);
int __wrap_staff_check(struct db *db, struct arena *arena, int64_t facility_no, struct str id);

/* Whose row it is, as the statement that forgot to ask would find it; 0: nobody's. */
static int64_t owner_of(struct db *db, const char *sql, struct db_value key)
{
	AUTO(db_rows_closep) struct db_rows *rows = NULL;
	assert_int_equal(db_query(db, sql, &key, 1, &rows), 0);
	return db_next(rows) == 0 ? db_column_int(rows, 0) : 0;
}

int __wrap_store_result_find(struct db *db, struct arena *arena, int64_t facility_no, struct str id,
			     struct store_result *ret_result)
{
	if (store_is_blind & BLIND_RESULTS)
		facility_no =
			owner_of(db, "SELECT facility_no FROM result WHERE id = $1", db_blob(id));
	return __real_store_result_find(db, arena, facility_no, id, ret_result);
}

int __wrap_store_patient_get(struct db *db, struct arena *arena, int64_t facility_no,
			     int64_t patient_no, struct store_patient *ret_patient)
{
	if (store_is_blind & BLIND_RESULTS)
		facility_no = owner_of(db, "SELECT facility_no FROM patient WHERE no = $1",
				       db_int(patient_no));
	return __real_store_patient_get(db, arena, facility_no, patient_no, ret_patient);
}

int __wrap_staff_check(struct db *db, struct arena *arena, int64_t facility_no, struct str id)
{
	if (store_is_blind & BLIND_STAFF)
		facility_no =
			owner_of(db, "SELECT facility_no FROM staff WHERE id = $1", db_text(id));
	return __real_staff_check(db, arena, facility_no, id);
}
