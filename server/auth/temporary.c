/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/temporary.h"

#include "server/auth/password.h"

static int address_check(const struct auth *auth, struct arena *arena,
			 const struct store_facility *facility, int64_t now_ms)
{
	struct str address;
	if (facility->mail_ms && now_ms - facility->mail_ms < TEMPORARY_ADDRESS_MS)
		return TEMPORARY_ADDRESS;
	int r = facility_address_open(auth->keys, arena, facility, &address);
	return r < 0 ? PASS(r) : r ? TEMPORARY_ADDRESS : 0;
}

/* A door beside one that works would only be weaker. */
static int need_check(const struct auth *auth, struct db *db, struct arena *arena,
		      const struct store_facility *facility, int64_t now_ms)
{
	int r = address_check(auth, arena, facility, now_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = store_session_held(db, facility->no, ACCOUNT_RECEIPT, now_ms - AUTH_IDLE_MS, now_ms);
	if (r <= 0)
		return r < 0 ? PASS(r) : TEMPORARY_NOT_NEEDED;
	return 0;
}

int temporary_ask(const struct auth *auth, struct db *db, struct arena *arena,
		  const struct store_facility *facility, struct str login_id, int64_t asked_by,
		  int64_t now_ms, int64_t *ret_account_no)
{
	AUTO(secret_wipe) struct secret nobodys = {0};
	struct store_account other, account = {
					    .facility_no = facility->no,
					    .login_id = login_id,
					    .kind = ACCOUNT_MAIL,
					    .password_ms = now_ms,
					    .valid_until_ms = now_ms + TEMPORARY_ASKED_MS,
					    .opened_by = asked_by,
				    };
	int r = need_check(auth, db, arena, facility, now_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = store_account_temporary_find(db, arena, facility->no, now_ms, &other);
	if (r <= 0)
		return r < 0 ? PASS(r) : TEMPORARY_OPEN_ALREADY;
	r = password_make(auth, arena, &account, facility->code, &nobodys);
	if (r == 0)
		r = store_account_add(db, &account, ret_account_no);
	if (r)
		return r < 0 ? PASS(r) : TEMPORARY_LOGIN_ID;
	r = store_account_active_set(db, facility->no, *ret_account_no, false, now_ms);
	return r ? FOLD(r) : 0;
}

static int asked_check(const struct store_account *account, int64_t approved_by, int64_t now_ms)
{
	if (account->kind != ACCOUNT_MAIL || account->active || account->uses_left ||
	    account->valid_until_ms <= now_ms)
		return TEMPORARY_NOT_ASKED;
	return approved_by && approved_by != account->opened_by ? 0 : TEMPORARY_SAME_OPERATOR;
}

static int account_open(const struct auth *auth, struct db *db, struct arena *arena,
			const struct store_facility *facility, int64_t now_ms,
			struct temporary *temporary)
{
	struct store_account *account = &temporary->account;
	account->valid_until_ms = now_ms + AUTH_MAIL_LIFE_MS;
	account->uses_left = AUTH_MAIL_USES;
	account->codes_left = AUTH_MAIL_CODES;
	int r = password_make(auth, arena, account, facility->code, &temporary->password);
	if (r == 0)
		r = store_account_temporary_set(db, account);
	if (r == 0)
		r = store_account_password_set(db, account, now_ms);
	if (r == 0)
		r = store_account_active_set(db, facility->no, account->no, true, now_ms);
	return r ? FOLD(r) : 0;
}

static int account_tell(const struct keys *keys, struct db *db, struct arena *arena,
			const struct store_facility *facility, const struct store_account *account,
			enum facility_notice notice, int64_t now_ms)
{
	struct facility_news news = {
		.notice = notice,
		.login_id = account->login_id,
		.at_ms = now_ms,
	};
	int r = facility_tell(keys, db, arena, facility, &news);
	return r ? PASS(r) : 0;
}

int temporary_approve(const struct auth *auth, struct db *db, struct arena *arena,
		      const struct store_facility *facility, int64_t approved_by, int64_t now_ms,
		      struct temporary *temporary)
{
	int r = asked_check(&temporary->account, approved_by, now_ms);
	if (r == 0)
		r = need_check(auth, db, arena, facility, now_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = account_tell(auth->keys, db, arena, facility, &temporary->account,
			 NOTICE_TEMPORARY_OPENED, now_ms);
	if (r == 0)
		r = account_open(auth, db, arena, facility, now_ms, temporary);
	return r ? PASS(r) : 0;
}

int temporary_close(const struct keys *keys, struct db *db, struct arena *arena,
		    const struct store_account *account, int64_t now_ms)
{
	struct store_facility facility;
	struct store_account over = *account;
	over.valid_until_ms = now_ms;
	over.uses_left = over.codes_left = 0;
	int r = store_facility_get(db, arena, account->facility_no, &facility);
	if (r == 0 && account->active)
		r = account_tell(keys, db, arena, &facility, account, NOTICE_TEMPORARY_CLOSED,
				 now_ms);
	if (r == 0)
		r = store_account_temporary_set(db, &over);
	if (r == 0)
		r = store_account_active_set(db, account->facility_no, account->no, false, now_ms);
	return r ? FOLD(r) : 0;
}
