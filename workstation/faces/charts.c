/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/faces/charts.h"

#include "workstation/faces/chart_put.h"
#include "workstation/store/search.h"
#include "workstation/store/store.h"

enum {
	SEARCH_CHARS_MAX = 60,
	SEARCH_LINES_MAX = 500, /* more than anybody reads */
	RESULT_CHARS_MAX = 64,
};

/* --- 患者 --- */

struct search {
	struct str text, birth;
	bool away;
};

static const struct json_field search_fields[] = {
	JSON_FIELD(struct search, text, "text", JSON_TEXT, JSON_OPTIONAL, 0, SEARCH_CHARS_MAX),
	JSON_FIELD(struct search, birth, "birth", JSON_TEXT, JSON_OPTIONAL, 8, 8),
	JSON_FIELD(struct search, away, "away", JSON_BOOL, JSON_OPTIONAL, 0, 0),
};

struct listing {
	struct json_writer *out;
	int64_t count;
};

static int line_put(void *ctx, const struct search_line *line)
{
	struct listing *listing = ctx;
	struct json_writer *out = listing->out;
	if (listing->count++ >= SEARCH_LINES_MAX)
		return 0;
	json_object_open(out);
	json_put_member_number(out, "number", line->number);
	json_put_member(out, "reference", line->reference);
	json_put_member(out, "name", line->name);
	json_put_member(out, "kana", line->kana);
	json_put_member(out, "birth", line->birth);
	json_put_member(out, "sex", facts_word(RECORD_TABLE_SEX, line->sex));
	json_put_member(out, "confirmed_at", line->confirmed_at);
	json_put_member(out, "insurer_name", line->insurer_name);
	json_put_member(out, "symbol", line->symbol);
	json_put_member(out, "member", line->member);
	json_put_member(out, "branch", line->branch);
	json_key(out, "away");
	json_put_bool(out, line->state == CHART_AWAY);
	json_object_close(out);
	return 0;
}

int charts_search_read(struct face_call *call, struct search_ask *ret_ask)
{
	struct search search = {0};
	int r = face_read(call, FACE_FIELDS(search_fields), &search);
	if (r)
		return r < 0 ? PASS(r) : r;
	search.text = str_trim(search.text);
	*ret_ask = (struct search_ask){
		.text = search.text.len ? search.text : (struct str){0},
		.birth = search.birth,
		.with_away = search.away,
	};
	return 0;
}

int face_charts(struct face_call *call)
{
	struct listing listing = {.out = call->out};
	struct search_ask ask;
	int r = charts_search_read(call, &ask);
	if (r)
		return r < 0 ? PASS(r) : r;
	ask.limit = SEARCH_LINES_MAX + 1;
	json_key(call->out, "charts");
	json_array_open(call->out);
	r = store_search(call->db, call->arena, &ask, line_put, &listing);
	json_array_close(call->out);
	json_key(call->out, "more");
	json_put_bool(call->out, listing.count > SEARCH_LINES_MAX);
	return r < 0 ? PASS(r) : r;
}

/* --- 個人画面 --- */

struct look {
	int64_t number;
	struct str result;
};

static const struct json_field look_fields[] = {
	JSON_FIELD(struct look, number, "number", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
	JSON_FIELD(struct look, result, "result", JSON_TEXT, JSON_OPTIONAL, 1, RESULT_CHARS_MAX),
};

int face_chart(struct face_call *call)
{
	struct look look = {0};
	int r = face_read(call, FACE_FIELDS(look_fields), &look);
	if (!r)
		r = chart_put(call, look.number, look.result);
	return r < 0 ? PASS(r) : r;
}
