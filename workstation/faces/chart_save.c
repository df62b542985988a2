/* SPDX-License-Identifier: Apache-2.0 */
/* 個人画面: what somebody types into a chart. */
#include "workstation/faces/charts.h"

#include "workstation/desk/insure.h"
#include "workstation/faces/chart_call.h"

enum {
	NAME_CHARS_MAX = 100,
	ADDRESS_CHARS_MAX = 200,
	NOTES_CHARS_MAX = 2000,
	SHORT_CHARS_MAX = 40,
	DAY_MAX = 99991231,
};

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
	struct str notes, why;
	int64_t first_visit;
	struct json *expenses;
};

static const struct json_field more_fields[] = {
	JSON_FIELD(struct save_more, notes, "notes", JSON_LINES, JSON_OPTIONAL, 0, NOTES_CHARS_MAX),
	JSON_FIELD(struct save_more, why, "why", JSON_TEXT, JSON_OPTIONAL, 0, CHART_WHY_CHARS_MAX),
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
		r = face_read(call, FACE_FIELDS(expense_fields), &typed);
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

static int save_read(struct face_call *call, struct edit *edit, struct str *ret_why)
{
	struct save_more more = {0};
	struct save_in in = {0};
	int r = face_read(call, FACE_FIELDS(save_in_fields), &in);
	if (r)
		return r < 0 ? PASS(r) : r;
	call->in = in.chart;
	r = face_read(call, FACE_FIELDS(save_fields), edit);
	call->in = in.more;
	int second = r < 0 ? r : face_read(call, FACE_FIELDS(more_fields), &more);
	if (second)
		return second < 0 ? PASS(second) : second;
	*ret_why = more.why;
	edit->chart.notes = more.notes;
	edit->chart.first_visit = (int)more.first_visit;
	return r ? r : expenses_read(call, more.expenses, edit);
}

int face_chart_save(struct face_call *call)
{
	struct edit_notes wrong = {0}, doubts = {0};
	struct edit edit = {0};
	struct str why = {0};
	int64_t number;
	int r = save_read(call, &edit, &why);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct actor actor = chart_actor(call, why);
	r = edit_run(call->db, &actor, &edit, &number, &wrong, &doubts);
	if (r)
		return r < 0 ? PASS(r) : chart_edit_answer(call, r, &wrong);
	json_put_member_number(call->out, "number", number);
	chart_doubts_put(call->out, &doubts);
	chart_tell(call);
	return 0;
}

/* --- 保険 --- */

struct insure_in {
	struct str insurer_number, insurer_name, symbol, number, branch, relation, card_class,
		ratio, why;
	int64_t chart, version, order, begins, closed_on;
};

static const struct json_field insure_fields[] = {
#define NUMBER(member, max) \
	JSON_FIELD(struct insure_in, member, #member, JSON_NUMBER, JSON_REQUIRED, 0, max)
	NUMBER(chart, INT64_MAX),
	NUMBER(version, INT64_MAX),
	NUMBER(order, INT64_MAX),
	NUMBER(begins, DAY_MAX),
	NUMBER(closed_on, DAY_MAX),
#undef NUMBER
#define TEXT(member, max) \
	JSON_FIELD(struct insure_in, member, #member, JSON_TEXT, JSON_OPTIONAL, 0, max)
	TEXT(insurer_number, SHORT_CHARS_MAX),
	TEXT(insurer_name, NAME_CHARS_MAX),
	TEXT(symbol, SHORT_CHARS_MAX),
	TEXT(number, SHORT_CHARS_MAX),
	TEXT(branch, SHORT_CHARS_MAX),
	TEXT(relation, 1),
	TEXT(card_class, 2),
	TEXT(ratio, 3),
	TEXT(why, CHART_WHY_CHARS_MAX),
#undef TEXT
};

static struct insure insure_of(const struct insure_in *in)
{
	return (struct insure){
		.chart = in->chart,
		.version = in->version,
		.insurance = {.order = in->order,
			      .insurer_number = in->insurer_number,
			      .insurer_name = in->insurer_name,
			      .symbol = in->symbol,
			      .number = in->number,
			      .branch = in->branch,
			      .relation = in->relation,
			      .card_class = in->card_class,
			      .ratio = in->ratio,
			      .begins = (int)in->begins,
			      .closed_on = (int)in->closed_on},
	};
}

int face_chart_insure(struct face_call *call)
{
	struct edit_notes wrong = {0}, doubts = {0};
	struct insure_in in = {0};
	int r = face_read(call, FACE_FIELDS(insure_fields), &in);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct actor actor = chart_actor(call, in.why);
	const struct insure insure = insure_of(&in);
	r = insure_run(call->db, &actor, &insure, &wrong, &doubts);
	if (r)
		return r < 0 ? PASS(r) : chart_edit_answer(call, r, &wrong);
	chart_doubts_put(call->out, &doubts);
	chart_tell(call);
	return 0;
}
