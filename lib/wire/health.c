/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/health: is the service there, and which one? */
#include "lib/wire/inside.h"

int wire_health_reply_encode(struct arena *arena, struct str version, struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 64);
	json_object_open(&writer);
	json_put_member(&writer, "status", STR("ok"));
	json_put_member(&writer, "version", version);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_health_reply_decode(struct str body, struct wire_input *input,
			     struct wire_health *ret_health)
{
	struct form {
		struct str status;
		struct wire_health health;
	} form = {.status = {0}};
	static const struct json_field fields[] = {
		WORD(struct form, status, "status"),
		WORD(struct form, health.version, "version"),
	};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!str_equal(form.status, STR("ok")))
		return PROBLEM_REPLY_MALFORMED;
	*ret_health = form.health;
	return 0;
}
