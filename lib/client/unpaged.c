/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Under a profile without paging the service answers a whole period or says that it holds too much.
 * Halves of it serve as pages then; our cursor is the second at which the next part begins.
 */
#include <inttypes.h>

#include "lib/base/number.h"
#include "lib/base/period.h"
#include "lib/client/inside.h"

enum { SECOND_MS = 1000, DAY_MS = 24 * 60 * 60 * SECOND_MS };

/* Outcome: PROBLEM_CURSOR_REFUSED. */
static int part_begin(const struct wire_search *search, int64_t *ret_from_ms)
{
	*ret_from_ms = search->from_ms;
	if (!search->cursor.ptr)
		return 0;
	int r = number_parse(search->cursor, search->from_ms, search->to_ms, ret_from_ms);
	return r ? PROBLEM_CURSOR_REFUSED : 0;
}

/* Halving years that can hold nothing would take many calls; a day for clocks that differ. */
static void part_narrow(const struct client *client, struct wire_search *part)
{
	int64_t now_ms = clock_now_ms(client->options.clock);
	int64_t opens_ms = period_opens_ms(now_ms) - DAY_MS, soon_ms = now_ms + DAY_MS;
	if (part->to_ms < opens_ms || part->from_ms > soon_ms)
		return;
	if (part->from_ms < opens_ms)
		part->from_ms = opens_ms;
	if (part->to_ms > soon_ms)
		part->to_ms = soon_ms;
}

static int part_ask(struct client *client, struct wire_search *part, struct client_answer *answer,
		    struct wire_page *ret_page)
{
	for (;;) {
		int r = page_ask(client, part, answer, ret_page);
		if (r != PROBLEM_RESULTS_TOO_MANY || part->to_ms == part->from_ms)
			return r < 0 ? PASS(r) : r;
		int64_t seconds = (part->to_ms - part->from_ms) / SECOND_MS;
		part->to_ms = part->from_ms + seconds / 2 * SECOND_MS;
	}
}

int page_by_period(struct client *client, const struct wire_search *search,
		   struct client_answer *answer, struct wire_page *ret_page)
{
	struct wire_search part = *search;
	part.cursor = (struct str){0};
	part.limit = 0;
	int r = part_begin(search, &part.from_ms);
	if (r)
		return trouble_local(client, PROBLEM_CURSOR_REFUSED);
	part_narrow(client, &part);
	int64_t end_ms = part.to_ms;
	r = part_ask(client, &part, answer, ret_page);
	if (r || part.to_ms == end_ms)
		return r < 0 ? PASS(r) : r;
	r = arena_print(&answer->arena, &ret_page->next_cursor, "%" PRId64, part.to_ms + SECOND_MS);
	return r ? PASS(r) : 0;
}
