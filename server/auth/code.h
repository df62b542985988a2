/* SPDX-License-Identifier: Apache-2.0 */
/* One-time codes for activation and enrolment: given out once, kept as an HMAC, spent once. */
#pragma once

#include "server/auth/auth.h"

enum { CODE_LIFE_MS = 72 * 60 * 60 * 1000 };

enum code_outcome {
	CODE_REFUSED = 1, /* never issued, used, or too old */
};

/* A new code for account, good for CODE_LIFE_MS. In a transaction. */
MUST_CHECK int code_issue(const struct auth *auth, struct db *db, enum store_code_kind kind,
			  const struct store_account *account, int64_t now_ms,
			  struct secret *ret_code);

/* Whose it is. Outcome: CODE_REFUSED. */
MUST_CHECK int code_find(const struct auth *auth, struct db *db, enum store_code_kind kind,
			 struct str code, int64_t now_ms, struct store_code *ret_row);

/* Spend it, in the transaction of what it opens. Outcome: CODE_REFUSED. */
MUST_CHECK int code_spend(const struct auth *auth, struct db *db, enum store_code_kind kind,
			  struct str code, int64_t now_ms);
