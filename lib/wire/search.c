/* SPDX-License-Identifier: Apache-2.0 */
/* The query of count, download and history (seed table 1.4.2 no. 4: the search conditions). */
#include "lib/base/number.h"
#include "lib/base/period.h"
#include "lib/record/record.h"
#include "lib/wire/inside.h"
#include "lib/wire/query.h"

static const char *const filters[] = {
	[WIRE_REFERENCE_ANY] = "any",
	[WIRE_REFERENCE_WITH] = "with",
	[WIRE_REFERENCE_WITHOUT] = "without",
};

static int number_add(struct arena *arena, const char *name, int64_t number, struct str *query)
{
	struct str before = *query;
	if (!number)
		return 0;
	return arena_print(arena, query, "%.*s&%s=%lld", STR_ARG(before), name, (long long)number);
}

static int text_add(struct arena *arena, const char *name, struct str text, struct str *query)
{
	struct str before = *query, encoded;
	if (!text.ptr)
		return 0;
	int r = wire_percent_encode(arena, text, &encoded);
	if (r == 0)
		r = arena_print(arena, query, "%.*s&%s=%.*s", STR_ARG(before), name,
				STR_ARG(encoded));
	return r ? PASS(r) : 0;
}

int wire_count_query_encode(struct arena *arena, const struct wire_search *search,
			    struct str *ret_query)
{
	char from[PERIOD_DATETIME_BYTES], to[PERIOD_DATETIME_BYTES];
	struct str filter = {0}, query;
	if (search->reference != WIRE_REFERENCE_ANY)
		filter = str_of(filters[search->reference]);
	int r = arena_print(arena, &query, "from=%s&to=%s",
			    period_datetime_print(search->from_ms, from),
			    period_datetime_print(search->to_ms, to));
	if (r == 0)
		r = text_add(arena, "reference", filter, &query);
	if (r == 0)
		r = number_add(arena, "validity", search->validity, &query);
	if (r == 0)
		r = text_add(arena, "card_class", search->card_class, &query);
	if (r == 0)
		r = number_add(arena, "wait", search->wait_s, &query);
	if (r)
		return PASS(r);
	*ret_query = query;
	return 0;
}

int wire_download_query_encode(struct arena *arena, const struct wire_search *search,
			       struct str *ret_query)
{
	struct str query;
	int r = wire_count_query_encode(arena, search, &query);
	if (r == 0)
		r = number_add(arena, "limit", search->limit, &query);
	if (r == 0)
		r = text_add(arena, "cursor", search->cursor, &query);
	if (r)
		return PASS(r);
	*ret_query = query;
	return 0;
}

/* What is being read, and where complaints go. */
struct reader {
	struct arena *arena;
	struct str query;
	struct wire_complaints *complaints;
	bool query_invalid;
	bool period_malformed;
};

static void refuse(struct reader *reader, const char *name, enum wire_reason reason)
{
	wire_complain(reader->complaints, str_of(name), reason);
	reader->query_invalid = true;
}

/* The value of a parameter, absent when it is not there or was complained of. */
static int value_get(struct reader *reader, const char *name, struct str *ret_value)
{
	int r = wire_query_get(reader->query, str_of(name), reader->arena, ret_value);
	if (r < 0)
		return PASS(r);
	if (r == 0)
		return 0;
	*ret_value = (struct str){0};
	switch ((enum wire_query_outcome)r) {
	case WIRE_QUERY_ABSENT: break;
	case WIRE_QUERY_MALFORMED: refuse(reader, name, WIRE_REASON_FORMAT); break;
	case WIRE_QUERY_REPEATED: refuse(reader, name, WIRE_REASON_REPEATED); break;
	}
	return 0;
}

static int time_get(struct reader *reader, const char *name, int64_t *ret_ms)
{
	struct str text;
	int r = value_get(reader, name, &text);
	if (r)
		return PASS(r);
	if (text.ptr && period_datetime_parse(text, ret_ms) == 0)
		return 0;
	wire_complain(reader->complaints, str_of(name),
		      text.ptr ? WIRE_REASON_FORMAT : WIRE_REASON_MISSING);
	reader->period_malformed = true;
	return 0;
}

static int filter_get(struct reader *reader, struct wire_search *search)
{
	struct str text;
	int r = value_get(reader, "reference", &text);
	if (r)
		return PASS(r);
	if (!text.ptr)
		return 0;
	for (size_t i = 0; i < COUNT_OF(filters); i++) {
		if (str_equal(text, str_of(filters[i]))) {
			search->reference = (enum wire_reference_filter)i;
			return 0;
		}
	}
	refuse(reader, "reference", WIRE_REASON_VALUE);
	return 0;
}

