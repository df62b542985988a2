/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/desk/update.h"

#include "workstation/rules/matching.h"
#include "workstation/store/aliases.h"
#include "workstation/store/store.h"

static struct str element(const struct result *result, enum record_element which)
{
	return result->first ? result->first->elements[which] : (struct str){0};
}

struct difference_told update_told(const struct result *result, enum chart_field field)
{
	struct difference_told told = {
		.field = field,
		.told = field == CHART_RATIO ? match_ratio(result)
					     : element(result, chart_field_row(field)->element),
		.result_id = result->id,
	};
	if (field != CHART_LIMIT)
		return told;
	told.from = element(result, RECORD_LIMIT_FROM);
	told.to = element(result, RECORD_LIMIT_TO);
	return told;
}

static struct str *place_of(struct chart *chart, enum chart_field field)
{
	switch (field) {
	case CHART_NAME: return &chart->name;
	case CHART_KANA: return &chart->kana;
	case CHART_BIRTH: return &chart->birth;
	case CHART_SEX: return &chart->sex;
	case CHART_POST: return &chart->post;
	case CHART_ADDRESS: return &chart->address;
	case CHART_RATIO: return &chart->ratio;
	case CHART_LIMIT: return &chart->limit_class;
	case CHART_INSURANCE:
	case CHART_FIELDS: break;
	}
	return NULL;
}

struct str update_held(const struct chart *chart, enum chart_field field)
{
	struct chart copy = *chart;
	const struct str *place = place_of(&copy, field);
	return place ? *place : (struct str){0};
}

int update_compare(struct arena *arena, const struct chart *chart,
		   const struct difference_told *told, enum difference *ret_difference)
{
	int r = difference_find(arena, told->field, update_held(chart, told->field), told->told,
				ret_difference);
	if (r)
		return PASS(r);
	/* The same class on another certificate: it holds for other days. */
	bool is_of_other_days =
		told->field == CHART_LIMIT && (!str_equal(chart->limit_from, told->from) ||
					       !str_equal(chart->limit_to, told->to));
	if (*ret_difference == DIFFERENCE_NONE && told->told.len && is_of_other_days)
		*ret_difference = DIFFERENCE_CHANGES;
	return 0;
}

struct update {
	struct db *db;
	struct arena *arena;
	const struct result *result;
	struct chart chart;
	enum policy_choice ours[CHART_FIELDS], theirs[CHART_FIELDS];
	struct update_report report;
};

/* In the chart as it will stand. */
static void take(struct chart *chart, const struct difference_told *told)
{
	*place_of(chart, told->field) = told->told;
	if (told->field != CHART_LIMIT)
		return;
	chart->limit_from = told->from;
	chart->limit_to = told->to;
}

/* A spelling that somebody has accepted is no difference. */
static int spelling_known(struct update *update, enum chart_field field, struct str told,
			  enum difference *difference)
{
	const struct candidate_alias alias = {field == CHART_KANA, told};
	bool has = false;
	if (*difference != DIFFERENCE_CHANGES || (field != CHART_KANA && field != CHART_NAME))
		return 0;
	int r = store_alias_has(update->db, update->arena, update->chart.number, &alias, &has);
	if (r)
		return PASS(r);
	if (has)
		*difference = DIFFERENCE_NONE;
	return 0;
}

static int field_update(struct update *update, enum chart_field field)
{
	const struct difference_told told = update_told(update->result, field);
	enum difference difference;
	int r = update_compare(update->arena, &update->chart, &told, &difference);
	if (!r)
		r = spelling_known(update, field, told.told, &difference);
	if (r)
		return PASS(r);
	update->report.burden_changed |=
		difference == DIFFERENCE_CHANGES && (field == CHART_RATIO || field == CHART_LIMIT);
	/* What waited is told anew, or is settled by what the result says now. */
	r = store_difference_remove(update->db, update->chart.number, field);
	if (r)
		return PASS(r);
	switch (policy_apply(policy_of(field, update->theirs[field], update->ours[field]),
			     difference)) {
	case POLICY_LEAVE: break;
	case POLICY_APPLY: take(&update->chart, &told); break;
	case POLICY_DECIDE:
		update->report.asked++;
		r = store_difference_put(update->db, update->chart.number, &told);
		break;
	}
	return r ? PASS(r) : 0;
}

static int fields_update(struct update *update)
{
	for (enum chart_field field = 0; field < CHART_FIELDS; field++) {
		int r = field == CHART_INSURANCE ? 0 : field_update(update, field);
		if (r)
			return PASS(r);
	}
	int r = store_chart_update(update->db, update->arena, &update->chart);
	if (!r)
		r = store_chart_confirmed(update->db, update->chart.number,
					  update->result->confirmed_at);
	return r ? PASS(r) : 0;
}

int update_fields(struct db *db, struct arena *arena, const struct result *result, int64_t chart,
		  struct update_report *ret_report)
{
	struct update update = {.db = db, .arena = arena, .result = result};
	int r = store_chart_get(db, arena, chart, &update.chart);
	if (r)
		return r < 0 ? PASS(r) : RAISE(ENOENT);
	*ret_report = (struct update_report){0};
	if (str_compare(result->confirmed_at, update.chart.confirmed_at) < 0)
		return 0;
	r = store_policies_get(db, 0, update.ours);
	if (!r)
		r = store_policies_get(db, chart, update.theirs);
	if (!r)
		r = fields_update(&update);
	if (r)
		return PASS(r);
	*ret_report = update.report;
	return 0;
}

int update_settle(struct db *db, struct arena *arena, int64_t chart, enum chart_field field,
		  bool take_it)
{
	struct difference_told *list;
	struct chart held;
	size_t count, i = 0;
	int r = store_chart_get(db, arena, chart, &held);
	if (r)
		return r < 0 ? PASS(r) : UPDATE_CHART_UNKNOWN;
	r = store_differences_list(db, arena, chart, &list, &count);
	if (r)
		return PASS(r);
	while (i < count && list[i].field != field)
		i++;
	if (i == count)
		return UPDATE_NOTHING_WAITS;
	r = store_difference_remove(db, chart, field);
	if (r == 0 && take_it) {
		take(&held, &list[i]);
		r = store_chart_update(db, arena, &held);
	}
	return r ? PASS(r) : 0;
}
