/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One synchronisation.
 *
 * A new patient tapped twice before the first synchronisation comes as two results without a
 * number. The first makes the chart; the second looks like somebody who is already here, and nobody
 * may guess. So it is left alone until the number of the first is registered: downloaded again it
 * carries the number, and the service itself has said who it is. Only what is still without one
 * then waits for a person's decision.
 */
#include "workstation/desk/sync.h"

#include "workstation/desk/find.h"
#include "workstation/desk/intake.h"
#include "workstation/desk/numbers.h"
#include "workstation/rules/matching.h"
#include "workstation/store/store.h"

enum {
	SYNC_ARENA_BYTES = 64 * 1024 * 1024,
	BATCH_RESULTS = 200,
	BATCH_BYTES = 4 * 1024 * 1024,
};

struct sync {
	struct db *db;
	const struct actor *actor;
	const struct source *source;
	struct source_ask ask;
	struct str cursor; /* of what is new: where the last download ended */
	struct arena arena;
	struct sync_report report;
	bool is_final; /* the second time through: nothing is put off any more */
	bool put_off;  /* something was */
};

/* --- doing --- */

static int carry_out(struct sync *sync, struct arena *arena, const struct result *result,
		     struct match match)
{
	struct intake_report report;
	int r = intake_result(sync->db, arena, sync->actor, result, &match, &report);
	if (r)
		return PASS(r);
	sync->report.linked += match.kind == MATCH_LINK;
	sync->report.charts_new += match.kind == MATCH_NEW;
	sync->report.asked += match.kind == MATCH_ASK;
	sync->report.aside += match.kind == MATCH_ASIDE;
	sync->report.insurances_new += report.insurance_appended;
	return 0;
}

/* Somebody who may be here only since a moment ago, whose number is on its way: see above. */
static int may_settle_itself(struct sync *sync, const struct found *found, bool *ret_may)
{
	bool waits = false;
	int r = 0;
	if (found->match.reason == MATCH_CANDIDATES || found->match.reason == MATCH_PROPOSED)
		for (size_t i = 0; !r && !waits && i < found->count; i++)
			r = store_queue_waits(sync->db, found->candidates[i].chart, &waits);
	if (r)
		return PASS(r);
	*ret_may = waits;
	return 0;
}

/* Looked at, decided and done in the transaction of its batch: another synchronisation of the same
 * store, at the same time, sees all of it or nothing; killed, nothing of it has happened. */
static int result_import(struct sync *sync, struct arena *arena, const struct result *result)
{
	struct found found;
	bool may_settle = false;
	enum seen_state state;
	int r = store_seen_state(sync->db, result->id, &state);
	if (r)
		return PASS(r);
	if (sync->is_final && state != SEEN_NEVER)
		return 0;
	if (state == SEEN_DONE) {
		sync->report.known++;
		return 0;
	}
	r = find_match(sync->db, arena, result, &found);
	if (!r && state == SEEN_NEVER && !sync->is_final)
		r = may_settle_itself(sync, &found, &may_settle);
	if (r)
		return PASS(r);
	if (may_settle) {
		sync->put_off = true;
		return 0;
	}
	r = carry_out(sync, arena, result, found.match);
	return r ? PASS(r) : 0;
}

/* --- several at once --- */

/*
 * A transaction for each would be a sync of the disk for each. They are gathered first: while the
 * source waits for the network nobody may be kept out of the store.
 */
struct batch {
	struct result results[BATCH_RESULTS];
	size_t count, bytes;
};

static int batch_commit(struct sync *sync, struct arena *arena, const struct batch *batch)
{
	int r = db_begin(sync->db);
	if (r)
		return FOLD(r);
	for (size_t i = 0; r == 0 && i < batch->count; i++)
		r = result_import(sync, arena, &batch->results[i]);
	if (r) {
		db_rollback(sync->db);
		return PASS(r);
	}
	r = db_commit(sync->db);
	return r ? FOLD(r) : 0;
}

/* What the source lends until its next result, over to the arena. */
static int result_keep(struct arena *arena, struct result *result)
{
	struct str *const texts[] = {&result->id,	&result->confirmed_at, &result->reference,
				     &result->validity, &result->remark,       &result->method,
				     &result->staff,	&result->entry,	       &result->raw};
	struct record_qualification *first = NULL;
	int r = 0;
	for (size_t i = 0; !r && i < sizeof texts / sizeof texts[0]; i++)
		r = texts[i]->ptr ? arena_copy(arena, *texts[i], texts[i]) : 0;
	if (!r && result->first) {
		first = arena_alloc(arena, sizeof *first);
		if (!first)
			return RAISE(ENOMEM);
		*first = *result->first;
		for (size_t i = 0; !r && i < RECORD_ELEMENTS; i++)
			r = first->elements[i].ptr
				    ? arena_copy(arena, first->elements[i], &first->elements[i])
				    : 0;
	}
	if (r)
		return PASS(r);
	result->first = first;
	return 0;
}

