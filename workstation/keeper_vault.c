/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locking the page is a gate on its calls: the key stays here, so that results keep coming in while
 * nobody is at the desk. What a facility is called, and its service, stand in its own store.
 */
#include "workstation/keeper_inside.h"

#include <stdio.h>
#include <unistd.h>

#include "workstation/keep/restore.h"
#include "workstation/store/settings.h"
#include "workstation/store/store.h"
#include "workstation/vault/recovery.h"
#include "workstation/vault/vault.h"

enum { NAME_ARENA_BYTES = 64 * 1024 };

void keeper_vault_path(const struct keeper_vault *keeper, char path[HOME_FILE_BYTES])
{
	home_file(&keeper->home, "vault.json", path);
}

/* --- the key --- */

void keeper_key_put(struct keeper_vault *keeper, const struct secret *key)
{
	(void)pthread_mutex_lock(&keeper->lock);
	keeper->key = *key;
	(void)pthread_mutex_unlock(&keeper->lock);
}

/* A copy, the caller's. Outcome: KEEPER_ABSENT, nobody has unlocked yet. */
int keeper_key_take(struct keeper_vault *keeper, struct secret *ret_key)
{
	(void)pthread_mutex_lock(&keeper->lock);
	*ret_key = keeper->key;
	(void)pthread_mutex_unlock(&keeper->lock);
	return ret_key->len ? 0 : KEEPER_ABSENT;
}

static bool keeper_exists(void *ctx)
{
	char path[HOME_FILE_BYTES];
	keeper_vault_path(ctx, path);
	return access(path, F_OK) == 0;
}

/* --- stores --- */

static int keeper_store(void *ctx, struct str facility, struct db **ret_db)
{
	struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret chart = {0}, key = {0};
	char path[HOME_FILE_BYTES];
	if (keeper_key_take(keeper, &chart) || !home_code_is_good(facility))
		return KEEPER_ABSENT;
	home_facility_file(&keeper->home, facility, "charts.db", path);
	int r = vault_facility_key(secret_str(&chart), facility, &key);
	if (r == 0)
		r = store_open_sealed(path, &key, ret_db);
	return r < 0 ? PASS(r) : r ? RAISE(EKEYREJECTED) : 0;
}

int keeper_facility_make(struct keeper_vault *keeper, const struct keeper_facility *facility,
			 struct str service)
{
	AUTO(db_closep) struct db *db = NULL;
	if (home_facility_make(&keeper->home, facility->code) != 0)
		return RAISE(EIO);
	int r = keeper_store(keeper, facility->code, &db);
	if (r == 0)
		r = store_setting_put(db, STR("facility_name"), facility->name);
	if (r == 0 && service.ptr)
		r = store_setting_put(db, STR("service"), service);
	return r < 0 ? PASS(r) : r;
}

static int facility_read(struct keeper_vault *keeper, struct arena *arena, const char *code,
			 struct keeper_facility *ret_facility)
{
	AUTO(db_closep) struct db *db = NULL;
	struct keeper_facility facility = {0};
	int64_t is_away;
	int r = arena_copy(arena, str_of(code), &facility.code);
	if (r == 0)
		r = keeper_store(keeper, facility.code, &db);
	if (r == 0)
		r = store_setting_get(db, arena, STR("facility_name"), &facility.name);
	if (r == 0)
		r = store_setting_number(db, STR("facility_away"), 0, &is_away);
	if (r)
		return r < 0 ? PASS(r) : r;
	facility.is_away = is_away != 0;
	if (!facility.name.len)
		facility.name = facility.code;
	*ret_facility = facility;
	return 0;
}

