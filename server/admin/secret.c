/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords: read, made, chosen. */
#include <unistd.h>

#include "lib/base/number.h"
#include "server/admin/admin.h"
#include "server/auth/password.h"
#include "server/auth/password_rules.h"

enum { FD_MAX = 1023 };

int admin_secret(struct admin *admin, struct str fd_text, const char *what,
		 struct secret *ret_secret)
{
	int64_t fd = STDIN_FILENO;
	struct str prompt;
	if (fd_text.len && number_parse(fd_text, 0, FD_MAX, &fd))
		return admin_refuse(admin, ADMIN_USAGE, "記述子は 0〜1023 の番号です。");
	int r = arena_print(&admin->arena, &prompt, "%s: ", what);
	if (r)
		return PASS(r);
	r = isatty((int)fd) == 1 ? secret_ask(ret_secret, prompt)
				 : secret_read(ret_secret, (int)fd);
	if (r == -ENODATA || r == -EMSGSIZE || r == -EBADF)
		return admin_refuse(admin, ADMIN_USAGE,
				    "パスワードを読めません（ないか、長すぎます）。");
	return r ? PASS(r) : 0;
}

/* Operators have none: the empty text. */
static int facility_code(struct admin *admin, const struct store_account *account,
			 struct str *ret_code)
{
	struct store_facility facility = {0};
	if (account->facility_no) {
		int r = store_facility_get(admin->db, &admin->arena, account->facility_no,
					   &facility);
		if (r)
			return FOLD(r);
	}
	*ret_code = facility.code;
	return 0;
}

int admin_password_make(struct admin *admin, struct store_account *account,
			struct secret *ret_password)
{
	struct str code;
	int r = facility_code(admin, account, &code);
	if (r == 0)
		r = password_make(&admin->auth, &admin->arena, account, code, ret_password);
	return r ? PASS(r) : 0;
}

struct flaw_row {
	enum password_flaw flaw;
	const char *sentence;
};

static const struct flaw_row flaw_rows[] = {
	{PASSWORD_TOO_SHORT, "パスワードは13文字以上にしてください。"},
	{PASSWORD_TOO_LONG, "パスワードは256バイトまでです。"},
	{PASSWORD_UNREADABLE, "パスワードに使えない文字が入っています。"},
	{PASSWORD_FEW_KINDS, "15文字より短いパスワードは、英大文字・英小文字・数字・"
			     "記号などから3種類を混ぜてください。"},
	{PASSWORD_COMMON, "よく使われる言葉や並びでできていて、推測されやすいパスワードです。"},
	{PASSWORD_CONTEXT, "名前が入っています。"},
	{PASSWORD_USED, "前に使ったパスワードです（最近の10個は使えません）。"},
};

/* A new account has no passwords to be compared with. */
static int password_judge(struct admin *admin, const struct store_account *account,
			  struct str password)
{
	const struct password_context context = {.login_id = account->login_id};
	unsigned reused = 0, flaws = password_flaws(NULL, &context, password);
	if (!flaws && account->no) {
		int r = password_reused(&admin->auth, admin->db, &admin->arena, account, STR(""),
					password, &reused);
		if (r)
			return PASS(r);
	}
	flaws |= reused;
	for (size_t i = 0; i < sizeof flaw_rows / sizeof flaw_rows[0]; i++)
		if (flaws & flaw_rows[i].flaw)
			(void)admin_refuse(admin, ADMIN_REFUSED, flaw_rows[i].sentence);
	return flaws ? ADMIN_REFUSED : 0;
}

int admin_password_choose(struct admin *admin, struct store_account *account)
{
	AUTO(secret_wipe) struct secret password = {0};
	int r = admin_secret(admin, admin->options.new_password_fd,
			     "新しいパスワード（13文字以上）", &password);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = password_judge(admin, account, secret_str(&password));
	if (r)
		return r < 0 ? PASS(r) : r;
	r = password_adopt(&admin->auth, &admin->arena, account, STR(""), secret_str(&password));
	return r ? PASS(r) : 0;
}
