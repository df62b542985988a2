/* SPDX-License-Identifier: Apache-2.0 */
/* Problems on the wire (RFC 9457), both ways. */
#include "lib/wire/problem.h"

#include <assert.h>

#include "lib/wire/inside.h"

static const struct wire_problem_row problems[] = {
#define PROBLEM_ROW(name, code, status, exit, title, action, vendor) \
	[PROBLEM_##name] = {code, status, exit, title, action, vendor},
#include "api/problems.def"
#undef PROBLEM_ROW
};

static const struct {
	const char *code;
	const char *message;
} reasons[] = {
#define REASON_ROW(name, code, message) [WIRE_REASON_##name] = {code, message},
#include "api/reasons.def"
#undef REASON_ROW
};

const struct wire_problem_row *wire_problem_row(enum wire_problem problem)
{
	assert(problem > PROBLEM_NONE && problem < PROBLEM_END);
	return &problems[problem];
}

enum wire_problem wire_problem_of_code(struct str code)
{
	for (int i = PROBLEM_NONE + 1; i < PROBLEM_END; i++)
		if (str_equal(code, str_of(problems[i].code)))
			return (enum wire_problem)i;
	return PROBLEM_NONE;
}

const char *wire_reason_code(enum wire_reason reason)
{
	assert(reason > WIRE_REASON_NONE && reason < WIRE_REASON_END);
	return reasons[reason].code;
}

const char *wire_reason_message(enum wire_reason reason)
{
	assert(reason > WIRE_REASON_NONE && reason < WIRE_REASON_END);
	return reasons[reason].message;
}

/* A reason we do not know says at least that the value does not do. */
static enum wire_reason reason_of_code(struct str code)
{
	for (int i = WIRE_REASON_NONE + 1; i < WIRE_REASON_END; i++)
		if (str_equal(code, str_of(reasons[i].code)))
			return (enum wire_reason)i;
	return WIRE_REASON_VALUE;
}

/* Not within a UTF-8 sequence. */
static size_t cut(struct str text, size_t bytes)
{
	if (text.len <= bytes)
		return text.len;
	while (bytes && ((unsigned char)text.ptr[bytes] & 0xC0) == 0x80)
		bytes--;
	return bytes;
}

void wire_complain(struct wire_complaints *complaints, struct str field, enum wire_reason reason)
{
	if (complaints->count == WIRE_COMPLAINTS_MAX)
		return;
	struct wire_complaint *complaint = &complaints->items[complaints->count++];
	size_t len = cut(field, sizeof complaint->field - 1);
	if (len)
		memcpy(complaint->field, field.ptr, len);
	complaint->field[len] = '\0';
	complaint->reason = reason;
}

static void errors_put(struct json_writer *writer, const struct wire_complaints *complaints)
{
	if (!complaints || complaints->count == 0)
		return;
	json_key(writer, "errors");
	json_array_open(writer);
	for (size_t i = 0; i < complaints->count; i++) {
		enum wire_reason reason = complaints->items[i].reason;
		json_object_open(writer);
		json_put_member(writer, "field", str_of(complaints->items[i].field));
		json_put_member(writer, "reason", str_of(wire_reason_code(reason)));
		json_put_member(writer, "message", str_of(wire_reason_message(reason)));
		json_object_close(writer);
	}
	json_array_close(writer);
}

static void held_put(struct json_writer *writer, struct str reference)
{
	json_key(writer, "held");
	json_object_open(writer);
	put_nullable(writer, "reference_number", reference);
	json_object_close(writer);
}

int wire_problem_encode(struct arena *arena, enum wire_problem problem,
			const struct wire_problem_detail *detail, struct str *ret_body)
{
	const struct wire_problem_row *row = wire_problem_row(problem);
	assert(row->status > 0);
	struct str type;
	int r = arena_print(arena, &type, "urn:shikaku:problem:%s", row->code);
	if (r)
		return PASS(r);
	struct json_writer writer;
	json_writer_init(&writer, arena, 1024);
	json_object_open(&writer);
	json_put_member(&writer, "type", type);
	json_put_member(&writer, "title", str_of(row->title));
	json_put_member_number(&writer, "status", row->status);
	json_put_member(&writer, "code", str_of(row->code));
	json_put_member(&writer, "action", str_of(row->action));
	json_put_member(&writer, "vendor", str_of(row->vendor));
	json_put_member(&writer, "request_id", detail->request_id);
	errors_put(&writer, detail->complaints);
	if (detail->retry_after_s)
		json_put_member_number(&writer, "retry_after", detail->retry_after_s);
	if (problem == PROBLEM_REFERENCE_CONFLICT)
		held_put(&writer, detail->held_reference);
	json_object_close(&writer);
	r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

enum { SENTENCE_MAX = 1000 };

#define SENTENCE(member, name)                                                           \
	JSON_FIELD(struct problem_form, reply.member, name, JSON_TEXT, JSON_OPTIONAL, 1, \
		   SENTENCE_MAX)

struct problem_form {
	struct wire_problem_reply reply;
	const struct json *errors;
	const struct json *held;
};

static int errors_take(struct wire_input *input, const struct json *errors)
{
	struct form {
		struct str field;
		struct str reason;
	};
	static const struct json_field fields[] = {
		JSON_FIELD(struct form, field, "field", JSON_TEXT, JSON_REQUIRED, 0, SENTENCE_MAX),
		WORD(struct form, reason, "reason"),
	};
	for (size_t i = 0; i < json_count(errors); i++) {
		struct form form = {.field = {0}};
		int r = reply_fields(json_at(errors, i), fields, COUNT_OF(fields), &form);
		if (r)
			return r;
		wire_complain(&input->complaints, form.field, reason_of_code(form.reason));
	}
	return 0;
}

static int held_take(const struct json *held, struct wire_problem_reply *reply)
{
	static const struct json_field fields[] = {
		TEXT_NULLABLE(struct wire_problem_reply, held_reference, "reference_number",
			      REFERENCE_NUMBER),
	};
	return held ? reply_fields(held, fields, COUNT_OF(fields), reply) : 0;
}

/* Which problem it is, and our own sentences where the service gave none. */
static void row_apply(struct wire_problem_reply *reply)
{
	reply->problem = wire_problem_of_code(reply->code);
	if (reply->problem == PROBLEM_NONE || problems[reply->problem].status == 0)
		reply->problem = PROBLEM_SERVICE_REFUSED;
	const struct wire_problem_row *row = wire_problem_row(reply->problem);
	if (!reply->title.ptr)
		reply->title = str_of(row->title);
	if (!reply->action.ptr)
		reply->action = str_of(row->action);
	if (!reply->vendor.ptr)
		reply->vendor = str_of(row->vendor);
}

int wire_problem_decode(struct str body, struct wire_input *input,
			struct wire_problem_reply *ret_reply)
{
	static const struct json_field fields[] = {
		JSON_FIELD(struct problem_form, reply.code, "code", JSON_TEXT, JSON_REQUIRED, 1,
			   64),
		SENTENCE(title, "title"),
		SENTENCE(action, "action"),
		SENTENCE(vendor, "vendor"),
		JSON_FIELD(struct problem_form, reply.request_id, "request_id", JSON_TEXT,
			   JSON_OPTIONAL, 1, 64),
		JSON_FIELD(struct problem_form, reply.retry_after_s, "retry_after", JSON_NUMBER,
			   JSON_OPTIONAL, 0, WIRE_SECONDS_MAX),
		JSON_FIELD(struct problem_form, errors, "errors", JSON_ARRAY, JSON_OPTIONAL, 0,
			   100),
		JSON_FIELD(struct problem_form, held, "held", JSON_OBJECT, JSON_OPTIONAL, 0, 0),
	};
	struct problem_form form = {.errors = NULL};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r == 0)
		r = errors_take(input, form.errors);
	if (r == 0)
		r = held_take(form.held, &form.reply);
	if (r)
		return r < 0 ? PASS(r) : r;
	row_apply(&form.reply);
	*ret_reply = form.reply;
	return 0;
}
