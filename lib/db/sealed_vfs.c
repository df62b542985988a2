/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sealed way to the disk: which file is of which kind, and all that is as the system's own VFS
 * does it. One VFS for each connection, for SQLite hands nothing else to a file that is opened; so
 * the key is nobody's but that connection's.
 */
#include <assert.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/db/sealed_file.h"

/* --- files --- */

static int file_close(sqlite3_file *file)
{
	struct sealed_file *sealed = sealed_of(file);
	page_sealer_clear(&sealed->sealer);
	return sealed->base->pMethods->xClose(sealed->base);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 bytes)
{
	sqlite3_file *base = sealed_of(file)->base;
	return base->pMethods->xTruncate(base, bytes);
}

static int file_sync(sqlite3_file *file, int flags)
{
	sqlite3_file *base = sealed_of(file)->base;
	return base->pMethods->xSync(base, flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret_bytes)
{
	sqlite3_file *base = sealed_of(file)->base;
	return base->pMethods->xFileSize(base, ret_bytes);
}

static int file_lock(sqlite3_file *file, int lock)
{
	sqlite3_file *base = sealed_of(file)->base;
	return base->pMethods->xLock(base, lock);
}

static int file_unlock(sqlite3_file *file, int lock)
{
	sqlite3_file *base = sealed_of(file)->base;
	return base->pMethods->xUnlock(base, lock);
}

static int file_check_lock(sqlite3_file *file, int *ret_locked)
{
	sqlite3_file *base = sealed_of(file)->base;
	return base->pMethods->xCheckReservedLock(base, ret_locked);
}

static int file_control(sqlite3_file *file, int code, void *arg)
{
	sqlite3_file *base = sealed_of(file)->base;
	return base->pMethods->xFileControl(base, code, arg);
}

/* SQLite pads the log to whole sectors, in pieces of pages, unless a write spares its neighbours.
 */
static int file_traits(sqlite3_file *file)
{
	sqlite3_file *base = sealed_of(file)->base;
	return base->pMethods->xDeviceCharacteristics(base) | SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* A journal's header is one sector: smaller than a page, by which sealed_journal_write tells them
 * apart.
 */
static int file_sector(sqlite3_file *file)
{
	(void)file;
	return 512;
}

static int file_shm_map(sqlite3_file *file, int page, int bytes, int extend, void volatile **ret_at)
{
	sqlite3_file *base = sealed_of(file)->base;
	return base->pMethods->xShmMap(base, page, bytes, extend, ret_at);
}

static int file_shm_lock(sqlite3_file *file, int first, int count, int flags)
{
	sqlite3_file *base = sealed_of(file)->base;
	return base->pMethods->xShmLock(base, first, count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
	sqlite3_file *base = sealed_of(file)->base;
	base->pMethods->xShmBarrier(base);
}

static int file_shm_unmap(sqlite3_file *file, int delete)
{
	sqlite3_file *base = sealed_of(file)->base;
	return base->pMethods->xShmUnmap(base, delete);
}

#define FILE_METHODS(read, write)                                                                  \
	{                                                                                          \
		.iVersion = 2, .xClose = file_close, .xRead = (read), .xWrite = (write),           \
		.xTruncate = file_truncate, .xSync = file_sync, .xFileSize = file_size,            \
		.xLock = file_lock, .xUnlock = file_unlock, .xCheckReservedLock = file_check_lock, \
		.xFileControl = file_control, .xSectorSize = file_sector,                          \
		.xDeviceCharacteristics = file_traits, .xShmMap = file_shm_map,                    \
		.xShmLock = file_shm_lock, .xShmBarrier = file_shm_barrier,                        \
		.xShmUnmap = file_shm_unmap,                                                       \
	}

static const sqlite3_io_methods database_methods =
	FILE_METHODS(sealed_database_read, sealed_database_write);
static const sqlite3_io_methods log_methods = FILE_METHODS(sealed_log_read, sealed_log_write);
static const sqlite3_io_methods journal_methods =
	FILE_METHODS(sealed_journal_read, sealed_journal_write);

/* --- opening --- */

static size_t base_at(void)
{
	size_t align = alignof(max_align_t);
	return (sizeof(struct sealed_file) + align - 1) / align * align;
}

static const sqlite3_io_methods *kind_of(int flags, enum sealed_kind *ret_kind)
{
	if (flags & SQLITE_OPEN_MAIN_DB)
		return *ret_kind = SEALED_DATABASE, &database_methods;
	if (flags & SQLITE_OPEN_WAL)
		return *ret_kind = SEALED_LOG, &log_methods;
	if (flags & SQLITE_OPEN_MAIN_JOURNAL)
		return *ret_kind = SEALED_JOURNAL, &journal_methods;
	return NULL;
}

static int sealed_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
		       int *ret_flags)
{
	struct sealed_file *sealed = sealed_of(file);
	struct sealed_vfs *ours = vfs->pAppData;
	memset(sealed, 0, sizeof *sealed);
	const sqlite3_io_methods *methods = kind_of(flags, &sealed->kind);
	if (!methods || !path)
		return SQLITE_CANTOPEN; /* a temporary file */
	sealed->vfs = ours;
	sealed->base = (sqlite3_file *)(void *)((char *)file + base_at());
	sealed->database = sealed->kind == SEALED_DATABASE
				   ? sealed
				   : sealed_of(sqlite3_database_file_object(path));
	int rc = ours->base->xOpen(ours->base, path, sealed->base, flags, ret_flags);
	if (rc == SQLITE_OK)
		sealed->file.pMethods = methods;
	return rc;
}

/* --- the VFS --- */

static sqlite3_vfs *base_of(sqlite3_vfs *vfs)
{
	return ((struct sealed_vfs *)vfs->pAppData)->base;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
	return base_of(vfs)->xDelete(base_of(vfs), path, sync);
}

static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *ret_yes)
{
	return base_of(vfs)->xAccess(base_of(vfs), path, flags, ret_yes);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int bytes, char *ret_path)
{
	return base_of(vfs)->xFullPathname(base_of(vfs), path, bytes, ret_path);
}

static int vfs_random(sqlite3_vfs *vfs, int bytes, char *ret_bytes)
{
	return base_of(vfs)->xRandomness(base_of(vfs), bytes, ret_bytes);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
	return base_of(vfs)->xSleep(base_of(vfs), microseconds);
}

static int vfs_time(sqlite3_vfs *vfs, double *ret_days)
{
	return base_of(vfs)->xCurrentTime(base_of(vfs), ret_days);
}

static int vfs_time_ms(sqlite3_vfs *vfs, sqlite3_int64 *ret_ms)
{
	return base_of(vfs)->xCurrentTimeInt64(base_of(vfs), ret_ms);
}

static int vfs_error(sqlite3_vfs *vfs, int bytes, char *ret_text)
{
	return base_of(vfs)->xGetLastError(base_of(vfs), bytes, ret_text);
}

static sqlite3_vfs vfs_over(struct sealed_vfs *ours)
{
	return (sqlite3_vfs){
		.iVersion = 2,
		.szOsFile = (int)base_at() + ours->base->szOsFile,
		.mxPathname = ours->base->mxPathname,
		.zName = ours->name,
		.pAppData = ours,
		.xOpen = sealed_open,
		.xDelete = vfs_delete,
		.xAccess = vfs_access,
		.xFullPathname = vfs_full_path,
		.xRandomness = vfs_random,
		.xSleep = vfs_sleep,
		.xCurrentTime = vfs_time,
		.xGetLastError = vfs_error,
		.xCurrentTimeInt64 = vfs_time_ms,
	};
}

int sealed_vfs_create(struct sealed_vfs **ret_vfs, const struct secret *key)
{
	assert(key->len == CRYPTO_KEY_BYTES);
	struct sealed_vfs *ours = calloc(1, sizeof *ours);
	if (!ours)
		return RAISE(ENOMEM);
	ours->base = sqlite3_vfs_find(NULL);
	ours->key = *key;
	secret_memory_lock(&ours->key, sizeof ours->key);
	/* SQLite finds a VFS by its name only; no other connection shall find this one. */
	snprintf(ours->name, sizeof ours->name, "sealed-%p", (void *)ours);
	ours->vfs = vfs_over(ours);
	if (sqlite3_vfs_register(&ours->vfs, 0) != SQLITE_OK) {
		sealed_vfs_destroy(ours);
		return RAISE(EIO);
	}
	*ret_vfs = ours;
	return 0;
}

void sealed_vfs_destroy(struct sealed_vfs *vfs)
{
	if (!vfs)
		return;
	sqlite3_vfs_unregister(&vfs->vfs);
	secret_wipe(&vfs->key);
	secret_memory_unlock(&vfs->key, sizeof vfs->key);
	free(vfs);
}

const char *sealed_vfs_name(const struct sealed_vfs *vfs)
{
	return vfs->name;
}

bool sealed_vfs_refused(const struct sealed_vfs *vfs)
{
	return vfs->refused;
}
