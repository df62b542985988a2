/* SPDX-License-Identifier: Apache-2.0 */
/* Made beside the others under a passing name, checked by its size and digest, then renamed. */
#include "workstation/keep/backup.h"

#include <assert.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/base/period.h"
#include "lib/db/db.h"
#include "workstation/keep/copy.h"
#include "workstation/keep/manifest.h"
#include "workstation/vault/vault.h"
#include "workstation/vault/vault_file.h"

enum {
	BUSY_MS = 5000,
	PATH_BYTES = HOME_FILE_BYTES + 64,
	NAMES_MAX = 1024,
	ARENA_BYTES = 256 * 1024,
	PASSING_BYTES = 48,
};

static const char begins[] = "shikaku-";

DEFINE_AUTO_POINTER(DIR, closedir)

/* --- names --- */

static bool path_in(const char *folder, const char *name, char ret_path[PATH_BYTES])
{
	int len = snprintf(ret_path, PATH_BYTES, "%s/%s", folder, name);
	return len > 0 && len < PATH_BYTES;
}

/* "shikaku-20261122090000", Japanese time: people look at it. */
static void name_make(int64_t made_ms, char ret_name[BACKUP_NAME_BYTES])
{
	char stamp[PERIOD_DATETIME_BYTES];
	(void)snprintf(ret_name, BACKUP_NAME_BYTES, "%s%s", begins,
		       period_datetime_print(made_ms, stamp));
}

/*
 * Where one is made: hidden, and by the chart key, so that two PCs that back up into one folder do
 * not take it from under each other.
 */
static int passing_make(struct str key, char ret_name[PASSING_BYTES])
{
	AUTO(secret_wipe) struct secret tag = {0};
	int r = hkdf(key, STR("shikaku backup in work"), &tag);
	if (r < 0)
		return PASS(r);
	const unsigned char *bytes = (const unsigned char *)secret_str(&tag).ptr;
	(void)snprintf(ret_name, PASSING_BYTES, ".shikaku-backup-in-work-%02x%02x%02x%02x",
		       bytes[0], bytes[1], bytes[2], bytes[3]);
	return 0;
}

/* When a backup of this name was made; false: it is none. */
static bool name_read(const char *name, int64_t *ret_made_ms)
{
	struct str text = str_of(name);
	size_t skip = sizeof begins - 1;
	return str_starts(text, str_of(begins)) &&
	       period_datetime_parse((struct str){name + skip, text.len - skip}, ret_made_ms) == 0;
}

/* --- making --- */

static int copy_answer(int r)
{
	return r < 0 ? PASS(r) : r == COPY_FULL ? BACKUP_DISK_FULL : r ? BACKUP_UNREACHABLE : 0;
}

/* The engine does not say on which of the two sides it failed. */
static int store_copy(const char *from, const struct secret *key, const char *folder,
		      const char *to)
{
	AUTO(db_closep) struct db *db = NULL;
	const struct db_options options = {.engine = DB_SQLITE,
					   .target = from,
					   .busy_ms = BUSY_MS,
					   .seal_key = key};
	int r = db_open(&db, &options);
	if (r == -ENOMEM)
		return PASS(r);
	if (r)
		return BACKUP_STORE_BROKEN;
	r = db_copy(db, to);
	if (r == 0 || r == -ENOMEM)
		return r ? PASS(r) : 0;
	r = copy_probe(folder);
	return r ? copy_answer(r) : BACKUP_STORE_BROKEN;
}

/* One facility's store into the folder, and what the manifest says of it. */
static int facility_copy(const struct backup_wish *wish, const char *code, const char *folder,
			 struct manifest_file *ret_file)
{
	AUTO(secret_wipe) struct secret key = {0};
	char from[HOME_FILE_BYTES], to[PATH_BYTES], name[HOME_CODE_BYTES + 4];
	home_facility_file(wish->home, str_of(code), "charts.db", from);
	(void)snprintf(name, sizeof name, "%s.db", code);
	if (!path_in(folder, name, to))
		return BACKUP_UNREACHABLE;
	int r = vault_facility_key(wish->key, str_of(code), &key);
	if (r == 0)
		r = store_copy(from, &key, folder, to);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_file = (struct manifest_file){0};
	(void)snprintf(ret_file->facility, sizeof ret_file->facility, "%s", code);
	r = copy_digest(to, &ret_file->bytes, ret_file->digest);
	return copy_answer(r);
}

