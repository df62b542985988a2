/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/faces/charts.h"

#include "workstation/desk/decide.h"
#include "workstation/desk/edit.h"
#include "workstation/faces/chart_put.h"
#include "workstation/store/search.h"
#include "workstation/store/store.h"

enum {
	SEARCH_CHARS_MAX = 60,
	SEARCH_LINES_MAX = 500, /* more than anybody reads */
	NAME_CHARS_MAX = 100,
	ADDRESS_CHARS_MAX = 200,
	NOTES_CHARS_MAX = 2000,
	SHORT_CHARS_MAX = 40,
	DAY_MAX = 99991231,
	RESULT_CHARS_MAX = 64,
};

#define FIELDS(table) (table), sizeof(table) / sizeof *(table)

static struct actor actor_of(const struct face_call *call)
{
	return (struct actor){.staff = call->staff, .now_ms = call->now_ms};
}

/* What somebody did is seen in every window. */
static void tell(struct face_call *call)
{
	faces_event(call->station, call->facility, "charts");
	faces_event(call->station, call->facility, "results");
}

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

int face_charts(struct face_call *call)
{
	struct listing listing = {.out = call->out};
	struct search search = {0};
	int r = face_read(call, FIELDS(search_fields), &search);
	if (r)
		return r < 0 ? PASS(r) : r;
	search.text = str_trim(search.text);
	const struct search_ask ask = {
		.text = search.text.len ? search.text : (struct str){0},
		.birth = search.birth,
		.with_away = search.away,
		.limit = SEARCH_LINES_MAX + 1,
	};
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
	int r = face_read(call, FIELDS(look_fields), &look);
	if (!r)
		r = chart_put(call, look.number, look.result);
	return r < 0 ? PASS(r) : r;
}

