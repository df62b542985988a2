/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/results/count: how many results a period holds; no patient data. */
#include "server/api/routes.h"
#include "server/api/search.h"

static int count_reply(struct api_call *call, struct db *db, const struct eligibility_query *query,
		       const struct eligibility_state *state)
{
	struct eligibility_count counted;
	int r = eligibility_count(&call->service->eligibility, db, &call->caller, query, state,
				  call->now_ms, call->on_loop, &counted);
	if (r == QUERY_SCAN)
		return CALL_MOVE;
	r = query_problem(r);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct wire_count count = {
		.count = counted.count,
		.without_reference = counted.without_reference,
		.from_ms = counted.from_ms,
		.to_ms = counted.to_ms,
	};
	struct str body;
	r = wire_count_reply_encode(reply_arena(call), &count, &body);
	if (r == 0)
		r = reply_tag(call, state->etag);
	return r ? PASS(r) : reply_json(call, body);
}

int count_run(struct api_call *call, struct db *db)
{
	struct wire_search search;
	int r = wire_count_query_decode(&call->arena, call->request->query, &call->input.complaints,
					&search);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct eligibility_query query = query_of_search(call, &search);
	struct eligibility_state state;
	r = search_state(call, db, &query, &state);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (search_unchanged(call, &state))
		return search_wait(call, &search, &state) ? CALL_PARK
							  : reply_not_modified(call, state.etag);
	r = count_reply(call, db, &query, &state);
	return r < 0 ? PASS(r) : r;
}
