/* SPDX-License-Identifier: Apache-2.0 */
/* A facility's patients with their 照会番号, and its results in the order of their rid. */
#pragma once

#include "server/store/rid.h"
#include "server/store/store.h"

/* 500 and one more, which tells that there is a next page. */
enum { STORE_PAGE_MAX = 501 };

/* --- patient: one person at one facility --- */
struct store_patient {
	int64_t no;
	struct str id;	       /* STORE_ID_BYTES: for the audit trail, which outlives every key */
	struct str scope_hmac; /* STORE_DIGEST_BYTES: the person, as this facility sees them */
	struct str ref_hmac;   /* STORE_DIGEST_BYTES; absent: no 照会番号 */
	struct str ref;	       /* sealed, also where there is no number */
	int64_t ref_version;   /* 0, then + 1 with every change */
};

/* The patient with this scope. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_patient_find(struct db *db, struct arena *arena, int64_t facility_no,
				  const struct store_lookup *scope,
				  struct store_patient *ret_patient);
/*
 * One more, by id, scope_hmac (under look-up key lookup_n) and ref; scope, sealed: what scope_hmac
 * is computed from. Outcome: STORE_CONFLICT (somebody was quicker).
 */
MUST_CHECK int store_patient_add(struct db *db, int64_t facility_no,
				 const struct store_patient *patient, struct str scope,
				 int64_t lookup_n);
/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_patient_get(struct db *db, struct arena *arena, int64_t facility_no,
				 int64_t patient_no, struct store_patient *ret_patient);
/*
 * In a transaction: make the facility's other writers wait from here on, as store_result_rid_take
 * does; whoever writes patients takes this first, so that no two wait for each other.
 */
MUST_CHECK int store_facility_hold(struct db *db, int64_t facility_no);
/*
 * Set (or clear: number is NULL) the number and ref_version + 1 where ref_version is the expected
 * one; the facility's version rises. Outcomes: STORE_STALE (another version, no such patient),
 * STORE_CONFLICT (another patient of the facility has this number).
 */
MUST_CHECK int store_patient_reference_set(struct db *db, int64_t facility_no, int64_t patient_no,
					   int64_t ref_version, const struct store_lookup *number,
					   struct str ref);

/* --- result --- */
struct store_result {
	int64_t rid;
	struct str id; /* STORE_ID_BYTES */
	int64_t flags; /* the eligibility room's; the store keeps them */
	int64_t patient_no;
	int64_t device_no;
	struct str staff;
	struct str body; /* sealed */

	/* Not of the row: read from its patient, for a page or a find. */
	struct str patient_id;
	struct str scope_hmac;
	struct str ref; /* as the patient's */
	int64_t ref_version;
};

/*
 * Take the facility's next rid: the greater of its last + 1 and the first one of now; its version
 * rises. Inside a transaction, which holds the facility's row until it ends.
 * Outcome: STORE_NOT_FOUND.
 */
MUST_CHECK int store_result_rid_take(struct db *db, int64_t facility_no, int64_t now_ms,
				     int64_t *ret_rid);
/* Outcome: STORE_CONFLICT (rid or id is there). */
MUST_CHECK int store_result_add(struct db *db, int64_t facility_no,
				const struct store_result *result);
/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_result_find(struct db *db, struct arena *arena, int64_t facility_no,
				 struct str id, struct store_result *ret_result);

/* Where a facility stands. All its results up to last_rid are there, for good. */
struct store_results_state {
	int64_t version; /* rises with every result and registration */
	int64_t last_rid;
};
/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_results_state(struct db *db, int64_t facility_no,
				   struct store_results_state *ret_state);

enum store_reference {
	STORE_REFERENCE_ANY,
	STORE_REFERENCE_WITH,
	STORE_REFERENCE_WITHOUT,
};

struct store_results_query {
	int64_t rid_min;
	int64_t rid_max; /* both ends belong to it */
	enum store_reference reference;
	int64_t flags_mask; /* of a row's flags these bits, … */
	int64_t flags;	    /* … and they must be these */
};

struct store_results_count {
	int64_t count;
	int64_t without_reference;
};

MUST_CHECK int store_results_count(struct db *db, int64_t facility_no,
				   const struct store_results_query *query,
				   struct store_results_count *ret_count);
enum { STORE_FLAGS_LAST_MAX = 200 };
/* The flags of a facility's newest results, at most limit (1..STORE_FLAGS_LAST_MAX). */
MUST_CHECK int store_results_flags_last(struct db *db, int64_t facility_no, size_t limit,
					int64_t ret_flags[STORE_FLAGS_LAST_MAX], size_t *ret_count);
/*
 * The rows with rid > after, by rid, at most limit (1..STORE_PAGE_MAX). One at a time on a
 * connection; query lives as long. For AUTO(store_results_close), which accepts a zeroed one.
 */
struct store_results {
	struct db *db;
	const struct store_results_query *query;
	int64_t facility_no;
	int64_t after;	      /* the last row that was given */
	size_t left;	      /* of limit */
	int month;	      /* the next to be read */
	struct db_rows *rows; /* of the month before it; NULL: none is open */
};
void store_results_open(struct store_results *results, struct db *db, int64_t facility_no,
			const struct store_results_query *query, int64_t after, size_t limit);
/* The row is borrowed until the next call. Outcome: STORE_NOT_FOUND (there is none any more). */
MUST_CHECK int store_results_next(struct store_results *results, struct store_result *ret_result);
void store_results_close(struct store_results *results);

/* The months (rid_month) before month_end that still hold results of any facility, rising; at most
 * months_max. */
MUST_CHECK int store_results_months(struct db *db, int month_end, int *ret_months,
				    size_t months_max, size_t *ret_count);

/*
 * Forget, in bounded steps: at most limit results of months before month_end, and at most limit
 * patients that have neither a result nor a 照会番号. *ret_count: how many went; fewer than limit:
 * none is left. In a transaction or alone.
 */
MUST_CHECK int store_results_forget(struct db *db, int month_end, size_t limit, int64_t *ret_count);
MUST_CHECK int store_patients_forget(struct db *db, size_t limit, int64_t *ret_count);

/* For the audit's verification: the patients of all facilities behind the one of this no; … */
struct store_patient_row {
	int64_t facility_no;
	struct store_patient patient;
};
enum { STORE_PATIENTS_PAGE_MAX = 1000 };
MUST_CHECK int store_patients_list(struct db *db, struct arena *arena, int64_t after_no,
				   struct store_patient_row **ret_rows, size_t *ret_count);
/* … how many results of any facility there are from month on, … */
MUST_CHECK int store_results_total(struct db *db, int month, int64_t *ret_count);
/* … and how many rows' has-number is not their patient's. */
MUST_CHECK int store_results_mismarked(struct db *db, int64_t *ret_count);
