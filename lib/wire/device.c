/* SPDX-License-Identifier: Apache-2.0 */
/* POST and GET /v1/devices: the PCs of a receipt-link account. Closing one has no body. */
#include "lib/base/period.h"
#include "lib/wire/inside.h"

int wire_device_register_request_encode(struct arena *arena, const struct wire_device_claim *claim,
					struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 256);
	json_object_open(&writer);
	json_put_member(&writer, "name", claim->name);
	json_put_member(&writer, "platform", wire_platform_name(claim->platform));
	json_put_member(&writer, "activation_code", claim->activation_code);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_device_register_request_decode(struct str body, struct wire_input *input,
					struct wire_device_claim *ret_claim)
{
	struct form {
		struct wire_device_claim claim;
		struct str platform;
	} form = {.platform = {0}};
	static const struct json_field fields[] = {
		TEXT(struct form, claim.name, "name", DEVICE_NAME),
		WORD(struct form, platform, "platform"),
		TEXT_OPTIONAL(struct form, claim.activation_code, "activation_code",
			      ACTIVATION_CODE),
	};
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", fields, COUNT_OF(fields), &form);
	request_format(input, form.claim.activation_code, CHARS_LETTERS CHARS_DIGITS "-",
		       "activation_code");
	form.claim.platform = (enum wire_platform)platform_of(form.platform);
	if (form.platform.ptr && !form.claim.platform)
		wire_complain(&input->complaints, STR("platform"), WIRE_REASON_VALUE);
	r = request_finish(input);
	if (r == 0)
		*ret_claim = form.claim;
	return r;
}

int wire_device_register_reply_encode(struct arena *arena, struct str device_id,
				      struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 64);
	json_object_open(&writer);
	json_put_member(&writer, "device_id", device_id);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_device_register_reply_decode(struct str body, struct wire_input *input,
				      struct str *ret_device_id)
{
	struct form {
		struct str device_id;
	} form = {.device_id = {0}};
	static const struct json_field fields[] = {
		TEXT(struct form, device_id, "device_id", DEVICE_ID),
	};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_device_id = form.device_id;
	return 0;
}

static void entry_put(struct json_writer *writer, const struct wire_device_entry *entry)
{
	json_object_open(writer);
	json_put_member(writer, "device_id", entry->device_id);
	json_put_member(writer, "name", entry->name);
	json_put_member(writer, "platform", wire_platform_name(entry->platform));
	put_time(writer, "registered_at", entry->registered_ms);
	json_key(writer, "current");
	json_put_bool(writer, entry->is_current);
	json_object_close(writer);
}

int wire_device_list_reply_encode(struct arena *arena, const struct wire_device_entry *entries,
				  size_t entries_count, struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 64 + entries_count * 192);
	json_object_open(&writer);
	json_key(&writer, "devices");
	json_array_open(&writer);
	for (size_t i = 0; i < entries_count; i++)
		entry_put(&writer, &entries[i]);
	json_array_close(&writer);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

static int entry_take(const struct json *object, struct wire_device_entry *entry)
{
	struct form {
		struct wire_device_entry entry;
		struct str platform, registered_at;
	} form = {.platform = {0}};
	static const struct json_field fields[] = {
		TEXT(struct form, entry.device_id, "device_id", DEVICE_ID),
		TEXT(struct form, entry.name, "name", DEVICE_NAME),
		WORD(struct form, platform, "platform"),
		WORD(struct form, registered_at, "registered_at"),
		JSON_FIELD(struct form, entry.is_current, "current", JSON_BOOL, JSON_REQUIRED, 0,
			   0),
	};
	int r = reply_fields(object, fields, COUNT_OF(fields), &form);
	if (r == 0)
		r = reply_time(form.registered_at, &form.entry.registered_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	form.entry.platform = (enum wire_platform)platform_of(form.platform);
	if (!form.entry.platform)
		return PROBLEM_REPLY_MALFORMED;
	*entry = form.entry;
	return 0;
}

int wire_device_list_reply_decode(struct arena *arena, struct str body, struct wire_input *input,
				  struct wire_device_entry **ret_entries, size_t *ret_entries_count)
{
	struct form {
		const struct json *devices;
	} form = {.devices = NULL};
	static const struct json_field fields[] = {
		JSON_FIELD(struct form, devices, "devices", JSON_ARRAY, JSON_REQUIRED, 0,
			   WIRE_DEVICES_MAX),
	};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r)
		return r < 0 ? PASS(r) : r;
	size_t count = json_count(form.devices);
	struct wire_device_entry *entries = arena_array(arena, count + 1, sizeof *entries);
	if (!entries)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < count; i++) {
		r = entry_take(json_at(form.devices, i), &entries[i]);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	*ret_entries = entries;
	*ret_entries_count = count;
	return 0;
}
