/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/reader/staff: who can be named as the one who confirms. */
#include "lib/wire/inside.h"

int wire_staff_reply_encode(struct arena *arena, const struct wire_staff *staff, size_t staff_count,
			    struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 64 + staff_count * 64);
	json_object_open(&writer);
	json_key(&writer, "staff");
	json_array_open(&writer);
	for (size_t i = 0; i < staff_count; i++) {
		json_object_open(&writer);
		json_put_member(&writer, "id", staff[i].id);
		json_put_member(&writer, "name", staff[i].name);
		json_object_close(&writer);
	}
	json_array_close(&writer);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

static int entries_take(const struct json *entries, struct wire_staff *staff)
{
	static const struct json_field fields[] = {
		TEXT(struct wire_staff, id, "id", STAFF_ID),
		TEXT(struct wire_staff, name, "name", STAFF_NAME),
	};
	for (size_t i = 0; i < json_count(entries); i++) {
		int r = reply_fields(json_at(entries, i), fields, COUNT_OF(fields), &staff[i]);
		if (r)
			return r;
	}
	return 0;
}

int wire_staff_reply_decode(struct arena *arena, struct str body, struct wire_input *input,
			    struct wire_staff **ret_staff, size_t *ret_staff_count)
{
	struct form {
		const struct json *staff;
	} form = {.staff = NULL};
	static const struct json_field fields[] = {
		JSON_FIELD(struct form, staff, "staff", JSON_ARRAY, JSON_REQUIRED, 0,
			   WIRE_STAFF_MAX),
	};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r)
		return r < 0 ? PASS(r) : r;
	size_t count = json_count(form.staff);
	struct wire_staff *staff = arena_array(arena, count, sizeof *staff);
	if (!staff)
		return RAISE(ENOMEM);
	r = entries_take(form.staff, staff);
	if (r)
		return r;
	*ret_staff = staff;
	*ret_staff_count = count;
	return 0;
}
