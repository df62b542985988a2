/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opening ask, approve, list, end: one operator asks to see a facility's results, another one lets
 * them, for half an hour. Each row carries the facility, so that it stands in the facility's own
 * access history.
 *
 * Whoever adds an operator knows the initial password, and could be both people. So neither of the
 * two may use a password younger than a day: in between, the others can see who was added.
 */
#include "lib/base/number.h"
#include "lib/json/writer.h"
#include "server/admin/admin.h"
#include "server/store/openings.h"

enum {
	OPEN_MS = 30 * 60 * 1000,
	ASKED_MS = 24 * 60 * 60 * 1000, /* an answer later than that is none */
};

struct opening_work {
	struct store_opening opening;
	const char *call;
	int64_t now_ms;
};

static int opening_audit(struct admin *admin, const struct opening_work *work)
{
	int r = admin_audit(admin, &(struct store_audit){
					   .call = str_of(work->call),
					   .facility_no = work->opening.facility_no,
				   });
	return r ? PASS(r) : 0;
}

static int opening_tell(struct admin *admin, const struct store_opening *opening)
{
	struct store_facility facility;
	struct store_account asked = {0}, approved = {0};
	int r = store_facility_get(admin->db, &admin->arena, opening->facility_no, &facility);
	if (r == 0)
		r = store_account_get(admin->db, &admin->arena, 0, opening->asked_by, &asked);
	if (r == 0 && opening->approved_by)
		r = store_account_get(admin->db, &admin->arena, 0, opening->approved_by, &approved);
	if (r)
		return FOLD(r);
	struct json_writer writer;
	admin_line_begin(admin, &writer);
	json_put_member_number(&writer, "id", opening->no);
	json_put_member(&writer, "facility", facility.code);
	json_put_member(&writer, "asked_by", asked.login_id);
	if (opening->approved_by)
		json_put_member(&writer, "approved_by", approved.login_id);
	json_put_member(&writer, "reason", opening->reason);
	admin_put_time(&writer, "asked_at", opening->asked_ms);
	admin_put_time(&writer, "until", opening->until_ms);
	r = admin_line_end(admin, &writer);
	return r ? PASS(r) : ADMIN_OK;
}

static int ask_write(struct admin *admin, void *ctx)
{
	struct opening_work *work = ctx;
	int r = store_opening_add(admin->db, &work->opening, &work->opening.no);
	if (r)
		return FOLD(r);
	return opening_audit(admin, work);
}

int admin_opening_ask(struct admin *admin)
{
	struct opening_work work = {.call = "admin_opening_ask",
				    .now_ms = clock_now_ms(&admin->clock)};
	struct store_facility facility;
	int r = admin_settled(admin, work.now_ms);
	if (r == 0)
		r = admin_facility(admin, &facility);
	if (r)
		return r < 0 ? PASS(r) : r;
	work.opening = (struct store_opening){
		.facility_no = facility.no,
		.asked_by = admin->operator.no,
		.reason = admin->options.reason,
		.asked_ms = work.now_ms,
		.until_ms = work.now_ms + ASKED_MS,
	};
	r = admin_transaction(admin, ask_write, &work);
	if (r)
		return r < 0 ? PASS(r) : r;
	return opening_tell(admin, &work.opening);
}

/* The opening of --id. Exits: ADMIN_NOT_FOUND. */
static int opening_find(struct admin *admin, struct store_opening *opening)
{
	int64_t no;
	int r = STORE_NOT_FOUND;
	if (number_parse(admin->options.id, 1, INT64_MAX, &no) == 0)
		r = store_opening_get(admin->db, &admin->arena, no, opening);
	if (r < 0)
		return PASS(r);
	return r ? admin_refuse(admin, ADMIN_NOT_FOUND, "その番号の申し出はありません。") : 0;
}

static int approve_write(struct admin *admin, void *ctx)
{
	struct opening_work *work = ctx;
	struct store_opening *opening = &work->opening;
	int64_t until_ms = work->now_ms + OPEN_MS;
	int r = store_opening_approve(admin->db, opening->no, admin->operator.no, work->now_ms,
				      until_ms);
	if (r < 0)
		return PASS(r);
	if (r)
		return admin_refuse(
			admin, ADMIN_CONFLICT,
			"その申し出は、もう承認されたか、取り下げられたか、古すぎます。");
	opening->approved_by = admin->operator.no;
	opening->until_ms = until_ms;
	return opening_audit(admin, work);
}

int admin_opening_approve(struct admin *admin)
{
	struct opening_work work = {.call = "admin_opening_approve",
				    .now_ms = clock_now_ms(&admin->clock)};
	int r = admin_settled(admin, work.now_ms);
	if (r == 0)
		r = opening_find(admin, &work.opening);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (work.opening.asked_by == admin->operator.no)
		return admin_refuse(admin, ADMIN_REFUSED,
				    "自分の申し出は承認できません。ほかの運用者に頼んでください。");
	r = admin_transaction(admin, approve_write, &work);
	if (r)
		return r < 0 ? PASS(r) : r;
	return opening_tell(admin, &work.opening);
}

static int end_write(struct admin *admin, void *ctx)
{
	struct opening_work *work = ctx;
	int r = store_opening_end(admin->db, work->opening.no, work->now_ms);
	if (r < 0)
		return PASS(r);
	if (r)
		return admin_refuse(admin, ADMIN_CONFLICT, "もう閉じています。");
	work->opening.until_ms = work->now_ms;
	return opening_audit(admin, work);
}

/* Any operator may end it: closing is never wrong. */
int admin_opening_end(struct admin *admin)
{
	struct opening_work work = {.call = "admin_opening_end",
				    .now_ms = clock_now_ms(&admin->clock)};
	int r = opening_find(admin, &work.opening);
	if (r == 0)
		r = admin_transaction(admin, end_write, &work);
	if (r)
		return r < 0 ? PASS(r) : r;
	return opening_tell(admin, &work.opening);
}

int admin_opening_list(struct admin *admin)
{
	struct store_opening *list;
	size_t count;
	int r = store_openings_list(admin->db, &admin->arena, clock_now_ms(&admin->clock), &list,
				    &count);
	if (r)
		return FOLD(r);
	for (size_t i = 0; i < count; i++) {
		r = opening_tell(admin, &list[i]);
		if (r)
			return PASS(r);
	}
	return ADMIN_OK;
}
