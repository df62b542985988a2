/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/reader/login: a registered device; replies tokens. */
#include "lib/wire/inside.h"

int wire_reader_login_request_encode(struct arena *arena, const struct wire_reader_login *login,
				     struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 512);
	json_object_open(&writer);
	json_put_member(&writer, "login_id", login->login_id);
	json_put_member(&writer, "password", login->password);
	put_client(&writer, &login->client);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_reader_login_request_decode(struct str body, struct wire_input *input,
				     struct wire_reader_login *ret_login)
{
	struct form {
		struct wire_reader_login login;
		const struct json *client;
	} form = {.client = NULL};
	static const struct json_field fields[] = {
		TEXT(struct form, login.login_id, "login_id", LOGIN_ID),
		TEXT(struct form, login.password, "password", PASSWORD),
		OBJECT(struct form, client, "client"),
	};
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", fields, COUNT_OF(fields), &form);
	request_client(input, form.client, &form.login.client);
	r = request_finish(input);
	if (r == 0)
		*ret_login = form.login;
	return r;
}
