/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/desk/decide.h"

#include "workstation/desk/step.h"
#include "workstation/store/changes.h"
#include "workstation/store/hand_over.h"
#include "workstation/store/store.h"

static int live_chart(const struct step *step, int64_t number, struct chart *ret_chart)
{
	int r = store_chart_get(step->db, step->arena, number, ret_chart);
	if (r)
		return r < 0 ? PASS(r) : DECIDE_CHART_UNKNOWN;
	return ret_chart->state == CHART_LIVE ? 0 : DECIDE_CHART_UNKNOWN;
}

/* --- a result leaves its chart --- */

struct unlinking {
	struct str result_id;
	bool is_exact;
};

/* As if it had never come; positive: something has changed since. */
static int unlink_by_undo(const struct step *step, struct str result_id)
{
	struct change change;
	int r = store_change_of_result(step->db, step->arena, result_id, &change);
	if (r)
		return r < 0 ? PASS(r) : JOURNAL_UNKNOWN;
	if (!str_equal(change.kind, STR(JOURNAL_LINK)) && !str_equal(change.kind, STR(JOURNAL_NEW)))
		return JOURNAL_LATER;
	r = journal_undo(step->db, step->arena, step->actor, change.no);
	return r < 0 ? PASS(r) : r;
}

static int unlink_alone(const struct step *step, int64_t chart, struct str result_id)
{
	struct journal journal = {
		.db = step->db,
		.arena = step->arena,
		.actor = step->actor,
		.kind = JOURNAL_UNLINK,
		.chart = chart,
		.result_id = result_id,
	};
	int r = journal_begin(&journal);
	if (!r)
		r = store_insurance_withdraw(step->db, chart, result_id);
	if (!r)
		r = store_seen_release(step->db, chart, result_id);
	if (!r)
		r = journal_end(&journal);
	return r ? PASS(r) : 0;
}

static int unlink_step(const struct step *step, void *ctx)
{
	struct unlinking *unlinking = ctx;
	struct seen seen;
	int r = store_seen_get(step->db, step->arena, unlinking->result_id, &seen);
	if (r || seen.state != SEEN_DONE || !seen.chart)
		return r < 0 ? PASS(r) : DECIDE_RESULT_UNKNOWN;
	r = unlink_by_undo(step, unlinking->result_id);
	unlinking->is_exact = r == 0;
	if (r > 0)
		r = unlink_alone(step, seen.chart, unlinking->result_id);
	return r < 0 ? PASS(r) : r;
}

int decide_unlink(struct db *db, const struct actor *actor, struct str result_id,
		  bool *ret_is_exact)
{
	struct unlinking unlinking = {.result_id = result_id};
	int r = step_run(db, actor, unlink_step, &unlinking);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_is_exact = unlinking.is_exact;
	return 0;
}

/* --- and goes to another --- */

struct relinking {
	struct unlinking unlinking;
	const struct settle *settle;
};

static int relink_step(const struct step *step, void *ctx)
{
	struct relinking *relinking = ctx;
	int64_t chart;
	int r = unlink_step(step, &relinking->unlinking);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = settle_do(step->db, step->arena, step->actor, relinking->settle, &chart);
	return r < 0 ? PASS(r) : r ? DECIDE_OUTCOMES + r : 0;
}

int decide_relink(struct db *db, const struct actor *actor, const struct settle *settle,
		  bool *ret_is_exact)
{
	struct relinking relinking = {.unlinking = {.result_id = settle->result_id},
				      .settle = settle};
	int r = step_run(db, actor, relink_step, &relinking);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_is_exact = relinking.unlinking.is_exact;
	return 0;
}

/* --- two charts are one person's --- */

struct merging {
	int64_t from, into;
	struct chart from_chart, into_chart;
	char last[64]; /* the id of from's last result that has its number; "": none */
};

static int last_note(void *ctx, const struct seen *seen)
{
	struct merging *merging = ctx;
	if (!str_equal(seen->reference, merging->from_chart.reference))
		return 0;
	int r = str_to_c(seen->result_id, merging->last, sizeof merging->last);
	return r ? PASS(r) : 0;
}

/* The service holds from's number for the person: it is to learn into's. */
static int number_replace(const struct step *step, struct merging *merging)
{
	int r = store_seen_each(step->db, SEEN_OF_CHART, merging->from, last_note, merging);
	if (!r && merging->last[0])
		r = store_queue_add(step->db, str_of(merging->last), merging->from,
				    merging->into_chart.reference, merging->from_chart.reference);
	return r < 0 ? PASS(r) : r;
}

static int merge_do(const struct step *step, struct merging *merging)
{
	struct journal journal = {
		.db = step->db,
		.arena = step->arena,
		.actor = step->actor,
		.kind = JOURNAL_MERGE,
		.chart = merging->into,
		.other = merging->from,
	};
	int r = journal_begin(&journal);
	if (!r)
		r = number_replace(step, merging);
	if (!r)
		r = store_hand_over(step->db, merging->from, merging->into);
	if (!r)
		r = journal_end(&journal);
	return r ? PASS(r) : 0;
}

static int merge_step(const struct step *step, void *ctx)
{
	struct merging *merging = ctx;
	if (merging->from == merging->into)
		return DECIDE_ALREADY;
	int r = live_chart(step, merging->from, &merging->from_chart);
	if (!r)
		r = live_chart(step, merging->into, &merging->into_chart);
	if (!r)
		r = merge_do(step, merging);
	return r < 0 ? PASS(r) : r;
}

int decide_merge(struct db *db, const struct actor *actor, int64_t from, int64_t into)
{
	struct merging merging = {.from = from, .into = into};
	int r = step_run(db, actor, merge_step, &merging);
	return r < 0 ? PASS(r) : r;
}

/* --- put away --- */

struct putting_away {
	int64_t chart;
	enum chart_state state;
};

static int away_do(const struct step *step, void *ctx)
{
	int r = store_chart_update(step->db, step->arena, ctx);
	return r ? FOLD(r) : 0;
}

static int away_step(const struct step *step, void *ctx)
{
	const struct putting_away *putting = ctx;
	struct chart chart;
	int r = store_chart_get(step->db, step->arena, putting->chart, &chart);
	if (r || chart.state == CHART_MERGED)
		return r < 0 ? PASS(r) : DECIDE_CHART_UNKNOWN;
	if (chart.state == putting->state)
		return DECIDE_ALREADY;
	chart.state = putting->state;
	r = step_change(step, JOURNAL_PUT_AWAY, chart.number, away_do, &chart);
	return r ? PASS(r) : 0;
}

int decide_away(struct db *db, const struct actor *actor, int64_t chart, bool is_away)
{
	struct putting_away putting = {chart, is_away ? CHART_AWAY : CHART_LIVE};
	int r = step_run(db, actor, away_step, &putting);
	return r < 0 ? PASS(r) : r;
}

/* --- undo --- */

static int undo_step(const struct step *step, void *ctx)
{
	const int64_t *no = ctx;
	int r = journal_undo(step->db, step->arena, step->actor, *no);
	return r < 0 ? PASS(r) : r;
}

int decide_undo(struct db *db, const struct actor *actor, int64_t no)
{
	int r = step_run(db, actor, undo_step, &no);
	return r < 0 ? PASS(r) : r;
}
