/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /v1/results (seed table 1.4.2 no. 6). A result is stored as ready canonical JSON and spliced
 * in unread; at the other end its bytes are handed out as they came, so that a proof over them can
 * be checked.
 */
#include "lib/wire/inside.h"

enum { ENTRY_BYTES = 800 }; /* about what an entry takes beside its result */

static void entry_put(struct json_writer *writer, const struct wire_result *result)
{
	json_object_open(writer);
	json_put_member(writer, "id", result->id);
	put_time(writer, "confirmed_at", result->confirmed_ms);
	json_put_member(writer, "method", wire_method_name(result->method));
	json_put_member(writer, "staff", result->staff);
	json_put_member(writer, "reference_number", result->reference_number);
	json_put_member_number(writer, "reference_version", result->reference_version);
	json_put_member(writer, "proof", result->proof);
	json_key(writer, "result");
	json_put_raw(writer, result->result);
	json_object_close(writer);
}

int wire_result_encode(struct arena *arena, const struct wire_result *result, struct str *ret_text)
{
	struct json_writer writer;
	json_writer_init(&writer, arena, ENTRY_BYTES + result->result.len);
	entry_put(&writer, result);
	int r = json_writer_end(&writer, ret_text);
	return r ? PASS(r) : 0;
}

int wire_download_reply_encode(struct arena *arena, const struct wire_page *page,
			       struct str *ret_body)
{
	size_t bytes = ENTRY_BYTES + page->next_cursor.len + page->new_cursor.len;
	for (size_t i = 0; i < page->results_count; i++)
		bytes += ENTRY_BYTES + page->results[i].result.len;
	struct json_writer writer;
	json_writer_init(&writer, arena, bytes);
	json_object_open(&writer);
	json_key(&writer, "results");
	json_array_open(&writer);
	for (size_t i = 0; i < page->results_count; i++)
		entry_put(&writer, &page->results[i]);
	json_array_close(&writer);
	json_put_member(&writer, "next_cursor", page->next_cursor);
	json_put_member(&writer, "new_cursor", page->new_cursor);
	json_object_close(&writer);
	int r = json_writer_end(&writer, ret_body);
	return r ? PASS(r) : 0;
}

/* entry and its span are the same element, as a tree and as bytes. */
static int entry_take(const struct json *entry, struct str span, struct wire_result *ret_result)
{
	struct form {
		struct wire_result result;
		struct str confirmed_at;
		struct str method;
	} form = {.method = {0}};
	static const struct json_field fields[] = {
		TEXT(struct form, result.id, "id", RESULT_ID),
		TEXT(struct form, confirmed_at, "confirmed_at", DATE_TIME),
		WORD(struct form, method, "method"),
		TEXT(struct form, result.staff, "staff", STAFF_ID),
		TEXT_OPTIONAL(struct form, result.reference_number, "reference_number",
			      REFERENCE_NUMBER),
		NUMBER(struct form, result.reference_version, "reference_version"),
		TEXT(struct form, result.proof, "proof", PROOF),
		OBJECT(struct form, result.tree, "result"),
	};
	int r = reply_fields(entry, fields, COUNT_OF(fields), &form);
	if (r == 0)
		r = reply_time(form.confirmed_at, &form.result.confirmed_ms);
	if (r)
		return r;
	form.result.method = (enum wire_method)method_of(form.method);
	form.result.result = json_span_member(span, "result");
	if (!form.result.method || !form.result.result.ptr || !wire_id_valid(form.result.id))
		return PROBLEM_REPLY_MALFORMED;
	*ret_result = form.result;
	return 0;
}

int wire_result_decode(struct str text, struct wire_input *input, struct wire_result *ret_result)
{
	int r = reply_read(text, input);
	if (r == 0)
		r = entry_take(input->document.root, text, ret_result);
	return r < 0 ? PASS(r) : r;
}

static int entries_take(struct wire_page *page, const struct json *entries, struct str spans)
{
	for (size_t i = 0; i < page->results_count; i++) {
		struct str span;
		if (!json_span_next(&spans, &span))
			return PROBLEM_REPLY_MALFORMED;
		int r = entry_take(json_at(entries, i), span, &page->results[i]);
		if (r)
			return r;
	}
	return 0;
}

int wire_download_reply_decode(struct arena *arena, struct str body, struct wire_input *input,
			       struct wire_page *ret_page)
{
	struct form {
		const struct json *results;
		struct str next_cursor;
		struct str new_cursor;
	} form = {.results = NULL};
	static const struct json_field fields[] = {
		JSON_FIELD(struct form, results, "results", JSON_ARRAY, JSON_REQUIRED, 0,
			   WIRE_PAGE_LIMIT_MAX),
		TEXT_OPTIONAL(struct form, next_cursor, "next_cursor", CURSOR),
		TEXT_OPTIONAL(struct form, new_cursor, "new_cursor", CURSOR),
	};
	int r = reply_decode(body, input, fields, COUNT_OF(fields), &form);
	if (r)
		return r < 0 ? PASS(r) : r;
	struct wire_page page = {
		.results_count = json_count(form.results),
		.next_cursor = form.next_cursor,
		.new_cursor = form.new_cursor,
	};
	page.results = arena_array(arena, page.results_count, sizeof *page.results);
	if (!page.results)
		return RAISE(ENOMEM);
	r = entries_take(&page, form.results, json_span_member(body, "results"));
	if (r == 0)
		*ret_page = page;
	return r;
}
