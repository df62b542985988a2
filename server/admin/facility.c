/* SPDX-License-Identifier: Apache-2.0 */
/* facility add, facility proof, staff add: whom the service knows. */
#include "lib/json/writer.h"
#include "server/admin/admin.h"
#include "server/register/staff.h"

enum {
	NAME_LEN_MAX = 100,
	STAFF_ID_LEN_MAX = 32,
};

static int facility_write(struct admin *admin, void *ctx)
{
	const struct str *code = ctx;
	struct str kind = admin->options.kind.ptr ? admin->options.kind : STR("medical");
	int64_t no;
	int r = store_facility_add(admin->db, *code, kind, admin->options.name, &no);
	if (r < 0)
		return PASS(r);
	if (r)
		return admin_refuse(admin, ADMIN_CONFLICT, "その医療機関等コードは登録済みです。");
	r = admin_audit(admin, &(struct store_audit){.call = STR("admin_facility_add"),
						     .facility_no = no});
	return r ? PASS(r) : 0;
}

int admin_facility_add(struct admin *admin)
{
	if (!admin_text_fits(admin->options.name, NAME_LEN_MAX))
		return admin_refuse(admin, ADMIN_REFUSED, "名称は1〜100文字です。");
	struct str code;
	int r = admin_code_fold(admin, admin->options.code, &code);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = admin_transaction(admin, facility_write, &code);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "code", code);
	json_put_member(&writer, "name", admin->options.name);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}

static int staff_write(struct admin *admin, void *ctx)
{
	const struct store_facility *facility = ctx;
	struct staff staff = {.id = admin->options.id, .name = admin->options.name};
	int r = staff_put(admin->keys, admin->db, &admin->arena, facility->no, &staff);
	if (r)
		return PASS(r);
	r = admin_audit(admin, &(struct store_audit){.call = STR("admin_staff_add"),
						     .facility_no = facility->no});
	return r ? PASS(r) : 0;
}

int admin_staff_add(struct admin *admin)
{
	if (!admin_text_fits(admin->options.name, NAME_LEN_MAX) ||
	    !admin_text_fits(admin->options.id, STAFF_ID_LEN_MAX))
		return admin_refuse(admin, ADMIN_REFUSED, "IDは1〜32文字、名前は1〜100文字です。");
	struct store_facility facility;
	int r = admin_facility(admin, &facility);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = admin_transaction(admin, staff_write, &facility);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "facility", facility.code);
	json_put_member(&writer, "id", admin->options.id);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}

struct proof_rule {
	struct store_facility facility;
	bool every;
};

static int proof_write(struct admin *admin, void *ctx)
{
	const struct proof_rule *rule = ctx;
	int r = store_facility_dpop_set(admin->db, rule->facility.no, rule->every,
					clock_now_ms(&admin->clock));
	if (r)
		return FOLD(r);
	r = admin_audit(admin, &(struct store_audit){.call = STR("admin_facility_proof"),
						     .facility_no = rule->facility.no});
	return r ? PASS(r) : 0;
}

int admin_facility_proof(struct admin *admin)
{
	struct proof_rule rule = {.every = str_equal(admin->options.kind, STR("every"))};
	if (!rule.every && !str_equal(admin->options.kind, STR("login")))
		return admin_refuse(admin, ADMIN_REFUSED, "--kind は every か login です。");
	int r = admin_facility(admin, &rule.facility);
	if (r == 0)
		r = admin_transaction(admin, proof_write, &rule);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "facility", rule.facility.code);
	json_put_member(&writer, "proof", admin->options.kind);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}
