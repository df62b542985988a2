/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting, downloading page by page, and the fields of a result.
 *
 * A page lives in the download's answer; the result that was handed out is copied out of it as C
 * strings. Fields are found in the page's tree, whose texts end with a NUL of their own.
 */
#include "sdk/shk.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/number.h"
#include "lib/base/period.h"
#include "lib/base/utf8.h"
#include "lib/json/json.h"

enum {
	RESULTS_MAGIC = 0x73686b32, /* "shk2" */
	PATH_NAME_BYTES = 128,
};

static bool search_read(const char *from, const char *to, int32_t reference,
			struct wire_search *ret_search)
{
	static const enum wire_reference_filter filters[] = {
		[SHK_REFERENCE_ANY] = WIRE_REFERENCE_ANY,
		[SHK_REFERENCE_WITH] = WIRE_REFERENCE_WITH,
		[SHK_REFERENCE_WITHOUT] = WIRE_REFERENCE_WITHOUT,
	};
	struct wire_search search = {.limit = WIRE_PAGE_LIMIT_MAX};
	if (!from || !to || reference < SHK_REFERENCE_ANY || reference > SHK_REFERENCE_WITHOUT)
		return false;
	if (!time_read(from, false, &search.from_ms) || !time_read(to, true, &search.to_ms) ||
	    search.from_ms > search.to_ms)
		return false;
	search.reference = filters[reference];
	*ret_search = search;
	return true;
}

int32_t SHK_CALL shk_count(shk_client *client, const char *from, const char *to, int32_t reference,
			   int64_t *ret_count, int64_t *ret_without_reference)
{
	struct wire_search search;
	struct wire_count count;
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!search_read(from, to, reference, &search))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	int r = client_count(client->client, &search, &count);
	if (!r && ret_count)
		*ret_count = count.count;
	if (!r && ret_without_reference)
		*ret_without_reference = count.without_reference;
	return call_leave(client, r);
}

static bool results_live(const shk_results *results)
{
	return results && results->magic == RESULTS_MAGIC;
}

/* --- pages --- */

static int progress_tell(shk_results *results)
{
	results->done += (int64_t)results->page.results_count;
	if (!results->progress ||
	    results->progress(results->progress_ctx, results->done, results->total) == 0)
		return 0;
	return client_refuse(results->client->client, PROBLEM_CANCELLED);
}

static int page_fetch(shk_results *results)
{
	struct client *client = results->client->client;
	results->page = (struct wire_page){0};
	results->next = 0;
	results->result.root = NULL;
	results->search.cursor = results->cursor[0] ? str_of(results->cursor) : (struct str){0};
	int r = client_page(client, &results->search, &results->answer, &results->page);
	if (r)
		return r < 0 ? PASS(r) : r;
	results->is_last = !results->page.next_cursor.ptr;
	if (!results->is_last &&
	    str_to_c(results->page.next_cursor, results->cursor, sizeof results->cursor) != 0)
		return client_refuse(client, PROBLEM_REPLY_MALFORMED);
	return progress_tell(results);
}

static void results_free(shk_results *results)
{
	arena_clear(&results->result.arena);
	client_answer_clear(&results->answer);
	explicit_bzero(results, sizeof *results);
	free(results);
}

static int results_begin(shk_results *results)
{
	struct wire_count count;
	int r = client_count(results->client->client, &results->search, &count);
	if (r)
		return r < 0 ? PASS(r) : r;
	results->total = count.count;
	r = page_fetch(results);
	return r < 0 ? PASS(r) : r;
}

int32_t SHK_CALL shk_download(shk_client *client, const char *from, const char *to,
			      int32_t reference, shk_progress progress, void *ctx,
			      shk_results **ret_results)
{
	struct wire_search search;
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!ret_results || !search_read(from, to, reference, &search))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	shk_results *results = calloc(1, sizeof *results);
	if (!results)
		return call_refuse(client, SHK_ERR_MEMORY);
	results->magic = RESULTS_MAGIC;
	results->client = client;
	results->search = search;
	results->progress = progress;
	results->progress_ctx = ctx;
	client_answer_init(&results->answer);
	arena_init(&results->result.arena, SHK_RESULT_BYTES_MAX);
	int r = results_begin(results);
	if (r) {
		results_free(results);
		return call_leave(client, r);
	}
	client->results++;
	*ret_results = results;
	return call_leave(client, 0);
}

int64_t SHK_CALL shk_results_total(const shk_results *results)
{
	return results_live(results) ? results->total : -1;
}

void SHK_CALL shk_results_destroy(shk_results *results)
{
	if (!results_live(results))
		return;
	shk_client *client = results->client;
	results_free(results);
	client_release(client);
}

/* --- one result --- */

static int text_keep(struct arena *arena, struct str text, const char **ret_text)
{
	struct str copy;
	int r = text.ptr ? arena_copy(arena, text, &copy) : 0;
	if (r)
		return PASS(r);
	*ret_text = text.ptr ? copy.ptr : NULL;
	return 0;
}