/* Until it is full: 0; or the source's outcome. */
static int batch_gather(struct sync *sync, struct arena *arena, struct batch *batch)
{
	const struct source *source = sync->source;
	int r = 0;
	while (r == 0 && batch->count < BATCH_RESULTS && batch->bytes < BATCH_BYTES) {
		struct result *result = &batch->results[batch->count];
		r = source->next(source->ctx, arena, result);
		if (r)
			break;
		r = result_keep(arena, result);
		batch->bytes += result->raw.len + result->entry.len;
		batch->count++;
	}
	return r < 0 ? PASS(r) : r;
}

static int batch_take(struct sync *sync, struct arena *arena)
{
	struct batch *batch = arena_alloc(arena, sizeof *batch);
	if (!batch)
		return RAISE(ENOMEM);
	int r = batch_gather(sync, arena, batch);
	if (r < 0)
		return PASS(r);
	int committed = batch->count ? batch_commit(sync, arena, batch) : 0;
	if (committed)
		return PASS(committed);
	sync->report.downloaded += sync->is_final ? 0 : (int64_t)batch->count;
	return r;
}

/* --- the source --- */

static int results_take(struct sync *sync)
{
	AUTO(arena_clear) struct arena arena;
	int r;
	arena_init(&arena, SYNC_ARENA_BYTES);
	while ((r = batch_take(sync, &arena)) == 0)
		arena_clear(&arena);
	if (r < 0)
		return PASS(r);
	return r == SOURCE_END ? 0 : SYNC_STOPPED;
}

static int cursor_keep(struct sync *sync)
{
	int r = sync->ask.from ? 0
			       : arena_copy(&sync->arena, sync->source->cursor(sync->source->ctx),
					    &sync->cursor);
	return r ? PASS(r) : 0;
}

static int download(struct sync *sync)
{
	int r = sync->source->begin(sync->source->ctx, &sync->ask);
	if (r)
		return r < 0 ? PASS(r) : SYNC_STOPPED;
	r = results_take(sync);
	if (r == 0)
		r = cursor_keep(sync);
	sync->source->end(sync->source->ctx);
	return r < 0 ? PASS(r) : r;
}

static int queue_count(struct sync *sync)
{
	AUTO(arena_clear) struct arena arena;
	struct queued *list;
	size_t count;
	arena_init(&arena, SYNC_ARENA_BYTES);
	int r = store_queue_list(sync->db, &arena, false, &list, &count);
	if (r)
		return PASS(r);
	sync->report.queued = (int64_t)count;
	return 0;
}

static int pass_run(struct sync *sync)
{
	int r = download(sync);
	if (!r)
		r = numbers_send(sync->db, sync->source, sync->actor, &sync->report);
	return r < 0 ? PASS(r) : r;
}

/* Where the last synchronisation ended, unless something has to be looked at again. */
static int place_find(struct sync *sync)
{
	struct str cursor;
	bool waits;
	if (sync->ask.from)
		return 0;
	int r = store_seen_waits(sync->db, &waits);
	if (r || waits)
		return r ? PASS(r) : 0;
	r = store_cursor_get(sync->db, &sync->arena, &cursor);
	if (r == 0)
		sync->ask.cursor = cursor.ptr;
	return r < 0 ? PASS(r) : 0;
}

static int passes_run(struct sync *sync)
{
	int r = place_find(sync);
	if (!r)
		r = pass_run(sync);
	if (r == 0 && sync->put_off) {
		sync->is_final = true;
		r = pass_run(sync);
	}
	/* Only what was decided is behind the cursor: what was put off would never come again. */
	if (r == 0 && sync->cursor.ptr)
		r = store_cursor_set(sync->db, sync->cursor);
	return r < 0 ? PASS(r) : r;
}

static void sync_clear(struct sync *sync)
{
	arena_clear(&sync->arena);
}

/* What either of the two below ends with. */
static int report_give(struct sync *sync, int r, struct sync_report *ret_report)
{
	if (r < 0)
		return PASS(r);
	int counted = queue_count(sync);
	if (counted)
		return PASS(counted);
	*ret_report = sync->report;
	return r;
}

int sync_run(struct db *db, const struct source *source, const struct actor *actor,
	     const char *from, const char *to, struct sync_report *ret_report)
{
	AUTO(sync_clear)
	struct sync sync = {.db = db,
			    .source = source,
			    .actor = actor,
			    .ask = {.from = from, .to = to}};
	arena_init(&sync.arena, SYNC_ARENA_BYTES);
	int r = report_give(&sync, passes_run(&sync), ret_report);
	return r < 0 ? PASS(r) : r;
}

int sync_send(struct db *db, const struct source *source, struct sync_report *ret_report)
{
	AUTO(sync_clear) struct sync sync = {.db = db, .source = source};
	arena_init(&sync.arena, SYNC_ARENA_BYTES);
	int r = report_give(&sync, numbers_send(sync.db, sync.source, sync.actor, &sync.report),
			    ret_report);
	return r < 0 ? PASS(r) : r;
}