static int keeper_facilities(void *ctx, struct arena *arena,
			     struct keeper_facility **ret_facilities, size_t *ret_count)
{
	struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret key = {0};
	struct home_facilities found = {0};
	struct keeper_facility *facilities =
		arena_alloc(arena, HOME_FACILITIES_MAX * sizeof *facilities);
	size_t count = 0;
	if (!facilities)
		return RAISE(ENOMEM);
	if (keeper_key_take(keeper, &key))
		return KEEPER_ABSENT;
	if (home_facilities(&keeper->home, &found) != 0)
		return RAISE(EIO);
	for (size_t i = 0; i < found.count && count < KEEPER_FACILITIES_MAX; i++) {
		int r = facility_read(keeper, arena, found.codes[i], &facilities[count++]);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	*ret_facilities = facilities;
	*ret_count = count;
	return 0;
}

static int facility_there(struct keeper_vault *keeper, struct str code, bool *ret_there,
			  size_t *ret_count)
{
	struct home_facilities found = {0};
	if (home_facilities(&keeper->home, &found) != 0)
		return RAISE(EIO);
	*ret_there = false;
	for (size_t i = 0; i < found.count; i++)
		*ret_there = *ret_there || str_equal(str_of(found.codes[i]), code);
	*ret_count = found.count;
	return 0;
}

static int keeper_facility_add(void *ctx, const struct keeper_facility *facility)
{
	struct keeper_vault *keeper = ctx;
	bool is_there;
	size_t count;
	if (!home_code_is_good(facility->code))
		return KEEPER_REFUSED;
	int r = facility_there(keeper, facility->code, &is_there, &count);
	if (r < 0)
		return PASS(r);
	if (is_there || count >= KEEPER_FACILITIES_MAX)
		return is_there ? KEEPER_PRESENT : KEEPER_FULL;
	r = keeper_facility_make(keeper, facility, (struct str){0});
	return r < 0 ? PASS(r) : r;
}

static int keeper_facility_change(void *ctx, const struct keeper_facility *facility)
{
	AUTO(db_closep) struct db *db = NULL;
	bool is_there;
	size_t count;
	int r = facility_there(ctx, facility->code, &is_there, &count);
	if (r == 0 && !is_there)
		return KEEPER_ABSENT;
	if (r == 0)
		r = keeper_store(ctx, facility->code, &db);
	if (r == 0)
		r = store_setting_put(db, STR("facility_name"), facility->name);
	if (r == 0)
		r = store_setting_number_put(db, STR("facility_away"), facility->is_away);
	return r < 0 ? PASS(r) : r;
}

/* --- backups --- */

static int backup_answer(int r)
{
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	switch ((enum backup_outcome)r) {
	case BACKUP_UNREACHABLE: return KEEPER_UNREACHABLE;
	case BACKUP_DISK_FULL: return KEEPER_FULL;
	case BACKUP_NONE: return KEEPER_ABSENT;
	case BACKUP_HOME_TAKEN: return KEEPER_PRESENT;
	case BACKUP_STORE_BROKEN:
	case BACKUP_BROKEN:
	case BACKUP_NEWER: break;
	}
	return KEEPER_BROKEN;
}

static int keeper_backup(void *ctx, struct str folder, int keep)
{
	struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret key = {0};
	char path[HOME_PATH_BYTES];
	struct backup_made made;
	if (keeper_key_take(keeper, &key))
		return KEEPER_ABSENT;
	if (str_to_c(folder, path, sizeof path) < 0)
		return KEEPER_UNREACHABLE;
	const struct backup_wish wish = {.home = &keeper->home,
					 .folder = path,
					 .key = secret_str(&key),
					 .now_ms = clock_now_ms(keeper->clock),
					 .keep = keep};
	return backup_answer(backup_run(&wish, &made));
}

static int keeper_backup_newest(void *ctx, struct str folder, int64_t *ret_made_ms)
{
	struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret key = {0};
	char path[HOME_PATH_BYTES], name[BACKUP_NAME_BYTES];
	if (keeper_key_take(keeper, &key))
		return KEEPER_ABSENT;
	if (str_to_c(folder, path, sizeof path) < 0)
		return KEEPER_UNREACHABLE;
	return backup_answer(backup_newest(path, secret_str(&key), name, ret_made_ms));
}

/* The backup's own folder; of a folder that holds backups, the newest one's. */
static int backup_find(struct str given, char path[HOME_PATH_BYTES])
{
	char name[BACKUP_NAME_BYTES];
	int64_t made_ms;
	if (str_to_c(given, path, HOME_PATH_BYTES) < 0)
		return KEEPER_UNREACHABLE;
	if (backup_newest(path, (struct str){0}, name, &made_ms) != 0)
		return 0;
	size_t len = strlen(path), rest = HOME_PATH_BYTES - len;
	int n = snprintf(path + len, rest, "/%s", name);
	return n < 0 || (size_t)n >= rest ? KEEPER_UNREACHABLE : 0;
}

static int keeper_restore(void *ctx, const struct keeper_return *wish, int *ret_group)
{
	struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret recovery = {0}, key = {0};
	char path[HOME_PATH_BYTES];
	int vault = 0;
	if (backup_find(wish->backup, path) != 0)
		return KEEPER_UNREACHABLE;
	int group = wish->staff.ptr ? 0 : recovery_read(wish->secret, &recovery);
	*ret_group = group;
	if (group)
		return KEEPER_TYPO;
	const struct restore_wish restore = {.home = &keeper->home,
					     .backup = path,
					     .now_ms = clock_now_ms(keeper->clock),
					     .staff = wish->staff,
					     .password = wish->staff.ptr ? wish->secret
									 : secret_str(&recovery)};
	int r = restore_run(&restore, &key, &vault);
	if (r == RESTORE_REFUSED)
		return vault == VAULT_WAIT ? KEEPER_WAIT : KEEPER_WRONG;
	if (r == 0)
		keeper_key_put(keeper, &key);
	return backup_answer(r);
}

struct keeper keeper_of_vault(struct keeper_vault *vault)
{
	(void)pthread_mutex_init(&vault->lock, NULL);
	return (struct keeper){.ctx = vault,
			       .exists = keeper_exists,
			       .create = keeper_create,
			       .unlock = keeper_unlock,
			       .recover = keeper_recover,
			       .staff = keeper_staff_list,
			       .facilities = keeper_facilities,
			       .store = keeper_store,
			       .backup = keeper_backup,
			       .backup_newest = keeper_backup_newest,
			       .restore = keeper_restore,
			       .facility_add = keeper_facility_add,
			       .facility_change = keeper_facility_change,
			       .staff_add = keeper_staff_add,
			       .staff_rename = keeper_staff_rename,
			       .staff_away = keeper_staff_away,
			       .password_set = keeper_password_set,
			       .recovery_renew = keeper_recovery_renew,
			       .recovery_drawn = keeper_recovery_drawn};
}

void keeper_vault_clear(struct keeper_vault *vault)
{
	secret_wipe(&vault->key);
	(void)pthread_mutex_destroy(&vault->lock);
}
