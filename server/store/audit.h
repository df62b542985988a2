/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit trail's rows. They are added and read, never changed.
 *
 * They stand in chains, one a slot. SQLite has one writer and one slot. On PostgreSQL a connection
 * claims a slot with its first row and keeps it while it uses it, so that writers do not wait for
 * each other; the slot's row is locked by whoever adds, so that a slot that two believe to be
 * theirs costs time and nothing else.
 */
#pragma once

#include "server/store/store.h"

enum {
	STORE_AUDIT_PAGE_MAX = 1000,
	STORE_AUDIT_SLOTS_MAX = 64,
	STORE_AUDIT_CLAIM_MS = 10 * 60 * 1000, /* a slot unused for so long is anybody's */
};

struct store_audit {
	int64_t slot; /* the chain; from 1 */
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
	int64_t calls;	  /* how many it stands for; request_id is that of the first */
	int64_t n;	  /* how many results it showed or touched */
	struct str items; /* what they were: server/audit's; absent: none */
	struct str hash;  /* of the row and the one before it: server/audit's */
};

/* Where a row of a chain stands. */
struct store_audit_place {
	int64_t slot;
	int64_t seq;
	unsigned char previous[STORE_DIGEST_BYTES]; /* the hash before it; zeros: none is there */
};

/* Take the next place; in the row's transaction, which then holds the slot until it ends. */
MUST_CHECK int store_audit_place_take(struct db *db, int64_t now_ms,
				      struct store_audit_place *ret_place);
/* Give the connection's slot to whoever comes next; nothing when it has none. */
MUST_CHECK int store_audit_place_leave(struct db *db);
/* slot, seq and hash are those of the place that was taken. In the same transaction. */
MUST_CHECK int store_audit_add(struct db *db, const struct store_audit *row);

/* All rows behind the place (slot, seq), by slot and seq. */
MUST_CHECK int store_audit_list(struct db *db, struct arena *arena, int64_t slot, int64_t seq,
				size_t limit, struct store_audit **ret_rows, size_t *ret_count);
/* How many rows there are in all. */
MUST_CHECK int store_audit_total(struct db *db, int64_t *ret_count);

/* One facility's rows of a period, by time, then slot and seq. */
struct store_audit_query {
	int64_t facility_no;
	int64_t from_ms; /* both ends belong to it */
	int64_t to_ms;
	/* Only what stands behind this row; zeros: from the beginning. */
	int64_t after_ms, after_slot, after_seq;
};
MUST_CHECK int store_audit_history(struct db *db, struct arena *arena,
				   const struct store_audit_query *query, size_t limit,
				   struct store_audit **ret_rows, size_t *ret_count);

/* The end of a chain: its last row's seq and hash. */
struct store_audit_end {
	int64_t slot;
	int64_t seq;
	unsigned char hash[STORE_DIGEST_BYTES];
};
/* Of every slot that has a row, by slot, as one moment saw them. */
MUST_CHECK int store_audit_ends(struct db *db,
				struct store_audit_end ret_ends[STORE_AUDIT_SLOTS_MAX],
				size_t *ret_count);
/* The hash of one row. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_audit_hash(struct db *db, int64_t slot, int64_t seq,
				unsigned char ret_hash[STORE_DIGEST_BYTES]);

/* --- audit_head: what was signed --- */
struct store_audit_head {
	int64_t n; /* rising from 1 without a gap */
	int64_t at_ms;
	struct str slots; /* the last rows it covers: server/audit's */
	struct str head;  /* the signed text */
};
MUST_CHECK int store_audit_head_add(struct db *db, const struct store_audit_head *head);
/* Outcome: STORE_NOT_FOUND (none was signed yet). */
MUST_CHECK int store_audit_head_last(struct db *db, struct arena *arena,
				     struct store_audit_head *ret_head);
/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_audit_head_get(struct db *db, struct arena *arena, int64_t n,
				    struct store_audit_head *ret_head);
