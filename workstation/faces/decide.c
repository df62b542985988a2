/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/faces/decide.h"

#include "workstation/desk/decide.h"
#include "workstation/desk/find.h"
#include "workstation/faces/chart_call.h"
#include "workstation/faces/chart_put.h"
#include "workstation/faces/proof.h"
#include "workstation/store/store.h"

enum { RESULT_CHARS_MAX = 64 };

struct decision {
	struct str id;
	struct str why;
	int64_t chart, qualification;
	bool remember;
};

static const struct json_field id_fields[] = {
	JSON_FIELD(struct decision, why, "why", JSON_TEXT, JSON_OPTIONAL, 0, CHART_WHY_CHARS_MAX),
	JSON_FIELD(struct decision, id, "id", JSON_TEXT, JSON_REQUIRED, 1, RESULT_CHARS_MAX),
};
static const struct json_field new_fields[] = {
	JSON_FIELD(struct decision, id, "id", JSON_TEXT, JSON_REQUIRED, 1, RESULT_CHARS_MAX),
	JSON_FIELD(struct decision, qualification, "qualification", JSON_NUMBER, JSON_OPTIONAL, 0,
		   RECORD_QUALIFICATIONS_MAX),
};
static const struct json_field link_fields[] = {
	JSON_FIELD(struct decision, why, "why", JSON_TEXT, JSON_OPTIONAL, 0, CHART_WHY_CHARS_MAX),
	JSON_FIELD(struct decision, id, "id", JSON_TEXT, JSON_REQUIRED, 1, RESULT_CHARS_MAX),
	JSON_FIELD(struct decision, chart, "chart", JSON_NUMBER, JSON_REQUIRED, 1, INT64_MAX),
	JSON_FIELD(struct decision, qualification, "qualification", JSON_NUMBER, JSON_OPTIONAL, 0,
		   RECORD_QUALIFICATIONS_MAX),
	JSON_FIELD(struct decision, remember, "remember", JSON_BOOL, JSON_OPTIONAL, 0, 0),
};

/* --- looking --- */

static void result_put(struct json_writer *out, const struct facts *facts)
{
	json_key(out, "result");
	facts_seen_put(out, &facts->seen);
	json_key(out, "qualifications");
	facts_qualifications_put(out, facts);
	json_put_member(out, "raw", facts->seen.raw);
	json_put_member(out, "entry", facts->seen.entry);
}

/* The result that is asked for, read and put. */
static int result_take(struct face_call *call, struct facts *facts)
{
	struct decision in = {0};
	int r = face_read(call, FACE_FIELDS(id_fields), &in);
	if (!r)
		r = facts_read(call, in.id, facts);
	if (r)
		return r < 0 ? PASS(r) : r;
	result_put(call->out, facts);
	return 0;
}

int face_result(struct face_call *call)
{
	AUTO(facts_clear) struct facts facts = {0};
	int r = result_take(call, &facts);
	if (!r)
		r = proof_put(call, &facts.seen);
	return r < 0 ? PASS(r) : r;
}

static void reasons_put(struct json_writer *out, unsigned reasons)
{
	json_key(out, "reasons");
	json_array_open(out);
	for (int i = 0; i < CANDIDATE_REASONS; i++) {
		enum candidate_reason reason = (enum candidate_reason)(1U << i);
		if (!(reasons & reason))
			continue;
		json_object_open(out);
		json_put_member(out, "text", str_of(candidate_reason_text(reason)));
		json_key(out, "against");
		json_put_bool(out, candidate_reason_is_against(reason));
		json_object_close(out);
	}
	json_array_close(out);
}

static int candidate_put(struct face_call *call, const struct candidate *candidate)
{
	struct chart chart;
	int r = store_chart_get(call->db, call->arena, candidate->chart, &chart);
	if (r)
		return r < 0 ? PASS(r) : 0;
	json_object_open(call->out);
	chart_head_put(call->out, &chart);
	r = chart_insurance_put(call, chart.number);
	reasons_put(call->out, candidate->reasons);
	json_object_close(call->out);
	return r ? PASS(r) : 0;
}

