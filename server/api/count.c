/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/results/count: how many results a period holds; no patient data. */
#include "server/api/routes.h"
#include "server/api/search.h"

int count_run(struct api_call *call, struct db *db)
{
	struct wire_search search;
	int r = wire_count_query_decode(&call->arena, call->request->query, &call->input.complaints,
					&search);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct eligibility_query query = query_of_search(call, &search);
	struct eligibility_count counted;
	r = query_problem(eligibility_count(db, &call->caller, &query, call->now_ms, &counted));
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
	return r ? PASS(r) : reply_json(call, body);
}
