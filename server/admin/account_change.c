/* SPDX-License-Identifier: Apache-2.0 */
/* account unlock, close, reopen, password: what is done to an account that is there. */
#include "lib/json/writer.h"
#include "server/admin/admin.h"
#include "server/store/lanes.h"

struct change {
	struct store_account account;
	struct secret password; /* a new one, to be shown */
	int64_t now_ms;
};

static void change_clear(struct change *change)
{
	secret_wipe(&change->password);
}

static int change_audit(struct admin *admin, const struct change *change, const char *call)
{
	int r = admin_audit(admin, &(struct store_audit){
					   .call = str_of(call),
					   .facility_no = change->account.facility_no,
					   .account_no = change->account.no,
				   });
	return r ? PASS(r) : 0;
}

static int change_tell(struct admin *admin, const struct change *change)
{
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "login_id", change->account.login_id);
	json_key(&writer, "active");
	json_put_bool(&writer, change->account.active);
	if (change->password.len)
		json_put_member(&writer, "password", secret_str(&change->password));
	int r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}

static int change_begin(struct admin *admin, struct change *change)
{
	change->now_ms = clock_now_ms(&admin->clock);
	int r = admin_account(admin, &change->account);
	return r < 0 ? PASS(r) : r;
}

/* Operators have commands of their own. */
static int facility_account_check(struct admin *admin, const struct change *change)
{
	return change->account.facility_no ? 0
					   : admin_refuse(admin, ADMIN_REFUSED,
							  "運用者には operator を使ってください。");
}

static int unlock_write(struct admin *admin, void *ctx)
{
	struct change *change = ctx;
	int r = store_lane_open(admin->db, change->account.no);
	if (r)
		return PASS(r);
	return change_audit(admin, change, "admin_account_unlock");
}

int admin_account_unlock(struct admin *admin)
{
	AUTO(change_clear) struct change change = {0};
	int r = change_begin(admin, &change);
	if (r == 0)
		r = admin_transaction(admin, unlock_write, &change);
	if (r)
		return r < 0 ? PASS(r) : r;
	return change_tell(admin, &change);
}

static int active_write(struct admin *admin, void *ctx)
{
	struct change *change = ctx;
	bool active = change->account.active;
	int r = store_account_active_set(admin->db, change->account.facility_no, change->account.no,
					 active, change->now_ms);
	if (r)
		return FOLD(r);
	return change_audit(admin, change, active ? "admin_account_reopen" : "admin_account_close");
}

static int active_set(struct admin *admin, bool active)
{
	AUTO(change_clear) struct change change = {0};
	int r = change_begin(admin, &change);
	if (r == 0)
		r = facility_account_check(admin, &change);
	if (r)
		return r < 0 ? PASS(r) : r;
	change.account.active = active;
	r = admin_transaction(admin, active_write, &change);
	if (r)
		return r < 0 ? PASS(r) : r;
	return change_tell(admin, &change);
}

int admin_account_close(struct admin *admin)
{
	return active_set(admin, false);
}

int admin_account_reopen(struct admin *admin)
{
	return active_set(admin, true);
}

/* Whoever forgot it has often tried too long: the new one works at once. */
static int password_write(struct admin *admin, void *ctx)
{
	struct change *change = ctx;
	int r = store_account_password_set(admin->db, &change->account, change->now_ms);
	if (r == 0)
		r = store_lane_open(admin->db, change->account.no);
	if (r)
		return FOLD(r);
	return change_audit(admin, change, "admin_account_password");
}

int admin_account_password(struct admin *admin)
{
	AUTO(change_clear) struct change change = {0};
	int r = change_begin(admin, &change);
	if (r == 0)
		r = facility_account_check(admin, &change);
	if (r == 0)
		r = admin_password_make(admin, &change.account, &change.password);
	if (r)
		return r < 0 ? PASS(r) : r;
	change.account.must_change = true;
	r = admin_transaction(admin, password_write, &change);
	if (r)
		return r < 0 ? PASS(r) : r;
	return change_tell(admin, &change);
}
