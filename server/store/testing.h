/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: the store's tables, empty, on the engine of the running test. */
#pragma once

#include "lib/db/testing.h"

#include "server/store/accounts.h"
#include "server/store/results.h"

static inline struct db *store_of(void **state)
{
	struct db *db = db_fixture_of(state)->db;
	assert_int_equal(store_migrate(db), 0);
	return db;
}

static inline struct arena *arena_of(void **state)
{
	return &db_fixture_of(state)->arena;
}

/* 32 bytes that differ for each n, in the arena. */
static inline struct str digest_of(void **state, int n)
{
	unsigned char *bytes = arena_alloc(arena_of(state), STORE_DIGEST_BYTES);
	assert_non_null(bytes);
	bytes[0] = (unsigned char)n;
	bytes[1] = (unsigned char)(n >> 8);
	return str_bytes(bytes, STORE_DIGEST_BYTES);
}

static inline struct str id_of(void **state, int n)
{
	return (struct str){digest_of(state, n).ptr, STORE_ID_BYTES};
}

static inline int64_t facility_make(struct db *db, const char *code)
{
	int64_t no = 0;
	assert_int_equal(store_facility_add(db, str_of(code), STR("acupuncture"), STR("試験施術所"),
					    &no),
			 0);
	assert_true(no > 0);
	return no;
}

/* The patient of this scope, added where there is none yet. */
static inline struct store_patient patient_make(void **state, int64_t facility_no, int scope)
{
	struct db *db = db_fixture_of(state)->db;
	struct store_patient patient = {.id = id_of(state, (int)facility_no * 1000 + scope),
					.scope_hmac = digest_of(state, scope),
					.ref = STR("sealed nothing")};
	struct store_lookup lookup = {patient.scope_hmac, patient.scope_hmac, 1};
	int r = store_patient_add(db, facility_no, &patient, STR("sealed scope"), 1);
	assert_true(r == 0 || r == STORE_CONFLICT);
	assert_int_equal(store_patient_find(db, arena_of(state), facility_no, &lookup, &patient),
			 0);
	return patient;
}

static inline int64_t account_make(struct db *db, int64_t facility_no, const char *login_id)
{
	struct store_account account = {.facility_no = facility_no,
					.login_id = str_of(login_id),
					.kind = ACCOUNT_RECEIPT,
					.password = STR("$argon2id$first"),
					.pepper_n = 1};
	int64_t no = 0;
	assert_int_equal(store_account_add(db, &account, &no), 0);
	return no;
}