static int period_get(struct reader *reader, struct wire_search *search)
{
	int r = time_get(reader, "from", &search->from_ms);
	if (r == 0)
		r = time_get(reader, "to", &search->to_ms);
	if (r)
		return PASS(r);
	if (!reader->period_malformed && search->from_ms > search->to_ms) {
		wire_complain(reader->complaints, STR("from"), WIRE_REASON_VALUE);
		reader->period_malformed = true;
	}
	return 0;
}

static int number_get(struct reader *reader, const char *name, int64_t min, int64_t max,
		      int64_t *ret_number)
{
	struct str text;
	int r = value_get(reader, name, &text);
	if (r)
		return PASS(r);
	if (text.ptr && number_parse(text, min, max, ret_number))
		refuse(reader, name, WIRE_REASON_VALUE);
	return 0;
}

static int page_get(struct reader *reader, struct wire_search *search)
{
	int r = number_get(reader, "limit", WIRE_PAGE_LIMIT_MIN, WIRE_PAGE_LIMIT_MAX,
			   &search->limit);
	if (r == 0)
		r = value_get(reader, "cursor", &search->cursor);
	if (r)
		return PASS(r);
	if (search->cursor.ptr &&
	    (search->cursor.len < WIRE_CURSOR_MIN || search->cursor.len > WIRE_CURSOR_MAX))
		refuse(reader, "cursor", WIRE_REASON_FORMAT);
	return 0;
}

static int conditions_get(struct reader *reader, struct wire_search *search)
{
	int r = filter_get(reader, search);
	if (r == 0)
		r = number_get(reader, "validity", WIRE_VALIDITY_MIN, WIRE_VALIDITY_MAX,
			       &search->validity);
	if (r == 0)
		r = number_get(reader, "wait", WIRE_WAIT_MIN, WIRE_WAIT_MAX, &search->wait_s);
	if (r == 0)
		r = value_get(reader, "card_class", &search->card_class);
	if (r)
		return PASS(r);
	if (search->card_class.ptr && !record_card_class(search->card_class))
		refuse(reader, "card_class", WIRE_REASON_VALUE);
	return 0;
}

enum query_kind {
	QUERY_COUNT,
	QUERY_DOWNLOAD,
	QUERY_HISTORY,
};

static struct str unknown_find(const struct reader *reader, enum query_kind kind)
{
	static const struct str search[] = {
		{"from", 4},	    {"to", 2},	 {"reference", 9}, {"validity", 8},
		{"card_class", 10}, {"wait", 4}, {"limit", 5},	   {"cursor", 6},
	};
	static const struct str history[] = {{"from", 4}, {"to", 2}, {"limit", 5}, {"cursor", 6}};
	if (kind == QUERY_HISTORY)
		return wire_query_unknown(reader->query, history, COUNT_OF(history));
	return wire_query_unknown(reader->query, search, kind == QUERY_DOWNLOAD ? 8 : 6);
}

static int query_decode(struct reader *reader, enum query_kind kind, struct wire_search *ret_search)
{
	struct wire_search search = {.reference = WIRE_REFERENCE_ANY};
	struct str unknown = unknown_find(reader, kind);
	if (unknown.ptr) {
		wire_complain(reader->complaints, unknown, WIRE_REASON_UNKNOWN);
		reader->query_invalid = true;
	}
	int r = kind == QUERY_HISTORY ? 0 : conditions_get(reader, &search);
	if (r == 0 && kind != QUERY_COUNT)
		r = page_get(reader, &search);
	if (r == 0)
		r = period_get(reader, &search);
	if (r)
		return PASS(r);
	if (reader->query_invalid)
		return PROBLEM_QUERY_INVALID;
	if (reader->period_malformed)
		return PROBLEM_PERIOD_MALFORMED;
	*ret_search = search;
	return 0;
}

int wire_count_query_decode(struct arena *arena, struct str query,
			    struct wire_complaints *complaints, struct wire_search *ret_search)
{
	struct reader reader = {.arena = arena, .query = query, .complaints = complaints};
	return query_decode(&reader, QUERY_COUNT, ret_search);
}

int wire_download_query_decode(struct arena *arena, struct str query,
			       struct wire_complaints *complaints, struct wire_search *ret_search)
{
	struct reader reader = {.arena = arena, .query = query, .complaints = complaints};
	return query_decode(&reader, QUERY_DOWNLOAD, ret_search);
}

int wire_history_query_decode(struct arena *arena, struct str query,
			      struct wire_complaints *complaints, struct wire_search *ret_search)
{
	struct reader reader = {.arena = arena, .query = query, .complaints = complaints};
	return query_decode(&reader, QUERY_HISTORY, ret_search);
}

int wire_history_query_encode(struct arena *arena, const struct wire_search *search,
			      struct str *ret_query)
{
	const struct wire_search own = {
		.from_ms = search->from_ms,
		.to_ms = search->to_ms,
		.limit = search->limit,
		.cursor = search->cursor,
	};
	int r = wire_download_query_encode(arena, &own, ret_query);
	return r ? PASS(r) : 0;
}