static const struct json_field save_fields[] = {
	JSON_FIELD(struct edit, chart.number, "number", JSON_NUMBER, JSON_REQUIRED, 0, INT64_MAX),
	JSON_FIELD(struct edit, chart.version, "version", JSON_NUMBER, JSON_REQUIRED, 0, INT64_MAX),
#define TEXT(member, max) \
	JSON_FIELD(struct edit, chart.member, #member, JSON_TEXT, JSON_OPTIONAL, 0, max)
	TEXT(name, NAME_CHARS_MAX),
	TEXT(kana, NAME_CHARS_MAX),
	TEXT(birth, 8),
	TEXT(sex, 1),
	TEXT(post, SHORT_CHARS_MAX),
	TEXT(address, ADDRESS_CHARS_MAX),
	TEXT(telephone, SHORT_CHARS_MAX),
	TEXT(ratio, 3),
#undef TEXT
};

/* What does not fit the struct by itself. */
struct save_more {
	struct str notes;
	int64_t first_visit;
	struct json *expenses;
};

static const struct json_field more_fields[] = {
	JSON_FIELD(struct save_more, notes, "notes", JSON_TEXT, JSON_OPTIONAL, 0, NOTES_CHARS_MAX),
	JSON_FIELD(struct save_more, first_visit, "first_visit", JSON_NUMBER, JSON_OPTIONAL, 0,
		   DAY_MAX),
	JSON_FIELD(struct save_more, expenses, "expenses", JSON_ARRAY, JSON_OPTIONAL, 0,
		   PUBLIC_EXPENSE_PLACES),
};

struct expense_in {
	struct str payer, recipient;
	int64_t from, to;
};

static const struct json_field expense_fields[] = {
	JSON_FIELD(struct expense_in, payer, "payer", JSON_TEXT, JSON_OPTIONAL, 0, SHORT_CHARS_MAX),
	JSON_FIELD(struct expense_in, recipient, "recipient", JSON_TEXT, JSON_OPTIONAL, 0,
		   SHORT_CHARS_MAX),
	JSON_FIELD(struct expense_in, from, "from", JSON_NUMBER, JSON_OPTIONAL, 0, DAY_MAX),
	JSON_FIELD(struct expense_in, to, "to", JSON_NUMBER, JSON_OPTIONAL, 0, DAY_MAX),
};

static int expenses_read(struct face_call *call, const struct json *list, struct edit *edit)
{
	const struct json *in = call->in;
	int r = 0;
	for (size_t i = 0; !r && i < json_count(list); i++) {
		struct expense_in typed = {0};
		call->in = json_at(list, i);
		r = face_read(call, FIELDS(expense_fields), &typed);
		edit->expenses[i] = (struct expense){.payer_number = typed.payer,
						     .recipient_number = typed.recipient,
						     .valid_from = (int)typed.from,
						     .valid_to = (int)typed.to};
	}
	call->in = in;
	return r < 0 ? PASS(r) : r;
}

/* Two objects, each filled by a table of its own. */
struct save_in {
	struct json *chart, *more;
};

static const struct json_field save_in_fields[] = {
	JSON_FIELD(struct save_in, chart, "chart", JSON_OBJECT, JSON_REQUIRED, 0, 0),
	JSON_FIELD(struct save_in, more, "more", JSON_OBJECT, JSON_REQUIRED, 0, 0),
};

static int save_read(struct face_call *call, struct edit *edit)
{
	struct save_more more = {0};
	struct save_in in = {0};
	int r = face_read(call, FIELDS(save_in_fields), &in);
	if (r)
		return r < 0 ? PASS(r) : r;
	call->in = in.chart;
	r = face_read(call, FIELDS(save_fields), edit);
	call->in = in.more;
	int second = r < 0 ? r : face_read(call, FIELDS(more_fields), &more);
	if (second)
		return second < 0 ? PASS(second) : second;
	edit->chart.notes = more.notes;
	edit->chart.first_visit = (int)more.first_visit;
	return r ? r : expenses_read(call, more.expenses, edit);
}

static void doubts_put(struct json_writer *out, const struct edit_notes *doubts)
{
	json_key(out, "doubts");
	json_array_open(out);
	for (size_t i = 0; i < doubts->count; i++) {
		json_object_open(out);
		json_put_member(out, "field", str_of(doubts->items[i].field));
		json_put_member(out, "text", str_of(doubts->items[i].text));
		json_object_close(out);
	}
	json_array_close(out);
}

static int edit_answer(struct face_call *call, int r, const struct edit_notes *wrong)
{
	switch ((enum edit_outcome)r) {
	case EDIT_CHART_UNKNOWN: return FACE_CHART_GONE;
	case EDIT_MOVED: return FACE_CHART_MOVED;
	case EDIT_NOTHING_WAITS: return FACE_DESK_ALREADY;
	case EDIT_FIELDS: break;
	}
	for (size_t i = 0; i < wrong->count; i++)
		face_field_add(&call->fields, str_of(wrong->items[i].field),
			       str_of(wrong->items[i].text));
	return FACE_DESK_FIELDS;
}

int face_chart_save(struct face_call *call)
{
	const struct actor actor = actor_of(call);
	struct edit_notes wrong = {0}, doubts = {0};
	struct edit edit = {0};
	int64_t number;
	int r = save_read(call, &edit);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = edit_run(call->db, &actor, &edit, &number, &wrong, &doubts);
	if (r)
		return r < 0 ? PASS(r) : edit_answer(call, r, &wrong);
	json_put_member_number(call->out, "number", number);
	doubts_put(call->out, &doubts);
	tell(call);
	return 0;
}

/* --- words --- */

struct alias_in {
	int64_t number;
	struct str kind, text;
	bool known;
};

static const struct json_field alias_fields[] = {
	JSON_FIELD(struct alias_in, number, "number", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
	JSON_FIELD(struct alias_in, kind, "kind", JSON_TEXT, JSON_REQUIRED, 4, 4),
	JSON_FIELD(struct alias_in, text, "text", JSON_TEXT, JSON_REQUIRED, 1, NAME_CHARS_MAX),
	JSON_FIELD(struct alias_in, known, "known", JSON_BOOL, JSON_REQUIRED, 0, 0),
};

static const struct edit_notes none = {0};

int face_chart_alias(struct face_call *call)
{
	const struct actor actor = actor_of(call);
	struct alias_in in = {0};
	int r = face_read(call, FIELDS(alias_fields), &in);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct candidate_alias alias = {str_equal(in.kind, STR("kana")), in.text};
	r = edit_alias(call->db, &actor, in.number, &alias, in.known);
	if (r)
		return r < 0 ? PASS(r) : edit_answer(call, r, &none);
	tell(call);
	return 0;
}

struct word_in {
	int64_t number;
	struct str field, choice;
	bool take;
};

static const struct json_field word_fields[] = {
	JSON_FIELD(struct word_in, number, "number", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
	JSON_FIELD(struct word_in, field, "field", JSON_TEXT, JSON_REQUIRED, 1, SHORT_CHARS_MAX),
	JSON_FIELD(struct word_in, take, "take", JSON_BOOL, JSON_REQUIRED, 0, 0),
	JSON_FIELD(struct word_in, choice, "always", JSON_TEXT, JSON_OPTIONAL, 0, 4),
};

static const struct json_field policy_fields[] = {
	JSON_FIELD(struct word_in, number, "number", JSON_NUMBER, JSON_REQUIRED, 0, INT64_MAX),
	JSON_FIELD(struct word_in, field, "field", JSON_TEXT, JSON_REQUIRED, 1, SHORT_CHARS_MAX),
	JSON_FIELD(struct word_in, choice, "choice", JSON_TEXT, JSON_OPTIONAL, 0, 4),
};

static int word_read(struct face_call *call, const struct json_field *fields, size_t count,
		     struct edit_word *ret_word)
{
	struct word_in in = {0};
	int r = face_read(call, fields, count, &in);
	if (r)
		return r < 0 ? PASS(r) : r;
	enum chart_field field = chart_field_of_name(in.field);
	if (field == CHART_FIELDS)
		return face_refuse(call, STR("field"), FACE_REASON_UNKNOWN);
	*ret_word = (struct edit_word){in.number, field, in.take, policy_of_name(in.choice)};
	return 0;
}

int face_chart_word(struct face_call *call)
{
	const struct actor actor = actor_of(call);
	struct edit_word word = {0};
	int r = word_read(call, FIELDS(word_fields), &word);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = edit_settle(call->db, &actor, &word);
	if (r)
		return r < 0 ? PASS(r) : edit_answer(call, r, &none);
	tell(call);
	return 0;
}

int face_chart_policy(struct face_call *call)
{
	const struct actor actor = actor_of(call);
	struct edit_word word = {0};
	int r = word_read(call, FIELDS(policy_fields), &word);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = edit_policy(call->db, &actor, word.chart, word.field, word.always);
	if (r)
		return r < 0 ? PASS(r) : edit_answer(call, r, &none);
	tell(call);
	return 0;
}

/* --- undo, merge, put away --- */

struct act {
	int64_t number, other;
	bool away;
};

static const struct json_field undo_fields[] = {
	JSON_FIELD(struct act, number, "change", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
};
static const struct json_field merge_fields[] = {
	JSON_FIELD(struct act, number, "from", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
	JSON_FIELD(struct act, other, "into", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
};
static const struct json_field away_fields[] = {
	JSON_FIELD(struct act, number, "number", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
	JSON_FIELD(struct act, away, "away", JSON_BOOL, JSON_REQUIRED, 0, 0),
};

int face_chart_undo(struct face_call *call)
{
	const struct actor actor = actor_of(call);
	struct act act = {0};
	int r = face_read(call, FIELDS(undo_fields), &act);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = decide_undo(call->db, &actor, act.number);
	if (r > 0)
		return r == JOURNAL_LATER ? FACE_CHANGE_LATER : FACE_CHANGE_DONE;
	if (r)
		return PASS(r);
	tell(call);
	return 0;
}

static int decided(struct face_call *call, int r)
{
	if (r < 0)
		return PASS(r);
	if (r)
		return r == DECIDE_ALREADY ? FACE_DESK_ALREADY : FACE_CHART_GONE;
	tell(call);
	return 0;
}

int face_chart_merge(struct face_call *call)
{
	const struct actor actor = actor_of(call);
	struct act act = {0};
	int r = face_read(call, FIELDS(merge_fields), &act);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = decided(call, decide_merge(call->db, &actor, act.number, act.other));
	return r < 0 ? PASS(r) : r;
}

int face_chart_away(struct face_call *call)
{
	const struct actor actor = actor_of(call);
	struct act act = {0};
	int r = face_read(call, FIELDS(away_fields), &act);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = decided(call, decide_away(call->db, &actor, act.number, act.away));
	return r < 0 ? PASS(r) : r;
}
