/* SPDX-License-Identifier: Apache-2.0 */
/* account add: an account with a password that is shown here once and kept nowhere. */
#include "lib/base/number.h"
#include "lib/json/writer.h"
#include "server/admin/admin.h"
#include "server/auth/password.h"

enum {
	LOGIN_DIGITS = 7,
	LOGIN_TRIES_MAX = 8, /* of 10^7 ids each */
};

struct account_work {
	struct store_facility facility;
	struct store_account account;
	struct secret password;
};

static void account_work_clear(struct account_work *work)
{
	secret_wipe(&work->password);
}

/* W or WA and seven digits, as its kind says. */
static bool login_id_fits(struct str login_id, enum account_kind kind)
{
	struct str prefix = account_kind_name(kind);
	if (!str_starts(login_id, prefix))
		return false;
	struct str digits = {login_id.ptr + prefix.len, login_id.len - prefix.len};
	return number_is_digits(digits, LOGIN_DIGITS);
}

static int login_id_make(struct admin *admin, struct account_work *work)
{
	AUTO(secret_wipe) struct secret digits = {0};
	random_text(STR("0123456789"), LOGIN_DIGITS, &digits);
	struct str prefix = account_kind_name(work->account.kind);
	char *text = arena_alloc(&admin->arena, prefix.len + LOGIN_DIGITS);
	if (!text)
		return RAISE(ENOMEM);
	memcpy(text, prefix.ptr, prefix.len);
	memcpy(text + prefix.len, digits.bytes, LOGIN_DIGITS);
	work->account.login_id = (struct str){text, prefix.len + LOGIN_DIGITS};
	return 0;
}

static int account_write(struct admin *admin, void *ctx)
{
	struct account_work *work = ctx;
	int64_t no;
	int r = store_account_add(admin->db, &work->account, &no);
	if (r < 0)
		return PASS(r);
	if (r)
		return ADMIN_CONFLICT;
	r = admin_audit(admin, &(struct store_audit){.call = STR("admin_account_add"),
						     .facility_no = work->facility.no,
						     .account_no = no});
	return r ? PASS(r) : 0;
}

static int account_make(struct admin *admin, struct account_work *work)
{
	int r = password_make(&admin->auth, &admin->arena, &work->account, work->facility.code,
			      &work->password);
	if (r)
		return PASS(r);
	r = admin_transaction(admin, account_write, work);
	return r < 0 ? PASS(r) : r;
}

/* A given login id once; a made one until it is free. */
static int account_try(struct admin *admin, struct account_work *work)
{
	if (admin->options.login_id.ptr) {
		work->account.login_id = admin->options.login_id;
		int r = account_make(admin, work);
		return r < 0 ? PASS(r) : r;
	}
	for (int i = 0; i < LOGIN_TRIES_MAX; i++) {
		int r = login_id_make(admin, work);
		if (r == 0)
			r = account_make(admin, work);
		if (r != ADMIN_CONFLICT)
			return r < 0 ? PASS(r) : r;
	}
	return ADMIN_CONFLICT;
}

static int account_tell(struct admin *admin, const struct account_work *work)
{
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "facility", work->facility.code);
	json_put_member(&writer, "kind", account_kind_name(work->account.kind));
	json_put_member(&writer, "login_id", work->account.login_id);
	json_put_member(&writer, "password", secret_str(&work->password));
	int r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}

static int work_begin(struct admin *admin, struct account_work *work)
{
	struct str kind = admin->options.kind;
	if (!str_equal(kind, STR("W")) && !str_equal(kind, STR("WA")))
		return admin_refuse(admin, ADMIN_USAGE, "--kind は W か WA か mail です。");
	work->account.kind = str_equal(kind, STR("W")) ? ACCOUNT_READER : ACCOUNT_RECEIPT;
	if (admin->options.login_id.ptr &&
	    !login_id_fits(admin->options.login_id, work->account.kind))
		return admin_refuse(admin, ADMIN_REFUSED,
				    "ログインIDは、種類（WかWA）と数字7桁です。");
	bool kept = admin->options.keep_password.ptr != NULL;
	if (kept && admin->config.service.environment != CONFIG_ENVIRONMENT_TEST)
		return admin_refuse(admin, ADMIN_REFUSED,
				    "--keep-password は検証環境だけで使えます。");
	work->account.must_change = !kept;
	int r = admin_facility(admin, &work->facility);
	if (r)
		return r < 0 ? PASS(r) : r;
	work->account.facility_no = work->facility.no;
	work->account.password_ms = clock_now_ms(&admin->clock);
	return 0;
}

int admin_account_add(struct admin *admin)
{
	if (str_equal(admin->options.kind, account_kind_name(ACCOUNT_MAIL)))
		return admin_temporary_ask(admin);

	AUTO(account_work_clear) struct account_work work = {0};
	int r = work_begin(admin, &work);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = account_try(admin, &work);
	if (r == ADMIN_CONFLICT)
		return admin_refuse(admin, ADMIN_CONFLICT, "そのログインIDは登録済みです。");
	if (r)
		return r < 0 ? PASS(r) : r;
	return account_tell(admin, &work);
}
