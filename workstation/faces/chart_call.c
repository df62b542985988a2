/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/faces/chart_call.h"

#include "workstation/faces/session.h"

struct actor chart_actor(const struct face_call *call, struct str why)
{
	why = str_trim(why);
	return (struct actor){
		.staff = call->staff,
		.now_ms = call->now_ms,
		.why = why.len ? why : (struct str){0},
	};
}

void chart_tell(struct face_call *call)
{
	faces_event(call->station, call->facility, "results");
	faces_event(call->station, call->facility, "charts");
	face_queue_tell(call);
}

int chart_edit_answer(struct face_call *call, int outcome, const struct edit_notes *wrong)
{
	switch ((enum edit_outcome)outcome) {
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

void chart_doubts_put(struct json_writer *out, const struct edit_notes *doubts)
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
