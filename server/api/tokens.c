/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/tokens.h"

int reply_tokens(struct api_call *call, const struct session_tokens *tokens, enum account_kind kind,
		 struct str facility_name)
{
	struct wire_tokens reply = {
		.access_token = tokens->access_token,
		.expires_in_s = tokens->expires_in_s,
		.refresh_handle = tokens->refresh_handle,
		.session_expires_in_s = tokens->session_expires_in_s,
		.account = kind == ACCOUNT_READER ? WIRE_ACCOUNT_W : WIRE_ACCOUNT_WA,
		.facility_name = facility_name,
	};
	struct str body;
	int r = wire_tokens_encode(reply_arena(call), &reply, &body);
	return r ? PASS(r) : reply_json(call, body);
}
