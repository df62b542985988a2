/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/accesses: who did what at this facility, and when - its own accounts, the reader's
 * checks, and what the operator did or opened. In the order of time; the trail as it stands.
 */
#include "server/api/routes.h"
#include "server/audit/audit.h"
#include "server/auth/ticket.h"

enum {
	ACCESSES_DEFAULT = 100,
	CURSOR_KIND = 2 /* unlike a download's, whose first is a facility */
};

/* --- cursor: the period, and the row that was the last --- */

static int cursor_write(struct api_call *call, const struct store_audit_query *query,
			const struct store_audit *last, struct str *ret_cursor)
{
	struct ticket ticket = {0};
	ticket_put_number(&ticket, -CURSOR_KIND);
	ticket_put_number(&ticket, query->facility_no);
	ticket_put_number(&ticket, query->from_ms);
	ticket_put_number(&ticket, query->to_ms);
	ticket_put_number(&ticket, last->at_ms);
	ticket_put_number(&ticket, last->slot);
	ticket_put_number(&ticket, last->seq);
	int r = ticket_write(call->service->keys, KEYS_TOKEN_CURSOR, &ticket, &call->arena,
			     ret_cursor);
	return r ? PASS(r) : 0;
}

static int cursor_read(struct api_call *call, struct str cursor, struct store_audit_query *query)
{
	struct ticket ticket;
	int r = ticket_read(call->service->keys, KEYS_TOKEN_CURSOR, cursor, &call->arena, &ticket);
	if (r)
		return r < 0 ? PASS(r) : PROBLEM_CURSOR_REFUSED;
	bool same = ticket_take_number(&ticket) == -CURSOR_KIND;
	same &= ticket_take_number(&ticket) == query->facility_no;
	same &= ticket_take_number(&ticket) == query->from_ms;
	same &= ticket_take_number(&ticket) == query->to_ms;
	query->after_ms = ticket_take_number(&ticket);
	query->after_slot = ticket_take_number(&ticket);
	query->after_seq = ticket_take_number(&ticket);
	return ticket_is_spent(&ticket) && same ? 0 : PROBLEM_CURSOR_REFUSED;
}

/* --- names --- */

/* The names of the last account and device: rows that stand together are seldom of many. */
struct names {
	int64_t account_no, device_no;
	struct str login_id, device_id, device_name;
};

static int account_name(struct api_call *call, struct db *db, int64_t no, struct names *names)
{
	struct store_account account;
	if (no == names->account_no)
		return 0;
	int r = store_account_get(db, &call->arena, call->caller.facility_no, no, &account);
	if (r < 0)
		return PASS(r);
	names->account_no = no;
	names->login_id = r ? (struct str){0} : account.login_id;
	return 0;
}

static int device_name(struct api_call *call, struct db *db, int64_t no, struct names *names)
{
	struct store_device device;
	if (no == names->device_no)
		return 0;
	int r = store_device_get(db, &call->arena, call->caller.facility_no, no, &device);
	if (r < 0)
		return PASS(r);
	names->device_no = no;
	names->device_id = names->device_name = (struct str){0};
	if (r)
		return 0;
	names->device_name = device.name;
	r = encode_hex(&call->arena, device.id, &names->device_id);
	return r ? FOLD(r) : 0;
}

/* --- the page --- */

static int access_make(struct api_call *call, struct db *db, const struct store_audit *row,
		       struct names *names, struct wire_access *ret_access)
{
	int r = account_name(call, db, row->account_no, names);
	if (r == 0)
		r = device_name(call, db, row->device_no, names);
	if (r)
		return PASS(r);
	*ret_access = (struct wire_access){
		.at_ms = row->at_ms,
		.call = row->call,
		.outcome = row->outcome,
		.calls = row->calls,
		.results = row->n,
		.login_id = names->login_id,
		.device_id = names->device_id,
		.device_name = names->device_name,
		.staff = row->staff.len ? row->staff : (struct str){0},
		.operator= row->operator,
		.reason = row->reason,
		.request_id = row->request_id,
	};
	return 0;
}

static int page_reply(struct api_call *call, const struct wire_accesses *page)
{
	struct str body;
	int r = wire_accesses_reply_encode(reply_arena(call), page, &body);
	return r ? PASS(r) : reply_json(call, body);
}

/* One row more than asked for tells whether there is a next page. */
static int page_make(struct api_call *call, struct db *db, const struct store_audit_query *query,
		     size_t limit, struct wire_accesses *page)
{
	struct store_audit *rows;
	size_t count;
	struct names names = {.account_no = 0};
	int r = store_audit_history(db, &call->arena, query, limit + 1, &rows, &count);
	if (r)
		return FOLD(r);
	page->count = count > limit ? limit : count;
	page->items = arena_array(&call->arena, page->count + 1, sizeof *page->items);
	if (!page->items)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < page->count; i++) {
		r = access_make(call, db, &rows[i], &names, &page->items[i]);
		if (r)
			return PASS(r);
	}
	if (count > limit)
		r = cursor_write(call, query, &rows[limit - 1], &page->next_cursor);
	return r ? PASS(r) : 0;
}

int accesses_run(struct api_call *call, struct db *db)
{
	struct wire_search search;
	struct wire_accesses page = {.count = 0};
	int r = wire_history_query_decode(&call->arena, call->request->query,
					  &call->input.complaints, &search);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct store_audit_query query = {
		.facility_no = call->caller.facility_no,
		.from_ms = search.from_ms,
		.to_ms = search.to_ms + 999, /* the whole last second */
	};
	r = search.cursor.ptr ? cursor_read(call, search.cursor, &query) : 0;
	if (r == 0)
		r = page_make(call, db, &query,
			      (size_t)(search.limit ? search.limit : ACCESSES_DEFAULT), &page);
	if (r == 0)
		r = page_reply(call, &page);
	return r < 0 ? PASS(r) : r;
}

/* Only its row in the trail, before the page leaves. */
int accesses_commit(struct api_call *call, struct db *db)
{
	(void)call;
	(void)db;
	return 0;
}
