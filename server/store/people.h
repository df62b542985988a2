/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's register of people and their certificates, and a facility's staff. */
#pragma once

#include "server/store/store.h"

enum { STORE_STAFF_MAX = 200 };

/* --- staff --- */
struct store_staff {
	struct str id;	 /* 1..32 characters, the facility's own */
	struct str name; /* sealed */
	bool active;
};

/* Add, or replace name and active. */
MUST_CHECK int store_staff_put(struct db *db, int64_t facility_no, const struct store_staff *staff);
/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_staff_get(struct db *db, struct arena *arena, int64_t facility_no,
			       struct str id, struct store_staff *ret_staff);
/* The active ones by id, at most STORE_STAFF_MAX. */
MUST_CHECK int store_staff_list(struct db *db, struct arena *arena, int64_t facility_no,
				struct store_staff **ret_staff, size_t *ret_count);

/* --- person: national, of no facility --- */
struct store_person {
	int64_t no;
	struct str key_hmac; /* STORE_DIGEST_BYTES */
	struct str body;     /* sealed */
};

/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_person_find(struct db *db, struct arena *arena,
				 const struct store_lookup *lookup,
				 struct store_person *ret_person);
MUST_CHECK int store_person_get(struct db *db, struct arena *arena, int64_t person_no,
				struct store_person *ret_person);
/* key, sealed: what key_hmac is computed from. Outcome: STORE_CONFLICT. */
MUST_CHECK int store_person_add(struct db *db, const struct store_lookup *lookup, struct str key,
				struct str body, int64_t *ret_no);
/* Compare-and-set: held is the row as it was found. Outcome: STORE_STALE. */
MUST_CHECK int store_person_body_set(struct db *db, const struct store_person *held,
				     struct str body);

/* --- certificate: which card is whose --- */
struct store_certificate {
	int64_t person_no;
	int64_t registered_ms; /* as a 健康保険証; 0: not yet */
};
/*
 * lookup: over authority key identifier and serial; aki_serial: sealed. The same certificate of the
 * same person again changes nothing. Outcome: STORE_CONFLICT (it is another person's).
 */
MUST_CHECK int store_certificate_add(struct db *db, const struct store_lookup *lookup,
				     struct str aki_serial, int64_t person_no,
				     int64_t registered_ms);
/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_certificate_find(struct db *db, const struct store_lookup *lookup,
				      struct store_certificate *ret_certificate);
/* 初回登録: from now on, unless it was before. */
MUST_CHECK int store_certificate_register(struct db *db, const struct store_lookup *lookup,
					  int64_t now_ms);