static int result_keep(struct shk_result *result, const struct wire_result *from)
{
	char confirmed_at[PERIOD_DATETIME_BYTES];
	struct arena *arena = &result->arena;
	arena_clear(arena);
	period_datetime_print(from->confirmed_ms, confirmed_at);
	int r = text_keep(arena, from->id, &result->id);
	if (!r)
		r = text_keep(arena, str_of(confirmed_at), &result->confirmed_at);
	if (!r)
		r = text_keep(arena, wire_method_name(from->method), &result->method);
	if (!r)
		r = text_keep(arena, from->staff, &result->staff);
	if (!r)
		r = text_keep(arena, from->reference_number, &result->reference_number);
	if (!r)
		r = text_keep(arena, from->proof, &result->proof);
	if (!r)
		r = arena_copy(arena, from->result, &result->raw);
	if (!r)
		r = wire_result_encode(arena, from, &result->entry);
	if (r)
		return PASS(r);
	result->reference_version = from->reference_version;
	result->root = from->tree;
	return 0;
}

/* 0 with *ret_result NULL at the end. */
static int result_advance(shk_results *results, const shk_result **ret_result)
{
	int r;
	/* An empty page that is not the last one is allowed; the service bounds their number. */
	while (results->next >= results->page.results_count) {
		if (results->is_last) {
			*ret_result = NULL;
			return 0;
		}
		r = page_fetch(results);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	r = result_keep(&results->result, &results->page.results[results->next]);
	if (r)
		return PASS(r);
	results->next++;
	*ret_result = &results->result;
	return 0;
}

int32_t SHK_CALL shk_results_next(shk_results *results, const shk_result **ret_result)
{
	if (!results_live(results) || !ret_result)
		return SHK_ERR_ARGUMENT;
	int32_t code = call_enter(results->client);
	if (code)
		return code;
	return call_leave(results->client, result_advance(results, ret_result));
}

const char *SHK_CALL shk_result_id(const shk_result *result)
{
	return result ? result->id : NULL;
}

const char *SHK_CALL shk_result_confirmed_at(const shk_result *result)
{
	return result ? result->confirmed_at : NULL;
}

const char *SHK_CALL shk_result_method(const shk_result *result)
{
	return result ? result->method : NULL;
}

const char *SHK_CALL shk_result_staff(const shk_result *result)
{
	return result ? result->staff : NULL;
}

const char *SHK_CALL shk_result_reference_number(const shk_result *result)
{
	return result ? result->reference_number : NULL;
}

const char *SHK_CALL shk_result_proof(const shk_result *result)
{
	return result ? result->proof : NULL;
}

int64_t SHK_CALL shk_result_reference_version(const shk_result *result)
{
	return result ? result->reference_version : 0;
}

/* --- its elements --- */

static const struct json *envelope(const shk_result *result)
{
	return result && result->root ? json_member(result->root, "XmlMsg") : NULL;
}

static const struct json *qualifications(const shk_result *result)
{
	const struct json *message = envelope(result);
	const struct json *body = message ? json_member(message, "MessageBody") : NULL;
	return body ? json_member(body, "ResultList") : NULL;
}

int32_t SHK_CALL shk_result_qualification_count(const shk_result *result)
{
	const struct json *list = qualifications(result);
	return list ? (int32_t)json_count(list) : 0;
}

static const struct json *start_of(const shk_result *result, int32_t qualification)
{
	if (qualification == SHK_ENVELOPE)
		return envelope(result);
	if (qualification < 0 || qualification >= shk_result_qualification_count(result))
		return NULL;
	const struct json *item = json_at(qualifications(result), (size_t)qualification);
	return item ? json_member(item, "ResultOfQualificationConfirmation") : NULL;
}

/* One step of a path: a member of an object, a position in a list. */
static const struct json *step_into(const struct json *node, struct str name)
{
	char text[PATH_NAME_BYTES];
	int64_t index;
	if (json_is_object(node))
		return str_to_c(name, text, sizeof text) == 0 ? json_member(node, text) : NULL;
	if (number_parse(name, 0, INT32_MAX, &index) != 0 || (size_t)index >= json_count(node))
		return NULL;
	return json_at(node, (size_t)index);
}

const char *SHK_CALL shk_result_field(const shk_result *result, int32_t qualification,
				      const char *path)
{
	const struct json *node = start_of(result, qualification);
	struct str rest = str_of(path), name;
	if (!path || !utf8_valid(rest))
		return NULL;
	while (node && str_split(&rest, '/', &name))
		node = step_into(node, name);
	return node ? json_text(node).ptr : NULL;
}

int32_t SHK_CALL shk_result_raw(const shk_result *result, const char **ret_bytes, int64_t *ret_len)
{
	if (!result || !ret_bytes || !ret_len)
		return SHK_ERR_ARGUMENT;
	*ret_bytes = result->raw.ptr;
	*ret_len = (int64_t)result->raw.len;
	return SHK_OK;
}

int32_t SHK_CALL shk_result_entry(const shk_result *result, const char **ret_bytes,
				  int64_t *ret_len)
{
	if (!result || !ret_bytes || !ret_len)
		return SHK_ERR_ARGUMENT;
	*ret_bytes = result->entry.ptr;
	*ret_len = (int64_t)result->entry.len;
	return SHK_OK;
}
