/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cursor carries the query it belongs to and where the page ended. The upper end is fixed on the
 * first page, so that results that arrive meanwhile do not make a download endless: it is the
 * facility's last rid. Rids rise in the order of commits, so that all up to it is there, and what
 * comes later lies behind it; the last page's cursor has an open end and starts there.
 */
#include "server/eligibility/query.h"

#include <assert.h>

#include "lib/base/period.h"
#include "server/audit/audit.h"
#include "server/auth/ticket.h"

/* A query as the store understands it. */
struct range {
	struct store_results_query query;
	int64_t from_ms;
	int64_t to_ms;
	int64_t after;
	bool empty; /* all of it lies in the future */
};

/* Many results in one second push the rids of a facility ahead of the clock. */
enum { AHEAD_MS = 60 * 60 * 1000, DAY_MS = 24 * 60 * 60 * 1000, ETAG_MAC_BYTES = 16 };

static int64_t at_least(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t at_most(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* By whole days, so that the answer to the same question stays the same for a while. */
static int64_t temporary_opens_ms(int64_t now_ms)
{
	return period_day_start_ms(now_ms) - (QUERY_TEMPORARY_DAYS - 1) * DAY_MS;
}

static int range_clamp(const struct caller *caller, const struct eligibility_query *query,
		       int64_t now_ms, struct range *ret_range)
{
	int64_t opens_ms = period_opens_ms(now_ms);
	if (query->to_ms < opens_ms)
		return QUERY_BEFORE_WINDOW;
	if (caller->kind == ACCOUNT_MAIL)
		opens_ms = at_least(opens_ms, temporary_opens_ms(now_ms));
	if (query->to_ms < opens_ms)
		return QUERY_BEFORE_TEMPORARY;
	struct range range = {
		.from_ms = at_least(query->from_ms, opens_ms),
		.to_ms = query->to_ms,
		.query.reference = query->reference,
	};
	range.empty = range.from_ms > now_ms + AHEAD_MS;
	if (!range.empty) {
		range.query.rid_min = rid_first(caller->facility_no, range.from_ms);
		range.query.rid_max =
			rid_last(caller->facility_no, at_most(range.to_ms, now_ms + AHEAD_MS));
	}
	eligibility_flags_filter(query->validity, query->card_class, &range.query);
	*ret_range = range;
	return 0;
}

/* All that an answer depends on besides the facility's version; but the cursor. */
static struct memo_key key_make(const struct eligibility *eligibility, const struct caller *caller,
				const struct eligibility_query *query, const struct range *range,
				int64_t now_ms)
{
	return (struct memo_key){{
		caller->facility_no,
		caller->kind,
		range->from_ms,
		range->to_ms,
		query->reference,
		query->validity,
		query->card_class,
		(int64_t)query->limit,
		period_day(now_ms),
		(int64_t)keys_token_number(eligibility->keys),
	}};
}

static int etag_write(const struct eligibility *eligibility, struct arena *arena, struct str cursor,
		      struct eligibility_state *state)
{
	const struct str parts[] = {str_bytes(&state->key, sizeof state->key),
				    str_bytes(&state->store.version, sizeof state->store.version),
				    cursor.ptr ? cursor : STR("")};
	unsigned char mac[KEYS_MAC_BYTES];
	int r = keys_mac_token(eligibility->keys, keys_token_number(eligibility->keys),
			       KEYS_TOKEN_ETAG, parts, sizeof parts / sizeof parts[0], mac);
	if (r)
		return FOLD(r);
	struct str text;
	r = encode_base64url(arena, str_bytes(mac, ETAG_MAC_BYTES), &text);
	if (r == 0)
		r = arena_print(arena, &state->etag, "\"%.*s\"", STR_ARG(text));
	return r ? FOLD(r) : 0;
}

/* What is known of this search; a page behind a cursor is not. */
static int memory_take(const struct eligibility *eligibility, struct db *db, int64_t facility_no,
		       struct str cursor, struct eligibility_state *state)
{
	bool known = !cursor.ptr && memo_find(eligibility->memo, &state->key, &state->known);
	if (known && memo_believes(eligibility->memo, &state->known)) {
		state->store = state->known.at;
		state->memory = SEARCH_CURRENT;
		return 0;
	}
	int r = store_results_state(db, facility_no, &state->store);
	if (r)
		return FOLD(r);
	if (!known)
		return 0;
	bool same = state->known.at.version == state->store.version;
	state->memory = same ? SEARCH_CURRENT : SEARCH_OLD;
	if (same) {
		state->known.belief = state->belief;
		memo_put(eligibility->memo, &state->key, &state->known);
	}
	return 0;
}

int eligibility_state(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		      const struct caller *caller, const struct eligibility_query *query,
		      int64_t now_ms, struct eligibility_state *ret_state)
{
	struct range range;
	int r = range_clamp(caller, query, now_ms, &range);
	if (r)
		return r;
	struct eligibility_state *state = ret_state;
	*state = (struct eligibility_state){
		.memory = SEARCH_NEW,
		.belief = memo_belief(eligibility->memo),
		.key = key_make(eligibility, caller, query, &range, now_ms),
	};
	r = memory_take(eligibility, db, caller->facility_no, query->cursor, state);
	if (r)
		return PASS(r);
	r = state->memory == SEARCH_CURRENT
		    ? arena_copy(arena, str_of(state->known.etag), &state->etag)
		    : etag_write(eligibility, arena, query->cursor, state);
	return r ? PASS(r) : 0;
}

/* --- counting --- */

enum { ADDED_MAX = 64 }; /* results since, that are counted one by one on the event loop */

/*
 * The old count and what has come since, if results were added and nothing else happened: each
 * addition moves the version by one, and so does each 照会番号. False: it cannot be told so.
 */
static int counts_add(struct db *db, const struct caller *caller, const struct range *range,
		      const struct eligibility_state *state, struct store_results_count *ret_counts,
		      bool *ret_told)
{
	const struct memo_answer *known = &state->known;
	int64_t moved = state->store.version - known->at.version;
	struct store_results_query since = {
		.rid_min = known->at.last_rid + 1,
		.rid_max = state->store.last_rid,
	};
	struct store_results_count added, fitting;
	*ret_told = false;
	if (moved < 0 || moved > ADDED_MAX)
		return 0;
	int r = store_results_count(db, caller->facility_no, &since, &added);
	if (r || added.count != moved)
		return r ? FOLD(r) : 0;
	since = range->query;
	since.rid_min = at_least(since.rid_min, known->at.last_rid + 1);
	r = store_results_count(db, caller->facility_no, &since, &fitting);
	if (r)
		return FOLD(r);
	*ret_counts = (struct store_results_count){
		.count = known->counts.count + fitting.count,
		.without_reference = known->counts.without_reference + fitting.without_reference,
	};
	*ret_told = true;
	return 0;
}

static int counts_find(struct db *db, const struct caller *caller, const struct range *range,
		       const struct eligibility_state *state, bool quick,
		       struct store_results_count *ret_counts)
{
	bool told = state->memory == SEARCH_CURRENT;
	int r = 0;
	*ret_counts = state->known.counts;
	if (state->memory == SEARCH_OLD)
		r = counts_add(db, caller, range, state, ret_counts, &told);
	if (r || told)
		return r ? PASS(r) : 0;
	if (quick)
		return QUERY_SCAN;
	r = store_results_count(db, caller->facility_no, &range->query, ret_counts);
	return r ? FOLD(r) : 0;
}

/* Not while rids run ahead of the clock: what is cut off now would be missing later. */
static void memory_keep(const struct eligibility *eligibility,
			const struct eligibility_state *state, int64_t rid_now,
			const struct store_results_count *counts)
{
	struct memo_answer answer = {
		.at = state->store,
		.counts = *counts,
		.belief = state->belief,
	};
	if (state->memory == SEARCH_CURRENT || state->store.last_rid > rid_now ||
	    str_to_c(state->etag, answer.etag, sizeof answer.etag) < 0)
		return;
	memo_put(eligibility->memo, &state->key, &answer);
}

int eligibility_count(const struct eligibility *eligibility, struct db *db,
		      const struct caller *caller, const struct eligibility_query *query,
		      const struct eligibility_state *state, int64_t now_ms, bool quick,
		      struct eligibility_count *ret_count)
{
	struct range range;
	int r = range_clamp(caller, query, now_ms, &range);
	if (r)
		return r;
	range.query.rid_max = at_most(range.query.rid_max, state->store.last_rid);
	struct store_results_count counts = {0};
	if (!range.empty) {
		r = counts_find(db, caller, &range, state, quick, &counts);
		if (r)
			return r < 0 ? PASS(r) : r;
		memory_keep(eligibility, state, rid_last(caller->facility_no, now_ms + AHEAD_MS),
			    &counts);
	}
	*ret_count = (struct eligibility_count){
		.count = counts.count,
		.without_reference = counts.without_reference,
		.from_ms = range.from_ms,
		.to_ms = range.to_ms,
	};
	return 0;
}

/* --- cursor --- */

enum { CURSOR_OPEN = 0 }; /* upto: as far as there is anything */

static int cursor_write(const struct eligibility *eligibility, struct arena *arena,
			const struct caller *caller, const struct eligibility_query *query,
			int64_t upto, int64_t after, struct str *ret_cursor)
{
	struct ticket ticket = {0};
	ticket_put_number(&ticket, caller->facility_no);
	ticket_put_number(&ticket, query->from_ms);
	ticket_put_number(&ticket, query->to_ms);
	ticket_put_number(&ticket, query->reference);
	ticket_put_number(&ticket, query->validity);
	ticket_put_number(&ticket, query->card_class);
	ticket_put_number(&ticket, upto);
	ticket_put_number(&ticket, after);
	int r = ticket_write(eligibility->keys, KEYS_TOKEN_CURSOR, &ticket, arena, ret_cursor);
	return r ? PASS(r) : 0;
}

static int cursor_read(const struct eligibility *eligibility, struct arena *arena,
		       const struct caller *caller, const struct eligibility_query *query,
		       struct range *range)
{
	struct ticket ticket;
	int r = ticket_read(eligibility->keys, KEYS_TOKEN_CURSOR, query->cursor, arena, &ticket);
	if (r)
		return r < 0 ? PASS(r) : QUERY_CURSOR_REFUSED;
	bool same = ticket_take_number(&ticket) == caller->facility_no;
	same &= ticket_take_number(&ticket) == query->from_ms;
	same &= ticket_take_number(&ticket) == query->to_ms;
	same &= ticket_take_number(&ticket) == (int64_t)query->reference;
	same &= ticket_take_number(&ticket) == query->validity;
	same &= ticket_take_number(&ticket) == query->card_class;
	int64_t upto = ticket_take_number(&ticket);
	range->after = ticket_take_number(&ticket);
	if (!ticket_is_spent(&ticket) || !same)
		return QUERY_CURSOR_REFUSED;
	if (upto != CURSOR_OPEN)
		range->query.rid_max = at_most(range->query.rid_max, upto);
	return 0;
}

/* --- page --- */

/* A page being filled; row is borrowed from the store. */
struct filling {
	const struct eligibility *eligibility;
	struct arena *arena;
	int64_t facility_no;
	struct keys_reader reader;
	unsigned char *items;
};

static int result_open(struct filling *filling, const struct store_result *row,
		       struct eligibility_result *ret_result)
{
	assert(row->id.len == STORE_ID_BYTES);
	struct eligibility_result result = {
		.confirmed_ms = rid_confirmed_ms(row->rid),
		.method = eligibility_flags_method(row->flags),
		.reference_version = row->ref_version,
	};
	memcpy(result.id, row->id.ptr, STORE_ID_BYTES);
	int r = arena_copy(filling->arena, row->staff, &result.staff);
	if (r == 0)
		r = eligibility_body_read(filling->eligibility, &filling->reader, filling->arena,
					  filling->facility_no, row, &result.evidence);
	if (r == 0)
		r = eligibility_reference_read(filling->eligibility, &filling->reader,
					       filling->arena, filling->facility_no, row,
					       &result.reference);
	if (r)
		return PASS(r);
	*ret_result = result;
	return 0;
}

/* 0: the page has all that fit, *ret_last its last rid, *ret_more whether there are others. */
static int results_read(struct filling *filling, struct store_results *results, size_t limit,
			struct eligibility_page *page, int64_t *ret_last, bool *ret_more)
{
	struct store_result row;
	int64_t last = 0;
	int r = store_results_next(results, &row);
	for (; r == 0 && page->count < limit; r = store_results_next(results, &row)) {
		struct eligibility_result *result = &page->results[page->count];
		int opened = result_open(filling, &row, result);
		if (opened)
			return PASS(opened);
		audit_item_write(filling->items + page->count * AUDIT_ITEM_BYTES,
				 &(struct audit_item){.id = row.id,
						      .seal = audit_seal_of(row.body),
						      .patient = row.patient_id,
						      .ref_version = row.ref_version});
		page->count++;
		last = row.rid;
	}
	if (r < 0)
		return PASS(r);
	*ret_last = last;
	*ret_more = r == 0;
	return 0;
}

static void filling_clear(struct filling *filling)
{
	keys_reader_clear(&filling->reader);
}

/* One row more than asked for tells whether there is a next page. */
static int page_read(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		     const struct caller *caller, const struct eligibility_query *query,
		     const struct range *range, struct eligibility_page *page)
{
	AUTO(filling_clear)
	struct filling filling = {
		.eligibility = eligibility,
		.arena = arena,
		.facility_no = caller->facility_no,
		.items = arena_bytes(arena, query->limit * AUDIT_ITEM_BYTES),
	};
	page->results = arena_bytes(arena, query->limit * sizeof *page->results);
	if (!filling.items || !page->results)
		return RAISE(ENOMEM);
	AUTO(store_results_close) struct store_results results;
	store_results_open(&results, db, caller->facility_no, &range->query, range->after,
			   query->limit + 1);
	int64_t last = 0;
	bool more = false;
	int r = results_read(&filling, &results, query->limit, page, &last, &more);
	int64_t upto = range->query.rid_max;
	if (r == 0 && more)
		r = cursor_write(eligibility, arena, caller, query, upto, last, &page->next_cursor);
	else if (r == 0)
		r = cursor_write(eligibility, arena, caller, query, CURSOR_OPEN,
				 at_least(range->after, upto), &page->new_cursor);
	if (r)
		return PASS(r);
	page->items = str_bytes(filling.items, page->count * AUDIT_ITEM_BYTES);
	return 0;
}

int eligibility_page(const struct eligibility *eligibility, struct db *db, struct arena *arena,
		     const struct caller *caller, const struct eligibility_query *query,
		     const struct eligibility_state *state, int64_t now_ms,
		     struct eligibility_page *ret_page)
{
	assert(query->limit >= 1 && query->limit < STORE_PAGE_MAX);
	struct range range;
	int r = range_clamp(caller, query, now_ms, &range);
	if (r)
		return r;
	if (query->cursor.ptr) {
		r = cursor_read(eligibility, arena, caller, query, &range);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	struct eligibility_page page = {0};
	range.query.rid_max = at_most(range.query.rid_max, state->store.last_rid);
	if (!range.empty) {
		r = page_read(eligibility, db, arena, caller, query, &range, &page);
		if (r)
			return PASS(r);
	}
	*ret_page = page;
	return 0;
}
