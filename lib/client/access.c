/* SPDX-License-Identifier: Apache-2.0 */
/* The facility's own access history, a page at a time. */
#include "lib/client/inside.h"

int client_accesses(struct client *client, const struct wire_search *search,
		    struct client_answer *answer, struct wire_accesses *ret_accesses)
{
	struct call call = {
		.call = WIRE_ACCESSES,
		.with_token = true,
		.is_repeatable = true,
		.reply_bytes_max = PAGE_BYTES_MAX,
	};
	struct str body;
	call_begin(client);
	client_answer_clear(answer);
	int r = wire_history_query_encode(&answer->arena, search, &call.query);
	if (!r)
		r = call_with_token(client, &call, &answer->arena, &body);
	if (!r)
		r = wire_accesses_reply_decode(&answer->arena, body, &answer->input, ret_accesses);
	if (r == PROBLEM_REPLY_MALFORMED)
		return trouble_local(client, PROBLEM_REPLY_MALFORMED);
	return r < 0 ? PASS(r) : r;
}
