/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/tokens.h"

#include "server/api/client.h"

int reply_tokens(struct api_call *call, const struct tokens_reply *reply)
{
	const struct session_tokens *tokens = reply->tokens;
	struct wire_tokens message = {
		.access_token = tokens->access_token,
		.expires_in_s = tokens->expires_in_s,
		.refresh_handle = tokens->refresh_handle,
		.session_expires_in_s = tokens->session_expires_in_s,
		.account = wire_account_of(reply->kind),
		.facility_name = reply->facility_name,
		.notice = client_notice(call, reply->client),
	};
	int r = reply->device_id.ptr
			? encode_hex(&call->arena, reply->device_id, &message.device_id)
			: 0;
	if (r)
		return FOLD(r);
	struct str body;
	r = wire_tokens_encode(reply_arena(call), &message, &body);
	return r ? PASS(r) : reply_json(call, body);
}
