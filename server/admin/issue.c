/* SPDX-License-Identifier: Apache-2.0 */
/* enrolment issue, activation issue: one-time codes, shown here once. */
#include "lib/json/writer.h"
#include "server/admin/admin.h"
#include "server/auth/code.h"
#include "server/auth/enrolment.h"

struct issue {
	struct store_account account;
	struct secret code;
	int64_t now_ms;
};

static void issue_clear(struct issue *issue)
{
	secret_wipe(&issue->code);
}

static int issue_begin(struct admin *admin, struct issue *issue)
{
	issue->now_ms = clock_now_ms(&admin->clock);
	int r = admin_account(admin, &issue->account);
	return r < 0 ? PASS(r) : r;
}

static int issue_audit(struct admin *admin, const struct issue *issue, const char *call)
{
	int r = admin_audit(admin, &(struct store_audit){
					   .call = str_of(call),
					   .facility_no = issue->account.facility_no,
					   .account_no = issue->account.no,
				   });
	return r ? PASS(r) : 0;
}

static int enrolment_write(struct admin *admin, void *ctx)
{
	struct issue *issue = ctx;
	int r = enrolment_issue(&admin->auth, admin->db, &admin->arena, &issue->account,
				issue->now_ms, &issue->code);
	if (r)
		return PASS(r);
	r = issue_audit(admin, issue, "admin_enrolment_issue");
	return r ? PASS(r) : 0;
}

/* origin/enrol#code: what stands behind # never leaves the browser for a log on the way. */
static int url_make(struct admin *admin, const struct issue *issue, struct str *ret_url)
{
	struct str origin = admin->config.service.origin, code = secret_str(&issue->code);
	struct str path = STR("/enrol#");
	char *url = arena_alloc(&admin->arena, origin.len + path.len + code.len);
	if (!url)
		return RAISE(ENOMEM);
	memcpy(url, origin.ptr, origin.len);
	memcpy(url + origin.len, path.ptr, path.len);
	memcpy(url + origin.len + path.len, code.ptr, code.len);
	*ret_url = (struct str){url, origin.len + path.len + code.len};
	return 0;
}

int admin_enrolment_issue(struct admin *admin)
{
	AUTO(issue_clear) struct issue issue = {0};
	int r = issue_begin(admin, &issue);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (issue.account.kind != ACCOUNT_RECEIPT)
		return admin_refuse(admin, ADMIN_REFUSED,
				    "認証アプリを登録できるのはWAのアカウントだけです。");
	r = admin_transaction(admin, enrolment_write, &issue);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct str url;
	r = url_make(admin, &issue, &url);
	if (r)
		return PASS(r);
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "login_id", issue.account.login_id);
	json_put_member(&writer, "url", url);
	json_put_member(&writer, "code", secret_str(&issue.code));
	admin_put_time(&writer, "expires_at", issue.now_ms + CODE_LIFE_MS);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}

static int activation_write(struct admin *admin, void *ctx)
{
	struct issue *issue = ctx;
	int r = code_issue(&admin->auth, admin->db, STORE_CODE_ACTIVATION, &issue->account,
			   issue->now_ms, &issue->code);
	if (r)
		return PASS(r);
	r = issue_audit(admin, issue, "admin_activation_issue");
	return r ? PASS(r) : 0;
}

/* Of a reader's device (W), or of a further PC of the receipt link (WA). */
int admin_activation_issue(struct admin *admin)
{
	AUTO(issue_clear) struct issue issue = {0};
	int r = issue_begin(admin, &issue);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (issue.account.kind != ACCOUNT_READER && issue.account.kind != ACCOUNT_RECEIPT)
		return admin_refuse(admin, ADMIN_REFUSED,
				    "端末を登録できるのはWとWAのアカウントだけです。");
	r = admin_transaction(admin, activation_write, &issue);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "login_id", issue.account.login_id);
	json_put_member(&writer, "code", secret_str(&issue.code));
	admin_put_time(&writer, "expires_at", issue.now_ms + CODE_LIFE_MS);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}
