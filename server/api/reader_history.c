/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/reader/checks: the facility's own confirmations until 翌月末 (seed table 1.3, 履歴閲覧).
 * What the reader showed once it may show again, so an entry is that of a download.
 */
#include "server/api/page.h"
#include "server/api/routes.h"
#include "server/api/search.h"

int history_run(struct api_call *call, struct db *db)
{
	struct wire_search search;
	int r = wire_history_query_decode(&call->arena, call->request->query,
					  &call->input.complaints, &search);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = caller_device_check(call, db);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct eligibility_query query = query_of_search(call, &search);
	struct eligibility_page *page = arena_alloc(&call->arena, sizeof *page);
	struct eligibility_state state;
	if (!page)
		return RAISE(ENOMEM);
	call->work = page;
	r = search_state(call, db, &query, &state);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = query_problem(eligibility_page(&call->service->eligibility, db, &call->arena,
					   &call->caller, &query, &state, call->now_ms, page));
	if (r)
		return r < 0 ? PASS(r) : r;
	r = page_reply(call, page);
	return r ? PASS(r) : 0;
}

int history_commit(struct api_call *call, struct db *db)
{
	(void)db;
	page_note(call, call->work);
	return 0;
}
