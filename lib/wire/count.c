/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/results/count (seed table 1.4.2 no. 5): how many before they are taken. */
#include "lib/wire/inside.h"

int wire_count_reply_encode(struct arena *arena, const struct wire_count *count,
			    struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 128);
	json_object_open(&writer);
	json_put_member_number(&writer, "count", count->count);
	json_put_member_number(&writer, "without_reference", count->without_reference);
	put_time(&writer, "from", count->from_ms);
	put_time(&writer, "to", count->to_ms);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_count_reply_decode(struct str body, struct wire_input *input, struct wire_count *ret_count)
{
	struct form {
		struct wire_count count;
		struct str from;
		struct str to;
	} form = {.from = {0}};
	static const struct json_field fields[] = {
		NUMBER(struct form, count.count, "count"),
		NUMBER(struct form, count.without_reference, "without_reference"),
		TEXT(struct form, from, "from", DATE_TIME),
		TEXT(struct form, to, "to", DATE_TIME),
	};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r == 0)
		r = reply_time(form.from, &form.count.from_ms);
	if (r == 0)
		r = reply_time(form.to, &form.count.to_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_count = form.count;
	return 0;
}
