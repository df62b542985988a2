/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/import/take.h"

#include "workstation/rules/fold.h"
#include "workstation/store/find.h"
#include "workstation/store/store.h"

struct taking {
	const struct import_row *row;
	struct str name_fold, kana_fold; /* of the row */
	struct arena *arena;
	struct chart twin; /* number 0: none */
};

/* --- who is it? --- */

static int names_agree(const struct taking *taking, const struct chart *chart, bool *ret_agree)
{
	struct str name, kana;
	int r = fold_name(taking->arena, chart->name, &name);
	if (!r)
		r = fold_kana(taking->arena, chart->kana, &kana);
	if (r)
		return PASS(r);
	*ret_agree = (kana.ptr && str_equal(kana, taking->kana_fold)) ||
		     (name.ptr && str_equal(name, taking->name_fold));
	return 0;
}

static int is_same_person(const struct taking *taking, const struct chart *chart, bool *ret_same)
{
	struct str birth = taking->row->edit.chart.birth;
	*ret_same = false;
	if (birth.ptr && chart->birth.ptr && !str_equal(birth, chart->birth))
		return 0;
	int r = names_agree(taking, chart, ret_same);
	return r ? PASS(r) : 0;
}

static int twin_look(void *ctx, const struct candidate_chart *one)
{
	struct taking *taking = ctx;
	struct str birth = taking->row->edit.chart.birth;
	bool is_same = false;
	if (taking->twin.number || one->chart.state != CHART_LIVE ||
	    !str_equal(one->chart.birth, birth))
		return 0;
	int r = names_agree(taking, &one->chart, &is_same);
	if (r)
		return PASS(r);
	taking->twin.number = is_same ? one->chart.number : 0;
	return 0;
}

/* By birth date and name. */
static int twin_find(const struct step *step, struct taking *taking)
{
	const struct candidate_told told = {.birth = taking->row->edit.chart.birth};
	if (!told.birth.ptr)
		return 0;
	int r = store_alike_each(step->db, &told, twin_look, taking);
	if (!r && taking->twin.number)
		r = store_chart_get(step->db, step->arena, taking->twin.number, &taking->twin);
	return r < 0 ? PASS(r) : r ? RAISE(ENOENT) : 0;
}

/* --- filling --- */

static bool text_fill(struct str *held, struct str told)
{
	bool fills = !held->ptr && told.ptr;
	if (fills)
		*held = told;
	return fills;
}

/* Does the row say anything that the chart does not? */
static bool chart_fill(struct chart *held, const struct chart *told)
{
	bool fills = text_fill(&held->name, told->name);
	fills |= text_fill(&held->kana, told->kana);
	fills |= text_fill(&held->birth, told->birth);
	fills |= text_fill(&held->sex, told->sex);
	fills |= text_fill(&held->post, told->post);
	fills |= text_fill(&held->address, told->address);
	fills |= text_fill(&held->telephone, told->telephone);
	fills |= text_fill(&held->ratio, told->ratio);
	fills |= text_fill(&held->notes, told->notes);
	if (!held->first_visit && told->first_visit) {
		held->first_visit = told->first_visit;
		fills = true;
	}
	return fills;
}

static int expenses_put(const struct step *step, int64_t chart, const struct import_row *row)
{
	struct expense some[PUBLIC_EXPENSE_PLACES];
	size_t count = 0;
	for (size_t i = 0; i < PUBLIC_EXPENSE_PLACES; i++)
		if (row->edit.expenses[i].payer_number.ptr)
			some[count++] = row->edit.expenses[i];
	int r = count ? store_expenses_put(step->db, chart, some, count) : 0;
	return r ? PASS(r) : 0;
}

struct filling {
	struct chart chart; /* as it will stand */
	bool fills_chart, fills_expenses, fills_insurance;
	const struct import_row *row;
};

static int filling_look(const struct step *step, const struct import_row *row,
			const struct chart *held, struct filling *ret_filling)
{
	struct filling filling = {.chart = *held, .row = row};
	struct expense *expenses;
	struct insurance current;
	size_t count;
	filling.fills_chart = chart_fill(&filling.chart, &row->edit.chart);
	int r = store_expenses_list(step->db, step->arena, held->number, &expenses, &count);
	if (r)
		return PASS(r);
	filling.fills_expenses = !count && row->edit.expenses[0].payer_number.ptr;
	r = store_insurance_current(step->db, step->arena, held->number, &current);
	if (r < 0)
		return PASS(r);
	filling.fills_insurance = r == STORE_ABSENT && row->has_insurance;
	*ret_filling = filling;
	return 0;
}

