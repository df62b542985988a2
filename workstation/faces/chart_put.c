/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/faces/chart_put.h"

#include "workstation/desk/update.h"
#include "workstation/rules/matching.h"
#include "workstation/store/aliases.h"
#include "workstation/store/changes.h"
#include "workstation/store/expenses.h"
#include "workstation/store/policies.h"
#include "workstation/store/store.h"

enum { CHANGES_SHOWN = 50 };

/* --- the chart --- */

static struct str state_name(enum chart_state state)
{
	switch (state) {
	case CHART_LIVE: return STR("live");
	case CHART_MERGED: return STR("merged");
	case CHART_AWAY: return STR("away");
	}
	return STR("live");
}

void chart_head_put(struct json_writer *out, const struct chart *chart)
{
	json_put_member_number(out, "number", chart->number);
	json_put_member_number(out, "version", chart->version);
	json_put_member(out, "state", state_name(chart->state));
	json_put_member_number(out, "merged_into", chart->merged_into);
	json_put_member(out, "reference", chart->reference);
	json_put_member(out, "name", chart->name);
	json_put_member(out, "kana", chart->kana);
	json_put_member(out, "birth", chart->birth);
	json_put_member(out, "sex", chart->sex);
	json_put_member(out, "sex_word", facts_word(RECORD_TABLE_SEX, chart->sex));
	json_put_member(out, "post", chart->post);
	json_put_member(out, "address", chart->address);
	json_put_member(out, "telephone", chart->telephone);
	json_put_member(out, "ratio", chart->ratio);
	json_put_member(out, "limit_word",
			facts_word(RECORD_TABLE_LIMIT_CLASS, chart->limit_class));
	json_put_member(out, "limit_from", chart->limit_from);
	json_put_member(out, "limit_to", chart->limit_to);
	json_put_member(out, "notes", chart->notes);
	json_put_member_number(out, "first_visit", chart->first_visit);
	json_put_member(out, "confirmed_at", chart->confirmed_at);
}

static int insurance_put(void *ctx, const struct insurance *insurance)
{
	struct json_writer *out = ctx;
	json_object_open(out);
	json_put_member(out, "insurer_number", insurance->insurer_number);
	json_put_member(out, "insurer_name", insurance->insurer_name);
	json_put_member(out, "symbol", insurance->symbol);
	json_put_member(out, "number", insurance->number);
	json_put_member(out, "branch", insurance->branch);
	json_put_member(out, "card_class",
			facts_word(RECORD_TABLE_CARD_CLASS, insurance->card_class));
	json_put_member(out, "relation", facts_word(RECORD_TABLE_RELATION, insurance->relation));
	json_put_member(out, "valid_from", insurance->valid_from);
	json_put_member(out, "valid_to", insurance->valid_to);
	json_put_member(out, "qualified", insurance->qualified);
	json_put_member(out, "relation_code", insurance->relation);
	json_put_member(out, "card_class_code", insurance->card_class);
	json_put_member(out, "ratio", insurance->ratio);
	json_put_member_number(out, "order", insurance->order);
	json_key(out, "by_hand");
	json_put_bool(out, insurance->is_by_hand);
	json_put_member_number(out, "begins", insurance->begins);
	json_put_member_number(out, "closed_on", insurance->closed_on);
	json_put_member(out, "confirmed_at", insurance->confirmed_at);
	json_object_close(out);
	return 0;
}

int chart_insurance_put(struct face_call *call, int64_t number)
{
	struct insurance current;
	int r = store_insurance_current(call->db, call->arena, number, &current);
	if (r)
		return r < 0 ? PASS(r) : 0;
	json_key(call->out, "insurance");
	r = insurance_put(call->out, &current);
	return r < 0 ? PASS(r) : 0;
}

static int insurances_put(struct face_call *call, int64_t number)
{
	json_key(call->out, "insurances");
	json_array_open(call->out);
	int r = store_insurances_each(call->db, number, insurance_put, call->out);
	json_array_close(call->out);
	return r ? PASS(r) : 0;
}

static int aliases_put(struct face_call *call, int64_t number)
{
	struct json_writer *out = call->out;
	struct candidate_alias *aliases;
	size_t count;
	int r = store_aliases_list(call->db, call->arena, number, &aliases, &count);
	if (r)
		return PASS(r);
	json_key(out, "aliases");
	json_array_open(out);
	for (size_t i = 0; i < count; i++) {
		json_object_open(out);
		json_put_member(out, "kind", aliases[i].is_kana ? STR("kana") : STR("name"));
		json_put_member(out, "text", aliases[i].text);
		json_object_close(out);
	}
	json_array_close(out);
	return 0;
}

