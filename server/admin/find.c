/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/base/utf8.h"
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

int admin_id(struct admin *admin, struct str *ret_id)
{
	struct str id;
	int r = decode_hex(&admin->arena, admin->options.id, &id);
	if (r < 0)
		return PASS(r);
	if (r || id.len != STORE_ID_BYTES)
		return admin_refuse(admin, ADMIN_REFUSED, "--id は16進の32桁です。");
	*ret_id = id;
	return 0;
}

bool admin_text_fits(struct str text, size_t max)
{
	return text.len && utf8_valid(text) && utf8_count(text) <= max && !utf8_has_control(text);
}

int admin_audit(struct admin *admin, const struct store_audit *what)
{
	char request_id[33];
	random_id(request_id);
	struct store_audit row = *what;
	row.at_ms = clock_now_ms(&admin->clock);
	row.request_id = str_of(request_id);
	row.operator= admin->options.operator;
	row.reason = admin->options.reason;
	if (!row.outcome.ptr)
		row.outcome = STR("ok");
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