static int filling_run(const struct step *step, void *ctx)
{
	const struct filling *filling = ctx;
	int64_t number = filling->chart.number;
	int r = 0;
	if (filling->fills_chart)
		r = store_chart_update(step->db, step->arena, &filling->chart);
	if (!r && filling->fills_expenses)
		r = expenses_put(step, number, filling->row);
	if (!r && filling->fills_insurance)
		r = store_insurance_add(step->db, number, &filling->row->insurance);
	return r < 0 ? PASS(r) : r ? RAISE(EBUSY) : 0;
}

static int known_take(const struct step *step, const struct taking *taking,
		      const struct chart *held, const struct import_wish *wish,
		      enum import_fate *ret_fate)
{
	struct filling filling = {.row = NULL};
	int r = wish->fills ? filling_look(step, taking->row, held, &filling) : 0;
	if (r)
		return PASS(r);
	bool fills = filling.fills_chart || filling.fills_expenses || filling.fills_insurance;
	if (fills && !wish->dry)
		r = step_change(step, JOURNAL_EDIT, held->number, filling_run, &filling);
	if (r)
		return FOLD(r);
	*ret_fate = fills ? IMPORT_FILLED : IMPORT_KNOWN;
	return 0;
}

/* --- making --- */

static int chart_make(const struct step *step, void *ctx, int64_t *ret_chart)
{
	const struct import_row *row = ctx;
	struct chart made;
	int r = store_chart_add(step->db, step->arena, &row->edit.chart, &made);
	if (!r)
		r = expenses_put(step, made.number, row);
	if (!r && row->has_insurance)
		r = store_insurance_add(step->db, made.number, &row->insurance);
	if (r)
		return FOLD(r);
	*ret_chart = made.number;
	return 0;
}

static int refuse(struct import_notes *notes, enum import_column column, struct str why,
		  enum import_fate *ret_fate)
{
	import_note_add(notes, column, true, why);
	*ret_fate = IMPORT_REFUSED;
	return 0;
}

static int twin_take(const struct step *step, const struct taking *taking,
		     const struct import_wish *wish, enum import_fate *ret_fate,
		     struct import_notes *notes)
{
	const struct chart *twin = &taking->twin;
	struct str reference = taking->row->edit.chart.reference, why;
	int r;
	if (!reference.ptr || str_equal(reference, twin->reference)) {
		r = known_take(step, taking, twin, wish, ret_fate);
		return r ? PASS(r) : 0;
	}
	r = arena_print(step->arena, &why,
			"氏名と生年月日が同じカルテが、別の番号（%.*s）ですでにあります。"
			"同じ人か確かめてください。",
			STR_ARG(twin->reference));
	return r ? PASS(r) : refuse(notes, IMPORT_REFERENCE, why, ret_fate);
}

static int holder_take(const struct step *step, const struct taking *taking,
		       const struct chart *holder, const struct import_wish *wish,
		       enum import_fate *ret_fate, struct import_notes *notes)
{
	bool is_same;
	if (holder->state != CHART_LIVE)
		return refuse(notes, IMPORT_REFERENCE,
			      STR("この番号は、しまったカルテか、ほかのカルテとまとめたカルテのもの"
				  "です。"),
			      ret_fate);
	int r = is_same_person(taking, holder, &is_same);
	if (r)
		return PASS(r);
	if (!is_same)
		return refuse(notes, IMPORT_REFERENCE,
			      STR("この番号のカルテがすでにあり、氏名か生年月日がちがいます。"),
			      ret_fate);
	r = known_take(step, taking, holder, wish, ret_fate);
	return r ? PASS(r) : 0;
}

int import_take(const struct step *step, const struct import_row *row,
		const struct import_wish *wish, enum import_fate *ret_fate,
		struct import_notes *notes)
{
	struct taking taking = {.row = row, .arena = step->arena};
	const struct chart *told = &row->edit.chart;
	struct chart holder;
	*ret_fate = IMPORT_REFUSED;
	if (notes->wrong_count)
		return 0;
	int r = fold_name(step->arena, told->name, &taking.name_fold);
	if (!r)
		r = fold_kana(step->arena, told->kana, &taking.kana_fold);
	if (r)
		return PASS(r);
	r = told->reference.ptr
		    ? store_chart_of_reference(step->db, step->arena, told->reference, &holder)
		    : STORE_ABSENT;
	if (!r) {
		r = holder_take(step, &taking, &holder, wish, ret_fate, notes);
		return r ? PASS(r) : 0;
	}
	r = r < 0 ? r : twin_find(step, &taking);
	if (!r && taking.twin.number) {
		r = twin_take(step, &taking, wish, ret_fate, notes);
		return r ? PASS(r) : 0;
	}
	struct import_row made = *row;
	if (!r && !wish->dry)
		r = step_new(step, chart_make, &made);
	if (r)
		return FOLD(r);
	*ret_fate = IMPORT_MADE;
	return 0;
}
