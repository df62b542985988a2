/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody typed counts from the moment they did: a result confirmed before it changes nothing
 * of it, a later one proves it or is followed.
 */
#include "workstation/desk/insure.h"

#include "lib/base/number.h"
#include "lib/base/period.h"
#include "lib/record/insurer.h"
#include "lib/record/names.h"
#include "workstation/desk/step.h"
#include "workstation/rules/fold.h"
#include "workstation/rules/matching.h"
#include "workstation/store/store.h"

enum {
	INSURER_DIGITS = 8,
	INSURER_DIGITS_SHORT = 6, /* 国民健康保険 */
	BRANCH_DIGITS_MAX = 2,
	RATIO_DIGITS = 3,
};

/* --- what is typed --- */

static int texts_spell(struct arena *arena, struct insurance *insurance)
{
	struct str *const texts[] = {
		&insurance->insurer_number, &insurance->insurer_name, &insurance->symbol,
		&insurance->number,	    &insurance->branch,	      &insurance->card_class,
		&insurance->relation,	    &insurance->ratio,
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		*texts[i] = str_trim(*texts[i]);
		if (!texts[i]->len)
			*texts[i] = (struct str){0};
	}
	int r = fold_plain(arena, insurance->insurer_number, &insurance->insurer_number);
	if (!r && insurance->branch.ptr)
		r = width_fold(arena, insurance->branch, &insurance->branch);
	if (!r && insurance->branch.len == 1)
		r = arena_print(arena, &insurance->branch, "0%.1s", insurance->branch.ptr);
	return r ? PASS(r) : 0;
}

static void insurer_judge(struct str number, struct edit_notes *wrong, struct edit_notes *doubts)
{
	if (!number.ptr)
		edit_note_add(wrong, "insurer_number", "保険者番号を入れてください。");
	else if (!number_is_digits(number, INSURER_DIGITS) &&
		 !number_is_digits(number, INSURER_DIGITS_SHORT))
		edit_note_add(wrong, "insurer_number",
			      "保険者番号は8桁、国民健康保険は6桁の数字です。");
	else if (!insurer_number_valid(number))
		edit_note_add(
			doubts, "insurer_number",
			"最後の数字（検証番号）が合いません。写しまちがいがないか確かめてください。"
			"証のとおりなら、このままでかまいません。");
}

static void codes_judge(const struct insurance *insurance, struct edit_notes *wrong)
{
	static const char choose[] = "一覧から選んでください。";
	if (insurance->relation.ptr &&
	    !record_code_word(RECORD_TABLE_RELATION, insurance->relation).ptr)
		edit_note_add(wrong, "relation", choose);
	if (insurance->card_class.ptr &&
	    !record_code_word(RECORD_TABLE_CARD_CLASS, insurance->card_class).ptr)
		edit_note_add(wrong, "card_class", choose);
	if (insurance->ratio.ptr && !number_is_digits(insurance->ratio, RATIO_DIGITS))
		edit_note_add(wrong, "ratio", choose);
	if (insurance->branch.ptr && !number_is_digits(insurance->branch, BRANCH_DIGITS_MAX))
		edit_note_add(wrong, "branch", "枝番は2桁までの数字です。");
	if (!insurance->number.ptr)
		edit_note_add(wrong, "number", "番号を入れてください。");
}

static void days_judge(const struct insurance *insurance, struct edit_notes *wrong)
{
	if (!period_day_valid(insurance->begins))
		edit_note_add(wrong, "begins", "この保険がいつからかを入れてください。");
	if (!insurance->closed_on)
		return;
	if (!period_day_valid(insurance->closed_on))
		edit_note_add(wrong, "closed_on", "日付として読めません。");
	else if (insurance->closed_on < insurance->begins)
		edit_note_add(wrong, "closed_on", "はじまる日より前の日です。");
}

int insure_check(struct arena *arena, struct insurance *insurance, struct edit_notes *ret_wrong,
		 struct edit_notes *ret_doubts)
{
	struct edit_notes wrong = {0}, doubts = {0};
	int r = texts_spell(arena, insurance);
	if (r)
		return PASS(r);
	insurer_judge(insurance->insurer_number, &wrong, &doubts);
	codes_judge(insurance, &wrong);
	days_judge(insurance, &wrong);
	*ret_wrong = wrong;
	*ret_doubts = doubts;
	return 0;
}

/* --- and stored --- */

struct insuring {
	const struct insure *insure;
	struct insurance held, typed; /* held: where one is put right */
	struct edit_notes *wrong, *doubts;
};

/* Whose insurance, for comparison with what results tell. */
static int key_make(struct arena *arena, struct insurance *insurance)
{
	const struct record_qualification told = {
		.elements = {[RECORD_INSURER_NUMBER] = insurance->insurer_number,
			     [RECORD_SYMBOL] = insurance->symbol,
			     [RECORD_NUMBER] = insurance->number,
			     [RECORD_BRANCH] = insurance->branch},
	};
	int r = record_member_key(arena, &told, &insurance->key);
	return r ? PASS(r) : 0;
}

