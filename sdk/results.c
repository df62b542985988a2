/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting, downloading page by page, and the fields of a result.
 *
 * A page lives in the download's answer; the result that was handed out is copied out of it as C
 * strings. Fields are found in the page's tree, whose texts end with a NUL of their own.
 */
#include "sdk/shk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/number.h"
#include "lib/base/period.h"
#include "lib/base/utf8.h"
#include "lib/json/json.h"

enum {
	RESULTS_MAGIC = 0x73686b32, /* "shk2" */
	PATH_NAME_BYTES = 128,
	POLL_MS = 5000, /* where the service knows no waiting */
};

static bool results_live(const shk_results *results)
{
	return results && results->magic == RESULTS_MAGIC;
}

/* --- pages --- */

static int progress_tell(shk_results *results)
{
	results->done += (int64_t)(results->page.results_count - results->next);
	if (results->is_new)
		results->total = results->done;
	if (!results->progress ||
	    results->progress(results->progress_ctx, results->done, results->total) == 0)
		return 0;
	return client_refuse(results->client->client, PROBLEM_CANCELLED);
}

/* What stands behind the page: a next page, or on the last one what comes later. */
static bool cursor_keep(shk_results *results)
{
	bool is_last = !results->page.next_cursor.ptr;
	struct str next = is_last ? results->page.new_cursor : results->page.next_cursor;
	if (next.len >= sizeof results->next_cursor)
		return false;
	results->is_last = is_last;
	memcpy(results->next_cursor, next.ptr ? next.ptr : "", next.len);
	results->next_cursor[next.len] = '\0';
	return true;
}

/*
 * Go behind what a cursor said was given already. Results come in the order of confirmation; the
 * one that was the last may have left the search (its 照会番号), then its second tells.
 */
static void place_find(shk_results *results)
{
	const struct wire_page *page = &results->page;
	struct place *resume = &results->resume;
	if (!resume->id[0])
		return;
	for (size_t i = 0; i < page->results_count; i++)
		if (str_equal(page->results[i].id, str_of(resume->id))) {
			results->next = i + 1;
			results->place = *resume;
			*resume = (struct place){.confirmed_ms = 0};
			return;
		}
	while (results->next < page->results_count &&
	       page->results[results->next].confirmed_ms < resume->confirmed_ms)
		results->next++;
	if (results->next < page->results_count)
		*resume = (struct place){.confirmed_ms = 0};
}

static int page_ask(shk_results *results, int32_t seconds)
{
	struct client *client = results->client->client;
	results->page = (struct wire_page){0};
	results->next = 0;
	results->place = (struct place){.confirmed_ms = 0};
	results->result.root = NULL;
	results->search.cursor = results->cursor[0] ? str_of(results->cursor) : (struct str){0};
	int r = seconds ? client_page_new(client, &results->search, seconds, &results->answer,
					  &results->page)
			: client_page(client, &results->search, &results->answer, &results->page);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!cursor_keep(results)) {
		results->page = (struct wire_page){0};
		return client_refuse(client, PROBLEM_REPLY_MALFORMED);
	}
	place_find(results);
	return progress_tell(results);
}

/* The page behind this one; after an error the same is asked for again. */
static int page_turn(shk_results *results)
{
	memcpy(results->cursor, results->next_cursor, sizeof results->cursor);
	int r = page_ask(results, 0);
	return r < 0 ? PASS(r) : r;
}

static void results_free(shk_results *results)
{
	arena_clear(&results->result.arena);
	client_answer_clear(&results->answer);
	explicit_bzero(results, sizeof *results);
	free(results);
}

static int total_ask(shk_results *results)
{
	struct wire_count count;
	int r = client_count(results->client->client, &results->search, &count);
	if (r)
		return r < 0 ? PASS(r) : r;
	results->total = count.count;
	return 0;
}

static shk_results *results_make(shk_client *client, const struct wire_search *search,
				 shk_progress progress, void *ctx)
{
	shk_results *results = calloc(1, sizeof *results);
	if (!results)
		return NULL;
	results->magic = RESULTS_MAGIC;
	results->client = client;
	results->search = *search;
	results->search.limit = WIRE_PAGE_LIMIT_MAX;
	if (search->card_class.ptr &&
	    str_to_c(search->card_class, results->card_class, sizeof results->card_class) == 0)
		results->search.card_class = str_of(results->card_class);
	results->progress = progress;
	results->progress_ctx = ctx;
	client_answer_init(&results->answer);
	arena_init(&results->result.arena, SHK_RESULT_BYTES_MAX);
	return results;
}

/* The end of both ways to begin: r is what the first page answered. */
static int32_t results_give(shk_results *results, int r, shk_results **ret_results)
{
	shk_client *client = results->client;
	if (r) {
		results_free(results);
		return call_leave(client, r);
	}
	client->results++;
	*ret_results = results;
	return call_leave(client, 0);
}

