/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locking the page is a gate on its calls: the key stays here, so that results keep coming in while
 * nobody is at the desk. What a facility is called, and its service, stand in its own store.
 */
#include "workstation/keeper_vault.h"

#include <unistd.h>

#include "workstation/keep/restore.h"
#include "workstation/store/settings.h"
#include "workstation/store/store.h"
#include "workstation/vault/recovery.h"
#include "workstation/vault/vault.h"

enum { NAME_ARENA_BYTES = 64 * 1024 };

static void vault_path(const struct keeper_vault *keeper, char path[HOME_FILE_BYTES])
{
	home_file(&keeper->home, "vault.json", path);
}

static bool keeper_exists(void *ctx)
{
	char path[HOME_FILE_BYTES];
	vault_path(ctx, path);
	return access(path, F_OK) == 0;
}

/* --- stores --- */

static int keeper_store(void *ctx, struct str facility, struct db **ret_db)
{
	struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret key = {0};
	char path[HOME_FILE_BYTES];
	if (!keeper->key.len || !home_code_is_good(facility))
		return KEEPER_ABSENT;
	home_facility_file(&keeper->home, facility, "charts.db", path);
	int r = vault_facility_key(secret_str(&keeper->key), facility, &key);
	if (r == 0)
		r = store_open_sealed(path, &key, ret_db);
	return r < 0 ? PASS(r) : r ? RAISE(EKEYREJECTED) : 0;
}

static int facility_make(struct keeper_vault *keeper, const struct keeper_facility *facility,
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
	int r = arena_copy(arena, str_of(code), &facility.code);
	if (r == 0)
		r = keeper_store(keeper, facility.code, &db);
	if (r == 0)
		r = store_setting_get(db, arena, STR("facility_name"), &facility.name);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!facility.name.len)
		facility.name = facility.code;
	*ret_facility = facility;
	return 0;
}