static bool is_only_ended(const struct insurance *held, const struct insurance *typed)
{
	return str_equal(held->insurer_number, typed->insurer_number) &&
	       str_equal(held->insurer_name, typed->insurer_name) &&
	       str_equal(held->key, typed->key) && str_equal(held->relation, typed->relation) &&
	       str_equal(held->card_class, typed->card_class) &&
	       str_equal(held->ratio, typed->ratio) && held->begins == typed->begins;
}

/* What nobody types: when it was typed, the days on the card. */
static int rest_fill(const struct step *step, struct insuring *insuring)
{
	struct insurance *typed = &insuring->typed;
	const struct insurance *held = &insuring->held;
	char day[PERIOD_DATE_BYTES], now[PERIOD_DATETIME_BYTES];
	int r = key_make(step->arena, typed);
	if (r)
		return PASS(r);
	typed->valid_to = held->valid_to;
	typed->qualified = held->qualified;
	typed->valid_from = held->valid_from;
	typed->is_by_hand = held->is_by_hand;
	typed->confirmed_at = held->confirmed_at;
	if (typed->order && is_only_ended(held, typed))
		return 0;
	typed->is_by_hand = true;
	period_date_print(typed->begins, day);
	period_datetime_print(step->actor->now_ms, now);
	r = arena_copy(step->arena, str_of(now), &typed->confirmed_at);
	if (!r && typed->begins != held->begins)
		r = arena_copy(step->arena, str_of(day), &typed->valid_from);
	return r ? PASS(r) : 0;
}

/* There is one insurance at a time: what was open ends where this one begins. */
static int open_close(const struct step *step, const struct insuring *insuring)
{
	const struct insurance *typed = &insuring->typed;
	struct insurance open;
	if (typed->closed_on)
		return 0;
	int r = store_insurance_current(step->db, step->arena, insuring->insure->chart, &open);
	if (r || open.order == typed->order)
		return r < 0 ? PASS(r) : 0;
	if (open.begins >= typed->begins) {
		edit_note_add(insuring->wrong, "closed_on",
			      "このあとに始まる保険があります。いつまでかを入れてください。");
		return EDIT_FIELDS;
	}
	r = store_insurance_close(step->db, insuring->insure->chart, open.order,
				  insurance_last_day(typed->begins));
	return r ? PASS(r) : 0;
}

static int insurance_change(const struct step *step, void *ctx)
{
	struct insuring *insuring = ctx;
	const struct insure *insure = insuring->insure;
	int r = open_close(step, insuring);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = insuring->typed.order ? store_insurance_put(step->db, insure->chart, &insuring->typed)
				  : store_insurance_add(step->db, insure->chart, &insuring->typed);
	if (!r)
		r = store_chart_touch(step->db, insure->chart, insure->version);
	return r < 0 ? PASS(r) : r ? EDIT_MOVED : 0;
}

/* Is there such a chart, with that insurance? */
static int held_find(const struct step *step, struct insuring *insuring)
{
	const struct insure *insure = insuring->insure;
	struct chart chart;
	int r = store_chart_get(step->db, step->arena, insure->chart, &chart);
	if (r || chart.state == CHART_MERGED)
		return r < 0 ? PASS(r) : EDIT_CHART_UNKNOWN;
	if (chart.version != insure->version)
		return EDIT_MOVED;
	if (!insure->insurance.order)
		return 0;
	r = store_insurance_get(step->db, step->arena, insure->chart, insure->insurance.order,
				&insuring->held);
	return r < 0 ? PASS(r) : r ? EDIT_CHART_UNKNOWN : 0;
}

static int insure_step(const struct step *step, void *ctx)
{
	struct insuring *insuring = ctx;
	int r = insure_check(step->arena, &insuring->typed, insuring->wrong, insuring->doubts);
	if (r)
		return PASS(r);
	if (insuring->wrong->count)
		return EDIT_FIELDS;
	r = held_find(step, insuring);
	if (!r)
		r = rest_fill(step, insuring);
	if (!r)
		r = step_change(step, JOURNAL_INSURE, insuring->insure->chart, insurance_change,
				insuring);
	return r < 0 ? PASS(r) : r;
}

int insure_run(struct db *db, const struct actor *actor, const struct insure *insure,
	       struct edit_notes *ret_wrong, struct edit_notes *ret_doubts)
{
	struct insuring insuring = {
		.insure = insure,
		.typed = insure->insurance,
		.wrong = ret_wrong,
		.doubts = ret_doubts,
	};
	int r = step_run(db, actor, insure_step, &insuring);
	return r < 0 ? PASS(r) : r;
}
