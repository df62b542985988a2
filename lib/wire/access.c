/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/accesses: a facility's own part of the audit trail. */
#include "lib/base/period.h"
#include "lib/wire/inside.h"

enum { ENTRY_BYTES = 400 };

static void entry_put(struct json_writer *writer, const struct wire_access *access)
{
	json_object_open(writer);
	put_time(writer, "at", access->at_ms);
	json_put_member(writer, "call", access->call);
	json_put_member(writer, "outcome", access->outcome);
	json_put_member_number(writer, "calls", access->calls);
	json_put_member_number(writer, "results", access->results);
	json_put_member(writer, "login_id", access->login_id);
	json_put_member(writer, "device_id", access->device_id);
	json_put_member(writer, "device_name", access->device_name);
	json_put_member(writer, "staff", access->staff);
	json_put_member(writer, "operator", access->operator);
	json_put_member(writer, "reason", access->reason);
	json_put_member(writer, "request_id", access->request_id);
	json_object_close(writer);
}

int wire_accesses_reply_encode(struct arena *arena, const struct wire_accesses *accesses,
			       struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, ENTRY_BYTES * (accesses->count + 1));
	json_object_open(&writer);
	json_key(&writer, "accesses");
	json_array_open(&writer);
	for (size_t i = 0; i < accesses->count; i++)
		entry_put(&writer, &accesses->items[i]);
	json_array_close(&writer);
	json_put_member(&writer, "next_cursor", accesses->next_cursor);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

static int entry_take(const struct json *object, struct wire_access *ret_access)
{
	struct form {
		struct wire_access access;
		struct str at;
	} form = {.at = {0}};
	static const struct json_field fields[] = {
		WORD(struct form, at, "at"),
		TEXT(struct form, access.call, "call", ACCESS_CALL),
		TEXT(struct form, access.outcome, "outcome", ACCESS_OUTCOME),
		NUMBER(struct form, access.calls, "calls"),
		NUMBER(struct form, access.results, "results"),
		TEXT_OPTIONAL(struct form, access.login_id, "login_id", LOGIN_ID),
		TEXT_OPTIONAL(struct form, access.device_id, "device_id", DEVICE_ID),
		TEXT_OPTIONAL(struct form, access.device_name, "device_name", DEVICE_NAME),
		TEXT_OPTIONAL(struct form, access.staff, "staff", STAFF_ID),
		TEXT_OPTIONAL(struct form, access.operator, "operator", ACCESS_OPERATOR),
		TEXT_OPTIONAL(struct form, access.reason, "reason", ACCESS_REASON),
		TEXT(struct form, access.request_id, "request_id", REQUEST_ID),
	};
	int r = reply_fields(object, fields, COUNT_OF(fields), &form);
	if (r == 0)
		r = reply_time(form.at, &form.access.at_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_access = form.access;
	return 0;
}

int wire_accesses_reply_decode(struct arena *arena, struct str body, struct wire_input *input,
			       struct wire_accesses *ret_accesses)
{
	struct form {
		const struct json *accesses;
		struct str next_cursor;
	} form = {.accesses = NULL};
	static const struct json_field fields[] = {
		JSON_FIELD(struct form, accesses, "accesses", JSON_ARRAY, JSON_REQUIRED, 0,
			   WIRE_PAGE_LIMIT_MAX),
		TEXT_OPTIONAL(struct form, next_cursor, "next_cursor", CURSOR),
	};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct wire_accesses accesses = {
		.count = json_count(form.accesses),
		.next_cursor = form.next_cursor,
	};
	accesses.items = arena_array(arena, accesses.count + 1, sizeof *accesses.items);
	if (!accesses.items)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < accesses.count; i++) {
		r = entry_take(json_at(form.accesses, i), &accesses.items[i]);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	*ret_accesses = accesses;
	return 0;
}
