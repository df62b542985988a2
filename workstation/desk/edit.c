/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/desk/edit.h"

#include "lib/base/number.h"
#include "lib/base/period.h"
#include "workstation/desk/step.h"
#include "workstation/desk/update.h"
#include "workstation/rules/fold.h"
#include "workstation/store/aliases.h"
#include "workstation/store/policies.h"
#include "workstation/store/store.h"

enum { POST_DIGITS = 7, RATIO_DIGITS = 3 };

/* --- what is typed --- */

void edit_note_add(struct edit_notes *notes, const char *field, const char *text)
{
	if (notes->count < EDIT_NOTES_MAX)
		notes->items[notes->count++] = (struct edit_note){field, text};
}

/* Nothing typed is nothing known. */
static void texts_clean(struct chart *chart)
{
	struct str *const texts[] = {&chart->name,  &chart->kana,      &chart->birth,
				     &chart->sex,   &chart->post,      &chart->address,
				     &chart->ratio, &chart->telephone, &chart->notes};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		*texts[i] = str_trim(*texts[i]);
		if (!texts[i]->len)
			*texts[i] = (struct str){0};
	}
}

static bool day_is(struct str text)
{
	int day;
	return period_date_parse(text, &day) == 0;
}

static int post_check(struct arena *arena, struct chart *chart, struct edit_notes *wrong)
{
	struct str digits;
	if (!chart->post.ptr)
		return 0;
	int r = fold_plain(arena, chart->post, &digits);
	if (r)
		return PASS(r);
	if (!number_is_digits(digits, POST_DIGITS))
		edit_note_add(wrong, "post", "7桁の数字で入れてください。例: 100-0001");
	else
		r = arena_print(arena, &chart->post, "%.3s-%.4s", digits.ptr, digits.ptr + 3);
	return r ? PASS(r) : 0;
}

static int chart_check(struct arena *arena, struct chart *chart, struct edit_notes *wrong)
{
	texts_clean(chart);
	if (!chart->name.ptr && !chart->kana.ptr)
		edit_note_add(wrong, "name", "氏名かカナ氏名のどちらかを入れてください。");
	if (chart->birth.ptr && !day_is(chart->birth))
		edit_note_add(wrong, "birth", "日付として読めません。");
	if (chart->sex.ptr && !record_code_word(RECORD_TABLE_SEX, chart->sex).ptr)
		edit_note_add(wrong, "sex", "一覧から選んでください。");
	if (chart->ratio.ptr && !number_is_digits(chart->ratio, RATIO_DIGITS))
		edit_note_add(wrong, "ratio", "一覧から選んでください。");
	if (chart->first_visit && !period_day_valid(chart->first_visit))
		edit_note_add(wrong, "first_visit", "日付として読めません。");
	int r = post_check(arena, chart, wrong);
	return r ? PASS(r) : 0;
}

/* The page's names of the two numbers, by place. */
static const char *const payer_fields[] = {"expense1_payer", "expense2_payer", "expense3_payer",
					   "expense4_payer"};
static const char *const recipient_fields[] = {"expense1_recipient", "expense2_recipient",
					       "expense3_recipient", "expense4_recipient"};

static void number_judge(struct str number, size_t digits, const char *field,
			 struct edit_notes *wrong, struct edit_notes *doubts)
{
	switch (public_expense_check(number, digits)) {
	case PUBLIC_EXPENSE_FITS:
	case PUBLIC_EXPENSE_ABSENT: break;
	case PUBLIC_EXPENSE_MALFORMED:
		edit_note_add(
			wrong, field,
			digits == PUBLIC_EXPENSE_PAYER_DIGITS
				? "負担者番号は8桁の数字です。受給者証を見て入れてください。"
				: "受給者番号は7桁の数字です。受給者証を見て入れてください。");
		break;
	case PUBLIC_EXPENSE_DOUBTFUL:
		edit_note_add(
			doubts, field,
			"最後の数字（検証番号）が合いません。写しまちがいがないか確かめてください。"
			"受給者証のとおりなら、このままでかまいません。");
		break;
	}
}