static bool number_doubtful(struct str number, size_t digits)
{
	return public_expense_check(number, digits) == PUBLIC_EXPENSE_DOUBTFUL;
}

static void expense_put(struct json_writer *out, const struct expense *expense)
{
	json_object_open(out);
	json_put_member_number(out, "place", expense->place);
	json_put_member(out, "payer", expense->payer_number);
	json_put_member(out, "recipient", expense->recipient_number);
	json_put_member(out, "scheme", public_expense_scheme(expense->payer_number));
	json_put_member_number(out, "from", expense->valid_from);
	json_put_member_number(out, "to", expense->valid_to);
	json_key(out, "doubtful");
	json_put_bool(out, number_doubtful(expense->payer_number, PUBLIC_EXPENSE_PAYER_DIGITS) ||
				   number_doubtful(expense->recipient_number,
						   PUBLIC_EXPENSE_RECIPIENT_DIGITS));
	json_object_close(out);
}

static int expenses_put(struct face_call *call, int64_t number)
{
	struct expense *expenses;
	size_t count;
	int r = store_expenses_list(call->db, call->arena, number, &expenses, &count);
	if (r)
		return PASS(r);
	json_key(call->out, "expenses");
	json_array_open(call->out);
	for (size_t i = 0; i < count; i++)
		expense_put(call->out, &expenses[i]);
	json_array_close(call->out);
	return 0;
}

/* --- field by field: what the chart holds, what the result tells, who decides --- */

struct comparing {
	struct face_call *call;
	const struct chart *chart;
	const struct result *result; /* NULL: none */
	enum policy_choice ours[CHART_FIELDS], theirs[CHART_FIELDS];
	const struct difference_told *waiting;
	size_t waiting_count;
};

/* The word waits for what another result told: that one is shown. */
static struct difference_told told_of(const struct comparing *comparing, enum chart_field field,
				      bool *ret_waits)
{
	*ret_waits = false;
	for (size_t i = 0; i < comparing->waiting_count; i++) {
		if (comparing->waiting[i].field != field)
			continue;
		*ret_waits = true;
		return comparing->waiting[i];
	}
	return comparing->result ? update_told(comparing->result, field)
				 : (struct difference_told){.field = field};
}

static void choices_put(struct json_writer *out, const struct comparing *comparing,
			enum chart_field field)
{
	json_put_member(out, "choice", policy_name(comparing->theirs[field]));
	json_put_member(out, "facility", policy_name(comparing->ours[field]));
	json_put_member(out, "holds",
			policy_name(policy_of(field, comparing->theirs[field],
					      comparing->ours[field])));
}

static void value_put(struct json_writer *out, const char *key, const char *word_key,
		      enum chart_field field, struct str value)
{
	enum record_table table = record_element_row(chart_field_row(field)->element)->table;
	json_put_member(out, key, value);
	if (table != RECORD_TABLE_NONE)
		json_put_member(out, word_key, facts_word(table, value));
}

static void days_put(const struct comparing *comparing, const struct difference_told *told)
{
	struct json_writer *out = comparing->call->out;
	json_put_member(out, "held_from", comparing->chart->limit_from);
	json_put_member(out, "held_to", comparing->chart->limit_to);
	json_put_member(out, "told_from", told->from);
	json_put_member(out, "told_to", told->to);
}

static int field_put(const struct comparing *comparing, enum chart_field field)
{
	const struct chart_field_row *row = chart_field_row(field);
	struct json_writer *out = comparing->call->out;
	struct str held = update_held(comparing->chart, field);
	enum difference difference = DIFFERENCE_NONE;
	bool waits;
	const struct difference_told told = told_of(comparing, field, &waits);
	int r = update_compare(comparing->call->arena, comparing->chart, &told, &difference);
	if (r)
		return PASS(r);
	json_object_open(out);
	json_put_member(out, "name", str_of(row->name));
	json_put_member(out, "label", str_of(row->label));
	json_put_member(out, "meaning", str_of(row->meaning));
	value_put(out, "held", "held_word", field, held);
	value_put(out, "told", "told_word", field, told.told);
	if (field == CHART_LIMIT)
		days_put(comparing, &told);
	json_key(out, "differs");
	json_put_bool(out, difference != DIFFERENCE_NONE);
	json_key(out, "waits");
	json_put_bool(out, waits);
	choices_put(out, comparing, field);
	json_object_close(out);
	return 0;
}