/* A facility's folder without a store yet is no harm. */
static bool has_store(const struct home *home, const char *code)
{
	char path[HOME_FILE_BYTES];
	home_facility_file(home, str_of(code), "charts.db", path);
	return access(path, F_OK) == 0;
}

static int stores_copy(const struct backup_wish *wish, const char *folder,
		       struct manifest *manifest)
{
	struct home_facilities found;
	int r = home_facilities(wish->home, &found) ? BACKUP_STORE_BROKEN : 0;
	for (size_t i = 0; r == 0 && i < found.count; i++)
		if (has_store(wish->home, found.codes[i]))
			r = facility_copy(wish, found.codes[i], folder,
					  &manifest->files[manifest->count++]);
	return r < 0 ? PASS(r) : r;
}

/* The vault as it stands at one moment: a change waits. */
static int vault_copy(const struct backup_wish *wish, const char *folder)
{
	AUTO(vault_file_unlock) int lock = -1;
	char from[HOME_FILE_BYTES], to[PATH_BYTES];
	struct vault vault;
	home_file(wish->home, "vault.json", from);
	if (!path_in(folder, "vault.json", to))
		return BACKUP_UNREACHABLE;
	int r = vault_file_lock(from, &lock);
	if (r == 0)
		r = vault_read(from, &vault);
	if (r)
		return r < 0 ? PASS(r) : BACKUP_STORE_BROKEN;
	r = copy_file(from, to);
	return copy_answer(r);
}

static int manifest_put(const struct manifest *manifest, struct str key, const char *folder)
{
	AUTO(arena_clear) struct arena arena;
	char path[PATH_BYTES];
	struct str text;
	arena_init(&arena, ARENA_BYTES);
	if (!path_in(folder, "manifest.json", path))
		return BACKUP_UNREACHABLE;
	int r = manifest_write(&arena, manifest, key, &text);
	if (r < 0)
		return PASS(r);
	return file_write_private(path, text) == 0 ? 0 : BACKUP_DISK_FULL;
}

static int folder_fill(const struct backup_wish *wish, const char *folder, struct backup_made *made)
{
	struct manifest manifest = {.made_ms = wish->now_ms};
	int r = stores_copy(wish, folder, &manifest);
	if (r == 0)
		r = vault_copy(wish, folder);
	if (r == 0)
		r = manifest_put(&manifest, wish->key, folder);
	made->facilities = manifest.count;
	for (size_t i = 0; i < manifest.count; i++)
		made->bytes += manifest.files[i].bytes;
	return r < 0 ? PASS(r) : r;
}

/* --- the newest of this PC stay --- */

struct names {
	size_t count;
	char items[NAMES_MAX][BACKUP_NAME_BYTES];
};

static int name_compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Those of a folder, oldest first. Outcome: BACKUP_UNREACHABLE. Fault: -ENOMEM. */
static int names_list(const char *path, struct arena *arena, struct names **ret_names)
{
	AUTO(closedirp) DIR *folder = opendir(path);
	struct names *names = arena_alloc(arena, sizeof *names);
	int64_t made_ms;
	if (!names)
		return RAISE(ENOMEM);
	names->count = 0;
	if (!folder)
		return BACKUP_UNREACHABLE;
	for (struct dirent *entry; names->count < NAMES_MAX && (entry = readdir(folder));)
		if (name_read(entry->d_name, &made_ms) &&
		    str_to_c(str_of(entry->d_name), names->items[names->count],
			     BACKUP_NAME_BYTES) == 0)
			names->count++;
	qsort(names->items, names->count, sizeof *names->items, name_compare);
	*ret_names = names;
	return 0;
}

/* Is it under this key? What is not is another PC's, or is not whole. Absent key: any will do. */
static int is_own(const char *folder, const char *name, struct str key, bool *ret_own)
{
	char path[PATH_BYTES];
	struct manifest manifest;
	*ret_own = !key.ptr;
	if (!key.ptr || !path_in(folder, name, path))
		return 0;
	int r = backup_manifest(path, key, &manifest);
	*ret_own = r == 0;
	return r < 0 ? PASS(r) : 0;
}

static void name_remove(const struct backup_wish *wish, const char *name, struct backup_made *made)
{
	char path[PATH_BYTES];
	if (path_in(wish->folder, name, path))
		copy_folder_remove(path);
	made->removed++;
}

