/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/desk/conflict.h"

#include "workstation/desk/step.h"
#include "workstation/store/store.h"

struct settling {
	struct str result_id;
	enum conflict_word word;
	struct queued queued;
	struct str number; /* the chart's from now on */
};

static int queued_find(const struct step *step, struct settling *settling)
{
	struct queued *list;
	size_t count;
	int r = store_queue_list(step->db, step->arena, false, &list, &count);
	if (r)
		return PASS(r);
	for (size_t i = 0; i < count; i++)
		if (list[i].state != QUEUED_WAITING &&
		    str_equal(list[i].result_id, settling->result_id)) {
			settling->queued = list[i];
			return 0;
		}
	return CONFLICT_GONE;
}

static int number_set(const struct step *step, void *ctx)
{
	const struct settling *settling = ctx;
	int r = store_chart_reference_set(step->db, settling->queued.chart, settling->number);
	return r < 0 ? PASS(r) : r ? CONFLICT_TAKEN : 0;
}

static int number_change(const struct step *step, struct settling *settling)
{
	int r = step_change(step, JOURNAL_NUMBER, settling->queued.chart, number_set, settling);
	return r < 0 ? PASS(r) : r;
}

static int next_give(const struct step *step, struct settling *settling)
{
	const struct queued *queued = &settling->queued;
	int64_t next;
	int r = store_reference_next(step->db, &next);
	if (!r)
		r = arena_print(step->arena, &settling->number, "%lld", (long long)next);
	if (!r)
		r = number_change(step, settling);
	if (!r)
		r = store_queue_add(step->db, queued->result_id, queued->chart, settling->number,
				    queued->expected);
	return r < 0 ? PASS(r) : r;
}

static int held_take(const struct step *step, struct settling *settling)
{
	settling->number = settling->queued.held;
	int r = number_change(step, settling);
	if (!r)
		r = store_queue_remove(step->db, settling->result_id);
	return r < 0 ? PASS(r) : r;
}

static int settle_step(const struct step *step, void *ctx)
{
	struct settling *settling = ctx;
	const struct queued *queued = &settling->queued;
	int r = queued_find(step, settling);
	if (r)
		return r < 0 ? PASS(r) : r;
	bool needs_held =
		settling->word == CONFLICT_TAKE_HELD || settling->word == CONFLICT_REPLACE;
	if (needs_held && !queued->held.len)
		return CONFLICT_NO_HELD;
	switch (settling->word) {
	case CONFLICT_TAKE_HELD: r = held_take(step, settling); break;
	case CONFLICT_REPLACE:
		r = store_queue_add(step->db, queued->result_id, queued->chart, queued->number,
				    queued->held);
		break;
	case CONFLICT_NEXT: r = next_give(step, settling); break;
	case CONFLICT_LEAVE: r = store_queue_remove(step->db, queued->result_id); break;
	}
	return r < 0 ? PASS(r) : r;
}

int conflict_settle(struct db *db, const struct actor *actor, struct str result_id,
		    enum conflict_word word)
{
	struct settling settling = {.result_id = result_id, .word = word};
	int r = step_run(db, actor, settle_step, &settling);
	return r < 0 ? PASS(r) : r;
}
