/* SPDX-License-Identifier: Apache-2.0 */
/* audit list: the trail as JSON lines, of one facility or of all. audit verify: is it whole? */
#include "lib/json/writer.h"
#include "server/admin/admin.h"
#include "server/audit/verify.h"
#include "server/eligibility/eligibility.h"

static int items_put(struct admin *admin, struct json_writer *writer, struct str items)
{
	json_key(writer, "items");
	json_array_open(writer);
	for (size_t i = 0; i < items.len / AUDIT_ITEM_BYTES; i++) {
		struct str id;
		int r = encode_hex(&admin->arena, audit_item_at(items, i).id, &id);
		if (r)
			return FOLD(r);
		json_put_text(writer, id);
	}
	json_array_close(writer);
	return 0;
}

static int row_tell(struct admin *admin, const struct store_audit *row)
{
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member_number(&writer, "slot", row->slot);
	json_put_member_number(&writer, "seq", row->seq);
	admin_put_time(&writer, "at", row->at_ms);
	json_put_member_number(&writer, "facility", row->facility_no);
	json_put_member_number(&writer, "account", row->account_no);
	json_put_member_number(&writer, "device", row->device_no);
	json_put_member(&writer, "staff", row->staff);
	if (row->operator.ptr)
		json_put_member(&writer, "operator", row->operator);
	if (row->reason.ptr)
		json_put_member(&writer, "reason", row->reason);
	json_put_member(&writer, "call", row->call);
	json_put_member(&writer, "outcome", row->outcome);
	json_put_member(&writer, "request_id", row->request_id);
	json_put_member_number(&writer, "calls", row->calls);
	json_put_member_number(&writer, "n", row->n);
	int r = items_put(admin, &writer, row->items);
	if (r)
		return PASS(r);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : 0;
}

static int page_read(struct admin *admin, const struct store_audit_query *query,
		     struct store_audit **ret_rows, size_t *ret_count)
{
	if (query->facility_no)
		return store_audit_history(admin->db, &admin->arena, query, STORE_AUDIT_PAGE_MAX,
					   ret_rows, ret_count);
	return store_audit_list(admin->db, &admin->arena, query->after_slot, query->after_seq,
				STORE_AUDIT_PAGE_MAX, ret_rows, ret_count);
}

/* One page; query moves on, and *ret_more says whether to come again. */
static int page_tell(struct admin *admin, struct store_audit_query *query, bool *ret_more)
{
	struct store_audit *rows;
	size_t count;
	int r = page_read(admin, query, &rows, &count);
	if (r)
		return FOLD(r);
	for (size_t i = 0; i < count; i++) {
		r = row_tell(admin, &rows[i]);
		if (r)
			return PASS(r);
		query->after_ms = rows[i].at_ms;
		query->after_slot = rows[i].slot;
		query->after_seq = rows[i].seq;
	}
	*ret_more = count == STORE_AUDIT_PAGE_MAX;
	return 0;
}

int admin_audit_list(struct admin *admin)
{
	struct store_audit_query query = {.to_ms = INT64_MAX};
	if (admin->options.facility.ptr) {
		struct store_facility facility;
		int r = admin_facility(admin, &facility);
		if (r)
			return r < 0 ? PASS(r) : r;
		query.facility_no = facility.no;
	}
	bool more = true;
	while (more) {
		int r = page_tell(admin, &query, &more);
		if (r)
			return PASS(r);
		arena_clear(&admin->arena);
	}
	return ADMIN_OK;
}

static int report_tell(struct admin *admin, const struct audit_report *report)
{
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member(&writer, "finding", audit_finding_name(report->finding));
	json_put_member_number(&writer, "at", report->at);
	json_put_member_number(&writer, "slot", report->slot);
	json_put_member_number(&writer, "rows", report->rows);
	json_put_member_number(&writer, "heads", report->heads);
	json_put_member_number(&writer, "results", report->results);
	json_put_member_number(&writer, "patients", report->patients);
	int r = admin_line_end(admin, &writer);
	return r ? PASS(r) : 0;
}

int admin_audit_verify(struct admin *admin)
{
	struct eligibility eligibility = {.keys = admin->keys};
	const struct audit_verify verify = {
		.keys = admin->keys,
		.db = admin->db,
		.state_dir = admin->config.service.state_dir,
		.now_ms = clock_now_ms(&admin->clock),
		.row_open = eligibility_row_open,
		.patient_open = eligibility_patient_open,
		.ctx = &eligibility,
	};
	struct audit_report report;
	int r = audit_verify(&verify, &report);
	if (r == 0)
		r = report_tell(admin, &report);
	if (r)
		return PASS(r);
	return report.finding == AUDIT_WHOLE
		       ? ADMIN_OK
		       : admin_refuse(admin, ADMIN_FAILED,
				      "監査の記録か結果が、書かれたときのままではありません。");
}
