/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/refresh (seed table 1.4.2 no. 3; replies tokens) and POST /v1/logout. */
#include "lib/wire/inside.h"

int wire_refresh_request_encode(struct arena *arena, const struct wire_refresh *refresh,
				struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 512);
	json_object_open(&writer);
	json_put_member(&writer, "refresh_handle", refresh->refresh_handle);
	json_put_member(&writer, "login_id", refresh->login_id);
	json_put_member(&writer, "password", refresh->password);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_refresh_request_decode(struct str body, struct wire_input *input,
				struct wire_refresh *ret_refresh)
{
	static const struct json_field fields[] = {
		TEXT(struct wire_refresh, refresh_handle, "refresh_handle", REFRESH_HANDLE),
		TEXT(struct wire_refresh, login_id, "login_id", LOGIN_ID),
		TEXT(struct wire_refresh, password, "password", PASSWORD),
	};
	struct wire_refresh refresh = {.login_id = {0}};
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", fields, COUNT_OF(fields), &refresh);
	request_format(input, refresh.refresh_handle, CHARS_TOKEN, "refresh_handle");
	r = request_finish(input);
	if (r == 0)
		*ret_refresh = refresh;
	return r;
}

int wire_logout_request_encode(struct arena *arena, struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 2);
	json_object_open(&writer);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_logout_request_decode(struct str body, struct wire_input *input)
{
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", NULL, 0, NULL);
	return request_finish(input);
}
