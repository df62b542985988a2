/* SPDX-License-Identifier: Apache-2.0 */
/* The audit trail's rows. They are added and read, never changed. */
#pragma once

#include "server/store/store.h"

enum { STORE_AUDIT_PAGE_MAX = 1000 };

struct store_audit {
	int64_t slot; /* the chain; 1 in this version */
	int64_t seq;  /* rising within the slot, without a gap */
	int64_t at_ms;
	int64_t facility_no; /* 0: none (the operator's own work) */
	int64_t account_no;  /* 0: none */
	int64_t device_no;   /* 0: none */
	struct str staff;    /* absent: none */
	struct str operator; /* the login id of the operator who did it; absent: no operator */
	struct str reason;   /* why, in that operator's words; absent: no operator */
	struct str call;     /* the operation's name */
	struct str outcome;  /* "ok" or a problem code */
	struct str request_id;
	int64_t n;	  /* how many results it showed or touched */
	struct str items; /* what they were: server/audit's; absent: none */
	struct str hash;  /* of the row and the one before it: server/audit's */
};

/* Where the next row of a chain goes. */
struct store_audit_place {
	int64_t slot;
	int64_t seq;
	unsigned char previous[STORE_DIGEST_BYTES]; /* the hash before it; zeros: none is there */
};

/* Take the next place; in the row's transaction, which then holds the slot until it ends. */
MUST_CHECK int store_audit_place_take(struct db *db, struct store_audit_place *ret_place);
/* slot, seq and hash are those of the place that was taken. In the same transaction. */
MUST_CHECK int store_audit_add(struct db *db, const struct store_audit *row);
/* Rows with seq > after by seq, of one facility, or of all when facility_no is 0. */
MUST_CHECK int store_audit_list(struct db *db, struct arena *arena, int64_t facility_no,
				int64_t after, size_t limit, struct store_audit **ret_rows,
				size_t *ret_count);

/* The end of the chain, as a place: the last row's seq (0: no row) and its hash. */
MUST_CHECK int store_audit_end(struct db *db, struct store_audit_place *ret_end);
/* The hash of one row. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_audit_hash(struct db *db, int64_t seq,
				unsigned char ret_hash[STORE_DIGEST_BYTES]);

/* --- audit_head: what was signed --- */
struct store_audit_head {
	int64_t n; /* rising from 1 without a gap */
	int64_t at_ms;
	int64_t seq;	 /* the last row it covers */
	struct str head; /* the signed text */
};
MUST_CHECK int store_audit_head_add(struct db *db, const struct store_audit_head *head);
/* Outcome: STORE_NOT_FOUND (none was signed yet). */
MUST_CHECK int store_audit_head_last(struct db *db, struct arena *arena,
				     struct store_audit_head *ret_head);
/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_audit_head_get(struct db *db, struct arena *arena, int64_t n,
				    struct store_audit_head *ret_head);
