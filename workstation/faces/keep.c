/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where backups go is remembered by the facility; what there is of them is asked of the folder
 * itself, so that a disk that was changed or taken away is seen.
 */
#include "workstation/faces/keep.h"

#include "workstation/desk/purge.h"
#include "workstation/faces/daily.h"
#include "workstation/faces/station.h"
#include "workstation/store/jobs.h"
#include "workstation/store/settings.h"
#include "workstation/store/store.h"

enum {
	PATH_CHARS_MAX = 1000,
	KEEP_MAX = 400,
	RECOVERY_CHARS_MAX = 120,
	STAFF_ID_CHARS_MAX = 20,
	PASSWORD_CHARS_MAX = 128,
};

static const struct keeper *keeper_of(const struct face_call *call)
{
	return station_config(call->station)->keeper;
}

/* --- what there is --- */

/* The last attempt, whatever came of it. */
static int last_put(struct face_call *call, struct str *ret_outcome)
{
	struct job last = {0};
	int r = store_job_last(call->db, call->arena, STR("backup"), (struct str){0}, &last);
	if (r < 0)
		return PASS(r);
	*ret_outcome = last.outcome;
	if (r == STORE_ABSENT)
		return 0;
	json_put_member_number(call->out, "tried_ms", last.at_ms);
	json_put_member(call->out, "outcome", last.outcome);
	r = store_job_last(call->db, call->arena, STR("backup"), STR("done"), &last);
	if (r == 0)
		json_put_member_number(call->out, "done_ms", last.at_ms);
	return r < 0 ? PASS(r) : 0;
}

/*
 * "good"; "failed": the last attempt; "late": two days without one; "none": there is none in that
 * folder.
 */
static struct str state_word(int found, int64_t age_ms, struct str outcome)
{
	if (found == KEEPER_UNREACHABLE || (outcome.ptr && !str_equal(outcome, STR("done"))))
		return STR("failed");
	if (found == KEEPER_ABSENT)
		return STR("none");
	return age_ms >= 2 * DAILY_MS ? STR("late") : STR("good");
}

static int newest_put(struct face_call *call, struct str folder)
{
	const struct keeper *keeper = keeper_of(call);
	struct str outcome = {0};
	int64_t made_ms = 0;
	int r = keeper->backup_newest ? keeper->backup_newest(keeper->ctx, folder, &made_ms)
				      : KEEPER_ABSENT;
	if (r < 0)
		return PASS(r);
	int told = last_put(call, &outcome);
	if (told)
		return PASS(told);
	json_put_member_number(call->out, "made_ms", made_ms);
	json_key(call->out, "is_due");
	json_put_bool(call->out, call->now_ms - made_ms >= DAILY_MS);
	json_put_member(call->out, "state", state_word(r, call->now_ms - made_ms, outcome));
	if (r == KEEPER_UNREACHABLE)
		json_put_member(call->out, "problem", STR("backup_unreachable"));
	return 0;
}

/* How long things are kept, and what was forgotten last. */
static int retention_put(struct face_call *call)
{
	struct job last = {0};
	int64_t years;
	int r = store_setting_number(call->db, STR(PURGE_SETTING), PURGE_YEARS, &years);
	if (r)
		return FOLD(r);
	json_put_member_number(call->out, "years", years);
	r = store_job_last(call->db, call->arena, STR("purge"), STR("done"), &last);
	if (r < 0)
		return PASS(r);
	json_put_member_number(call->out, "purged_ms", last.at_ms);
	json_put_member_number(call->out, "purged", last.done);
	return 0;
}

int face_keep(struct face_call *call)
{
	struct str folder;
	int64_t keep;
	int r = store_setting_get(call->db, call->arena, STR("backup_folder"), &folder);
	if (r == 0)
		r = store_setting_number(call->db, STR("backup_keep"), DAILY_KEEP, &keep);
	if (r)
		return FOLD(r);
	json_put_member(call->out, "folder", folder);
	json_put_member_number(call->out, "keep", keep);
	json_put_member_number(call->out, "now_ms", call->now_ms);
	r = folder.ptr ? newest_put(call, folder) : 0;
	if (r == 0 && !folder.ptr)
		json_put_member(call->out, "state", STR("unset"));
	if (r == 0)
		r = retention_put(call);
	return r < 0 ? PASS(r) : 0;
}

/* --- where to --- */

struct place {
	struct str folder;
	int64_t keep;
};

static const struct json_field place_fields[] = {
	JSON_FIELD(struct place, folder, "folder", JSON_TEXT, JSON_REQUIRED, 1, PATH_CHARS_MAX),
	JSON_FIELD(struct place, keep, "keep", JSON_NUMBER, JSON_OPTIONAL, 1, KEEP_MAX),
};

/* A backup holds every facility of this PC: they all say the same place. */
static int place_keep(struct face_call *call, const struct place *place)
{
	const struct keeper *keeper = keeper_of(call);
	struct keeper_facility *facilities;
	size_t count = 0;
	int r = keeper->facilities(keeper->ctx, call->arena, &facilities, &count);
	for (size_t i = 0; r == 0 && i < count; i++) {
		AUTO(db_closep) struct db *db = NULL;
		r = keeper->store(keeper->ctx, facilities[i].code, &db);
		if (r == 0)
			r = store_setting_put(db, STR("backup_folder"), place->folder);
		if (r == 0)
			r = store_setting_number_put(db, STR("backup_keep"), place->keep);
	}
	return r ? FOLD(r) : 0;
}

