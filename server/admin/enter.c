/* SPDX-License-Identifier: Apache-2.0 */
/* Who acts: an operator's name and password, checked and counted as any login is. */
#include "server/admin/admin.h"
#include "server/auth/lane.h"
#include "server/auth/password.h"

enum { REASON_LEN_MAX = 200, SETTLED_MS = 24 * 60 * 60 * 1000 };

struct attempt {
	struct password_answer answer;
	struct store_lane lane;
	struct password_renewal renewal;
	bool closed;
};

/* A success and a failure are written alike; a failure of somebody's is on the trail too. */
static int attempt_write(struct admin *admin, void *ctx)
{
	struct attempt *attempt = ctx;
	int r = lane_attempt(admin->db, &attempt->lane,
			     attempt->answer.right ? STORE_LANE_PASSED : STORE_LANE_FAILED,
			     clock_now_ms(&admin->clock), NULL);
	if (r < 0)
		return PASS(r);
	attempt->closed = r == LANE_CLOSED;
	if (!attempt->closed) {
		r = password_renewal_write(admin->db, &attempt->renewal);
		if (r)
			return PASS(r);
	}
	if ((attempt->answer.right && !attempt->closed) || !attempt->answer.account.no)
		return 0;
	r = admin_audit(admin, &(struct store_audit){
				       .call = STR("admin_login"),
				       .account_no = attempt->answer.account.no,
				       .outcome = attempt->closed ? STR("account_locked")
								  : STR("credentials_refused"),
			       });
	return r ? PASS(r) : 0;
}

static int password_try(struct admin *admin, struct str password, struct attempt *attempt)
{
	struct password_claim claim = {
		.login_id = admin->options.operator,
		.kind = ACCOUNT_OPERATOR,
		.password = password,
	};
	int r = password_check(&admin->auth, admin->db, &admin->arena, &claim, &attempt->answer);
	if (r == 0)
		r = password_renewal_make(&admin->auth, &admin->arena, &claim, &attempt->answer,
					  &attempt->renewal);
	if (r)
		return PASS(r);
	r = lane_of(attempt->answer.account.no, claim.login_id, 0, &attempt->lane);
	if (r)
		return PASS(r);
	r = admin_transaction(admin, attempt_write, attempt);
	return r < 0 ? PASS(r) : r;
}

static int attempt_judge(struct admin *admin, const struct attempt *attempt, enum admin_actor actor)
{
	if (attempt->closed)
		return admin_refuse(admin, ADMIN_LOGIN,
				    "間違いが続いたため、この運用者はいま使えません。"
				    "ほかの運用者に account unlock を頼んでください。");
	if (!attempt->answer.right)
		return admin_refuse(admin, ADMIN_LOGIN, "運用者の名前かパスワードが違います。");
	if (attempt->answer.account.must_change && actor != ADMIN_OPERATOR_SELF)
		return admin_refuse(
			admin, ADMIN_LOGIN,
			"初期パスワードのままです。先に operator password で変えてください。");
	admin->operator= attempt->answer.account;
	return 0;
}

int admin_enter(struct admin *admin, enum admin_actor actor)
{
	if (actor == ADMIN_ANYBODY)
		return 0;
	if (actor == ADMIN_OPERATOR && !admin_text_fits(admin->options.reason, REASON_LEN_MAX))
		return admin_refuse(admin, ADMIN_REFUSED, "--reason は1〜200文字です。");
	AUTO(secret_wipe) struct secret password = {0};
	struct attempt attempt = {0};
	int r = admin_secret(admin, admin->options.operator_password_fd, "運用者のパスワード",
			     &password);
	if (r == 0)
		r = password_try(admin, secret_str(&password), &attempt);
	if (r)
		return r < 0 ? PASS(r) : r;
	return attempt_judge(admin, &attempt, actor);
}

int admin_settled(struct admin *admin, int64_t now_ms)
{
	if (admin->operator.password_ms + SETTLED_MS <= now_ms)
		return 0;
	return admin_refuse(admin, ADMIN_REFUSED,
			    "パスワードを作るか変えてから24時間は、"
			    "結果や臨時アカウントを開く申し出も承認もできません。");
}
