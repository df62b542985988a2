/* SPDX-License-Identifier: Apache-2.0 */
/* PUT /v1/results/{id}/reference (seed table 1.4.2 no. 9): the facility's own patient key. */
#include "lib/wire/inside.h"

int wire_reference_request_encode(struct arena *arena, const struct wire_reference *reference,
				  struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 256);
	json_object_open(&writer);
	put_nullable(&writer, "reference_number", reference->number);
	put_nullable(&writer, "expected", reference->expected);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_reference_request_decode(struct str body, struct wire_input *input,
				  struct wire_reference *ret_reference)
{
	static const struct json_field fields[] = {
		TEXT_NULLABLE(struct wire_reference, number, "reference_number", REFERENCE_NUMBER),
		TEXT_NULLABLE(struct wire_reference, expected, "expected", REFERENCE_NUMBER),
	};
	struct wire_reference reference = {.number = {0}};
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", fields, COUNT_OF(fields), &reference);
	r = request_finish(input);
	if (r == 0)
		*ret_reference = reference;
	return r;
}

int wire_reference_reply_encode(struct arena *arena, const struct wire_reference_state *state,
				struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 256);
	json_object_open(&writer);
	put_nullable(&writer, "reference_number", state->number);
	json_put_member_number(&writer, "reference_version", state->version);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_reference_reply_decode(struct str body, struct wire_input *input,
				struct wire_reference_state *ret_state)
{
	static const struct json_field fields[] = {
		TEXT_NULLABLE(struct wire_reference_state, number, "reference_number",
			      REFERENCE_NUMBER),
		NUMBER(struct wire_reference_state, version, "reference_version"),
	};
	struct wire_reference_state state = {.version = 0};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &state);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_state = state;
	return 0;
}