/* Is there such a folder now? */
static int place_check(struct face_call *call, struct str folder)
{
	const struct keeper *keeper = keeper_of(call);
	int64_t made_ms;
	int r = keeper->backup_newest ? keeper->backup_newest(keeper->ctx, folder, &made_ms) : 0;
	if (r < 0)
		return PASS(r);
	if (r != KEEPER_UNREACHABLE)
		return 0;
	return face_refuse_text(call, STR("folder"),
				STR("このフォルダーが見つからないか、開けません。ディスクが"
				    "つながっているか、つづりが合っているかを確かめてください。"));
}

int face_keep_set(struct face_call *call)
{
	struct place place = {.keep = DAILY_KEEP};
	int r = face_read(call, FACE_FIELDS(place_fields), &place);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (place.folder.ptr[0] != '/')
		return face_refuse_text(call, STR("folder"),
					STR("/ で始まる、フォルダーの場所を入れてください。"));
	r = place_check(call, place.folder);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = place_keep(call, &place);
	if (r)
		return PASS(r);
	faces_event(call->station, (struct str){0}, "keep");
	r = face_keep(call);
	return r < 0 ? PASS(r) : 0;
}

int face_keep_now(struct face_call *call)
{
	int r = daily_backup(call->station, call->db, call->staff);
	if (r == 0)
		r = face_keep(call);
	return r < 0 ? PASS(r) : r;
}

struct retention {
	int64_t years;
};

static const struct json_field retention_fields[] = {
	JSON_FIELD(struct retention, years, "years", JSON_NUMBER, JSON_REQUIRED, INT64_MIN,
		   INT64_MAX),
};

int face_retention_set(struct face_call *call)
{
	struct retention wish;
	int r = face_read(call, FACE_FIELDS(retention_fields), &wish);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (wish.years < PURGE_YEARS_MIN || wish.years > PURGE_YEARS_MAX)
		return face_refuse_text(call, STR("years"),
					STR("1年から30年までの数字を入れてください。"));
	r = store_setting_number_put(call->db, STR(PURGE_SETTING), wish.years);
	if (r == 0)
		r = face_keep(call);
	return r < 0 ? PASS(r) : 0;
}

/* --- the way back --- */

struct wanted {
	struct str backup, staff, password, recovery;
};

static const struct json_field wanted_fields[] = {
	JSON_FIELD(struct wanted, backup, "backup", JSON_TEXT, JSON_REQUIRED, 1, PATH_CHARS_MAX),
	JSON_FIELD(struct wanted, staff, "staff", JSON_TEXT, JSON_OPTIONAL, 1, STAFF_ID_CHARS_MAX),
	JSON_FIELD(struct wanted, password, "password", JSON_TEXT, JSON_OPTIONAL, 1,
		   PASSWORD_CHARS_MAX),
	JSON_FIELD(struct wanted, recovery, "recovery", JSON_TEXT, JSON_OPTIONAL, 1,
		   RECOVERY_CHARS_MAX),
};

static int typo_tell(struct face_call *call, int group)
{
	struct str sentence;
	int r = arena_print(call->arena, &sentence, "%d番目の組が違います。紙を見直してください。",
			    group);
	return r < 0 ? PASS(r) : face_refuse_text(call, STR("recovery"), sentence);
}

int face_restore(struct face_call *call)
{
	const struct keeper *keeper = keeper_of(call);
	struct wanted wanted = {0};
	int group = 0, r = face_read(call, FACE_FIELDS(wanted_fields), &wanted);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!wanted.recovery.ptr && (!wanted.staff.ptr || !wanted.password.ptr))
		return face_refuse(call, STR("password"), FACE_REASON_MISSING);
	const struct keeper_return back = {.backup = wanted.backup,
					   .staff = wanted.recovery.ptr ? (struct str){0}
									: wanted.staff,
					   .secret = wanted.recovery.ptr ? wanted.recovery
									 : wanted.password};
	r = keeper->restore ? keeper->restore(keeper->ctx, &back, &group) : KEEPER_UNREACHABLE;
	if (r < 0)
		return PASS(r);
	if (r == KEEPER_TYPO)
		return typo_tell(call, group);
	if (r == KEEPER_UNREACHABLE)
		return face_refuse_text(
			call, STR("backup"),
			STR("このフォルダーが見つからないか、読めません。ディスクが"
			    "つながっているか、つづりが合っているかを確かめてください。"));
	if (r == KEEPER_WRONG && !wanted.recovery.ptr)
		return face_refuse_text(call, STR("password"),
					STR("担当者の番号かパスワードが違います。"));
	if (r)
		return r == KEEPER_WRONG && wanted.recovery.ptr ? FACE_DESK_RECOVERY_WRONG
								: (int)daily_folder_problem(r);
	station_born(call->station);
	return 0;
}
