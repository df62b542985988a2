/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/desk/step.h"

enum { STEP_ARENA_BYTES = 32 * 1024 * 1024 };

int step_run(struct db *db, const struct actor *actor,
	     int (*run)(const struct step *step, void *ctx), void *ctx)
{
	AUTO(arena_clear) struct arena arena;
	const struct step step = {db, &arena, actor};
	arena_init(&arena, STEP_ARENA_BYTES);
	int r = db_begin(db);
	if (r)
		return FOLD(r);
	r = run(&step, ctx);
	if (r) {
		db_rollback(db);
		return r < 0 ? PASS(r) : r;
	}
	r = db_commit(db);
	return r ? FOLD(r) : 0;
}

int step_change(const struct step *step, const char *kind, int64_t chart,
		int (*run)(const struct step *step, void *ctx), void *ctx)
{
	struct journal journal = {
		.db = step->db,
		.arena = step->arena,
		.actor = step->actor,
		.kind = kind,
		.chart = chart,
	};
	int r = journal_begin(&journal);
	if (!r)
		r = run(step, ctx);
	if (!r)
		r = journal_end(&journal);
	return r < 0 ? PASS(r) : r;
}

int step_new(const struct step *step,
	     int (*run)(const struct step *step, void *ctx, int64_t *ret_chart), void *ctx)
{
	struct journal journal = {
		.db = step->db,
		.arena = step->arena,
		.actor = step->actor,
		.kind = JOURNAL_NEW,
	};
	int r = journal_begin(&journal);
	if (!r)
		r = run(step, ctx, &journal.chart);
	if (!r)
		r = journal_end(&journal);
	return r < 0 ? PASS(r) : r;
}