static int32_t download_begin(shk_client *client, const struct wire_search *search,
			      shk_progress progress, void *ctx, shk_results **ret_results)
{
	shk_results *results = results_make(client, search, progress, ctx);
	if (!results)
		return call_refuse(client, SHK_ERR_MEMORY);
	int r = total_ask(results);
	if (!r)
		r = page_ask(results, 0);
	return results_give(results, r, ret_results);
}

int32_t SHK_CALL shk_download(shk_client *client, const char *from, const char *to,
			      int32_t reference, shk_progress progress, void *ctx,
			      shk_results **ret_results)
{
	struct wire_search search;
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!ret_results || !from || !to || !search_read(from, to, reference, &search))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	return download_begin(client, &search, progress, ctx, ret_results);
}

int32_t SHK_CALL shk_search_download(shk_client *client, const shk_search *search,
				     shk_progress progress, void *ctx, shk_results **ret_results)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!ret_results || !search_lives(search))
		return call_refuse(client, SHK_ERR_ARGUMENT);
	return download_begin(client, &search->wire, progress, ctx, ret_results);
}

/* --- what is new --- */

/* "cursor/id/yyyyMMddHHmmss"; id and time are empty at a page's beginning. */
static bool place_read(const char *cursor, shk_results *results)
{
	struct str rest = str_of(cursor), part, id;
	struct place place = {.confirmed_ms = 0};
	if (!str_split(&rest, '/', &part) || !str_split(&rest, '/', &id) || !rest.ptr ||
	    str_to_c(part, results->cursor, sizeof results->cursor) != 0)
		return false;
	if (id.len && (!wire_id_valid(id) || str_to_c(id, place.id, sizeof place.id) != 0 ||
		       period_datetime_parse(rest, &place.confirmed_ms) != 0))
		return false;
	results->resume = place;
	return id.len || rest.len == 0;
}

static void place_write(shk_results *results, const char *cursor, const struct place *place)
{
	char time[PERIOD_DATETIME_BYTES] = "";
	if (place->id[0])
		period_datetime_print(place->confirmed_ms, time);
	(void)snprintf(results->told, sizeof results->told, "%s/%s/%s", cursor, place->id, time);
}

/*
 * The first page that has something to give, or the last one when the time is over. A page may hold
 * nothing but what the cursor says was given; and a service may know no waiting: it is asked again
 * now and then.
 */
static int new_await(shk_results *results, int32_t seconds)
{
	int64_t ends_ms = clock_mono_ms(&clock_system) + seconds * INT64_C(1000);
	int64_t left_ms = seconds * INT64_C(1000);
	for (;;) {
		int r = page_ask(results, (int32_t)((left_ms + 999) / 1000));
		if (r)
			return r < 0 ? PASS(r) : r;
		left_ms = ends_ms - clock_mono_ms(&clock_system);
		if (results->next < results->page.results_count || !results->is_last ||
		    left_ms <= 0)
			return 0;
		if (results->next_cursor[0]) {
			memcpy(results->cursor, results->next_cursor, sizeof results->cursor);
			continue;
		}
		if (results->place.id[0])
			results->resume = results->place;
		r = client_pause(results->client->client, left_ms < POLL_MS ? left_ms : POLL_MS);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
}

int32_t SHK_CALL shk_download_new(shk_client *client, const shk_search *search, const char *cursor,
				  int32_t seconds, shk_progress progress, void *ctx,
				  shk_results **ret_results)
{
	int32_t code = call_enter(client);
	if (code)
		return code;
	if (!ret_results || !search_lives(search) || seconds < 0 || seconds > SHK_SECONDS_MAX)
		return call_refuse(client, SHK_ERR_ARGUMENT);
	shk_results *results = results_make(client, &search->wire, progress, ctx);
	if (!results)
		return call_refuse(client, SHK_ERR_MEMORY);
	results->is_new = true;
	if (cursor && !place_read(cursor, results)) {
		results_free(results);
		return call_refuse(client, SHK_ERR_CURSOR);
	}
	return results_give(results, new_await(results, seconds), ret_results);
}

const char *SHK_CALL shk_results_cursor(shk_results *results)
{
	static const struct place beginning;
	if (!results_live(results))
		return NULL;
	bool is_through = results->next >= results->page.results_count && !results->resume.id[0];
	if (is_through && results->next_cursor[0])
		place_write(results, results->next_cursor, &beginning);
	else if (results->resume.id[0])
		place_write(results, results->cursor, &results->resume);
	else
		place_write(results, results->cursor, &results->place);
	return results->told;
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
		r = page_turn(results);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	r = result_keep(&results->result, &results->page.results[results->next]);
	if (r)
		return PASS(r);
	const struct wire_result *given = &results->page.results[results->next++];
	results->place = (struct place){.confirmed_ms = given->confirmed_ms};
	r = str_to_c(given->id, results->place.id, sizeof results->place.id);
	if (r)
		return PASS(r);
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
