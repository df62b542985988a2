/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/results: one page. It is read and written out on the lane; the reply leaves only after
 * the audit row, with the list of what was shown, is on disk.
 */
#include "server/api/page.h"
#include "server/api/routes.h"
#include "server/api/search.h"

static bool is_unpaged(const struct api_call *call)
{
	return call->service->profile->paging == WIRE_PAGING_NONE;
}

static int search_read(struct api_call *call, struct wire_search *ret_search)
{
	struct wire_complaints *complaints = &call->input.complaints;
	int r = wire_download_query_decode(&call->arena, call->request->query, complaints,
					   ret_search);
	if (r || !is_unpaged(call))
		return r < 0 ? PASS(r) : r;
	if (ret_search->limit)
		wire_complain(complaints, STR("limit"), WIRE_REASON_UNKNOWN);
	if (ret_search->cursor.ptr)
		wire_complain(complaints, STR("cursor"), WIRE_REASON_UNKNOWN);
	return complaints->count ? PROBLEM_QUERY_INVALID : 0;
}

/* One page is all there is, or too much. */
static int page_alone(struct eligibility_page *page)
{
	page->new_cursor = (struct str){0};
	return page->next_cursor.ptr ? PROBLEM_RESULTS_TOO_MANY : 0;
}

int download_run(struct api_call *call, struct db *db)
{
	struct wire_search search;
	int r = search_read(call, &search);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct eligibility_query query = query_of_search(call, &search);
	struct eligibility_page *page = arena_alloc(&call->arena, sizeof *page);
	if (!page)
		return RAISE(ENOMEM);
	call->work = page;
	struct eligibility_state state;
	r = search_state(call, db, &query, &state);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (search_unchanged(call, &state))
		return search_wait(call, &search, &state) ? CALL_PARK
							  : reply_not_modified(call, state.etag);
	r = query_problem(eligibility_page(&call->service->eligibility, db, &call->arena,
					   &call->caller, &query, &state, call->now_ms, page));
	if (r)
		return r < 0 ? PASS(r) : r;
	if (search.cursor.ptr && page->count == 0 && search_wait(call, &search, &state))
		return CALL_PARK;
	r = is_unpaged(call) ? page_alone(page) : 0;
	if (!r)
		r = page_reply(call, page);
	if (!r)
		r = reply_tag(call, state.etag);
	return r < 0 ? PASS(r) : r;
}

int download_commit(struct api_call *call, struct db *db)
{
	(void)db;
	page_note(call, call->work);
	return 0;
}
