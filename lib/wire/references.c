/* SPDX-License-Identifier: Apache-2.0 */
/* PUT /v1/references: many 照会番号 in one call, each with its own outcome, in their order. */
#include "lib/wire/inside.h"

#include <stdio.h>

enum { ENTRY_BYTES = 160 };

static const char done[] = "done";
static const char refused[] = "refused";

int wire_references_request_encode(struct arena *arena, const struct wire_reference_item *items,
				   size_t count, struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, ENTRY_BYTES * count);
	json_object_open(&writer);
	json_key(&writer, "references");
	json_array_open(&writer);
	for (size_t i = 0; i < count; i++) {
		json_object_open(&writer);
		json_put_member(&writer, "result_id", items[i].result_id);
		put_nullable(&writer, "reference_number", items[i].reference.number);
		put_nullable(&writer, "expected", items[i].reference.expected);
		json_object_close(&writer);
	}
	json_array_close(&writer);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

static void item_take(struct wire_input *input, const struct json *entry, size_t index,
		      struct wire_reference_item *item)
{
	static const struct json_field fields[] = {
		TEXT(struct wire_reference_item, result_id, "result_id", RESULT_ID),
		TEXT_NULLABLE(struct wire_reference_item, reference.number, "reference_number",
			      REFERENCE_NUMBER),
		TEXT_NULLABLE(struct wire_reference_item, reference.expected, "expected",
			      REFERENCE_NUMBER),
	};
	char prefix[WIRE_FIELD_BYTES], name[WIRE_FIELD_BYTES];
	(void)snprintf(prefix, sizeof prefix, "references.%zu.", index);
	(void)snprintf(name, sizeof name, "references.%zu.result_id", index);
	if (!json_is_object(entry)) {
		wire_complain(&input->complaints, (struct str){prefix, strlen(prefix) - 1},
			      WIRE_REASON_TYPE);
		return;
	}
	request_fields(input, entry, prefix, fields, COUNT_OF(fields), item);
	request_format(input, item->result_id, CHARS_HEX, name);
}

int wire_references_request_decode(struct arena *arena, struct str body, struct wire_input *input,
				   struct wire_reference_item **ret_items, size_t *ret_count)
{
	struct form {
		const struct json *references;
	} form = {.references = NULL};
	static const struct json_field fields[] = {
		JSON_FIELD(struct form, references, "references", JSON_ARRAY, JSON_REQUIRED, 1,
			   WIRE_REFERENCES_MAX),
	};
	int r = request_read(body, input);
	if (r)
		return r < 0 ? PASS(r) : r;
	request_fields(input, input->document.root, "", fields, COUNT_OF(fields), &form);
	r = request_finish(input);
	if (r)
		return r;
	size_t count = json_count(form.references);
	struct wire_reference_item *items = arena_array(arena, count, sizeof *items);
	if (!items)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < count; i++)
		item_take(input, json_at(form.references, i), i, &items[i]);
	r = request_finish(input);
	if (r)
		return r;
	*ret_items = items;
	*ret_count = count;
	return 0;
}

static void outcome_put(struct json_writer *writer, const struct wire_reference_outcome *outcome)
{
	json_object_open(writer);
	json_put_member(writer, "outcome", str_of(outcome->problem ? refused : done));
	if (!outcome->problem) {
		json_put_member_number(writer, "reference_version", outcome->version);
	} else {
		const struct wire_problem_row *row = wire_problem_row(outcome->problem);
		json_put_member(writer, "code", str_of(row->code));
		json_put_member(writer, "title", str_of(row->title));
		json_put_member(writer, "action", str_of(row->action));
	}
	if (outcome->problem == PROBLEM_REFERENCE_CONFLICT) {
		json_key(writer, "held");
		json_object_open(writer);
		put_nullable(writer, "reference_number", outcome->held);
		json_object_close(writer);
	}
	json_object_close(writer);
}

int wire_references_reply_encode(struct arena *arena, const struct wire_reference_outcome *outcomes,
				 size_t count, struct str *ret_body)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, ENTRY_BYTES * count);
	json_object_open(&writer);
	json_key(&writer, "references");
	json_array_open(&writer);
	for (size_t i = 0; i < count; i++)
		outcome_put(&writer, &outcomes[i]);
	json_array_close(&writer);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

static int held_take(const struct json *held, struct str *ret_number)
{
	struct form {
		struct str number;
	} form = {.number = {0}};
	static const struct json_field fields[] = {
		TEXT_NULLABLE(struct form, number, "reference_number", REFERENCE_NUMBER),
	};
	int r = reply_fields(held, fields, COUNT_OF(fields), &form);
	if (r == 0)
		*ret_number = form.number;
	return r;
}

static int refusal_take(const struct json *entry, struct wire_reference_outcome *outcome)
{
	struct form {
		struct wire_reference_outcome outcome;
		const struct json *held;
	} form = {.held = NULL};
	static const struct json_field fields[] = {
		TEXT(struct form, outcome.code, "code", PROBLEM_CODE),
		TEXT(struct form, outcome.title, "title", PROBLEM_TEXT),
		TEXT(struct form, outcome.action, "action", PROBLEM_TEXT),
		JSON_FIELD(struct form, held, "held", JSON_OBJECT, JSON_OPTIONAL, 0, 0),
	};
	int r = reply_fields(entry, fields, COUNT_OF(fields), &form);
	if (r == 0 && form.held)
		r = held_take(form.held, &form.outcome.held);
	if (r)
		return r;
	form.outcome.problem = wire_problem_of_code(form.outcome.code);
	if (form.outcome.problem == PROBLEM_NONE)
		form.outcome.problem = PROBLEM_SERVICE_REFUSED;
	*outcome = form.outcome;
	return 0;
}

static int outcome_take(const struct json *entry, struct wire_reference_outcome *outcome)
{
	struct form {
		struct str outcome;
	} form = {.outcome = {0}};
	static const struct json_field word[] = {WORD(struct form, outcome, "outcome")};
	static const struct json_field fields[] = {
		NUMBER(struct wire_reference_outcome, version, "reference_version"),
	};
	int r = reply_fields(entry, word, COUNT_OF(word), &form);
	if (r)
		return r;
	if (str_equal(form.outcome, str_of(done)))
		return reply_fields(entry, fields, COUNT_OF(fields), outcome);
	return str_equal(form.outcome, str_of(refused)) ? refusal_take(entry, outcome)
							: PROBLEM_REPLY_MALFORMED;
}

int wire_references_reply_decode(struct arena *arena, struct str body, struct wire_input *input,
				 size_t count, struct wire_reference_outcome **ret_outcomes)
{
	struct form {
		const struct json *references;
	} form = {.references = NULL};
	const struct json_field fields[] = {
		JSON_FIELD(struct form, references, "references", JSON_ARRAY, JSON_REQUIRED,
			   (int64_t)count, (int64_t)count),
	};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct wire_reference_outcome *outcomes = arena_array(arena, count, sizeof *outcomes);
	if (!outcomes)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < count; i++) {
		r = outcome_take(json_at(form.references, i), &outcomes[i]);
		if (r)
			return r;
	}
	*ret_outcomes = outcomes;
	return 0;
}