static int keeper_facilities(void *ctx, struct arena *arena,
			     struct keeper_facility **ret_facilities, size_t *ret_count)
{
	struct keeper_vault *keeper = ctx;
	struct home_facilities found = {0};
	struct keeper_facility *facilities =
		arena_alloc(arena, HOME_FACILITIES_MAX * sizeof *facilities);
	size_t count = 0;
	if (!facilities)
		return RAISE(ENOMEM);
	if (!keeper->key.len)
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

/* --- people --- */

static int keeper_unlock(void *ctx, struct str staff, struct str password)
{
	struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret key = {0};
	char path[HOME_FILE_BYTES];
	vault_path(keeper, path);
	int r = vault_unlock(path, clock_now_ms(keeper->clock), staff, password, &key);
	if (r < 0)
		return PASS(r);
	switch ((enum vault_outcome)r) {
	case VAULT_STAFF_UNKNOWN:
	case VAULT_ABSENT: return KEEPER_ABSENT;
	case VAULT_WAIT: return KEEPER_WAIT;
	case VAULT_DAMAGED:
	case VAULT_NEWER:
	case VAULT_UNUSABLE: return KEEPER_DAMAGED;
	case VAULT_PASSWORD_WRONG:
	case VAULT_PRESENT:
	case VAULT_STAFF_PRESENT:
	case VAULT_STAFF_FULL:
	case VAULT_STAFF_REFUSED:
	case VAULT_PASSWORD_SHORT:
	case VAULT_PASSWORD_COMMON: return KEEPER_WRONG;
	}
	keeper->key = key;
	return 0;
}

static int recovered(int r)
{
	switch ((enum vault_outcome)r) {
	case VAULT_PASSWORD_SHORT:
	case VAULT_PASSWORD_COMMON: return KEEPER_WEAK;
	case VAULT_PASSWORD_WRONG: return KEEPER_WRONG;
	case VAULT_ABSENT:
	case VAULT_STAFF_UNKNOWN:
	case VAULT_STAFF_REFUSED: return KEEPER_ABSENT;
	case VAULT_DAMAGED:
	case VAULT_NEWER:
	case VAULT_UNUSABLE:
	case VAULT_PRESENT:
	case VAULT_STAFF_PRESENT:
	case VAULT_STAFF_FULL:
	case VAULT_WAIT: break;
	}
	return KEEPER_DAMAGED;
}

static int keeper_recover(void *ctx, struct str recovery, struct str staff, struct str password)
{
	struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret key = {0}, read = {0};
	const struct vault_person person = {.id = staff, .password = password};
	char path[HOME_FILE_BYTES];
	vault_path(keeper, path);
	if (recovery_read(recovery, &read) != 0)
		return KEEPER_WRONG;
	int r = vault_recover(path, secret_str(&read), &key);
	if (r == 0)
		r = vault_password_set(path, secret_str(&key), &person);
	if (r)
		return r < 0 ? PASS(r) : recovered(r);
	keeper->key = key;
	return 0;
}

static int keeper_create(void *ctx, const struct keeper_birth *birth, struct str password,
			 struct secret *ret_recovery)
{
	struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret key = {0};
	const struct vault_person person = {birth->staff.id, birth->staff.name, password, NULL};
	char path[HOME_FILE_BYTES];
	vault_path(keeper, path);
	if (home_make(&keeper->home) != 0)
		return RAISE(EIO);
	int r = vault_create(path, clock_now_ms(keeper->clock), &person, &key, ret_recovery);
	if (r < 0)
		return PASS(r);
	if (r == VAULT_PASSWORD_SHORT || r == VAULT_PASSWORD_COMMON)
		return KEEPER_WEAK;
	if (r == VAULT_PRESENT)
		return KEEPER_PRESENT;
	if (r)
		return RAISE(EIO);
	keeper->key = key;
	r = facility_make(keeper, &birth->facility, birth->service);
	return r < 0 ? PASS(r) : r;
}

static int staff_list(const struct vault *vault, struct arena *arena,
		      struct keeper_staff **ret_staff, size_t *ret_count)
{
	struct keeper_staff *staff = arena_alloc(arena, VAULT_STAFF_MAX * sizeof *staff);
	size_t count = 0;
	if (!staff)
		return RAISE(ENOMEM);
	for (size_t i = 0; i < vault->staff_count; i++) {
		if (!vault->staff[i].active)
			continue;
		int r = arena_copy(arena, str_of(vault->staff[i].id), &staff[count].id);
		if (r == 0)
			r = arena_copy(arena, str_of(vault->staff[i].name), &staff[count].name);
		if (r < 0)
			return PASS(r);
		count++;
	}
	*ret_staff = staff;
	*ret_count = count;
	return 0;
}

static int keeper_staff_list(void *ctx, struct arena *arena, struct keeper_staff **ret_staff,
			     size_t *ret_count)
{
	char path[HOME_FILE_BYTES];
	struct vault vault;
	vault_path(ctx, path);
	int r = vault_read(path, &vault);
	if (r)
		return r < 0 ? PASS(r) : KEEPER_ABSENT;
	r = staff_list(&vault, arena, ret_staff, ret_count);
	return r < 0 ? PASS(r) : 0;
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
	char path[HOME_PATH_BYTES];
	struct backup_made made;
	if (!keeper->key.len)
		return KEEPER_ABSENT;
	if (str_to_c(folder, path, sizeof path) < 0)
		return KEEPER_UNREACHABLE;
	const struct backup_wish wish = {.home = &keeper->home,
					 .folder = path,
					 .key = secret_str(&keeper->key),
					 .now_ms = clock_now_ms(keeper->clock),
					 .keep = keep};
	return backup_answer(backup_run(&wish, &made));
}

static int keeper_backup_newest(void *ctx, struct str folder, int64_t *ret_made_ms)
{
	char path[HOME_PATH_BYTES], name[BACKUP_NAME_BYTES];
	(void)ctx;
	if (str_to_c(folder, path, sizeof path) < 0)
		return KEEPER_UNREACHABLE;
	return backup_answer(backup_newest(path, name, ret_made_ms));
}

static int keeper_restore(void *ctx, const struct keeper_return *wish, int *ret_group)
{
	struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret recovery = {0}, key = {0};
	char path[HOME_PATH_BYTES];
	int vault = 0;
	if (str_to_c(wish->backup, path, sizeof path) < 0)
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
		keeper->key = key;
	return backup_answer(r);
}

struct keeper keeper_of_vault(struct keeper_vault *vault)
{
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
			       .restore = keeper_restore};
}

void keeper_vault_clear(struct keeper_vault *vault)
{
	secret_wipe(&vault->key);
}
