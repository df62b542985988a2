/* SPDX-License-Identifier: Apache-2.0 */
/* Who may open the charts, and the paper that opens them when nobody can. */
#include "workstation/keeper_inside.h"

#include "workstation/vault/recovery.h"
#include "workstation/vault/vault.h"

int keeper_unlock(void *ctx, struct str staff, struct str password)
{
	struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret key = {0};
	char path[HOME_FILE_BYTES];
	keeper_vault_path(keeper, path);
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
	keeper_key_put(keeper, &key);
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

int keeper_recover(void *ctx, struct str recovery, struct str staff, struct str password)
{
	struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret key = {0}, read = {0};
	const struct vault_person person = {.id = staff, .password = password};
	char path[HOME_FILE_BYTES];
	keeper_vault_path(keeper, path);
	if (recovery_read(recovery, &read) != 0)
		return KEEPER_WRONG;
	int r = vault_recover(path, secret_str(&read), &key);
	if (r == 0)
		r = vault_password_set(path, secret_str(&key), &person);
	if (r)
		return r < 0 ? PASS(r) : recovered(r);
	keeper_key_put(keeper, &key);
	return 0;
}

int keeper_create(void *ctx, const struct keeper_birth *birth, struct str password,
		  struct secret *ret_recovery)
{
	struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret key = {0};
	const struct vault_person person = {birth->staff.id, birth->staff.name, password, NULL};
	char path[HOME_FILE_BYTES];
	keeper_vault_path(keeper, path);
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
	keeper_key_put(keeper, &key);
	r = keeper_facility_make(keeper, &birth->facility, birth->service);
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
		staff[count].is_away = !vault->staff[i].active;
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

int keeper_staff_list(void *ctx, struct arena *arena, struct keeper_staff **ret_staff,
		      size_t *ret_count)
{
	char path[HOME_FILE_BYTES];
	struct vault vault;
	keeper_vault_path(ctx, path);
	int r = vault_read(path, &vault);
	if (r)
		return r < 0 ? PASS(r) : KEEPER_ABSENT;
	r = staff_list(&vault, arena, ret_staff, ret_count);
	return r < 0 ? PASS(r) : 0;
}

static int changed(int r)
{
	if (r <= 0)
		return r < 0 ? PASS(r) : 0;
	switch ((enum vault_outcome)r) {
	case VAULT_STAFF_UNKNOWN: return KEEPER_ABSENT;
	case VAULT_STAFF_PRESENT: return KEEPER_PRESENT;
	case VAULT_STAFF_FULL: return KEEPER_FULL;
	case VAULT_STAFF_REFUSED: return KEEPER_REFUSED;
	case VAULT_PASSWORD_SHORT:
	case VAULT_PASSWORD_COMMON: return KEEPER_WEAK;
	case VAULT_ABSENT:
	case VAULT_PRESENT:
	case VAULT_DAMAGED:
	case VAULT_NEWER:
	case VAULT_UNUSABLE:
	case VAULT_PASSWORD_WRONG:
	case VAULT_WAIT: break;
	}
	return KEEPER_DAMAGED;
}

/* What a change begins with: where, and by which key. */
static int change_begin(struct keeper_vault *keeper, char path[HOME_FILE_BYTES],
			struct secret *ret_key)
{
	keeper_vault_path(keeper, path);
	return keeper_key_take(keeper, ret_key);
}

int keeper_staff_add(void *ctx, const struct keeper_staff *staff, struct str password)
{
	AUTO(secret_wipe) struct secret key = {0};
	const struct vault_person person = {staff->id, staff->name, password, NULL};
	char path[HOME_FILE_BYTES];
	if (change_begin(ctx, path, &key))
		return KEEPER_ABSENT;
	int r = changed(vault_staff_add(path, secret_str(&key), &person));
	return r < 0 ? PASS(r) : r;
}

int keeper_staff_rename(void *ctx, const struct keeper_staff *staff)
{
	AUTO(secret_wipe) struct secret key = {0};
	char path[HOME_FILE_BYTES];
	if (change_begin(ctx, path, &key))
		return KEEPER_ABSENT;
	int r = changed(vault_staff_rename(path, secret_str(&key), staff->id, staff->name));
	return r < 0 ? PASS(r) : r;
}

int keeper_staff_away(void *ctx, struct str staff)
{
	AUTO(secret_wipe) struct secret key = {0};
	char path[HOME_FILE_BYTES];
	if (change_begin(ctx, path, &key))
		return KEEPER_ABSENT;
	int r = changed(vault_staff_put_away(path, secret_str(&key), staff));
	return r < 0 ? PASS(r) : r;
}

int keeper_password_set(void *ctx, struct str staff, struct str password)
{
	AUTO(secret_wipe) struct secret key = {0};
	const struct vault_person person = {.id = staff, .password = password};
	char path[HOME_FILE_BYTES];
	if (change_begin(ctx, path, &key))
		return KEEPER_ABSENT;
	int r = changed(vault_password_set(path, secret_str(&key), &person));
	return r < 0 ? PASS(r) : r;
}

int keeper_recovery_renew(void *ctx, struct secret *ret_recovery)
{
	const struct keeper_vault *keeper = ctx;
	AUTO(secret_wipe) struct secret key = {0};
	char path[HOME_FILE_BYTES];
	if (change_begin(ctx, path, &key))
		return KEEPER_ABSENT;
	int r = changed(vault_recovery_renew(path, secret_str(&key), clock_now_ms(keeper->clock),
					     ret_recovery));
	return r < 0 ? PASS(r) : r;
}

int keeper_recovery_drawn(void *ctx, int64_t *ret_drawn_ms)
{
	char path[HOME_FILE_BYTES];
	struct vault vault;
	keeper_vault_path(ctx, path);
	int r = changed(vault_read(path, &vault));
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_drawn_ms = vault.recovery_ms;
	return 0;
}