/* What the result tells of the insurance, and whether the open one agrees. */
static int insurance_told_put(const struct comparing *comparing)
{
	struct face_call *call = comparing->call;
	struct insurance told, current;
	if (!comparing->result || !comparing->result->first)
		return 0;
	int r = match_insurance(call->arena, comparing->result, &told);
	if (r)
		return PASS(r);
	r = store_insurance_current(call->db, call->arena, comparing->chart->number, &current);
	if (r < 0)
		return PASS(r);
	json_key(call->out, "insurance_told");
	int wrote = insurance_put(call->out, &told);
	json_key(call->out, "insurance_differs");
	json_put_bool(call->out,
		      r == STORE_ABSENT || insurance_compare(&current, &told) != INSURANCE_SAME);
	return wrote < 0 ? PASS(wrote) : 0;
}

static int fields_put(struct comparing *comparing)
{
	struct face_call *call = comparing->call;
	struct difference_told *waiting;
	int r = store_policies_get(call->db, 0, comparing->ours);
	if (!r)
		r = store_policies_get(call->db, comparing->chart->number, comparing->theirs);
	if (!r)
		r = store_differences_list(call->db, call->arena, comparing->chart->number,
					   &waiting, &comparing->waiting_count);
	if (r)
		return PASS(r);
	comparing->waiting = waiting;
	json_key(call->out, "fields");
	json_array_open(call->out);
	for (enum chart_field field = 0; !r && field < CHART_FIELDS; field++)
		if (field != CHART_INSURANCE)
			r = field_put(comparing, field);
	json_array_close(call->out);
	if (!r)
		r = insurance_told_put(comparing);
	return r ? PASS(r) : 0;
}

/* --- results and changes --- */

struct history {
	struct face_call *call;
	struct str last; /* the id of the chart's last result */
};

static int result_put(void *ctx, const struct seen *seen)
{
	struct history *history = ctx;
	facts_seen_put(history->call->out, seen);
	int r = arena_copy(history->call->arena, seen->result_id, &history->last);
	return r ? PASS(r) : 0;
}

static int results_put(struct history *history, int64_t number)
{
	struct face_call *call = history->call;
	json_key(call->out, "results");
	json_array_open(call->out);
	int r = store_seen_each(call->db, SEEN_OF_CHART, number, result_put, history);
	json_array_close(call->out);
	return r ? PASS(r) : 0;
}

static int change_put(void *ctx, const struct change *change)
{
	struct json_writer *out = ctx;
	json_object_open(out);
	json_put_member_number(out, "no", change->no);
	json_put_member_number(out, "at_ms", change->at_ms);
	json_put_member(out, "staff", change->staff);
	json_put_member(out, "kind", change->kind);
	json_put_member(out, "why", change->why);
	json_put_member_number(out, "chart", change->chart);
	json_put_member_number(out, "other", change->other);
	json_put_member(out, "result", change->result_id);
	json_put_member_number(out, "undoes", change->undoes);
	json_put_member_number(out, "undone_by", change->undone_by);
	json_key(out, "before");
	json_put_raw(out, change->before);
	json_key(out, "after");
	json_put_raw(out, change->after);
	json_object_close(out);
	return 0;
}

static int changes_put(struct face_call *call, int64_t number)
{
	json_key(call->out, "changes");
	json_array_open(call->out);
	int r = store_changes_each(call->db, number, CHANGES_SHOWN, change_put, call->out);
	json_array_close(call->out);
	return r ? PASS(r) : 0;
}

/* --- the whole --- */

static int compared_put(struct face_call *call, const struct chart *chart, struct str result_id)
{
	AUTO(facts_clear) struct facts facts = {0};
	struct comparing comparing = {.call = call, .chart = chart};
	int r = result_id.ptr ? facts_read(call, result_id, &facts) : 0;
	if (r)
		return r < 0 ? PASS(r) : r;
	if (result_id.ptr) {
		comparing.result = &facts.result;
		json_key(call->out, "told_by");
		facts_seen_put(call->out, &facts.seen);
	}
	r = fields_put(&comparing);
	return r ? PASS(r) : 0;
}

int chart_put(struct face_call *call, int64_t number, struct str result_id)
{
	struct history history = {.call = call};
	struct chart chart;
	int r = store_chart_get(call->db, call->arena, number, &chart);
	if (r)
		return r < 0 ? PASS(r) : FACE_CHART_UNKNOWN;
	json_key(call->out, "chart");
	json_object_open(call->out);
	chart_head_put(call->out, &chart);
	json_object_close(call->out);
	facts_codes_put(call->out);
	r = insurances_put(call, number);
	if (!r)
		r = aliases_put(call, number);
	if (!r)
		r = expenses_put(call, number);
	if (!r)
		r = results_put(&history, number);
	if (!r)
		r = changes_put(call, number);
	if (!r)
		r = compared_put(call, &chart, result_id.ptr ? result_id : history.last);
	return r < 0 ? PASS(r) : r;
}
