/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/desk/settle.h"

#include "workstation/desk/intake.h"
#include "workstation/store/store.h"

enum { SETTLE_ARENA_BYTES = 16 * 1024 * 1024 };

int settle_qualifications(struct arena *arena, struct str raw, struct json_document *document,
			  const struct record_qualification **ret_qualifications, size_t *ret_count)
{
	struct record *record = NULL;
	int r = json_read(raw, &json_limits_reply, document);
	if (!r)
		r = record_read(arena, document->root, &record);
	if (r < 0)
		return PASS(r);
	*ret_qualifications = r ? NULL : record->qualifications;
	*ret_count = r ? 0 : record->qualifications_count;
	return 0;
}

/* May what was said be done? */
static int target_check(struct db *db, struct arena *arena, const struct result *result,
			const struct settle *settle)
{
	struct chart chart;
	if (settle->chart) {
		int r = store_chart_get(db, arena, settle->chart, &chart);
		if (r)
			return r < 0 ? PASS(r) : SETTLE_CHART_UNKNOWN;
		return chart.state == CHART_LIVE ? 0 : SETTLE_CHART_UNKNOWN;
	}
	if (!result->reference.ptr)
		return 0;
	int r = store_chart_of_reference(db, arena, result->reference, &chart);
	if (r == STORE_ABSENT)
		return 0;
	return r ? PASS(r) : SETTLE_REFERENCE_HELD;
}

/* The result as it came, with the one qualification that somebody chose. */
static int result_choose(const struct settle *settle, const struct seen *seen,
			 const struct record_qualification *qualifications, size_t count,
			 struct result *ret_result)
{
	size_t which = settle->qualification ? (size_t)settle->qualification : 1;
	if (which > count || (count > 1 && !settle->qualification))
		return SETTLE_WHICH;
	*ret_result = (struct result){
		.id = seen->result_id,
		.confirmed_at = seen->confirmed_at,
		.reference = seen->reference,
		.validity = seen->validity,
		.remark = seen->remark,
		.method = seen->method,
		.staff = seen->staff,
		.raw = seen->raw,
		.entry = seen->entry,
		.qualifications_count = 1,
		.first = &qualifications[which - 1],
		.remembers = settle->remembers,
	};
	return 0;
}

static int settle_in(struct db *db, struct arena *arena, const struct actor *actor,
		     const struct settle *settle, struct match *match)
{
	AUTO(json_clear) struct json_document document = {0};
	const struct record_qualification *qualifications = NULL;
	struct intake_report report;
	struct result result;
	struct seen seen;
	size_t count = 0;
	int r = store_seen_get(db, arena, settle->result_id, &seen);
	if (r || seen.state != SEEN_OPEN)
		return r < 0 ? PASS(r) : SETTLE_RESULT_UNKNOWN;
	r = settle_qualifications(arena, seen.raw, &document, &qualifications, &count);
	if (r)
		return PASS(r);
	r = result_choose(settle, &seen, qualifications, count, &result);
	if (!r)
		r = target_check(db, arena, &result, settle);
	if (!r)
		r = intake_result(db, arena, actor, &result, match, &report);
	return r < 0 ? PASS(r) : r;
}

int settle_do(struct db *db, struct arena *arena, const struct actor *actor,
	      const struct settle *settle, int64_t *ret_chart)
{
	struct match match = {.kind = settle->chart ? MATCH_LINK : MATCH_NEW,
			      .chart = settle->chart};
	int r = settle_in(db, arena, actor, settle, &match);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_chart = match.chart;
	return 0;
}

int settle_run(struct db *db, const struct actor *actor, const struct settle *settle,
	       int64_t *ret_chart)
{
	AUTO(arena_clear) struct arena arena;
	int64_t chart;
	arena_init(&arena, SETTLE_ARENA_BYTES);
	int r = db_begin(db);
	if (r)
		return FOLD(r);
	r = settle_do(db, &arena, actor, settle, &chart);
	if (r) {
		db_rollback(db);
		return r < 0 ? PASS(r) : r;
	}
	r = db_commit(db);
	if (r)
		return FOLD(r);
	*ret_chart = chart;
	return 0;
}
