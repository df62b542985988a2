/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facility mail; account add --kind mail, account approve: the address that a facility is told
 * things at, and the temporary account whose codes go there. One operator asks, another approves,
 * neither with a password younger than a day (opening.c says why).
 */
#include "lib/base/mail_address.h"
#include "lib/json/writer.h"
#include "server/admin/admin.h"
#include "server/auth/temporary.h"

enum {
	LOGIN_DIGITS = 7,
	LOGIN_TRIES_MAX = 8, /* of 10^7 ids each */
};

/* --- the address --- */

/* Told at both: who has lost the address learns it, and who has it now knows that it works. */
static int address_tell(struct admin *admin, const struct store_facility *facility, int64_t now_ms)
{
	struct facility_news news = {.notice = NOTICE_ADDRESS_CHANGED, .at_ms = now_ms};
	int r = facility_tell(admin->keys, admin->db, &admin->arena, facility, &news);
	if (r)
		return PASS(r);
	news.to = admin->options.mail;
	r = facility_tell(admin->keys, admin->db, &admin->arena, facility, &news);
	return r ? PASS(r) : 0;
}

static int address_write(struct admin *admin, void *ctx)
{
	const struct store_facility *facility = ctx;
	int64_t now_ms = clock_now_ms(&admin->clock);
	struct str sealed;
	int r = facility_address_seal(admin->keys, &admin->arena, facility->no, admin->options.mail,
				      &sealed);
	if (r == 0)
		r = store_facility_mail_set(admin->db, facility->no, sealed,
					    facility->mail.len ? now_ms : 0);
	if (r == 0 && facility->mail.len)
		r = address_tell(admin, facility, now_ms);
	if (r)
		return FOLD(r);
	r = admin_audit(admin, &(struct store_audit){.call = STR("admin_facility_mail"),
						     .facility_no = facility->no});
	return r ? PASS(r) : 0;
}

int admin_facility_mail(struct admin *admin)
{
	if (!mail_address_valid(admin->options.mail))
		return admin_refuse(admin, ADMIN_REFUSED,
				    "--mail は、uketsuke@example.jp のようなメールアドレスです。");
	struct store_facility facility;
	int r = admin_facility(admin, &facility);
	if (r == 0)
		r = admin_transaction(admin, address_write, &facility);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "facility", facility.code);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}

/* --- the account --- */

struct temporary_work {
	struct store_facility facility;
	struct temporary temporary;
	int64_t now_ms;
	int outcome;
};

static void temporary_work_clear(struct temporary_work *work)
{
	secret_wipe(&work->temporary.password);
}

static int outcome_tell(struct admin *admin, int outcome)
{
	switch ((enum temporary_outcome)outcome) {
	case TEMPORARY_ADDRESS:
		return admin_refuse(admin, ADMIN_REFUSED,
				    "この施設のメールアドレスが登録されていないか、"
				    "変わってから72時間たっていません。");
	case TEMPORARY_NOT_NEEDED:
		return admin_refuse(admin, ADMIN_REFUSED,
				    "この施設は、いま認証アプリでログインしています。");
	case TEMPORARY_OPEN_ALREADY:
		return admin_refuse(admin, ADMIN_CONFLICT,
				    "この施設の臨時アカウントが、もうあるか、申し込まれています。");
	case TEMPORARY_LOGIN_ID: return ADMIN_CONFLICT;
	case TEMPORARY_NOT_ASKED:
		return admin_refuse(admin, ADMIN_CONFLICT,
				    "申し込まれた臨時アカウントではないか、古すぎます。");
	case TEMPORARY_SAME_OPERATOR:
		return admin_refuse(
			admin, ADMIN_REFUSED,
			"自分の申し込みは承認できません。ほかの運用者に頼んでください。");
	}
	return RAISE(ENOTRECOVERABLE);
}

