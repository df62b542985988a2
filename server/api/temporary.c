/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/temporary.h"

#include "server/audit/audit.h"
#include "server/auth/temporary.h"

int temporary_code_send(struct api_call *call, struct db *db, const struct login *login)
{
	if (!login->facility.no)
		return 0;
	int r = facility_code_send(call->service->keys, db, &call->arena, &login->facility,
				   secret_str(&login->code), call->now_ms,
				   login->challenge_until_ms);
	/* An address that cannot be read is ours to find; nobody is told more than that. */
	return r < 0 ? PASS(r) : r ? PROBLEM_CREDENTIALS_REFUSED : 0;
}

static int used_tell(struct api_call *call, struct db *db, const struct mfa *mfa)
{
	struct facility_news news = {
		.notice = NOTICE_TEMPORARY_USED,
		.login_id = mfa->login_id,
		.at_ms = call->now_ms,
	};
	int r = facility_tell(call->service->keys, db, &call->arena, &mfa->facility, &news);
	return r ? PASS(r) : 0;
}

/* The row of what nobody asked for but the service itself. */
static int close_audit(struct db *db, const struct store_account *account, int64_t now_ms)
{
	struct store_audit row = {
		.at_ms = now_ms,
		.facility_no = account->facility_no,
		.account_no = account->no,
		.call = STR("temporary_close"),
		.outcome = STR("ok"),
		.request_id = STR("00000000000000000000000000000000"),
	};
	int r = audit_add(db, &row);
	return r ? PASS(r) : 0;
}

/* Ended by the service; the change row comes last: from there to the commit others wait. */
static int account_close(const struct keys *keys, struct db *db, struct arena *arena,
			 const struct store_account *account, int64_t now_ms)
{
	int r = close_audit(db, account, now_ms);
	if (r == 0)
		r = temporary_close(keys, db, arena, account, now_ms);
	return r ? PASS(r) : 0;
}

int temporary_session_opened(struct api_call *call, struct db *db, const struct mfa *mfa)
{
	struct store_account account;
	if (mfa->kind == ACCOUNT_MAIL) {
		int r = used_tell(call, db, mfa);
		return r ? PASS(r) : 0;
	}
	int r = store_account_temporary_find(db, &call->arena, mfa->challenge.facility_no,
					     call->now_ms, &account);
	if (r)
		return r < 0 ? PASS(r) : 0;
	r = account_close(call->service->keys, db, &call->arena, &account, call->now_ms);
	return r ? PASS(r) : 0;
}

static int over_close(const struct service *service, struct db *db, struct arena *arena,
		      const struct store_account *account, int64_t now_ms)
{
	int r = db_begin(db);
	if (r)
		return FOLD(r);
	r = account_close(service->keys, db, arena, account, now_ms);
	if (r == 0)
		r = db_commit(db);
	if (r)
		db_rollback(db);
	return r ? FOLD(r) : 0;
}

int temporary_close_over(void *ctx, struct db *db, struct arena *arena, int64_t now_ms)
{
	const struct service *service = ctx;
	struct store_account account;
	int r = store_account_temporary_over(db, arena, now_ms, &account);
	if (r)
		return r < 0 ? PASS(r) : 0;
	r = over_close(service, db, arena, &account, now_ms);
	return r ? PASS(r) : 0;
}
