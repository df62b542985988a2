/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A caller's own password: the old one once more, the new one by the rules. The caller's session
 * goes on with new tokens, all others of the account end.
 */
#pragma once

#include "server/auth/lane.h"
#include "server/auth/password_rules.h"
#include "server/auth/session.h"

struct password_change_request {
	struct str old_password;
	struct str new_password;
};

/* What was found, and what the transaction is to write about it. */
struct password_change {
	bool right;	/* the old password is this */
	unsigned flaws; /* of the new one: enum password_flaw; known only when right */
	struct store_lane lane;
	struct store_account account; /* as it is to be */
	struct store_session session; /* as it is to be, its counter not yet */
	unsigned char verifier[KEYS_MAC_BYTES];
	struct store_device device; /* the session's; zeroed: none */
	struct session_tokens tokens;
	struct str facility_name;
};

enum password_change_outcome {
	PASSWORD_CHANGE_ENDED = 1, /* the session, or the account's tokens, meanwhile */
	PASSWORD_CHANGE_CLOSED,	   /* too many failures: so far, or with this one */
	PASSWORD_CHANGE_WRONG,	   /* the old password is another */
	PASSWORD_CHANGE_UNFIT,	   /* the new one: change->flaws */
};

/*
 * One Argon2id when the old one is wrong, up to 20 when it is right; writes nothing. *ret_change
 * must stay where it is until the commit. Outcome: PASSWORD_CHANGE_ENDED.
 */
MUST_CHECK int password_change_check(const struct auth *auth, struct db *db, struct arena *arena,
				     const struct caller *caller,
				     const struct password_change_request *request, int64_t now_ms,
				     struct password_change *ret_change);

/* In a transaction that is kept for outcomes too; they are counted as a login's are. Outcomes:
 * enum password_change_outcome. */
MUST_CHECK int password_change_commit(struct db *db, struct arena *arena,
				      const struct caller *caller,
				      const struct password_change *change, int64_t now_ms);