static int names_prune(const struct backup_wish *wish, struct backup_made *made)
{
	AUTO(arena_clear) struct arena arena;
	struct names *names;
	int kept = 0;
	arena_init(&arena, sizeof *names + 64);
	int r = names_list(wish->folder, &arena, &names);
	for (size_t i = r == 0 ? names->count : 0; r == 0 && i-- > 0;) {
		bool own;
		r = is_own(wish->folder, names->items[i], wish->key, &own);
		if (r == 0 && own && ++kept > wish->keep)
			name_remove(wish, names->items[i], made);
	}
	return r < 0 ? PASS(r) : r;
}

int backup_newest(const char *folder, struct str key, char ret_name[BACKUP_NAME_BYTES],
		  int64_t *ret_made_ms)
{
	AUTO(arena_clear) struct arena arena;
	struct names *names;
	bool own = false;
	arena_init(&arena, sizeof *names + 64);
	int r = names_list(folder, &arena, &names);
	size_t i = r == 0 ? names->count : 0;
	while (r == 0 && !own && i > 0)
		r = is_own(folder, names->items[--i], key, &own);
	if (r)
		return r < 0 ? PASS(r) : r;
	if (!own)
		return BACKUP_NONE;
	memcpy(ret_name, names->items[i], BACKUP_NAME_BYTES);
	(void)name_read(ret_name, ret_made_ms);
	return 0;
}

/* --- all of it --- */

/* What was written gets its name when all of it is on the disk. */
static int folder_name(const struct backup_wish *wish, const char *work, struct backup_made *made)
{
	char path[PATH_BYTES];
	name_make(wish->now_ms, made->name);
	if (!path_in(wish->folder, made->name, path) || copy_folder_sync(work) ||
	    rename(work, path) != 0 || copy_folder_sync(wish->folder))
		return BACKUP_UNREACHABLE;
	return 0;
}

int backup_run(const struct backup_wish *wish, struct backup_made *ret_made)
{
	char work[PATH_BYTES], passing[PASSING_BYTES];
	struct backup_made made = {0};
	assert(wish->keep >= 1 && wish->key.len == CRYPTO_KEY_BYTES);
	int r = passing_make(wish->key, passing);
	if (r < 0)
		return PASS(r);
	if (!path_in(wish->folder, passing, work))
		return BACKUP_UNREACHABLE;
	copy_folder_remove(work); /* of one that was cut off */
	if (mkdir(work, 0700) != 0)
		return copy_answer(copy_outcome_of(errno));
	r = folder_fill(wish, work, &made);
	if (r == 0)
		r = folder_name(wish, work, &made);
	if (r) {
		copy_folder_remove(work);
		return r < 0 ? PASS(r) : r;
	}
	r = names_prune(wish, &made);
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_made = made;
	return 0;
}

/* --- is it whole? --- */

static int file_check(const char *folder, const struct manifest_file *told)
{
	char path[PATH_BYTES], name[HOME_CODE_BYTES + 4];
	unsigned char digest[CRYPTO_DIGEST_BYTES];
	int64_t bytes;
	(void)snprintf(name, sizeof name, "%s.db", told->facility);
	if (!path_in(folder, name, path))
		return BACKUP_UNREACHABLE;
	int r = copy_digest(path, &bytes, digest);
	if (r)
		return r < 0 ? PASS(r) : BACKUP_BROKEN;
	return bytes == told->bytes && memcmp(digest, told->digest, sizeof digest) == 0
		       ? 0
		       : BACKUP_BROKEN;
}

int backup_manifest(const char *path, struct str key, struct manifest *ret_manifest)
{
	AUTO(arena_clear) struct arena arena;
	char file[PATH_BYTES];
	struct str text;
	arena_init(&arena, ARENA_BYTES);
	if (!path_in(path, "manifest.json", file))
		return BACKUP_UNREACHABLE;
	int r = file_read(&arena, file, MANIFEST_BYTES_MAX, &text);
	if (r)
		return r < 0 ? PASS(r) : r == FILE_ABSENT ? BACKUP_BROKEN : BACKUP_UNREACHABLE;
	r = manifest_read(text, key, ret_manifest);
	return r < 0 ? PASS(r) : r == MANIFEST_NEWER ? BACKUP_NEWER : r ? BACKUP_BROKEN : 0;
}

int backup_check(const char *path, struct str key)
{
	struct manifest manifest;
	int r = backup_manifest(path, key, &manifest);
	for (size_t i = 0; r == 0 && i < manifest.count; i++)
		r = file_check(path, &manifest.files[i]);
	return r < 0 ? PASS(r) : r;
}
