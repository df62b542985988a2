/* SPDX-License-Identifier: Apache-2.0 */
#include "reader/history.h"

#include "lib/base/number.h"
#include "lib/base/period.h"
#include "reader/screen.h"

enum { JSON_BYTES_MAX = 4 * 1024 * 1024, DAY_DIGITS = 8 };

struct showing {
	FILE *out;
	const struct history_request *request;
	size_t shown;
};

/* A day stands for its first second, as an end for its last; absent: today. */
static bool time_read(struct str text, const char *time_of_day, int64_t now_ms, int64_t *ret_ms)
{
	char whole[PERIOD_DATETIME_BYTES], day[PERIOD_DATE_BYTES];
	if (!text.ptr)
		text = str_of(period_date_print(period_day(now_ms), day));
	if (text.len != DAY_DIGITS)
		return period_datetime_parse(text, ret_ms) == 0;
	(void)snprintf(whole, sizeof whole, "%.8s%s", text.ptr, time_of_day);
	return period_datetime_parse(str_of(whole), ret_ms) == 0;
}

static bool search_read(const struct history_request *request, struct wire_search *ret_search)
{
	struct wire_search search = {.limit = WIRE_PAGE_LIMIT_DEFAULT};
	if (!time_read(request->from, "000000", request->now_ms, &search.from_ms) ||
	    !time_read(request->to, "235959", request->now_ms, &search.to_ms) ||
	    search.from_ms > search.to_ms)
		return false;
	*ret_search = search;
	return true;
}

static int json_put(FILE *out, const struct wire_result *result)
{
	AUTO(arena_clear) struct arena arena;
	struct str text;
	arena_init(&arena, JSON_BYTES_MAX);
	int r = wire_result_encode(&arena, result, &text);
	if (r)
		return PASS(r);
	fprintf(out, "%.*s\n", STR_ARG(text));
	return 0;
}

static int whole_put(FILE *out, const struct wire_result *result)
{
	const struct wire_confirmation confirmation = {
		.id = result->id,
		.confirmed_ms = result->confirmed_ms,
		.reference_number = result->reference_number,
		.result = result->result,
		.tree = result->tree,
	};
	int r = screen_result(out, &confirmation);
	return r ? PASS(r) : 0;
}

static int result_show(struct showing *showing, const struct wire_result *result)
{
	const struct history_request *request = showing->request;
	bool one = request->result_id.ptr != NULL;
	if (one && !str_equal(request->result_id, result->id))
		return 0;
	int r = request->json ? json_put(showing->out, result)
		: one	      ? whole_put(showing->out, result)
			      : screen_entry(showing->out, result);
	if (r)
		return PASS(r);
	showing->shown++;
	return 0;
}

/* *ret_cursor: absent behind the last page; in answer. */
static int page_show(struct client *client, const struct wire_search *search,
		     struct client_answer *answer, struct showing *showing, struct str *ret_cursor)
{
	struct wire_page page;
	int r = client_history(client, search, answer, &page);
	if (r)
		return r < 0 ? PASS(r) : r;
	for (size_t i = 0; i < page.results_count; i++) {
		r = result_show(showing, &page.results[i]);
		if (r)
			return PASS(r);
	}
	*ret_cursor = page.next_cursor;
	return 0;
}

static int end_show(struct client *client, const struct showing *showing)
{
	if (showing->shown)
		return 0;
	if (showing->request->result_id.ptr)
		return client_refuse(client, PROBLEM_RESULT_UNKNOWN);
	if (!showing->request->json)
		fputs("この期間の確認はありません。期間は --from と --to で変えられます。\n",
		      showing->out);
	return 0;
}

int history_show(FILE *out, struct client *client, const struct history_request *request)
{
	AUTO(client_answer_clear) struct client_answer answer = {0};
	struct showing showing = {.out = out, .request = request};
	struct wire_search search;
	char cursor[WIRE_CURSOR_MAX + 1];
	if (!search_read(request, &search))
		return client_refuse(client, PROBLEM_USAGE);
	client_answer_init(&answer);
	do {
		struct str next;
		int r = page_show(client, &search, &answer, &showing, &next);
		if (r)
			return r < 0 ? PASS(r) : r;
		if (next.ptr && str_to_c(next, cursor, sizeof cursor))
			return client_refuse(client, PROBLEM_REPLY_MALFORMED);
		search.cursor = next.ptr ? str_of(cursor) : next;
	} while (search.cursor.ptr);
	return end_show(client, &showing);
}
