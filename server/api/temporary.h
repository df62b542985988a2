/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Temporary accounts (seed table 3-1 ③): what happens around their logins. Each use leaves an audit
 * row and a mail to the facility; the account ends by itself - after 72 hours, after its last
 * session, or as soon as somebody logs in with an authenticator again.
 */
#pragma once

#include "server/api/call.h"
#include "server/auth/login.h"
#include "server/auth/mfa.h"

/* All in the call's transaction. */

/* The code of a login that was right; nothing for accounts of another kind. */
MUST_CHECK int temporary_code_send(struct api_call *call, struct db *db, const struct login *login);

/* A session was opened: by a temporary account, which is told, or by one that ends those. */
MUST_CHECK int temporary_session_opened(struct api_call *call, struct db *db,
					const struct mfa *mfa);

/* A task (server/tasks; ctx: struct service): close one temporary account that is over. */
MUST_CHECK int temporary_close_over(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);
