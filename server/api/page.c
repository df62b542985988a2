/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/page.h"

static int result_encode(struct api_call *call, const struct eligibility_result *result,
			 struct wire_result *ret_result)
{
	*ret_result = (struct wire_result){
		.confirmed_ms = result->confirmed_ms,
		.method =
			result->method == ELIGIBILITY_VISUAL ? WIRE_METHOD_VISUAL : WIRE_METHOD_PIN,
		.staff = result->staff,
		.reference_number = result->reference,
		.reference_version = result->reference_version,
		.proof = result->evidence.proof,
		.result = result->evidence.body,
	};
	int r = encode_hex(&call->arena, str_bytes(result->id, sizeof result->id), &ret_result->id);
	return r ? FOLD(r) : 0;
}

int page_reply(struct api_call *call, const struct eligibility_page *page)
{
	struct wire_page reply = {
		.results = arena_bytes(&call->arena, page->count * sizeof *reply.results),
		.results_count = page->count,
		.next_cursor = page->next_cursor,
		.new_cursor = page->new_cursor,
	};
	if (!reply.results)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < page->count; i++) {
		int r = result_encode(call, &page->results[i], &reply.results[i]);
		if (r)
			return PASS(r);
	}
	struct str body;
	int r = wire_download_reply_encode(reply_arena(call), &reply, &body);
	return r ? PASS(r) : reply_json(call, body);
}

void page_note(struct api_call *call, const struct eligibility_page *page)
{
	call->audit.items = page->items;
}