static int found_put(struct face_call *call, const struct facts *facts)
{
	struct found found;
	int r = find_match(call->db, call->arena, &facts->result, &found);
	if (r)
		return PASS(r);
	json_put_member(call->out, "why",
			str_of(match_reason_text((enum match_reason)facts->seen.reason)));
	json_put_member_number(call->out, "proposed", found.match.proposed);
	json_key(call->out, "candidates");
	json_array_open(call->out);
	for (size_t i = 0; !r && i < found.count; i++)
		r = candidate_put(call, &found.candidates[i]);
	json_array_close(call->out);
	return r ? PASS(r) : 0;
}

int face_decide(struct face_call *call)
{
	AUTO(facts_clear) struct facts facts = {0};
	int r = result_take(call, &facts);
	if (!r)
		r = found_put(call, &facts);
	return r < 0 ? PASS(r) : r;
}

/* --- deciding --- */

static int settle_problem(enum settle_outcome outcome)
{
	switch (outcome) {
	case SETTLE_RESULT_UNKNOWN: return FACE_DESK_ALREADY;
	case SETTLE_CHART_UNKNOWN: return FACE_CHART_GONE;
	case SETTLE_REFERENCE_HELD: return FACE_REFERENCE_TAKEN;
	case SETTLE_WHICH: return FACE_QUALIFICATION_CHOOSE;
	}
	return FACE_DESK_ALREADY;
}

static int settle(struct face_call *call, const struct decision *in)
{
	const struct actor actor = chart_actor(call, in->why);
	const struct settle settle = {
		.result_id = in->id,
		.chart = in->chart,
		.qualification = (int)in->qualification,
		.remembers = in->remember,
	};
	int64_t chart;
	int r = settle_run(call->db, &actor, &settle, &chart);
	if (r)
		return r < 0 ? PASS(r) : settle_problem((enum settle_outcome)r);
	json_put_member_number(call->out, "chart", chart);
	chart_tell(call);
	return 0;
}

int face_result_link(struct face_call *call)
{
	struct decision in = {0};
	int r = face_read(call, FACE_FIELDS(link_fields), &in);
	if (!r)
		r = settle(call, &in);
	return r < 0 ? PASS(r) : r;
}

int face_result_new(struct face_call *call)
{
	struct decision in = {0};
	int r = face_read(call, FACE_FIELDS(new_fields), &in);
	if (!r)
		r = settle(call, &in);
	return r < 0 ? PASS(r) : r;
}

static int moved(struct face_call *call, int r, bool is_exact)
{
	if (r > DECIDE_OUTCOMES)
		return settle_problem((enum settle_outcome)(r - DECIDE_OUTCOMES));
	if (r)
		return r < 0 ? PASS(r) : FACE_DESK_ALREADY;
	json_key(call->out, "exact");
	json_put_bool(call->out, is_exact);
	chart_tell(call);
	return 0;
}

int face_result_unlink(struct face_call *call)
{
	struct decision in = {0};
	bool is_exact = false;
	int r = face_read(call, FACE_FIELDS(id_fields), &in);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct actor actor = chart_actor(call, in.why);
	r = decide_unlink(call->db, &actor, in.id, &is_exact);
	r = moved(call, r, is_exact);
	return r < 0 ? PASS(r) : r;
}

int face_result_relink(struct face_call *call)
{
	struct decision in = {0};
	bool is_exact = false;
	int r = face_read(call, FACE_FIELDS(link_fields), &in);
	if (r)
		return r < 0 ? PASS(r) : r;
	const struct actor actor = chart_actor(call, in.why);
	const struct settle settle = {
		.result_id = in.id,
		.chart = in.chart,
		.qualification = (int)in.qualification,
		.remembers = in.remember,
	};
	r = decide_relink(call->db, &actor, &settle, &is_exact);
	r = moved(call, r, is_exact);
	return r < 0 ? PASS(r) : r;
}
