/* SPDX-License-Identifier: Apache-2.0 */
/* What the page gets to read. */
#include "workstation/faces/inside.h"

enum {
	STATUS_PROBLEM = 422,
	STATUS_FAULT = 500,
	REPLY_HINT_BYTES = 1024,
};

void reply_text(struct web_exchange *exchange, int status, struct json_writer *out)
{
	exchange->reply =
		(struct web_reply){.status = status, .content_type = STR("application/json")};
	if (json_writer_end(out, &exchange->reply.body) < 0)
		exchange->reply = (struct web_reply){.status = STATUS_FAULT};
}

void reply_problem(struct web_exchange *exchange, enum face_problem problem,
		   const struct face_fields *fields)
{
	struct json_writer out;
	json_writer_init(&out, &exchange->arena, REPLY_HINT_BYTES);
	face_problem_put(&out, problem, str_of(exchange->request.request_id), fields);
	reply_text(exchange, STATUS_PROBLEM, &out);
}
