/* SPDX-License-Identifier: Apache-2.0 */
/* results show: one result of a facility that two operators have opened. */
#include "lib/base/period.h"
#include "lib/json/writer.h"
#include "server/admin/admin.h"
#include "server/audit/audit.h"
#include "server/eligibility/eligibility.h"
#include "server/store/openings.h"

struct show {
	struct store_facility facility;
	struct str id;
	struct store_result result;
	struct eligibility_evidence evidence;
	struct str number; /* 照会番号 */
	int64_t now_ms;
};

static int opening_check(struct admin *admin, const struct show *show)
{
	struct store_opening opening;
	int r = store_opening_find(admin->db, &admin->arena, show->facility.no, admin->operator.no,
				   show->now_ms, &opening);
	if (r < 0)
		return PASS(r);
	return r ? admin_refuse(admin, ADMIN_REFUSED,
				"この施設の結果は、あなたに開かれていません。"
				"opening ask で申し出て、ほかの運用者の承認を受けてください。")
		 : 0;
}

/* What is past 翌月末 is not there, for the operator too. */
static int result_read(struct admin *admin, struct show *show)
{
	struct eligibility eligibility = {.keys = admin->keys};
	struct store_result *result = &show->result;
	struct store_patient patient;
	int r = store_result_find(admin->db, &admin->arena, show->facility.no, show->id, result);
	if (r < 0)
		return PASS(r);
	if (r || period_closes_ms(rid_confirmed_ms(result->rid)) <= show->now_ms)
		return admin_refuse(admin, ADMIN_NOT_FOUND, "その結果はこの施設にありません。");
	r = eligibility_body_open(&eligibility, &admin->arena, show->facility.no, result,
				  &show->evidence);
	if (r == 0)
		r = store_patient_get(admin->db, &admin->arena, show->facility.no,
				      result->patient_no, &patient);
	if (r == 0)
		r = eligibility_reference_open(&eligibility, &admin->arena, show->facility.no,
					       &patient, &show->number);
	return r ? FOLD(r) : 0;
}

static int show_write(struct admin *admin, void *ctx)
{
	struct show *show = ctx;
	unsigned char item[AUDIT_ITEM_BYTES];
	int r = opening_check(admin, show);
	if (r == 0)
		r = result_read(admin, show);
	if (r)
		return r < 0 ? PASS(r) : r;
	audit_item_write(item, &(struct audit_item){.id = show->result.id,
						    .seal = audit_seal_of(show->result.body),
						    .patient = show->result.patient_id,
						    .ref_version = show->result.ref_version});
	r = admin_audit(admin, &(struct store_audit){
				       .call = STR("admin_results_show"),
				       .facility_no = show->facility.no,
				       .n = 1,
				       .items = str_bytes(item, sizeof item),
			       });
	return r ? PASS(r) : 0;
}

static int show_tell(struct admin *admin, const struct show *show)
{
	struct str id;
	int r = encode_hex(&admin->arena, show->result.id, &id);
	if (r)
		return FOLD(r);
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "facility", show->facility.code);
	json_put_member(&writer, "id", id);
	admin_put_time(&writer, "confirmed_at", rid_confirmed_ms(show->result.rid));
	json_put_member(&writer, "staff", show->result.staff);
	json_put_member(&writer, "reference_number", show->number);
	json_key(&writer, "result");
	json_put_raw(&writer, show->evidence.body);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}

/* The audit row is kept before anything is shown. */
int admin_results_show(struct admin *admin)
{
	struct show show = {.now_ms = clock_now_ms(&admin->clock)};
	int r = admin_facility(admin, &show.facility);
	if (r == 0)
		r = admin_id(admin, &show.id);
	if (r == 0)
		r = admin_transaction(admin, show_write, &show);
	if (r)
		return r < 0 ? PASS(r) : r;
	return show_tell(admin, &show);
}
