/* SPDX-License-Identifier: Apache-2.0 */
/* The reply that mfa, refresh and reader login share. */
#pragma once

#include "server/api/call.h"
#include "server/auth/session.h"

struct tokens_reply {
	const struct session_tokens *tokens;
	enum account_kind kind;
	struct str facility_name;
	struct str device_id; /* STORE_ID_BYTES; absent: no registered device's */
	struct str client;    /* "vendor product version": it may be given a notice */
};

/* Writes the 200. Fault: -ENOMEM. */
MUST_CHECK int reply_tokens(struct api_call *call, const struct tokens_reply *reply);
