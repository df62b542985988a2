/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/reader/activate: bind this device to its facility. */
#include "lib/wire/inside.h"

int wire_activate_request_encode(struct arena *arena, const struct wire_activation *activation,
				 struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 1024);
	json_object_open(&writer);
	json_put_member(&writer, "login_id", activation->login_id);
	json_put_member(&writer, "password", activation->password);
	json_put_member(&writer, "activation_code", activation->activation_code);
	json_key(&writer, "device");
	json_object_open(&writer);
	json_put_member(&writer, "name", activation->device_name);
	json_put_member(&writer, "platform", wire_platform_name(activation->platform));
	json_object_close(&writer);
	put_client(&writer, &activation->client);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

static void device_take(struct wire_input *input, const struct json *object,
			struct wire_activation *activation)
{
	struct form {
		struct str name;
		struct str platform;
	} form = {.name = {0}};
	static const struct json_field fields[] = {
		TEXT(struct form, name, "name", DEVICE_NAME),
		WORD(struct form, platform, "platform"),
	};
	request_fields(input, object, "device.", fields, COUNT_OF(fields), &form);
	activation->device_name = form.name;
	activation->platform = (enum wire_platform)platform_of(form.platform);
	if (form.platform.ptr && !activation->platform)
		wire_complain(&input->complaints, STR("device.platform"), WIRE_REASON_VALUE);
}

int wire_activate_request_decode(struct str body, struct wire_input *input,
				 struct wire_activation *ret_activation)
{
	struct form {
		struct wire_activation activation;
		const struct json *device;
		const struct json *client;
	} form = {.device = NULL};
	static const struct json_field fields[] = {
		TEXT(struct form, activation.login_id, "login_id", LOGIN_ID),
		TEXT(struct form, activation.password, "password", PASSWORD),
		TEXT(struct form, activation.activation_code, "activation_code", ACTIVATION_CODE),
		OBJECT(struct form, device, "device"),
		OBJECT(struct form, client, "client"),
	};
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", fields, COUNT_OF(fields), &form);
	request_format(input, form.activation.activation_code, CHARS_LETTERS CHARS_DIGITS "-",
		       "activation_code");
	device_take(input, form.device, &form.activation);
	request_client(input, form.client, &form.activation.client);
	r = request_finish(input);
	if (r == 0)
		*ret_activation = form.activation;
	return r;
}

int wire_activate_reply_encode(struct arena *arena, const struct wire_device *device,
			       struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 512);
	json_object_open(&writer);
	json_put_member(&writer, "device_id", device->device_id);
	json_put_member(&writer, "facility_code", device->facility_code);
	json_put_member(&writer, "facility_name", device->facility_name);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_activate_reply_decode(struct str body, struct wire_input *input,
			       struct wire_device *ret_device)
{
	static const struct json_field fields[] = {
		TEXT(struct wire_device, device_id, "device_id", DEVICE_ID),
		TEXT(struct wire_device, facility_code, "facility_code", FACILITY_CODE),
		TEXT(struct wire_device, facility_name, "facility_name", FACILITY_NAME),
	};
	struct wire_device device = {.device_id = {0}};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &device);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_device = device;
	return 0;
}
