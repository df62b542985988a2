/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for something new. The service lets one call stand for some seconds only; a longer wait
 * is several of them. One that comes back early with nothing - the service is being reloaded - is
 * asked again after a breath.
 */
#include "lib/client/inside.h"

enum { WAIT_ARENA_BYTES = 1024 * 1024, BREATH_MS = 200 };

struct patience {
	struct client *client;
	int64_t ends_ms;
	int64_t asked_ms; /* the last call: when, … */
	int64_t asked_s;  /* … and for how long */
};

static int64_t mono_ms(const struct client *client)
{
	return clock_mono_ms(client->options.clock);
}

static struct patience patience_of(struct client *client, int64_t wait_s)
{
	return (struct patience){.client = client, .ends_ms = mono_ms(client) + wait_s * 1000};
}

/* How long the next call may stand. */
static int64_t patience_ask(struct patience *patience)
{
	patience->asked_ms = mono_ms(patience->client);
	int64_t left_ms = patience->ends_ms - patience->asked_ms;
	int64_t seconds = left_ms > 0 ? (left_ms + 999) / 1000 : 0;
	patience->asked_s = seconds < WIRE_WAIT_MAX ? seconds : WIRE_WAIT_MAX;
	return patience->asked_s;
}

static bool patience_is_over(const struct patience *patience)
{
	return mono_ms(patience->client) >= patience->ends_ms || patience->asked_s == 0;
}

static int pause_take(struct client *client, int64_t ms)
{
	const struct client_options *options = &client->options;
	if (ms > 0)
		options->wait(options->wait_ctx, ms, &client->cancelled);
	if (atomic_load(&client->cancelled))
		return trouble_local(client, PROBLEM_CANCELLED);
	return 0;
}

/* Problem: PROBLEM_CANCELLED. */
static int breath_take(const struct patience *patience)
{
	struct client *client = patience->client;
	bool is_early = mono_ms(client) - patience->asked_ms < patience->asked_s * 1000 / 2;
	return pause_take(client, is_early ? BREATH_MS : 0);
}

int client_pause(struct client *client, int64_t ms)
{
	call_begin(client);
	return pause_take(client, ms);
}

/* --- counts --- */

static int count_take(struct str body, struct str etag, struct client_counted *counted)
{
	AUTO(wire_input_clear) struct wire_input input = {0};
	struct wire_count count;
	int r = wire_count_reply_decode(body, &input, &count);
	if (r)
		return r < 0 ? PASS(r) : r;
	*counted = (struct client_counted){.count = count, .is_known = true};
	if (etag.ptr && str_to_c(etag, counted->tag, sizeof counted->tag) != 0)
		counted->tag[0] = '\0';
	return 0;
}

static int count_ask(struct client *client, const struct wire_search *search,
		     struct client_counted *counted, bool *ret_changed)
{
	AUTO(arena_clear) struct arena arena;
	struct str body, etag = {0};
	struct call call = {
		.call = WIRE_COUNT,
		.with_token = true,
		.is_repeatable = true,
		.if_none_match = counted->tag[0] ? str_of(counted->tag) : (struct str){0},
		.ret_etag = &etag,
		.wait_s = search->wait_s,
	};
	arena_init(&arena, WAIT_ARENA_BYTES);
	int r = wire_count_query_encode(&arena, search, &call.query);
	if (!r)
		r = call_with_token(client, &call, &arena, &body);
	if (!r && body.ptr)
		r = count_take(body, etag, counted);
	if (r == PROBLEM_REPLY_MALFORMED)
		return trouble_local(client, PROBLEM_REPLY_MALFORMED);
	if (!r)
		*ret_changed = body.ptr != NULL;
	return r < 0 ? PASS(r) : r;
}

int client_count_again(struct client *client, const struct wire_search *search, int64_t wait_s,
		       struct client_counted *counted, bool *ret_changed)
{
	struct patience patience = patience_of(client, wait_s);
	struct wire_search once = *search;
	call_begin(client);
	for (;;) {
		bool changed = false;
		once.wait_s = patience_ask(&patience);
		int r = count_ask(client, &once, counted, &changed);
		if (r)
			return r < 0 ? PASS(r) : r;
		if (changed || patience_is_over(&patience)) {
			*ret_changed = changed;
			return 0;
		}
		r = breath_take(&patience);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
}

/* --- pages --- */

int client_page_new(struct client *client, const struct wire_search *search, int64_t wait_s,
		    struct client_answer *answer, struct wire_page *ret_page)
{
	struct patience patience = patience_of(client, wait_s);
	struct wire_search once = *search;
	char cursor[WIRE_CURSOR_MAX + 1];
	call_begin(client);
	for (;;) {
		struct wire_page page;
		once.wait_s = patience_ask(&patience);
		int r = page_any(client, &once, answer, &page);
		if (r)
			return r < 0 ? PASS(r) : r;
		bool is_empty = page.results_count == 0 && page.new_cursor.ptr;
		if (!is_empty || patience_is_over(&patience)) {
			*ret_page = page;
			return 0;
		}
		r = breath_take(&patience);
		if (!r)
			r = str_to_c(page.new_cursor, cursor, sizeof cursor);
		if (r)
			return r < 0 ? PASS(r) : r;
		once.cursor = str_of(cursor);
	}
}
