/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The code that a temporary account gets by mail: eight digits for one login. It is a MAC over the
 * session family of that login's challenge, so that it is written nowhere but into the mail, and
 * fits no other login. The challenge is good for one try and AUTH_MAIL_CODE_MS.
 */
#pragma once

#include "server/auth/auth.h"

enum {
	MAIL_CODE_DIGITS = 8,
	AUTH_MAIL_CODE_MS = 10 * 60 * 1000,
	AUTH_MAIL_SESSION_MS = 60 * 60 * 1000,
	AUTH_MAIL_LIFE_MS = 72 * 60 * 60 * 1000,
	AUTH_MAIL_USES = 5,
	AUTH_MAIL_CODES = 20, /* mails that one account can cause; each is worth one guess */
};

/* family: STORE_ID_BYTES; key_n: as in the challenge. Outcome: KEYS_ABSENT. */
MUST_CHECK int mail_code_make(const struct auth *auth, int key_n, struct str family,
			      struct secret *ret_code);

enum mail_code_outcome {
	MAIL_CODE_WRONG = 1, /* or its key is gone */
};
MUST_CHECK int mail_code_verify(const struct auth *auth, int key_n, struct str family,
				struct str code);

/* May this temporary account open a session at now_ms? */
bool account_is_usable(const struct store_account *account, int64_t now_ms);
