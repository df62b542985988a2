/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is told about the new password before the old one was right and its lane open. */
#include "server/auth/password_change.h"

#include "server/auth/password.h"

static int session_read(struct db *db, struct arena *arena, const struct caller *caller,
			struct password_change *change)
{
	struct str id = str_bytes(caller->session_id, STORE_ID_BYTES);
	int r = store_session_find(db, arena, id, &change->session);
	if (r == 0)
		r = store_account_get(db, arena, caller->facility_no, caller->account_no,
				      &change->account);
	if (r == 0 && change->session.device_no)
		r = store_device_get(db, arena, caller->facility_no, change->session.device_no,
				     &change->device);
	return r < 0 ? PASS(r) : r ? PASSWORD_CHANGE_ENDED : 0;
}

static int old_check(const struct auth *auth, struct db *db, struct arena *arena,
		     const struct password_change_request *request, struct password_change *change,
		     struct store_facility *ret_facility)
{
	struct password_claim claim = {
		.login_id = change->account.login_id,
		.kind = change->account.kind,
		.password = request->old_password,
	};
	struct password_answer answer;
	int r = password_check(auth, db, arena, &claim, &answer);
	if (r)
		return PASS(r);
	change->right = answer.right;
	*ret_facility = answer.facility;
	return 0;
}

static int new_check(const struct auth *auth, struct db *db, struct arena *arena,
		     const struct store_facility *facility, struct str password,
		     struct password_change *change)
{
	const struct password_context context = {
		.login_id = change->account.login_id,
		.facility_code = facility->code,
		.facility_name = facility->name,
	};
	unsigned reused = 0;
	change->flaws = password_flaws(auth->passwords, &context, password);
	if (!change->flaws) {
		int r = password_reused(auth, db, arena, &change->account, facility->code, password,
					&reused);
		if (r)
			return PASS(r);
	}
	change->flaws |= reused;
	return 0;
}

/* The session under the new password, and its next tokens. */
static int session_prepare(const struct auth *auth, struct arena *arena, struct str password,
			   int64_t now_ms, struct password_change *change)
{
	struct store_session *session = &change->session;
	struct session_binding binding = {
		.account_no = session->account_no,
		.facility_no = session->facility_no,
		.thumbprint = session->thumbprint,
		.password = password,
	};
	session->key_n = keys_token_number(auth->keys);
	int r = session_verifier(auth, (int)session->key_n, session->id, &binding,
				 change->verifier);
	if (r)
		return FOLD(r);
	session->verifier = str_bytes(change->verifier, sizeof change->verifier);
	session->epoch = change->account.epoch + 1;
	session->rotated_ms = now_ms;
	struct store_session next = *session;
	next.counter++;
	r = session_tokens_issue(auth, arena, &next, change->account.kind, &change->tokens);
	return r ? PASS(r) : 0;
}

int password_change_check(const struct auth *auth, struct db *db, struct arena *arena,
			  const struct caller *caller,
			  const struct password_change_request *request, int64_t now_ms,
			  struct password_change *ret_change)
{
	struct password_change *change = ret_change;
	struct store_facility facility;
	*change = (struct password_change){0};
	int r = session_read(db, arena, caller, change);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = old_check(auth, db, arena, request, change, &facility);
	if (r == 0)
		r = lane_of(change->account.no, change->account.login_id, caller->device_no,
			    &change->lane);
	if (r || !change->right)
		return r ? PASS(r) : 0;
	r = new_check(auth, db, arena, &facility, request->new_password, change);
	if (r || change->flaws)
		return r ? PASS(r) : 0;
	change->facility_name = facility.name;
	change->account.must_change = false;
	r = session_prepare(auth, arena, request->new_password, now_ms, change);
	if (r == 0)
		r = password_adopt(auth, arena, &change->account, facility.code,
				   request->new_password);
	return r ? PASS(r) : 0;
}

static int change_write(struct db *db, struct arena *arena, const struct caller *caller,
			const struct password_change *change, int64_t now_ms)
{
	struct store_account account;
	int r = store_account_get(db, arena, caller->facility_no, caller->account_no, &account);
	if (r < 0)
		return PASS(r);
	if (r || !account.active || account.epoch != caller->epoch)
		return PASSWORD_CHANGE_ENDED;
	r = store_session_renew(db, &change->session);
	/* A refresh came in between: come again, with its token. */
	if (r)
		return r < 0 ? PASS(r) : PASSWORD_CHANGE_ENDED;
	r = store_account_password_set(db, &change->account, now_ms);
	return r ? FOLD(r) : 0;
}

int password_change_commit(struct db *db, struct arena *arena, const struct caller *caller,
			   const struct password_change *change, int64_t now_ms)
{
	int r = lane_attempt(db, &change->lane,
			     change->right ? STORE_LANE_PASSED : STORE_LANE_FAILED, now_ms, NULL);
	if (r)
		return r < 0 ? PASS(r) : PASSWORD_CHANGE_CLOSED;
	if (!change->right)
		return PASSWORD_CHANGE_WRONG;
	if (change->flaws)
		return PASSWORD_CHANGE_UNFIT;
	r = change_write(db, arena, caller, change, now_ms);
	return r < 0 ? PASS(r) : r;
}
