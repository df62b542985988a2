/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/password; replies tokens. */
#include "lib/wire/inside.h"

int wire_password_change_request_encode(struct arena *arena,
					const struct wire_password_change *change,
					struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 512);
	json_object_open(&writer);
	json_put_member(&writer, "old_password", change->old_password);
	json_put_member(&writer, "new_password", change->new_password);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_password_change_request_decode(struct str body, struct wire_input *input,
					struct wire_password_change *ret_change)
{
	static const struct json_field fields[] = {
		TEXT(struct wire_password_change, old_password, "old_password", PASSWORD),
		TEXT(struct wire_password_change, new_password, "new_password", PASSWORD),
	};
	struct wire_password_change change = {.old_password = {0}};
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", fields, COUNT_OF(fields), &change);
	r = request_finish(input);
	if (r == 0)
		*ret_change = change;
	return r;
}
