/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/faces/conflicts.h"

#include "workstation/desk/conflict.h"
#include "workstation/faces/chart_call.h"
#include "workstation/store/store.h"

enum { RESULT_CHARS_MAX = 64, WORD_CHARS_MAX = 8 };

/* Whose the service's number is here, unless it is the chart's own. */
static int holder_put(struct face_call *call, const struct queued *queued)
{
	struct chart holder;
	if (!queued->held.len)
		return 0;
	json_put_member(call->out, "held", queued->held);
	int r = store_chart_holder(call->db, call->arena, queued->held, &holder);
	if (r == 0 && holder.number != queued->chart)
		json_put_member_number(call->out, "holder", holder.number);
	return r < 0 ? PASS(r) : 0;
}

static int conflict_put(struct face_call *call, const struct queued *queued)
{
	struct chart chart;
	int r = store_chart_get(call->db, call->arena, queued->chart, &chart);
	if (r)
		return r < 0 ? PASS(r) : 0;
	json_object_open(call->out);
	json_put_member(call->out, "id", queued->result_id);
	json_put_member_number(call->out, "chart", queued->chart);
	json_put_member(call->out, "name", chart.name.ptr ? chart.name : chart.kana);
	json_put_member(call->out, "number", queued->number);
	json_put_member(call->out, "code", queued->problem);
	r = holder_put(call, queued);
	json_object_close(call->out);
	return r ? PASS(r) : 0;
}

int face_conflicts(struct face_call *call)
{
	struct queued *list;
	size_t count;
	int r = store_queue_list(call->db, call->arena, false, &list, &count);
	if (r)
		return PASS(r);
	json_key(call->out, "conflicts");
	json_array_open(call->out);
	for (size_t i = 0; r == 0 && i < count; i++)
		if (list[i].state != QUEUED_WAITING)
			r = conflict_put(call, &list[i]);
	json_array_close(call->out);
	return r ? PASS(r) : 0;
}

struct settle_in {
	struct str id, word;
};

static const struct json_field settle_fields[] = {
	JSON_FIELD(struct settle_in, id, "id", JSON_TEXT, JSON_REQUIRED, 1, RESULT_CHARS_MAX),
	JSON_FIELD(struct settle_in, word, "word", JSON_TEXT, JSON_REQUIRED, 1, WORD_CHARS_MAX),
};

static int word_read(struct face_call *call, struct str name, enum conflict_word *ret_word)
{
	static const char *const names[] = {[CONFLICT_TAKE_HELD] = "held",
					    [CONFLICT_REPLACE] = "replace",
					    [CONFLICT_NEXT] = "next",
					    [CONFLICT_LEAVE] = "leave"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_equal(name, str_of(names[i]))) {
			*ret_word = (enum conflict_word)i;
			return 0;
		}
	return face_refuse(call, STR("word"), FACE_REASON_UNKNOWN);
}

int face_conflict_settle(struct face_call *call)
{
	const struct actor actor = chart_actor(call, (struct str){0});
	struct settle_in in = {0};
	enum conflict_word word;
	int r = face_read(call, FACE_FIELDS(settle_fields), &in);
	if (!r)
		r = word_read(call, in.word, &word);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = conflict_settle(call->db, &actor, in.id, word);
	if (r < 0)
		return PASS(r);
	switch ((enum conflict_outcome)r) {
	case CONFLICT_GONE: return FACE_DESK_ALREADY;
	case CONFLICT_NO_HELD: return face_refuse(call, STR("word"), FACE_REASON_UNKNOWN);
	case CONFLICT_TAKEN:
		return face_refuse_text(call, STR("word"),
					STR("その番号は、ここの別のカルテのものです。同じ人ならカル"
					    "テをまとめてください。"));
	}
	chart_tell(call);
	return 0;
}
