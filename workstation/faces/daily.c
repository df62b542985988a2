/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two clocks can be wrong here, and only one of them costs anything. A backup that is made once too
 * often is a backup; so it is due whenever the last one looks old, is not there any more, or lies
 * in the future. What a purge takes is gone: it waits until the service, heard within two days, has
 * agreed with this PC's clock.
 */
#include "workstation/faces/daily.h"

#include "workstation/desk/purge.h"
#include "workstation/store/jobs.h"
#include "workstation/store/settings.h"
#include "workstation/store/store.h"

enum { ARENA_BYTES = 256 * 1024, FOLDER_BYTES = 4096 };

/* Every facility's store, put away or not: what is kept of people is kept under the same rules. */
struct shelf {
	struct db *dbs[KEEPER_FACILITIES_MAX];
	size_t count;
};

static void shelf_clear(struct shelf *shelf)
{
	for (size_t i = 0; i < shelf->count; i++)
		db_close(shelf->dbs[i]);
	*shelf = (struct shelf){0};
}

/* Nothing is on it while nobody has unlocked. */
static int shelf_fill(const struct keeper *keeper, struct shelf *shelf)
{
	AUTO(arena_clear) struct arena arena;
	struct keeper_facility *facilities;
	size_t count = 0;
	arena_init(&arena, ARENA_BYTES);
	int r = keeper->exists(keeper->ctx)
			? keeper->facilities(keeper->ctx, &arena, &facilities, &count)
			: KEEPER_ABSENT;
	for (size_t i = 0; r == 0 && i < count && i < KEEPER_FACILITIES_MAX; i++) {
		r = keeper->store(keeper->ctx, facilities[i].code, &shelf->dbs[i]);
		if (r == 0)
			shelf->count++;
	}
	return r < 0 ? PASS(r) : 0;
}

static int64_t now_of(const struct station *station)
{
	return clock_now_ms(station_config(station)->clock);
}

static bool is_day_old(int64_t at_ms, int64_t now_ms)
{
	return now_ms - at_ms >= DAILY_MS || at_ms > now_ms;
}

enum face_problem daily_folder_problem(int outcome)
{
	switch ((enum keeper_outcome)outcome) {
	case KEEPER_UNREACHABLE: return FACE_BACKUP_UNREACHABLE;
	case KEEPER_FULL: return FACE_BACKUP_DISK_FULL;
	case KEEPER_PRESENT: return FACE_BACKUP_HOME_TAKEN;
	case KEEPER_WAIT: return FACE_DESK_WAIT;
	case KEEPER_WRONG: return FACE_DESK_PASSWORD_WRONG;
	case KEEPER_ABSENT:
	case KEEPER_BROKEN:
	case KEEPER_WEAK:
	case KEEPER_TYPO:
	case KEEPER_REFUSED:
	case KEEPER_DAMAGED: break;
	}
	return FACE_BACKUP_BROKEN;
}

static struct str outcome_word(int r)
{
	switch (r) {
	case 0: return STR("done");
	case FACE_BACKUP_UNREACHABLE: return STR("backup_unreachable");
	case FACE_BACKUP_DISK_FULL: return STR("backup_disk_full");
	default: return STR("backup_broken");
	}
}

/* --- the backup --- */

/* A trouble that goes on is one row a day. */
static int backup_note(struct db *db, const struct job *job)
{
	AUTO(arena_clear) struct arena arena;
	struct job last = {0};
	arena_init(&arena, ARENA_BYTES);
	int r = store_job_last(db, &arena, STR("backup"), (struct str){0}, &last);
	if (r < 0)
		return PASS(r);
	bool is_known = r == 0 && !str_equal(job->outcome, STR("done")) &&
			str_equal(last.outcome, job->outcome) &&
			!is_day_old(last.at_ms, job->at_ms);
	r = is_known ? 0 : store_job_add(db, job);
	return r ? FOLD(r) : 0;
}

static int backup_note_all(struct station *station, struct str outcome, struct str staff)
{
	AUTO(shelf_clear) struct shelf shelf = {0};
	const struct job job = {.at_ms = now_of(station),
				.kind = STR("backup"),
				.staff = staff.ptr ? staff : STR(""),
				.outcome = outcome};
	int r = shelf_fill(station_config(station)->keeper, &shelf);
	for (size_t i = 0; r == 0 && i < shelf.count; i++)
		r = backup_note(shelf.dbs[i], &job);
	return r < 0 ? PASS(r) : 0;
}

int daily_backup(struct station *station, struct db *db, struct str staff)
{
	AUTO(arena_clear) struct arena arena;
	const struct station_config *config = station_config(station);
	const struct keeper *keeper = config->keeper;
	struct str folder;
	int64_t keep;
	arena_init(&arena, ARENA_BYTES);
	int r = store_setting_get(db, &arena, STR("backup_folder"), &folder);
	if (r == 0)
		r = store_setting_number(db, STR("backup_keep"), DAILY_KEEP, &keep);
	if (r)
		return FOLD(r);
	r = folder.ptr && keeper->backup ? keeper->backup(keeper->ctx, folder, (int)keep)
					 : KEEPER_UNREACHABLE;
	int problem = r > 0 ? (int)daily_folder_problem(r) : 0;
	/* A fault too: whoever looks must see that there is no backup. */
	int noted =
		backup_note_all(station, outcome_word(r < 0 ? FACE_BACKUP_BROKEN : problem), staff);
	if (r == 0)
		LOG(config->log, backup_done, log_int("keep", keep));
	else
		LOG(config->log, backup_failed, log_id("why", outcome_word(problem)));
	faces_event(station, (struct str){0}, "keep");
	if (r < 0 || noted < 0)
		return r < 0 ? PASS(r) : PASS(noted);
	return problem;
}

