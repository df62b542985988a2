/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/keep/restore.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/db/db.h"
#include "workstation/keep/copy.h"
#include "workstation/keep/manifest.h"
#include "workstation/vault/vault.h"

enum { PATH_BYTES = HOME_FILE_BYTES + 64 };

static int copy_answer(int r)
{
	return r < 0 ? PASS(r) : r == COPY_FULL ? BACKUP_DISK_FULL : r ? BACKUP_UNREACHABLE : 0;
}

/* --- the vault --- */

/*
 * One that a try before has left is kept while it is the same: it knows how long a wrong password
 * has to wait.
 */
static int vault_take(const char *fresh, const char *staged)
{
	struct vault told, left;
	int r = vault_read(fresh, &told);
	if (r)
		return r < 0 ? PASS(r) : r == VAULT_NEWER ? BACKUP_NEWER : BACKUP_BROKEN;
	r = vault_read(staged, &left);
	if (r < 0)
		return PASS(r);
	if (r == 0 && memcmp(told.mac, left.mac, sizeof told.mac) == 0)
		return 0;
	return rename(fresh, staged) == 0 ? 0 : BACKUP_UNREACHABLE;
}

static int vault_stage(const struct restore_wish *wish, const char *staged)
{
	char from[PATH_BYTES], fresh[PATH_BYTES], standing[HOME_FILE_BYTES];
	home_file(wish->home, "vault.json", standing);
	int len = snprintf(from, sizeof from, "%s/vault.json", wish->backup);
	if (len < 0 || (size_t)len >= sizeof from)
		return BACKUP_UNREACHABLE;
	if (home_make(wish->home) != 0)
		return BACKUP_UNREACHABLE;
	if (access(standing, F_OK) == 0)
		return BACKUP_HOME_TAKEN;
	(void)snprintf(fresh, sizeof fresh, "%s.copy", staged);
	(void)unlink(fresh);
	int r = copy_answer(copy_file(from, fresh));
	if (r == 0)
		r = vault_take(fresh, staged);
	(void)unlink(fresh);
	return r < 0 ? PASS(r) : r;
}

static int vault_open(const struct restore_wish *wish, const char *staged, struct secret *ret_key,
		      int *ret_vault)
{
	int r = wish->staff.ptr
			? vault_unlock(staged, wish->now_ms, wish->staff, wish->password, ret_key)
			: vault_recover(staged, wish->password, ret_key);
	if (r < 0)
		return PASS(r);
	*ret_vault = r;
	return r ? RESTORE_REFUSED : 0;
}

/* --- the stores --- */

/* The copy opens, and is what the manifest says. */
static int store_check(const char *path, struct str key, const struct manifest_file *told)
{
	AUTO(secret_wipe) struct secret facility_key = {0};
	AUTO(db_closep) struct db *db = NULL;
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	int64_t bytes;
	int r = copy_digest(path, &bytes, digest);
	if (r)
		return copy_answer(r);
	if (bytes != told->bytes || memcmp(digest, told->digest, sizeof digest) != 0)
		return BACKUP_BROKEN;
	r = vault_facility_key(key, str_of(told->facility), &facility_key);
	if (r < 0)
		return PASS(r);
	const struct db_options options = {.engine = DB_SQLITE,
					   .target = path,
					   .seal_key = &facility_key};
	return db_open(&db, &options) == 0 ? 0 : BACKUP_BROKEN;
}

/* What lies in its place, with its log, is put aside under another name. */
static int store_aside(const char *path, int64_t now_ms)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char from[PATH_BYTES], to[PATH_BYTES + 64];
		(void)snprintf(from, sizeof from, "%s%s", path, ends[i]);
		(void)snprintf(to, sizeof to, "%s.before-%lld%s", path, (long long)now_ms, ends[i]);
		if (access(from, F_OK) == 0 && rename(from, to) != 0)
			return BACKUP_UNREACHABLE;
	}
	return 0;
}

static int store_restore(const struct restore_wish *wish, struct str key,
			 const struct manifest_file *told)
{
	char from[PATH_BYTES], to[HOME_FILE_BYTES], fresh[HOME_FILE_BYTES];
	struct str code = str_of(told->facility);
	int len = snprintf(from, sizeof from, "%s/%s.db", wish->backup, told->facility);
	if (len < 0 || (size_t)len >= sizeof from || home_facility_make(wish->home, code) != 0)
		return BACKUP_UNREACHABLE;
	home_facility_file(wish->home, code, "charts.db", to);
	home_facility_file(wish->home, code, "restoring.db", fresh);
	(void)unlink(fresh);
	int r = copy_answer(copy_file(from, fresh));
	if (r == 0)
		r = store_check(fresh, key, told);
	if (r == 0)
		r = store_aside(to, wish->now_ms);
	if (r == 0 && rename(fresh, to) != 0)
		r = BACKUP_UNREACHABLE;
	if (r)
		(void)unlink(fresh);
	return r < 0 ? PASS(r) : r;
}

static int stores_restore(const struct restore_wish *wish, struct str key)
{
	struct manifest manifest;
	int r = backup_manifest(wish->backup, key, &manifest);
	for (size_t i = 0; r == 0 && i < manifest.count; i++)
		r = store_restore(wish, key, &manifest.files[i]);
	return r < 0 ? PASS(r) : r;
}

int restore_run(const struct restore_wish *wish, struct secret *ret_key, int *ret_vault)
{
	AUTO(secret_wipe) struct secret key = {0};
	char staged[HOME_FILE_BYTES], standing[HOME_FILE_BYTES];
	home_file(wish->home, "restoring.json", staged);
	home_file(wish->home, "vault.json", standing);
	int r = vault_stage(wish, staged);
	if (r == 0)
		r = vault_open(wish, staged, &key, ret_vault);
	if (r == 0)
		r = stores_restore(wish, secret_str(&key));
	if (r == 0 && (rename(staged, standing) != 0 || copy_folder_sync(wish->home->path)))
		r = BACKUP_UNREACHABLE;
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_key = key;
	return 0;
}
