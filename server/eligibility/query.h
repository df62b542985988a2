/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting and paging a facility's results. Every query stops at 翌月末 (seed table 1.3, 1.4.2
 * no. 5): what was confirmed before the first of last month, JST, does not exist any more.
 */
#pragma once

#include "server/eligibility/eligibility.h"

struct eligibility_query {
	int64_t from_ms; /* both seconds belong to it */
	int64_t to_ms;
	enum store_reference reference;
	int validity;	   /* enum record_validity; 0: any */
	int card_class;	   /* its place (record.h); 0: any */
	size_t limit;	   /* page: 1..STORE_PAGE_MAX - 1 */
	struct str cursor; /* page: absent on the first */
};

/* Days that a temporary account (ACCOUNT_MAIL) is given, today's among them. */
enum { QUERY_TEMPORARY_DAYS = 7 };

enum query_outcome {
	QUERY_BEFORE_WINDOW = 1, /* all of the period is over */
	QUERY_BEFORE_TEMPORARY,	 /* all of it is older than a temporary account is given */
	QUERY_CURSOR_REFUSED,	 /* not a cursor of ours, or of another query */
	QUERY_SCAN,		 /* count: it would take longer than was asked for */
};

struct eligibility_count {
	int64_t count;
	int64_t without_reference;
	int64_t from_ms; /* what was counted: the part inside the window */
	int64_t to_ms;
};

/*
 * Where the facility stands, and the ETag of what it would be answered now: a MAC over facility,
 * version, query after clamping, kind of account and JST day. The same tag: the same answer.
 */
struct eligibility_state {
	struct store_results_state store;
	struct str etag; /* quoted; in the arena */
	uint64_t belief; /* before store was read */
	struct memo_key key;
	struct memo_answer known; /* what the same search was answered before */
	enum {
		SEARCH_NEW,
		SEARCH_OLD,	/* at an earlier version */
		SEARCH_CURRENT, /* at this one */
	} memory;
};
/* Outcomes: QUERY_BEFORE_WINDOW, QUERY_BEFORE_TEMPORARY. */
MUST_CHECK int eligibility_state(const struct eligibility *eligibility, struct db *db,
				 struct arena *arena, const struct caller *caller,
				 const struct eligibility_query *query, int64_t now_ms,
				 struct eligibility_state *ret_state);

/*
 * What stood there at state. Outcomes: QUERY_BEFORE_WINDOW, QUERY_BEFORE_TEMPORARY; QUERY_SCAN
 * when quick and what was known before does not save a scan of the period.
 */
MUST_CHECK int eligibility_count(const struct eligibility *eligibility, struct db *db,
				 const struct caller *caller, const struct eligibility_query *query,
				 const struct eligibility_state *state, int64_t now_ms, bool quick,
				 struct eligibility_count *ret_count);

struct eligibility_result {
	unsigned char id[STORE_ID_BYTES];
	int64_t confirmed_ms;
	enum eligibility_method method;
	struct str staff;
	struct str reference; /* 照会番号; absent: none */
	int64_t reference_version;
	struct eligibility_evidence evidence;
};

struct eligibility_page {
	struct eligibility_result *results;
	size_t count;
	struct str next_cursor; /* absent on the last page */
	struct str new_cursor;	/* on the last page: what comes after all that was there */
	struct str items;	/* for the audit row (server/audit/audit.h) */
};

/* Outcomes: enum query_outcome. */
MUST_CHECK int eligibility_page(const struct eligibility *eligibility, struct db *db,
				struct arena *arena, const struct caller *caller,
				const struct eligibility_query *query,
				const struct eligibility_state *state, int64_t now_ms,
				struct eligibility_page *ret_page);