/* By what was noted here, and by what lies there: it may be another PC's, or have been taken away.
 */
static int backup_is_due(struct station *station, struct db *db, bool *ret_due)
{
	AUTO(arena_clear) struct arena arena;
	const struct keeper *keeper = station_config(station)->keeper;
	struct str folder;
	struct job last = {0};
	int64_t made_ms = 0, now_ms = now_of(station);
	arena_init(&arena, ARENA_BYTES);
	int r = store_setting_get(db, &arena, STR("backup_folder"), &folder);
	if (r)
		return FOLD(r);
	*ret_due = false;
	if (!folder.ptr || !keeper->backup_newest)
		return 0;
	r = store_job_last(db, &arena, STR("backup"), STR("done"), &last);
	if (r < 0)
		return PASS(r);
	*ret_due = r == STORE_ABSENT || is_day_old(last.at_ms, now_ms);
	if (*ret_due)
		return 0;
	r = keeper->backup_newest(keeper->ctx, folder, &made_ms);
	if (r < 0)
		return PASS(r);
	*ret_due = r != 0 || is_day_old(made_ms, now_ms);
	return 0;
}

/* One backup holds every facility; the first that knows a folder says where. */
static int backup_daily(struct station *station, const struct shelf *shelf)
{
	bool is_due = false;
	int r = 0;
	for (size_t i = 0; r == 0 && !is_due && i < shelf->count; i++) {
		r = backup_is_due(station, shelf->dbs[i], &is_due);
		if (r == 0 && is_due)
			r = daily_backup(station, shelf->dbs[i], (struct str){0});
	}
	return r < 0 ? PASS(r) : 0; /* what failed was noted */
}

/* --- forgetting --- */

/* Did the service, asked by one of these facilities, lately agree with this PC's clock? */
static int clock_is_agreed(const struct shelf *shelf, int64_t now_ms, bool *ret_agreed)
{
	*ret_agreed = false;
	for (size_t i = 0; i < shelf->count; i++) {
		int64_t heard_ms, off_ms;
		int r = store_setting_number(shelf->dbs[i], STR("contact_ms"), 0, &heard_ms);
		if (r == 0)
			r = store_setting_number(shelf->dbs[i], STR("clock_off_ms"), INT64_MAX,
						 &off_ms);
		if (r)
			return FOLD(r);
		*ret_agreed = *ret_agreed ||
			      (heard_ms <= now_ms && now_ms - heard_ms < DAILY_AGREED_MS &&
			       off_ms < DAILY_CLOCK_OFF_MS && off_ms > -DAILY_CLOCK_OFF_MS);
	}
	return 0;
}

static int purge_is_due(struct db *db, int64_t now_ms, bool *ret_due)
{
	AUTO(arena_clear) struct arena arena;
	struct job last = {0};
	arena_init(&arena, ARENA_BYTES);
	int r = store_job_last(db, &arena, STR("purge"), (struct str){0}, &last);
	if (r < 0)
		return PASS(r);
	*ret_due = r == STORE_ABSENT || is_day_old(last.at_ms, now_ms);
	return 0;
}

static int purge_one(struct station *station, struct db *db)
{
	const struct actor actor = {.now_ms = now_of(station)};
	struct purge_report report;
	bool is_due = false;
	int r = purge_is_due(db, actor.now_ms, &is_due);
	if (r < 0 || !is_due)
		return r < 0 ? PASS(r) : 0;
	r = purge_run(db, &actor, &report);
	if (r)
		return PASS(r);
	LOG(station_config(station)->log, purge_done, log_int("years", report.years),
	    log_int("results", report.results), log_int("charts", report.charts),
	    log_int("changes", report.changes));
	if (report.results || report.charts)
		faces_event(station, (struct str){0}, "results");
	faces_event(station, (struct str){0}, "keep");
	return 0;
}

static int purge_daily(struct station *station, const struct shelf *shelf)
{
	bool is_agreed;
	int r = clock_is_agreed(shelf, now_of(station), &is_agreed);
	for (size_t i = 0; r == 0 && is_agreed && i < shelf->count; i++)
		r = purge_one(station, shelf->dbs[i]);
	return r < 0 ? PASS(r) : 0;
}

void daily_do(struct station *station)
{
	AUTO(shelf_clear) struct shelf shelf = {0};
	int r = shelf_fill(station_config(station)->keeper, &shelf);
	/* The backup first: what is forgotten after it was in it. */
	int kept = r == 0 ? backup_daily(station, &shelf) : r;
	int purged = r == 0 ? purge_daily(station, &shelf) : r;
	if (kept < 0 || purged < 0)
		LOG(station_config(station)->log, daily_failed,
		    log_fault(kept < 0 ? kept : purged));
}
