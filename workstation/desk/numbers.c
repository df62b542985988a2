/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/desk/numbers.h"

#include "workstation/desk/settle.h"
#include "workstation/rules/matching.h"
#include "workstation/store/changes.h"
#include "workstation/store/store.h"

enum {
	NUMBERS_ARENA_BYTES = 16 * 1024 * 1024,
	SEEK_MAX = 24, /* each step is twice as far: past 16 million charts of another PC */
};

struct numbers {
	struct db *db;
	const struct source *source;
	const struct actor *actor;
	struct sync_report *report;
	struct arena arena;
};

static void numbers_clear(struct numbers *numbers)
{
	arena_clear(&numbers->arena);
}

/* The program's own chart of this result, with the number it gave itself? */
static int is_own(struct numbers *numbers, const struct queued *queued, struct chart *ret_chart,
		  bool *ret_is)
{
	struct seen seen;
	int r = store_seen_get(numbers->db, &numbers->arena, queued->result_id, &seen);
	if (r < 0)
		return PASS(r);
	bool is = r == 0 && seen.kind == MATCH_NEW && seen.chart == queued->chart &&
		  !queued->expected.ptr;
	r = is ? store_chart_get(numbers->db, &numbers->arena, queued->chart, ret_chart) : 0;
	if (r < 0)
		return PASS(r);
	*ret_is = is && r == 0 && str_equal(ret_chart->reference, queued->number);
	return 0;
}

/* --- another number for this chart --- */

static int number_change_in(struct numbers *numbers, const struct queued *queued, struct str number)
{
	struct journal journal = {
		.db = numbers->db,
		.arena = &numbers->arena,
		.actor = numbers->actor,
		.kind = JOURNAL_NUMBER,
		.chart = queued->chart,
	};
	int r = journal_begin(&journal);
	if (!r)
		r = store_chart_reference_set(numbers->db, queued->chart, number);
	if (!r)
		r = journal_end(&journal);
	return r < 0 ? PASS(r) : r;
}

/*
 * The chart's 照会番号, with the queue in step: to_send: it is still to be registered. Outcome:
 * STORE_MOVED (another chart has it).
 */
static int number_change(struct numbers *numbers, const struct queued *queued, struct str number,
			 bool to_send)
{
	int r = db_begin(numbers->db);
	if (r)
		return FOLD(r);
	r = number_change_in(numbers, queued, number);
	if (!r)
		r = to_send ? store_queue_add(numbers->db, queued->result_id, queued->chart, number,
					      queued->expected)
			    : store_queue_remove(numbers->db, queued->result_id);
	if (r) {
		db_rollback(numbers->db);
		return r < 0 ? PASS(r) : r;
	}
	r = db_commit(numbers->db);
	return r ? FOLD(r) : 0;
}

/* --- what was said --- */

static int answer_keep(struct numbers *numbers, struct queued *queued, int answer, struct str held)
{
	queued->problem = numbers->source->problem(numbers->source->ctx);
	queued->held = answer == SOURCE_CONFLICT ? held : (struct str){0};
	queued->state = answer == SOURCE_CONFLICT  ? QUEUED_CONFLICT
			: answer == SOURCE_REFUSED ? QUEUED_REFUSED
						   : QUEUED_WAITING;
	int r = store_queue_failed(numbers->db, queued);
	if (r)
		return PASS(r);
	return answer == SOURCE_FAILED ? SYNC_STOPPED : 0;
}

/* Does the chart that has the held number agree with what the result says of the person? */
static int is_same_person(struct numbers *numbers, const struct queued *queued,
			  const struct chart *holder, bool *ret_is)
{
	struct record_qualification said = {.diseases_count = 0};
	struct candidate_told told;
	struct candidate candidate;
	struct seen seen;
	int r = store_seen_get(numbers->db, &numbers->arena, queued->result_id, &seen);
	if (r)
		return FOLD(r);
	said.elements[RECORD_NAME] = seen.name;
	said.elements[RECORD_NAME_KANA] = seen.kana;
	said.elements[RECORD_BIRTH] = seen.birth;
	said.elements[RECORD_SEX] = seen.sex;
	const struct result result = {.reference = holder->reference, .first = &said};
	const struct candidate_chart chart = {.chart = *holder};
	r = candidate_told_read(&numbers->arena, &result, &told);
	if (!r)
		r = candidate_weigh(&told, &chart, &candidate);
	if (r)
		return PASS(r);
	*ret_is = holder->state == CHART_LIVE && candidate_is_holder(&candidate);
	return 0;
}

/* The making of the chart is undone. Outcome: JOURNAL_LATER (somebody has worked on it since). */
static int making_undo(struct numbers *numbers, const struct queued *queued)
{
	struct change change;
	int r = db_begin(numbers->db);
	if (r)
		return FOLD(r);
	/* As when it was made: what has been tried since is no work of somebody's. */
	r = store_queue_add(numbers->db, queued->result_id, queued->chart, queued->number,
			    queued->expected);
	if (!r)
		r = store_change_of_result(numbers->db, &numbers->arena, queued->result_id,
					   &change);
	if (!r)
		r = journal_undo(numbers->db, &numbers->arena, numbers->actor, change.no);
	if (!r)
		r = store_queue_remove(numbers->db, queued->result_id);
	if (r) {
		db_rollback(numbers->db);
		return r < 0 ? PASS(r) : JOURNAL_LATER;
	}
	r = db_commit(numbers->db);
	return r ? FOLD(r) : 0;
}

