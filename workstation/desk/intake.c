/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/desk/intake.h"

#include "workstation/store/store.h"

static struct str element(const struct result *result, enum record_element which)
{
	return result->first ? result->first->elements[which] : (struct str){0};
}

static int insurance_append(struct db *db, int64_t chart, const struct insurance *current,
			    const struct insurance *told)
{
	int r = current ? store_insurance_close(db, chart, current->order,
						insurance_last_day(told->begins))
			: 0;
	if (!r)
		r = store_insurance_add(db, chart, told);
	return r ? PASS(r) : 0;
}

int intake_insurance(struct db *db, struct arena *arena, const struct result *result, int64_t chart,
		     bool *ret_appended)
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
		r = store_insurance_confirmed(db, chart, current.order, told.confirmed_at);
		break;
	case INSURANCE_NEWER:
		r = insurance_append(db, chart, open, &told);
		appended = open != NULL;
		break;
	case INSURANCE_OLDER: r = 0; break;
	}
	if (r)
		return PASS(r);
	*ret_appended = appended;
	return 0;
}

int intake_chart(struct db *db, struct arena *arena, const struct result *result,
		 int64_t *ret_chart)
{
	struct chart chart = {
		.reference = result->reference,
		.name = element(result, RECORD_NAME),
		.kana = element(result, RECORD_NAME_KANA),
		.birth = element(result, RECORD_BIRTH),
		.sex = element(result, RECORD_SEX),
	};
	bool appended = false;
	int r = store_chart_add(db, arena, &chart, &chart);
	if (!r)
		r = intake_insurance(db, arena, result, chart.number, &appended);
	if (!r && !result->reference.ptr)
		r = store_queue_add(db, result->id, chart.number, chart.reference,
				    result->reference);
	if (r)
		return PASS(r);
	*ret_chart = chart.number;
	return 0;
}

int intake_mark(struct db *db, const struct result *result, const struct match *match)
{
	const struct seen seen = {
		.state = match->kind == MATCH_ASK ? SEEN_OPEN : SEEN_DONE,
		.kind = (int)match->kind,
		.reason = (int)match->reason,
		.chart = match->chart,
		.result_id = result->id,
		.confirmed_at = result->confirmed_at,
		.validity = result->validity,
		.name = element(result, RECORD_NAME),
		.kana = element(result, RECORD_NAME_KANA),
		.birth = element(result, RECORD_BIRTH),
		.reference = result->reference,
		.raw = result->raw,
	};
	int r = store_seen_put(db, &seen);
	return r ? PASS(r) : 0;
}
