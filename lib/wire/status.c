/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/ready and GET /v1/status: is it of use to call now, and what does the operator say? */
#include <assert.h>

#include "lib/wire/inside.h"

static const struct {
	struct str name;
	const char *sentence;
} states[] = {
	[WIRE_SERVICE_NORMAL] = {{"normal", 6}, "通常どおり使えます。"},
	[WIRE_SERVICE_PLANNED] = {{"planned", 7}, "点検の予定があります。"},
	[WIRE_SERVICE_MAINTENANCE] = {{"maintenance", 11}, "点検のため、いまは使えません。"},
	[WIRE_SERVICE_TROUBLE] = {{"trouble", 7}, "障害のため、使えないことがあります。"},
};

struct str wire_service_state_name(enum wire_service_state state)
{
	assert(state >= WIRE_SERVICE_NORMAL && state <= WIRE_SERVICE_TROUBLE);
	return states[state].name;
}

int wire_ready_reply_encode(struct arena *arena, struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 32);
	json_object_open(&writer);
	json_put_member(&writer, "status", STR("ready"));
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

int wire_status_reply_encode(struct arena *arena, const struct wire_status *status,
			     struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, 256);
	json_object_open(&writer);
	json_put_member(&writer, "state", wire_service_state_name(status->state));
	json_put_member(&writer, "text", str_of(states[status->state].sentence));
	if (status->from_ms)
		put_time(&writer, "from", status->from_ms);
	if (status->until_ms)
		put_time(&writer, "until", status->until_ms);
	json_put_member(&writer, "message", status->message);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

static int time_take(struct str text, int64_t *ret_ms)
{
	return text.ptr ? reply_time(text, ret_ms) : 0;
}

int wire_status_reply_decode(struct str body, struct wire_input *input,
			     struct wire_status *ret_status)
{
	struct form {
		struct str state, from, until;
		struct wire_status status;
	} form = {.state = {0}};
	static const struct json_field fields[] = {
		WORD(struct form, state, "state"),
		JSON_FIELD(struct form, status.text, "text", JSON_TEXT, JSON_REQUIRED, 1,
			   WIRE_STATUS_TEXT_MAX),
		JSON_FIELD(struct form, from, "from", JSON_TEXT, JSON_OPTIONAL, 14, 14),
		JSON_FIELD(struct form, until, "until", JSON_TEXT, JSON_OPTIONAL, 14, 14),
		JSON_FIELD(struct form, status.message, "message", JSON_TEXT, JSON_OPTIONAL, 1,
			   WIRE_STATUS_MESSAGE_MAX),
	};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r == 0)
		r = time_take(form.from, &form.status.from_ms);
	if (r == 0)
		r = time_take(form.until, &form.status.until_ms);
	if (r)
		return r < 0 ? PASS(r) : r;
	/* A state that only a newer service knows still has its sentence. */
	form.status.state = WIRE_SERVICE_TROUBLE;
	for (int i = WIRE_SERVICE_NORMAL; i <= WIRE_SERVICE_TROUBLE; i++)
		if (str_equal(form.state, states[i].name))
			form.status.state = (enum wire_service_state)i;
	*ret_status = form.status;
	return 0;
}
