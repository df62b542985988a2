/* SPDX-License-Identifier: Apache-2.0 */
/* 個人画面: somebody's word on spellings and on what results tell differently. */
#include "workstation/faces/charts.h"

#include "workstation/desk/edit.h"
#include "workstation/faces/chart_call.h"

enum {
	NAME_CHARS_MAX = 100,
	FIELD_CHARS_MAX = 40,
};

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
	const struct actor actor = chart_actor(call, (struct str){0});
	struct alias_in in = {0};
	int r = face_read(call, FACE_FIELDS(alias_fields), &in);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct candidate_alias alias = {str_equal(in.kind, STR("kana")), in.text};
	r = edit_alias(call->db, &actor, in.number, &alias, in.known);
	if (r)
		return r < 0 ? PASS(r) : chart_edit_answer(call, r, &none);
	chart_tell(call);
	return 0;
}

struct word_in {
	int64_t number;
	struct str field, choice;
	bool take;
};

static const struct json_field word_fields[] = {
	JSON_FIELD(struct word_in, number, "number", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
	JSON_FIELD(struct word_in, field, "field", JSON_TEXT, JSON_REQUIRED, 1, FIELD_CHARS_MAX),
	JSON_FIELD(struct word_in, take, "take", JSON_BOOL, JSON_REQUIRED, 0, 0),
	JSON_FIELD(struct word_in, choice, "always", JSON_TEXT, JSON_OPTIONAL, 0, 4),
};

static const struct json_field policy_fields[] = {
	JSON_FIELD(struct word_in, number, "number", JSON_NUMBER, JSON_REQUIRED, 0, INT64_MAX),
	JSON_FIELD(struct word_in, field, "field", JSON_TEXT, JSON_REQUIRED, 1, FIELD_CHARS_MAX),
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
	const struct actor actor = chart_actor(call, (struct str){0});
	struct edit_word word = {0};
	int r = word_read(call, FACE_FIELDS(word_fields), &word);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = edit_settle(call->db, &actor, &word);
	if (r)
		return r < 0 ? PASS(r) : chart_edit_answer(call, r, &none);
	chart_tell(call);
	return 0;
}

int face_chart_policy(struct face_call *call)
{
	const struct actor actor = chart_actor(call, (struct str){0});
	struct edit_word word = {0};
	int r = word_read(call, FACE_FIELDS(policy_fields), &word);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = edit_policy(call->db, &actor, word.chart, word.field, word.always);
	if (r)
		return r < 0 ? PASS(r) : chart_edit_answer(call, r, &none);
	chart_tell(call);
	return 0;
}
