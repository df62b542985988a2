/* SPDX-License-Identifier: Apache-2.0 */
/* Counted, not drawn by lot: which request it hits is left to the threads. */
#include "tests/acceptance/T79/faults.h"

#include "server/store/results.h"
#include "server/store/sessions.h"

atomic_uint faults;
static atomic_uint commits, writes;

int __real_db_commit(struct db *db);
int __wrap_db_commit(struct db *db);
int __real_store_patient_reference_set(struct db *db, int64_t facility_no, int64_t patient_no,
				       int64_t ref_version, const struct store_lookup *number,
				       struct str ref);
int __wrap_store_patient_reference_set(struct db *db, int64_t facility_no, int64_t patient_no,
				       int64_t ref_version, const struct store_lookup *number,
				       struct str ref);
int __real_store_idempotency_find(struct db *db, struct arena *arena, int64_t facility_no,
				  int64_t account_no, struct str key_hash, int64_t now_ms,
				  struct store_idempotency *ret_row);
int __wrap_store_idempotency_find(struct db *db, struct arena *arena, int64_t facility_no,
				  int64_t account_no, struct str key_hash, int64_t now_ms,
				  struct store_idempotency *ret_row);

int __wrap_db_commit(struct db *db)
{
	int r = __real_db_commit(db);
	if (r == 0 && (faults & FAULTS_COMMIT) && ++commits % 7 == 0)
		return RAISE(EIO);
	return r;
}

int __wrap_store_patient_reference_set(struct db *db, int64_t facility_no, int64_t patient_no,
				       int64_t ref_version, const struct store_lookup *number,
				       struct str ref)
{
	unsigned n = ++writes;
	if ((faults & FAULTS_LOST) && n % 5 == 0)
		return 0;
	int r = __real_store_patient_reference_set(db, facility_no, patient_no, ref_version, number,
						   ref);
	if (r == 0 && (faults & FAULTS_UNDONE) && n % 9 == 0)
		return RAISE(EIO);
	return r;
}

int __wrap_store_idempotency_find(struct db *db, struct arena *arena, int64_t facility_no,
				  int64_t account_no, struct str key_hash, int64_t now_ms,
				  struct store_idempotency *ret_row)
{
	if (faults & FAULTS_FORGETFUL)
		return STORE_NOT_FOUND;
	return __real_store_idempotency_find(db, arena, facility_no, account_no, key_hash, now_ms,
					     ret_row);
}