static int login_id_make(struct admin *admin, struct str *ret_login_id)
{
	AUTO(secret_wipe) struct secret digits = {0};
	random_text(STR("0123456789"), LOGIN_DIGITS, &digits);
	char *text = arena_alloc(&admin->arena, 1 + LOGIN_DIGITS);
	if (!text)
		return RAISE(ENOMEM);
	text[0] = 'M';
	memcpy(text + 1, digits.bytes, LOGIN_DIGITS);
	*ret_login_id = (struct str){text, 1 + LOGIN_DIGITS};
	return 0;
}

static int ask_write(struct admin *admin, void *ctx)
{
	struct temporary_work *work = ctx;
	struct store_account *account = &work->temporary.account;
	work->outcome =
		temporary_ask(&admin->auth, admin->db, &admin->arena, &work->facility,
			      account->login_id, admin->operator.no, work->now_ms, &account->no);
	if (work->outcome)
		return work->outcome < 0 ? PASS(work->outcome) : ADMIN_CONFLICT;
	int r = admin_audit(admin, &(struct store_audit){.call = STR("admin_temporary_ask"),
							 .facility_no = work->facility.no,
							 .account_no = account->no});
	return r ? PASS(r) : 0;
}

static int account_tell(struct admin *admin, struct temporary_work *work)
{
	const struct temporary *temporary = &work->temporary;
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "facility", work->facility.code);
	json_put_member(&writer, "kind", account_kind_name(ACCOUNT_MAIL));
	json_put_member(&writer, "login_id", temporary->account.login_id);
	if (temporary->password.len)
		json_put_member(&writer, "password", secret_str(&temporary->password));
	admin_put_time(&writer, "until", temporary->account.valid_until_ms);
	int r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}

int admin_temporary_ask(struct admin *admin)
{
	AUTO(temporary_work_clear)
	struct temporary_work work = {.now_ms = clock_now_ms(&admin->clock)};
	int r = admin_settled(admin, work.now_ms);
	if (r == 0)
		r = admin_facility(admin, &work.facility);
	if (r)
		return r < 0 ? PASS(r) : r;
	work.outcome = TEMPORARY_LOGIN_ID;
	for (int i = 0; i < LOGIN_TRIES_MAX && work.outcome == TEMPORARY_LOGIN_ID; i++) {
		r = login_id_make(admin, &work.temporary.account.login_id);
		if (r == 0)
			r = admin_transaction(admin, ask_write, &work);
		if (r < 0)
			return PASS(r);
	}
	if (r)
		return work.outcome > 0 ? outcome_tell(admin, work.outcome) : r;
	work.temporary.account.valid_until_ms = work.now_ms + TEMPORARY_ASKED_MS;
	return account_tell(admin, &work);
}

static int approve_write(struct admin *admin, void *ctx)
{
	struct temporary_work *work = ctx;
	int r = admin_audit(admin, &(struct store_audit){.call = STR("admin_temporary_approve"),
							 .facility_no = work->facility.no,
							 .account_no = work->temporary.account.no});
	if (r)
		return PASS(r);
	work->outcome = temporary_approve(&admin->auth, admin->db, &admin->arena, &work->facility,
					  admin->operator.no, work->now_ms, &work->temporary);
	return work->outcome < 0 ? PASS(work->outcome) : work->outcome ? ADMIN_CONFLICT : 0;
}

int admin_temporary_approve(struct admin *admin)
{
	AUTO(temporary_work_clear)
	struct temporary_work work = {.now_ms = clock_now_ms(&admin->clock)};
	int r = admin_settled(admin, work.now_ms);
	if (r == 0)
		r = admin_account(admin, &work.temporary.account);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (work.temporary.account.kind != ACCOUNT_MAIL)
		return outcome_tell(admin, TEMPORARY_NOT_ASKED);
	r = store_facility_get(admin->db, &admin->arena, work.temporary.account.facility_no,
			       &work.facility);
	if (r)
		return FOLD(r);
	r = admin_transaction(admin, approve_write, &work);
	if (r)
		return r < 0 ? PASS(r) : work.outcome ? outcome_tell(admin, work.outcome) : r;
	return account_tell(admin, &work);
}
