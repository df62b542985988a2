/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/desk/purge.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/period.h"
#include "workstation/store/jobs.h"
#include "workstation/store/settings.h"

/* The same moment so many years ago; of 29 February, 1 March. */
static int64_t years_before(int64_t now_ms, int years)
{
	int day = period_day(now_ms) - years * 10000;
	char text[PERIOD_DATETIME_BYTES];
	int64_t cut_ms = 0;
	if (!period_day_valid(day))
		day += 100 - day % 100 + 1;
	int len = snprintf(text, sizeof text, "%08d000000", day);
	int r = period_datetime_parse((struct str){text, (size_t)len}, &cut_ms);
	return r == 0 ? cut_ms : 0;
}

static int years_get(struct db *db, int *ret_years)
{
	int64_t years;
	int r = store_setting_number(db, STR(PURGE_SETTING), PURGE_YEARS, &years);
	if (r)
		return FOLD(r);
	*ret_years = years < PURGE_YEARS_MIN || years > PURGE_YEARS_MAX ? PURGE_YEARS : (int)years;
	return 0;
}

/* Changes before charts: a chart whose last change is that old has none any more. */
static int all_forget(struct db *db, const struct store_cut *cut, struct purge_report *report)
{
	int r = store_results_forget(db, cut, &report->results);
	if (r == 0)
		r = store_changes_forget(db, cut, &report->changes);
	if (r == 0)
		r = store_charts_forget(db, cut, &report->charts);
	return r ? FOLD(r) : 0;
}

static int purge_note(struct db *db, const struct actor *actor, const struct purge_report *report)
{
	char note[96];
	int len = snprintf(note, sizeof note, "years %d charts %" PRId64 " changes %" PRId64,
			   report->years, report->charts, report->changes);
	const struct job job = {.at_ms = actor->now_ms,
				.kind = STR("purge"),
				.staff = actor->staff.ptr ? actor->staff : STR(""),
				.outcome = STR("done"),
				.done = report->results,
				.note = {note, (size_t)len}};
	int r = store_job_add(db, &job);
	return r ? FOLD(r) : 0;
}

int purge_run(struct db *db, const struct actor *actor, struct purge_report *ret_report)
{
	struct purge_report report = {0};
	char text[PERIOD_DATETIME_BYTES];
	int r = years_get(db, &report.years);
	if (r == 0)
		r = db_begin(db);
	if (r)
		return FOLD(r);
	struct store_cut cut = {.at_ms = years_before(actor->now_ms, report.years)};
	cut.confirmed_at = str_of(period_datetime_print(cut.at_ms, text));
	r = all_forget(db, &cut, &report);
	if (r == 0)
		r = purge_note(db, actor, &report);
	if (r == 0)
		r = db_commit(db);
	if (r) {
		db_rollback(db);
		return FOLD(r);
	}
	*ret_report = report;
	return 0;
}