static int expense_check(struct arena *arena, struct expense *expense, size_t i,
			 struct edit_notes *wrong, struct edit_notes *doubts)
{
	int r = fold_plain(arena, expense->payer_number, &expense->payer_number);
	if (!r)
		r = fold_plain(arena, expense->recipient_number, &expense->recipient_number);
	if (r)
		return PASS(r);
	expense->place = (int)i + 1;
	if (!expense->payer_number.ptr && expense->recipient_number.ptr)
		edit_note_add(wrong, payer_fields[i], "負担者番号も入れてください。");
	number_judge(expense->payer_number, PUBLIC_EXPENSE_PAYER_DIGITS, payer_fields[i], wrong,
		     doubts);
	number_judge(expense->recipient_number, PUBLIC_EXPENSE_RECIPIENT_DIGITS,
		     recipient_fields[i], wrong, doubts);
	return 0;
}

int edit_check(struct arena *arena, struct edit *edit, struct edit_notes *ret_wrong,
	       struct edit_notes *ret_doubts)
{
	struct edit_notes wrong = {0}, doubts = {0};
	int r = chart_check(arena, &edit->chart, &wrong);
	for (size_t i = 0; !r && i < PUBLIC_EXPENSE_PLACES; i++)
		r = expense_check(arena, &edit->expenses[i], i, &wrong, &doubts);
	if (r)
		return PASS(r);
	*ret_wrong = wrong;
	*ret_doubts = doubts;
	return 0;
}

/* --- and stored --- */

struct editing {
	struct edit *edit;
	struct chart kept; /* as it will stand */
	struct edit_notes *wrong, *doubts;
};

/* What nobody types stays as results told it. */
static struct chart chart_join(const struct chart *held, const struct chart *typed)
{
	struct chart chart = *typed;
	chart.number = held->number;
	chart.reference = held->reference;
	chart.limit_class = held->limit_class;
	chart.limit_from = held->limit_from;
	chart.limit_to = held->limit_to;
	chart.state = held->state;
	chart.merged_into = held->merged_into;
	chart.confirmed_at = held->confirmed_at;
	return chart;
}

static int expenses_put(const struct step *step, const struct editing *editing)
{
	struct expense some[PUBLIC_EXPENSE_PLACES];
	size_t count = 0;
	for (size_t i = 0; i < PUBLIC_EXPENSE_PLACES; i++)
		if (editing->edit->expenses[i].payer_number.ptr)
			some[count++] = editing->edit->expenses[i];
	int r = store_expenses_put(step->db, editing->kept.number, some, count);
	return r ? PASS(r) : 0;
}

static int chart_change(const struct step *step, void *ctx)
{
	struct editing *editing = ctx;
	int r = store_chart_update(step->db, step->arena, &editing->kept);
	if (r)
		return r < 0 ? PASS(r) : EDIT_MOVED;
	r = expenses_put(step, editing);
	return r ? PASS(r) : 0;
}

static int chart_make(const struct step *step, void *ctx, int64_t *ret_chart)
{
	struct editing *editing = ctx;
	int r = store_chart_add(step->db, step->arena, &editing->edit->chart, &editing->kept);
	if (!r)
		r = expenses_put(step, editing);
	if (r)
		return PASS(r);
	*ret_chart = editing->kept.number;
	return 0;
}

static int chart_store(const struct step *step, struct editing *editing)
{
	struct chart held;
	int r = store_chart_get(step->db, step->arena, editing->edit->chart.number, &held);
	if (r || held.state == CHART_MERGED)
		return r < 0 ? PASS(r) : EDIT_CHART_UNKNOWN;
	editing->kept = chart_join(&held, &editing->edit->chart);
	r = step_change(step, JOURNAL_EDIT, held.number, chart_change, editing);
	return r < 0 ? PASS(r) : r;
}

