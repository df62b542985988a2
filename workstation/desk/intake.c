/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/desk/intake.h"

#include "lib/base/period.h"
#include "workstation/rules/fold.h"
#include "workstation/store/aliases.h"
#include "workstation/store/store.h"

static struct str element(const struct result *result, enum record_element which)
{
	return result->first ? result->first->elements[which] : (struct str){0};
}

static int insurance_follow(struct db *db, int64_t chart, const struct insurance *current,
			    const struct insurance *told)
{
	int r = store_insurance_close(db, chart, current->order, insurance_last_day(told->begins));
	if (!r)
		r = store_insurance_add(db, chart, told);
	return r ? PASS(r) : 0;
}

/* None is open: a new one, or one that somebody ended too early is open again. */
static int insurance_open(struct db *db, int64_t chart, const struct insurance *told)
{
	struct insurance again = *told;
	int r = store_insurance_order(db, chart, told, &again.order);
	if (r < 0)
		return PASS(r);
	r = r == STORE_ABSENT ? store_insurance_add(db, chart, told)
			      : store_insurance_put(db, chart, &again);
	return r ? PASS(r) : 0;
}

static int insurance_take(struct db *db, struct arena *arena, const struct result *result,
			  int64_t chart, bool *ret_appended)
{
	struct insurance told, current;
	int r = match_insurance(arena, result, &told);
	if (r)
		return PASS(r);
	r = store_insurance_current(db, arena, chart, &current);
	if (r < 0)
		return PASS(r);
	const struct insurance *open = r == STORE_ABSENT ? NULL : &current;
	bool appended = false;
	switch (insurance_compare(open, &told)) {
	case INSURANCE_SAME:
		r = store_insurance_confirmed(db, chart, current.order, told.confirmed_at,
					      told.ratio);
		break;
	case INSURANCE_PROVES:
		told.order = current.order;
		r = store_insurance_put(db, chart, &told);
		break;
	case INSURANCE_NEWER:
		r = open ? insurance_follow(db, chart, open, &told)
			 : insurance_open(db, chart, &told);
		appended = open != NULL;
		break;
	case INSURANCE_OLDER: r = 0; break;
	}
	if (r)
		return PASS(r);
	*ret_appended = appended;
	return 0;
}

/* --- the whole of it --- */

struct intake {
	struct db *db;
	struct arena *arena;
	const struct result *result;
	struct match *match;
	struct intake_report report;
};

static int day_of(struct str confirmed_at)
{
	int day;
	const struct str date = {confirmed_at.ptr, 8};
	return confirmed_at.len >= 8 && period_date_parse(date, &day) == 0 ? day : 0;
}

static int mark(struct intake *intake, enum seen_state state, enum seen_status status)
{
	const struct result *result = intake->result;
	const struct match *match = intake->match;
	const struct seen seen = {
		.state = state,
		.status = status,
		.kind = (int)match->kind,
		.reason = (int)match->reason,
		.chart = state == SEEN_DONE ? match->chart : 0,
		.result_id = result->id,
		.confirmed_at = result->confirmed_at,
		.method = result->method,
		.staff = result->staff,
		.validity = result->validity,
		.remark = result->remark,
		.reference = result->reference,
		.name = element(result, RECORD_NAME),
		.kana = element(result, RECORD_NAME_KANA),
		.birth = element(result, RECORD_BIRTH),
		.sex = element(result, RECORD_SEX),
		.insurer_number = element(result, RECORD_INSURER_NUMBER),
		.insurer_name = element(result, RECORD_INSURER_NAME),
		.symbol = element(result, RECORD_SYMBOL),
		.number = element(result, RECORD_NUMBER),
		.branch = element(result, RECORD_BRANCH),
		.relation = element(result, RECORD_RELATION),
		.ratio = match_ratio(result),
		.raw = result->raw,
		.entry = result->entry,
	};
	int r = store_seen_put(intake->db, intake->arena, &seen);
	return r ? PASS(r) : 0;
}

static int chart_make(struct intake *intake, struct chart *ret_chart)
{
	const struct result *result = intake->result;
	const struct chart chart = {
		.reference = result->reference,
		.name = element(result, RECORD_NAME),
		.kana = element(result, RECORD_NAME_KANA),
		.birth = element(result, RECORD_BIRTH),
		.sex = element(result, RECORD_SEX),
		.first_visit = day_of(result->confirmed_at),
	};
	int r = store_chart_add(intake->db, intake->arena, &chart, ret_chart);
	if (r)
		return PASS(r);
	intake->match->chart = ret_chart->number;
	return 0;
}

