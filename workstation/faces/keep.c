/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where backups go is remembered by the facility; what there is of them is asked of the folder
 * itself, so that a disk that was changed or taken away is seen.
 */
#include "workstation/faces/keep.h"

#include "workstation/faces/station.h"
#include "workstation/store/settings.h"

enum {
	PATH_CHARS_MAX = 1000,
	KEEP_DEFAULT = 30,
	KEEP_MAX = 400,
	DUE_MS = 24 * 60 * 60 * 1000,
	RECOVERY_CHARS_MAX = 120,
	STAFF_ID_CHARS_MAX = 20,
	PASSWORD_CHARS_MAX = 128,
};

static const struct keeper *keeper_of(const struct face_call *call)
{
	return station_config(call->station)->keeper;
}

static int folder_problem(int outcome)
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
	case KEEPER_DAMAGED: break;
	}
	return FACE_BACKUP_BROKEN;
}

/* --- what there is --- */

static int newest_put(struct face_call *call, struct str folder)
{
	const struct keeper *keeper = keeper_of(call);
	int64_t made_ms = 0;
	int r = keeper->backup_newest ? keeper->backup_newest(keeper->ctx, folder, &made_ms)
				      : KEEPER_ABSENT;
	if (r < 0)
		return PASS(r);
	json_put_member_number(call->out, "made_ms", made_ms);
	json_key(call->out, "is_due");
	json_put_bool(call->out, call->now_ms - made_ms >= DUE_MS);
	if (r == KEEPER_UNREACHABLE)
		json_put_member(call->out, "problem", STR("backup_unreachable"));
	return 0;
}

int face_keep(struct face_call *call)
{
	struct str folder;
	int64_t keep;
	int r = store_setting_get(call->db, call->arena, STR("backup_folder"), &folder);
	if (r == 0)
		r = store_setting_number(call->db, STR("backup_keep"), KEEP_DEFAULT, &keep);
	if (r)
		return FOLD(r);
	json_put_member(call->out, "folder", folder);
	json_put_member_number(call->out, "keep", keep);
	r = folder.ptr ? newest_put(call, folder) : 0;
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

int face_keep_set(struct face_call *call)
{
	struct place place = {.keep = KEEP_DEFAULT};
	int r = face_read(call, place_fields, 2, &place);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (place.folder.ptr[0] != '/')
		return face_refuse_text(call, STR("folder"),
					STR("/ で始まる、フォルダーの場所を入れてください。"));
	r = store_setting_put(call->db, STR("backup_folder"), place.folder);
	if (r == 0)
		r = store_setting_number_put(call->db, STR("backup_keep"), place.keep);
	if (r)
		return FOLD(r);
	r = face_keep(call);
	return r < 0 ? PASS(r) : r;
}

int face_keep_now(struct face_call *call)
{
	const struct keeper *keeper = keeper_of(call);
	struct str folder;
	int64_t keep;
	int r = store_setting_get(call->db, call->arena, STR("backup_folder"), &folder);
	if (r == 0)
		r = store_setting_number(call->db, STR("backup_keep"), KEEP_DEFAULT, &keep);
	if (r)
		return FOLD(r);
	if (!folder.ptr || !keeper->backup)
		return FACE_BACKUP_UNREACHABLE;
	r = keeper->backup(keeper->ctx, folder, (int)keep);
	if (r)
		return r < 0 ? PASS(r) : folder_problem(r);
	r = face_keep(call);
	return r < 0 ? PASS(r) : r;
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
	int group = 0, r = face_read(call, wanted_fields, 4, &wanted);
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
	if (r)
		return r == KEEPER_WRONG && wanted.recovery.ptr ? FACE_DESK_RECOVERY_WRONG
								: folder_problem(r);
	station_born(call->station);
	return 0;
}
