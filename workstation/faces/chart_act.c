/* SPDX-License-Identifier: Apache-2.0 */
/* 個人画面: undo, merge, put away. */
#include "workstation/faces/charts.h"

#include "workstation/desk/decide.h"
#include "workstation/faces/chart_call.h"

struct act {
	struct str why;
	int64_t number, other;
	bool away;
};

#define WHY JSON_FIELD(struct act, why, "why", JSON_TEXT, JSON_OPTIONAL, 0, CHART_WHY_CHARS_MAX)

static const struct json_field undo_fields[] = {
	WHY,
	JSON_FIELD(struct act, number, "change", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
};
static const struct json_field merge_fields[] = {
	WHY,
	JSON_FIELD(struct act, number, "from", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
	JSON_FIELD(struct act, other, "into", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
};
static const struct json_field away_fields[] = {
	WHY,
	JSON_FIELD(struct act, number, "number", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
	JSON_FIELD(struct act, away, "away", JSON_BOOL, JSON_REQUIRED, 0, 0),
};

int face_chart_undo(struct face_call *call)
{
	struct act act = {0};
	int r = face_read(call, FACE_FIELDS(undo_fields), &act);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct actor actor = chart_actor(call, act.why);
	r = decide_undo(call->db, &actor, act.number);
	if (r > 0)
		return r == JOURNAL_LATER ? FACE_CHANGE_LATER : FACE_CHANGE_DONE;
	if (r)
		return PASS(r);
	chart_tell(call);
	return 0;
}

static int decided(struct face_call *call, int r)
{
	if (r < 0)
		return PASS(r);
	if (r)
		return r == DECIDE_ALREADY ? FACE_DESK_ALREADY : FACE_CHART_GONE;
	chart_tell(call);
	return 0;
}

int face_chart_merge(struct face_call *call)
{
	struct act act = {0};
	int r = face_read(call, FACE_FIELDS(merge_fields), &act);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct actor actor = chart_actor(call, act.why);
	r = decided(call, decide_merge(call->db, &actor, act.number, act.other));
	return r < 0 ? PASS(r) : r;
}

int face_chart_away(struct face_call *call)
{
	struct act act = {0};
	int r = face_read(call, FACE_FIELDS(away_fields), &act);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct actor actor = chart_actor(call, act.why);
	r = decided(call, decide_away(call->db, &actor, act.number, act.away));
	return r < 0 ? PASS(r) : r;
}
