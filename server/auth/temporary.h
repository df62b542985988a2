/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Temporary accounts (seed table 3-1 ③, 3.2): the receipt link with a code by mail, for the days on
 * which an authenticator cannot be used. Mail is a weak second factor (NIST SP 800-63B section
 * 5.1.3.1 allows none), so this door is narrow, short and seen: one operator asks for it and
 * another one approves; 72 hours, five sessions of an hour, the last seven days' results and no
 * writing; the facility is told of each step, at an address that has not changed lately.
 */
#pragma once

#include "server/auth/mail_code.h"
#include "server/mail/facility.h"

enum {
	TEMPORARY_ASKED_MS = 24 * 60 * 60 * 1000,   /* an approval later than that is none */
	TEMPORARY_ADDRESS_MS = 72 * 60 * 60 * 1000, /* so long a changed address must have stood */
};

enum temporary_outcome {
	TEMPORARY_ADDRESS = 1,	 /* no mail address is registered, or it changed lately */
	TEMPORARY_NOT_NEEDED,	 /* somebody is logged in with an authenticator */
	TEMPORARY_OPEN_ALREADY,	 /* the facility has one, or one is asked for */
	TEMPORARY_LOGIN_ID,	 /* the login id is taken */
	TEMPORARY_NOT_ASKED,	 /* nobody asked for it, or too long ago */
	TEMPORARY_SAME_OPERATOR, /* who asked is nobody to approve */
};

/*
 * Ask: an account that is not open yet. login_id: "M" and seven digits. asked_by: an operator.
 * In a transaction. Outcomes: enum temporary_outcome.
 */
MUST_CHECK int temporary_ask(const struct auth *auth, struct db *db, struct arena *arena,
			     const struct store_facility *facility, struct str login_id,
			     int64_t asked_by, int64_t now_ms, int64_t *ret_account_no);

struct temporary {
	struct store_account account; /* as read, then as it is once open */
	struct secret password;	      /* made at the approval, shown once */
};

/*
 * Approve: it is open from now on, and the facility is told. temporary->account is as it was read.
 * In a transaction. Outcomes: enum temporary_outcome.
 */
MUST_CHECK int temporary_approve(const struct auth *auth, struct db *db, struct arena *arena,
				 const struct store_facility *facility, int64_t approved_by,
				 int64_t now_ms, struct temporary *temporary);

/* It is over, whatever was left, and the facility is told. In a transaction, last in it. */
MUST_CHECK int temporary_close(const struct keys *keys, struct db *db, struct arena *arena,
			       const struct store_account *account, int64_t now_ms);