/* Cut between the two, the result waits for somebody: nothing is lost, nothing is there twice. */
static int chart_join(struct numbers *numbers, struct queued *queued, const struct chart *holder,
		      struct str held)
{
	const struct settle settle = {.result_id = queued->result_id, .chart = holder->number};
	int64_t chart;
	int r = making_undo(numbers, queued);
	if (r)
		return r < 0 ? PASS(r) : answer_keep(numbers, queued, SOURCE_CONFLICT, held);
	r = settle_run(numbers->db, numbers->actor, &settle, &chart);
	if (r < 0)
		return PASS(r);
	numbers->report->joined++;
	return 0;
}

/*
 * The service still has the number of a chart that was merged into this one: that is to be
 * replaced, with the next look at the queue. Otherwise somebody decides.
 */
static int conflict_keep(struct numbers *numbers, struct queued *queued, struct str held)
{
	struct chart holder;
	int r = held.len ? store_chart_holder(numbers->db, &numbers->arena, held, &holder)
			 : STORE_ABSENT;
	if (r == 0 && holder.number == queued->chart && !str_equal(queued->expected, held))
		r = store_queue_add(numbers->db, queued->result_id, queued->chart, queued->number,
				    held);
	else if (r >= 0)
		r = answer_keep(numbers, queued, SOURCE_CONFLICT, held);
	return r < 0 ? PASS(r) : r;
}

static int conflict_take(struct numbers *numbers, struct queued *queued, struct str held)
{
	struct chart own, holder;
	bool is = false;
	int r = held.len ? is_own(numbers, queued, &own, &is) : 0;
	if (r)
		return PASS(r);
	if (!is) {
		r = conflict_keep(numbers, queued, held);
		return r < 0 ? PASS(r) : r;
	}
	r = store_chart_holder(numbers->db, &numbers->arena, held, &holder);
	if (r == STORE_ABSENT) {
		r = number_change(numbers, queued, held, false);
		numbers->report->joined += r == 0;
		return r ? FOLD(r) : 0;
	}
	if (!r)
		r = is_same_person(numbers, queued, &holder, &is);
	if (r < 0)
		return PASS(r);
	r = is ? chart_join(numbers, queued, &holder, held)
	       : answer_keep(numbers, queued, SOURCE_CONFLICT, held);
	return r < 0 ? PASS(r) : r;
}

static int answer_take(struct numbers *numbers, struct queued *queued, int answer, struct str held)
{
	bool is_held = answer == SOURCE_CONFLICT && str_equal(held, queued->number);
	if (answer == 0 || is_held) {
		/* Held already: an answer that was lost on the way, or another PC's same number. */
		numbers->report->registered++;
		int r = store_queue_remove(numbers->db, queued->result_id);
		return r ? PASS(r) : 0;
	}
	int r = answer == SOURCE_CONFLICT ? conflict_take(numbers, queued, held)
					  : answer_keep(numbers, queued, answer, held);
	return r < 0 ? PASS(r) : r;
}

/* --- asking --- */

static int ask(struct numbers *numbers, const struct queued *queued, struct str *ret_held)
{
	const struct source *source = numbers->source;
	const struct registration registration = {queued->result_id, queued->number,
						  queued->expected};
	int r = source->reference_register(source->ctx, &numbers->arena, &registration, ret_held);
	return r < 0 ? PASS(r) : r;
}

/* Another person has it at the service: the next, then twice as far each time. */
static int next_give(struct numbers *numbers, struct queued *queued, int step)
{
	int64_t next;
	struct str number;
	int r = store_reference_next(numbers->db, &next);
	if (!r)
		r = arena_print(&numbers->arena, &number, "%lld",
				(long long)next + (1LL << step) - 1);
	if (!r)
		r = number_change(numbers, queued, number, true);
	if (r)
		return FOLD(r);
	queued->number = number;
	return 0;
}

static int one_send(struct numbers *numbers, struct queued *queued)
{
	struct chart own;
	struct str held = {0};
	bool is = false;
	int r = is_own(numbers, queued, &own, &is);
	if (!r)
		r = ask(numbers, queued, &held);
	for (int step = 0; is && step < SEEK_MAX && r == SOURCE_REFUSED; step++) {
		if (!str_equal(numbers->source->problem(numbers->source->ctx),
			       STR("reference_taken")))
			break;
		r = next_give(numbers, queued, step);
		if (!r)
			r = ask(numbers, queued, &held);
	}
	if (r < 0)
		return PASS(r);
	r = answer_take(numbers, queued, r, held);
	return r < 0 ? PASS(r) : r;
}

int numbers_send(struct db *db, const struct source *source, const struct actor *actor,
		 struct sync_report *report)
{
	AUTO(numbers_clear)
	struct numbers numbers = {.db = db, .source = source, .actor = actor, .report = report};
	AUTO(arena_clear) struct arena arena;
	struct queued *list;
	size_t count;
	arena_init(&numbers.arena, NUMBERS_ARENA_BYTES);
	arena_init(&arena, NUMBERS_ARENA_BYTES);
	int r = store_queue_list(db, &arena, true, &list, &count);
	for (size_t i = 0; r == 0 && i < count; i++) {
		r = one_send(&numbers, &list[i]);
		arena_clear(&numbers.arena);
	}
	return r < 0 ? PASS(r) : r;
}
