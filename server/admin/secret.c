/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords: read, made, chosen. */
#include <unistd.h>

#include "lib/base/number.h"
#include "server/admin/admin.h"
#include "server/auth/password.h"

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

int admin_password_choose(struct admin *admin, struct store_account *account)
{
	AUTO(secret_wipe) struct secret password = {0};
	int r = admin_secret(admin, admin->options.new_password_fd,
			     "新しいパスワード（15文字以上）", &password);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (password.len < 15)
		return admin_refuse(admin, ADMIN_REFUSED, "パスワードは15文字以上にしてください。");
	r = password_adopt(&admin->auth, &admin->arena, account, STR(""), secret_str(&password));
	return r ? PASS(r) : 0;
}
