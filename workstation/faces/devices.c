/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/faces/devices.h"

#include "lib/base/number.h"
#include "lib/base/period.h"
#include "workstation/faces/session.h"

enum { ID_CHARS = 32, DAY_CHARS = 8 };

int face_devices_ask(struct face_call *call)
{
	const struct courier_order order = {.kind = COURIER_DEVICES};
	int r = face_order(call, &order);
	return r < 0 ? PASS(r) : r;
}

static void device_put(struct json_writer *out, const struct line_device *device)
{
	json_object_open(out);
	json_put_member(out, "id", str_of(device->id));
	json_put_member(out, "name", str_of(device->name));
	json_put_member(out, "platform", str_of(device->platform));
	json_put_member(out, "registered_at", str_of(device->registered_at));
	json_key(out, "current");
	json_put_bool(out, device->is_current);
	json_object_close(out);
}

int face_devices(struct face_call *call)
{
	struct courier *courier;
	struct line_devices *devices = arena_alloc(call->arena, sizeof *devices);
	if (!devices)
		return RAISE(ENOMEM);
	int r = face_courier(call, &courier);
	if (r)
		return r < 0 ? PASS(r) : r;
	courier_devices(courier, devices);
	json_key(call->out, "devices");
	json_array_open(call->out);
	for (size_t i = 0; i < devices->count; i++)
		device_put(call->out, &devices->items[i]);
	json_array_close(call->out);
	return 0;
}

struct wish {
	struct str id, from, to;
};

static const struct json_field close_fields[] = {
	JSON_FIELD(struct wish, id, "id", JSON_TEXT, JSON_REQUIRED, ID_CHARS, ID_CHARS),
};
static const struct json_field history_fields[] = {
	JSON_FIELD(struct wish, from, "from", JSON_TEXT, JSON_REQUIRED, DAY_CHARS, DAY_CHARS),
	JSON_FIELD(struct wish, to, "to", JSON_TEXT, JSON_REQUIRED, DAY_CHARS, DAY_CHARS),
};

int face_device_close(struct face_call *call)
{
	struct wish wish;
	struct courier_order order = {.kind = COURIER_CLOSE};
	int r = face_read(call, FACE_FIELDS(close_fields), &wish);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = str_to_c(wish.id, order.code, sizeof order.code);
	if (r == 0)
		r = face_order(call, &order);
	return r < 0 ? PASS(r) : r;
}

static bool is_day(struct str text)
{
	int64_t day;
	return number_parse(text, 0, 99991231, &day) == 0 && period_day_valid((int)day);
}

int face_history_ask(struct face_call *call)
{
	struct wish wish;
	struct courier_order order = {.kind = COURIER_HISTORY};
	int r = face_read(call, FACE_FIELDS(history_fields), &wish);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!is_day(wish.from))
		return face_refuse(call, STR("from"), FACE_REASON_FORMAT);
	if (!is_day(wish.to))
		return face_refuse(call, STR("to"), FACE_REASON_FORMAT);
	if (str_compare(wish.to, wish.from) < 0)
		return face_refuse_text(
			call, STR("to"),
			STR("はじめの日より前です。はじめの日からの順に入れてください。"));
	r = str_to_c(wish.from, order.search.from, sizeof order.search.from);
	if (r == 0)
		r = str_to_c(wish.to, order.search.to, sizeof order.search.to);
	if (r == 0)
		r = face_order(call, &order);
	return r < 0 ? PASS(r) : r;
}

static void word_put(struct json_writer *out, const char *name, const char *text)
{
	if (*text)
		json_put_member(out, name, str_of(text));
}

static void access_put(struct json_writer *out, const struct line_access *access)
{
	json_object_open(out);
	word_put(out, "at", access->at);
	word_put(out, "call", access->call);
	word_put(out, "outcome", access->outcome);
	word_put(out, "login_id", access->login_id);
	word_put(out, "device", access->device_name);
	word_put(out, "staff", access->staff);
	word_put(out, "operator", access->by);
	word_put(out, "reason", access->reason);
	json_put_member_number(out, "calls", access->calls);
	json_put_member_number(out, "results", access->results);
	json_object_close(out);
}

int face_history(struct face_call *call)
{
	struct courier *courier;
	struct line_access *accesses;
	size_t count;
	int64_t total;
	int r = face_courier(call, &courier);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = courier_accesses(courier, call->arena, &accesses, &count, &total);
	if (r)
		return PASS(r);
	json_put_member_number(call->out, "total", total);
	json_key(call->out, "accesses");
	json_array_open(call->out);
	for (size_t i = count; i > 0; i--)
		access_put(call->out, &accesses[i - 1]);
	json_array_close(call->out);
	return 0;
}
