/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access tokens: JWT (RFC 7519, profile RFC 9068), ES256 and nothing else, ten minutes. The header
 * never chooses an algorithm or a key we do not have.
 */
#pragma once

#include "server/auth/auth.h"

enum token_outcome {
	TOKEN_EXPIRED = 1,
	TOKEN_FORGED, /* not ours in any respect */
};

/* In the arena; good from now_ms for AUTH_TOKEN_MS. */
MUST_CHECK int token_issue(const struct auth *auth, struct arena *arena,
			   const struct caller *caller, int64_t now_ms, struct str *ret_token);

/* Outcomes: enum token_outcome. device_no is left 0: session_alive reads it. */
MUST_CHECK int token_verify(const struct auth *auth, struct arena *arena, struct str token,
			    int64_t now_ms, struct caller *ret_caller);
