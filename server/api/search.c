/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/search.h"

static enum store_reference reference_of_filter(enum wire_reference_filter filter)
{
	switch (filter) {
	case WIRE_REFERENCE_ANY: return STORE_REFERENCE_ANY;
	case WIRE_REFERENCE_WITH: return STORE_REFERENCE_WITH;
	case WIRE_REFERENCE_WITHOUT: return STORE_REFERENCE_WITHOUT;
	}
	return STORE_REFERENCE_ANY;
}

struct eligibility_query query_of_search(const struct api_call *call,
					 const struct wire_search *search)
{
	int64_t limit = call->service->config->limits.results_page_max;
	if (limit > STORE_PAGE_MAX - 1)
		limit = STORE_PAGE_MAX - 1;
	if (search->limit && search->limit < limit)
		limit = search->limit;
	return (struct eligibility_query){
		.from_ms = search->from_ms,
		.to_ms = search->to_ms,
		.reference = reference_of_filter(search->reference),
		.validity = (int)search->validity,
		.card_class = search->card_class.ptr ? record_card_class(search->card_class) : 0,
		.limit = (size_t)limit,
		.cursor = search->cursor,
	};
}

int query_problem(int r)
{
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	switch ((enum query_outcome)r) {
	case QUERY_BEFORE_WINDOW: return PROBLEM_PERIOD_TOO_OLD;
	case QUERY_BEFORE_TEMPORARY: return PROBLEM_PERIOD_TEMPORARY;
	case QUERY_CURSOR_REFUSED: return PROBLEM_CURSOR_REFUSED;
	case QUERY_SCAN: break;
	}
	return RAISE(ENOTRECOVERABLE);
}

int search_state(struct api_call *call, struct db *db, const struct eligibility_query *query,
		 struct eligibility_state *ret_state)
{
	int r = query_problem(eligibility_state(&call->service->eligibility, db, &call->arena,
						&call->caller, query, call->now_ms, ret_state));
	return r < 0 ? PASS(r) : r;
}

bool search_unchanged(const struct api_call *call, const struct eligibility_state *state)
{
	struct str known = call->request->if_none_match;
	return known.ptr && str_equal(known, state->etag);
}

bool search_wait(struct api_call *call, const struct wire_search *search,
		 const struct eligibility_state *state)
{
	int64_t now_ms = clock_mono_ms(&clock_system);
	int64_t longest_s = call->service->config->limits.wait_max_s;
	int64_t wait_s = search->wait_s < longest_s ? search->wait_s : longest_s;
	if (wait_s && !call->parked.until_ms)
		call->parked.until_ms = now_ms + wait_s * 1000;
	call->parked.version = state->store.version;
	return call->parked.until_ms > now_ms;
}
