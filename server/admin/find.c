/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/record/insurer.h"
#include "server/admin/admin.h"
#include "server/audit/audit.h"

int admin_code_fold(struct admin *admin, struct str typed, struct str *ret_code)
{
	int r = facility_code_fold(&admin->arena, typed, ret_code);
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	switch ((enum facility_code_outcome)r) {
	case FACILITY_CODE_MALFORMED:
		return admin_refuse(admin, ADMIN_REFUSED,
				    "医療機関等コードの書き方が正しくありません。");
	case FACILITY_CODE_CHECK_DIGIT: break;
	}
	return admin_refuse(admin, ADMIN_REFUSED,
			    "医療機関等コードの検証番号（最後の1桁）が合いません。");
}

int admin_facility(struct admin *admin, struct store_facility *ret_facility)
{
	struct str code;
	int r = admin_code_fold(admin, admin->options.facility, &code);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = store_facility_find(admin->db, &admin->arena, code, ret_facility);
	if (r < 0)
		return PASS(r);
	return r ? admin_refuse(admin, ADMIN_NOT_FOUND,
				"その医療機関等コードは登録されていません。")
		 : 0;
}

int admin_account(struct admin *admin, struct store_account *ret_account)
{
	int r = store_account_find(admin->db, &admin->arena, admin->options.login_id, ret_account);
	if (r < 0)
		return PASS(r);
	return r ? admin_refuse(admin, ADMIN_NOT_FOUND, "そのログインIDは登録されていません。") : 0;
}

int admin_audit(struct admin *admin, const char *command, int64_t facility_no, int64_t account_no)
{
	char request_id[33];
	random_id(request_id);
	struct store_audit row = {
		.at_ms = clock_now_ms(&admin->clock),
		.facility_no = facility_no,
		.account_no = account_no,
		.call = str_of(command),
		.outcome = STR("ok"),
		.request_id = str_of(request_id),
	};
	int r = audit_add(admin->db, &row);
	return r ? PASS(r) : 0;
}

int admin_transaction(struct admin *admin, int (*work)(struct admin *admin, void *ctx), void *ctx)
{
	int r = db_begin(admin->db);
	if (r)
		return r < 0 ? PASS(r)
			     : admin_refuse(
				       admin, ADMIN_UNAVAILABLE,
				       "ほかの書き込みが続いています。もう一度実行してください。");
	r = work(admin, ctx);
	if (r) {
		db_rollback(admin->db);
		return r < 0 ? PASS(r) : r;
	}
	r = db_commit(admin->db);
	return r ? FOLD(r) : ADMIN_OK;
}