static int edit_step(const struct step *step, void *ctx)
{
	struct editing *editing = ctx;
	struct edit *edit = editing->edit;
	int r = edit_check(step->arena, edit, editing->wrong, editing->doubts);
	if (r)
		return PASS(r);
	if (editing->wrong->count)
		return EDIT_FIELDS;
	if (!edit->chart.number) {
		edit->chart.reference = (struct str){0};
		r = step_new(step, chart_make, editing);
	} else {
		r = chart_store(step, editing);
	}
	return r < 0 ? PASS(r) : r;
}

int edit_run(struct db *db, const struct actor *actor, struct edit *edit, int64_t *ret_number,
	     struct edit_notes *ret_wrong, struct edit_notes *ret_doubts)
{
	struct edit copy = *edit; /* what is spelt anew lies in the step's arena */
	struct editing editing = {.edit = &copy, .wrong = ret_wrong, .doubts = ret_doubts};
	int r = step_run(db, actor, edit_step, &editing);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_number = editing.kept.number;
	return 0;
}

/* --- spellings, policies, differences --- */

struct spelling {
	int64_t chart;
	const struct candidate_alias *alias;
	bool is_known;
};

static int alias_change(const struct step *step, void *ctx)
{
	const struct spelling *spelling = ctx;
	int r = spelling->is_known
			? store_alias_add(step->db, step->arena, spelling->chart, spelling->alias)
			: store_alias_remove(step->db, spelling->chart, spelling->alias);
	return r ? PASS(r) : 0;
}

static int chart_known(const struct step *step, int64_t number)
{
	struct chart held;
	int r = store_chart_get(step->db, step->arena, number, &held);
	return r < 0 ? PASS(r) : r ? EDIT_CHART_UNKNOWN : 0;
}

static int alias_step(const struct step *step, void *ctx)
{
	const struct spelling *spelling = ctx;
	int r = chart_known(step, spelling->chart);
	if (!r)
		r = step_change(step, JOURNAL_EDIT, spelling->chart, alias_change, ctx);
	return r < 0 ? PASS(r) : r;
}

int edit_alias(struct db *db, const struct actor *actor, int64_t chart,
	       const struct candidate_alias *alias, bool is_known)
{
	struct spelling spelling = {chart, alias, is_known};
	int r = step_run(db, actor, alias_step, &spelling);
	return r < 0 ? PASS(r) : r;
}

static int policy_change(const struct step *step, void *ctx)
{
	const struct edit_word *word = ctx;
	int r = store_policy_put(step->db, word->chart, word->field, word->always);
	return r ? PASS(r) : 0;
}

static int policy_step(const struct step *step, void *ctx)
{
	const struct edit_word *word = ctx;
	int r = word->chart ? chart_known(step, word->chart) : 0;
	if (!r)
		r = step_change(step, JOURNAL_TAKE, word->chart, policy_change, ctx);
	return r < 0 ? PASS(r) : r;
}

int edit_policy(struct db *db, const struct actor *actor, int64_t chart, enum chart_field field,
		enum policy_choice choice)
{
	struct edit_word word = {.chart = chart, .field = field, .always = choice};
	int r = step_run(db, actor, policy_step, &word);
	return r < 0 ? PASS(r) : r;
}

static int settle_change(const struct step *step, void *ctx)
{
	const struct edit_word *word = ctx;
	int r = update_settle(step->db, step->arena, word->chart, word->field, word->takes);
	if (!r && word->always != POLICY_NONE)
		r = store_policy_put(step->db, word->chart, word->field, word->always);
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	return r == UPDATE_CHART_UNKNOWN ? EDIT_CHART_UNKNOWN : EDIT_NOTHING_WAITS;
}

static int settle_step(const struct step *step, void *ctx)
{
	const struct edit_word *word = ctx;
	int r = step_change(step, JOURNAL_TAKE, word->chart, settle_change, ctx);
	return r < 0 ? PASS(r) : r;
}

int edit_settle(struct db *db, const struct actor *actor, const struct edit_word *word)
{
	struct edit_word copy = *word;
	int r = step_run(db, actor, settle_step, &copy);
	return r < 0 ? PASS(r) : r;
}