static int chart_find(struct intake *intake, struct chart *ret_chart)
{
	int r = store_chart_get(intake->db, intake->arena, intake->match->chart, ret_chart);
	return r > 0 ? RAISE(ENOENT) : r < 0 ? PASS(r) : 0;
}

/* 照会番号 that the service does not hold for this person, or holds otherwise. */
static int number_queue(struct intake *intake, const struct chart *chart)
{
	const struct result *result = intake->result;
	if (str_equal(result->reference, chart->reference))
		return 0;
	int r = store_queue_add(intake->db, result->id, chart->number, chart->reference,
				result->reference);
	return r ? PASS(r) : 0;
}

/* Another spelling than the chart's: next time it is known. */
static int spelling_remember(struct intake *intake, int64_t chart, struct str held,
			     const struct candidate_alias *told)
{
	struct str held_fold, told_fold;
	int (*fold)(struct arena *, struct str, struct str *) =
		told->is_kana ? fold_kana : fold_name;
	int r = fold(intake->arena, held, &held_fold);
	if (!r)
		r = fold(intake->arena, told->text, &told_fold);
	if (!r && !str_equal(held_fold, told_fold))
		r = store_alias_add(intake->db, intake->arena, chart, told);
	return r ? PASS(r) : 0;
}

static int spellings_remember(struct intake *intake, const struct chart *chart)
{
	const struct candidate_alias kana = {true, element(intake->result, RECORD_NAME_KANA)};
	const struct candidate_alias name = {false, element(intake->result, RECORD_NAME)};
	if (!intake->result->remembers)
		return 0;
	int r = spelling_remember(intake, chart->number, chart->kana, &kana);
	if (!r)
		r = spelling_remember(intake, chart->number, chart->name, &name);
	return r ? PASS(r) : 0;
}

static int chart_fill(struct intake *intake, const struct chart *chart)
{
	struct intake_report *report = &intake->report;
	int r = insurance_take(intake->db, intake->arena, intake->result, chart->number,
			       &report->insurance_appended);
	if (!r)
		r = number_queue(intake, chart);
	if (!r)
		r = spellings_remember(intake, chart);
	if (!r)
		r = update_fields(intake->db, intake->arena, intake->result, chart->number,
				  &report->update);
	return r ? PASS(r) : 0;
}

static enum seen_status status_of(const struct intake *intake)
{
	if (intake->match->kind == MATCH_NEW)
		return SEEN_NEW;
	const struct intake_report *report = &intake->report;
	return report->insurance_appended || report->update.asked || report->update.burden_changed
		       ? SEEN_CHANGED
		       : SEEN_LINKED;
}

static int chart_change(struct intake *intake, struct journal *journal)
{
	struct chart chart;
	int r = journal_begin(journal);
	if (!r)
		r = intake->match->kind == MATCH_NEW ? chart_make(intake, &chart)
						     : chart_find(intake, &chart);
	if (!r)
		r = chart_fill(intake, &chart);
	if (!r)
		r = mark(intake, SEEN_DONE, status_of(intake));
	if (r)
		return PASS(r);
	journal->chart = chart.number;
	r = journal_end(journal);
	return r ? PASS(r) : 0;
}

int intake_result(struct db *db, struct arena *arena, const struct actor *actor,
		  const struct result *result, struct match *match,
		  struct intake_report *ret_report)
{
	struct intake intake = {.db = db, .arena = arena, .result = result, .match = match};
	bool changes = match->kind == MATCH_LINK || match->kind == MATCH_NEW;
	struct journal journal = {
		.db = db,
		.arena = arena,
		.actor = actor,
		.kind = match->kind == MATCH_NEW ? JOURNAL_NEW : JOURNAL_LINK,
		.chart = match->kind == MATCH_LINK ? match->chart : 0,
		.result_id = result->id,
	};
	/* An undo brings it back to where somebody has to decide. */
	int r = match->kind == MATCH_ASIDE ? mark(&intake, SEEN_DONE, SEEN_INVALID)
					   : mark(&intake, SEEN_OPEN, SEEN_ASKS);
	if (r == 0 && changes)
		r = chart_change(&intake, &journal);
	if (r)
		return PASS(r);
	*ret_report = intake.report;
	return 0;
}
