/* SPDX-License-Identifier: Apache-2.0 */
/* operator add, list, close, password: the people who may act here, each by their own name. */
#include "lib/json/writer.h"
#include "server/admin/admin.h"

enum {
	NAME_LEN_MIN = 3,
	NAME_LEN_MAX = 32,
};

/* Lower-case letters, digits, '.' and '-', a letter first: no facility's login id looks like it. */
static bool name_fits(struct str name)
{
	if (name.len < NAME_LEN_MIN || name.len > NAME_LEN_MAX || name.ptr[0] < 'a' ||
	    name.ptr[0] > 'z')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '.' && c != '-')
			return false;
	}
	return true;
}

static int name_refuse(struct admin *admin)
{
	return admin_refuse(
		admin, ADMIN_REFUSED,
		"運用者の名前は、英小文字で始まる3〜32文字（英小文字、数字、. と -）です。");
}

static int operator_write(struct admin *admin, void *ctx)
{
	struct store_account *account = ctx;
	int r = store_account_add(admin->db, account, &account->no);
	if (r < 0)
		return PASS(r);
	if (r)
		return admin_refuse(admin, ADMIN_CONFLICT,
				    "その名前は使われています（やめた人の名前も使えません）。");
	if (!admin->operator.no)
		admin->operator= * account;
	r = admin_audit(admin, &(struct store_audit){.call = STR("admin_operator_add"),
						     .account_no = account->no});
	return r ? PASS(r) : 0;
}

int admin_operator_add(struct admin *admin)
{
	AUTO(secret_wipe) struct secret password = {0};
	struct store_account account = {
		.login_id = admin->options.name,
		.kind = ACCOUNT_OPERATOR,
		.password_ms = clock_now_ms(&admin->clock),
		.must_change = true,
	};
	if (!name_fits(account.login_id))
		return name_refuse(admin);
	int r = admin_password_make(admin, &account, &password);
	if (r == 0)
		r = admin_transaction(admin, operator_write, &account);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "operator", account.login_id);
	json_put_member(&writer, "password", secret_str(&password));
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}

/* --- the first one --- */

static int operators_active(struct admin *admin, bool *ret_active)
{
	struct store_account *list;
	size_t count = STORE_ACCOUNTS_PAGE_MAX;
	int64_t after = 0;
	*ret_active = false;
	while (count == STORE_ACCOUNTS_PAGE_MAX && !*ret_active) {
		int r = store_accounts_list(admin->db, &admin->arena, 0, ACCOUNT_OPERATOR, after,
					    &list, &count);
		if (r)
			return FOLD(r);
		for (size_t i = 0; i < count; i++) {
			*ret_active |= list[i].active;
			after = list[i].no;
		}
	}
	return 0;
}

int admin_operator_first(struct admin *admin, bool *ret_made)
{
	struct store_account account = {
		.login_id = admin->options.operator,
		.kind = ACCOUNT_OPERATOR,
		.password_ms = clock_now_ms(&admin->clock),
	};
	bool active;
	int r = operators_active(admin, &active);
	if (r)
		return PASS(r);
	*ret_made = !active;
	if (active)
		return 0;
	if (!name_fits(account.login_id))
		return name_refuse(admin);
	r = admin_password_choose(admin, &account);
	if (r)
		return r < 0 ? PASS(r) : r;
	admin->options.reason = STR("init");
	r = admin_transaction(admin, operator_write, &account);
	return r < 0 ? PASS(r) : r;
}

/* --- list --- */

static int operator_tell(struct admin *admin, const struct store_account *account)
{
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "operator", account->login_id);
	json_key(&writer, "active");
	json_put_bool(&writer, account->active);
	admin_put_time(&writer, "password_since", account->password_ms);
	json_key(&writer, "must_change");
	json_put_bool(&writer, account->must_change);
	int r = admin_line_end(admin, &writer);
	return r ? PASS(r) : 0;
}

int admin_operator_list(struct admin *admin)
{
	struct store_account *list;
	size_t count = STORE_ACCOUNTS_PAGE_MAX;
	int64_t after = 0;
	while (count == STORE_ACCOUNTS_PAGE_MAX) {
		int r = store_accounts_list(admin->db, &admin->arena, 0, ACCOUNT_OPERATOR, after,
					    &list, &count);
		if (r)
			return FOLD(r);
		for (size_t i = 0; i < count; i++) {
			r = operator_tell(admin, &list[i]);
			if (r)
				return PASS(r);
			after = list[i].no;
		}
	}
	return ADMIN_OK;
}

/* --- close --- */

static int close_write(struct admin *admin, void *ctx)
{
	const struct store_account *account = ctx;
	int r = store_account_active_set(admin->db, 0, account->no, false,
					 clock_now_ms(&admin->clock));
	if (r)
		return FOLD(r);
	r = admin_audit(admin, &(struct store_audit){.call = STR("admin_operator_close"),
						     .account_no = account->no});
	return r ? PASS(r) : 0;
}

int admin_operator_close(struct admin *admin)
{
	struct store_account account;
	int r = store_account_find(admin->db, &admin->arena, admin->options.name, &account);
	if (r < 0)
		return PASS(r);
	if (r || account.kind != ACCOUNT_OPERATOR)
		return admin_refuse(admin, ADMIN_NOT_FOUND, "その名前の運用者はいません。");
	if (account.no == admin->operator.no)
		return admin_refuse(
			admin, ADMIN_REFUSED,
			"自分をやめさせることはできません。ほかの運用者に頼んでください。");
	r = admin_transaction(admin, close_write, &account);
	if (r)
		return r < 0 ? PASS(r) : r;
	account.active = false;
	return operator_tell(admin, &account);
}

/* --- password --- */

static int password_write(struct admin *admin, void *ctx)
{
	const struct store_account *account = ctx;
	int r = store_account_password_set(admin->db, account, clock_now_ms(&admin->clock));
	if (r)
		return FOLD(r);
	r = admin_audit(admin, &(struct store_audit){.call = STR("admin_operator_password"),
						     .account_no = account->no});
	return r ? PASS(r) : 0;
}

int admin_operator_password(struct admin *admin)
{
	struct store_account account = admin->operator;
	account.must_change = false;
	int r = admin_password_choose(admin, &account);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!admin->options.reason.ptr)
		admin->options.reason = STR("本人による変更");
	r = admin_transaction(admin, password_write, &account);
	if (r)
		return r < 0 ? PASS(r) : r;
	account.password_ms = clock_now_ms(&admin->clock);
	return operator_tell(admin, &account);
}
