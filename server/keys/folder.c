/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are whole or not there: written under a passing name, synced, linked to their own. A
 * link is never followed, and what others could read or have put there is not used.
 */
#include "server/keys/folder.h"

#include <assert.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	FILE_BYTES_MAX = 1024,
	MADE_BYTES = 8, /* big-endian, before the key */
	ARENA_BYTES = 16 * 1024,
	READ_TRIES = 3, /* a root key may be replaced between two of our reads */
};

static const char root_name[] = FOLDER_ROOT_NAME;
/* The root key to come, while files are wrapped anew; after a crash the next try goes on. */
static const char next_name[] = ".root-next";
/* What a crash leaves behind under this name is overwritten by the next write. */
static const char passing_name[] = ".new";

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void folder_clear(struct folder *folder)
{
	fd_close(&folder->fd);
}

static bool exposed(int fd, mode_t type)
{
	struct stat status;
	if (fstat(fd, &status) < 0)
		return true;
	return (status.st_mode & S_IFMT) != type || (status.st_mode & 077) ||
	       status.st_uid != geteuid();
}

int folder_open(const char *dir, struct folder *ret_folder)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return KEYS_ABSENT;
	if (fd < 0)
		return KEYS_EXPOSED;
	if (exposed(fd, S_IFDIR)) {
		close(fd);
		return KEYS_EXPOSED;
	}
	ret_folder->fd = fd;
	return 0;
}

static int bytes_read(int fd, struct secret *ret_bytes)
{
	struct secret bytes AUTO(secret_wipe) = {0};
	unsigned char end;
	ssize_t n = read(fd, bytes.bytes, SECRET_BYTES_MAX);
	if (n < 0 || read(fd, &end, 1) != 0)
		return RAISE(EIO);
	bytes.len = (size_t)n;
	*ret_bytes = bytes;
	return 0;
}

static int file_read(const struct folder *folder, const char *name, struct secret *ret_bytes)
{
	int fd AUTO(fd_close) = openat(folder->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return KEYS_ABSENT;
	if (fd < 0 || exposed(fd, S_IFREG))
		return KEYS_EXPOSED;
	int r = bytes_read(fd, ret_bytes);
	return r < 0 ? PASS(r) : 0;
}

static int bytes_write(int fd, struct str bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);
		if (n <= 0)
			return RAISE(EIO);
		bytes.ptr += n;
		bytes.len -= (size_t)n;
	}
	return fsync(fd) < 0 ? RAISE(EIO) : 0;
}

static int name_give(const struct folder *folder, const char *name)
{
	if (linkat(folder->fd, passing_name, folder->fd, name, 0) < 0)
		return errno == EEXIST ? KEYS_THERE : RAISE(EIO);
	return fsync(folder->fd) < 0 ? RAISE(EIO) : 0;
}

static int file_write(const struct folder *folder, const char *name, struct str bytes)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	unlinkat(folder->fd, passing_name, 0);
	int fd AUTO(fd_close) = openat(folder->fd, passing_name, flags, 0600);
	if (fd < 0)
		return RAISE(EIO);
	int r = bytes_write(fd, bytes);
	if (r == 0)
		r = name_give(folder, name);
	unlinkat(folder->fd, passing_name, 0);
	return r < 0 ? PASS(r) : r;
}

/* --- the root key --- */

static int root_read(const struct folder *folder, const char *name, struct secret *ret_root)
{
	int r = file_read(folder, name, ret_root);
	if (r)
		return r < 0 ? PASS(r) : r;
	return ret_root->len == CRYPTO_KEY_BYTES ? 0 : KEYS_FORGED;
}

int folder_root_check(const struct folder *folder)
{
	struct secret root AUTO(secret_wipe) = {0};
	int r = root_read(folder, root_name, &root);
	return r < 0 ? PASS(r) : r;
}

static int root_write(const struct folder *folder, const char *name)
{
	struct secret root AUTO(secret_wipe) = {.len = CRYPTO_KEY_BYTES};
	random_bytes(root.bytes, root.len);
	int r = file_write(folder, name, secret_str(&root));
	return r < 0 ? PASS(r) : r;
}

int folder_root_make(const struct folder *folder)
{
	int r = root_write(folder, root_name);
	return r < 0 ? PASS(r) : r;
}

/* --- one writer at a time: a file must not come or go while all are wrapped anew --- */

struct lock {
	int fd; /* < 0: not held */
};

static void lock_release(struct lock *lock)
{
	if (lock->fd >= 0)
		flock(lock->fd, LOCK_UN);
	lock->fd = -1;
}

static int lock_take(const struct folder *folder, struct lock *ret_lock)
{
	int r;
	do
		r = flock(folder->fd, LOCK_EX);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return RAISE(EIO);
	ret_lock->fd = folder->fd;
	return 0;
}

/* --- wrapped files --- */

static int key_split(struct str text, struct secret *ret_key, int64_t *ret_made_ms)
{
	if (text.len <= MADE_BYTES)
		return KEYS_FORGED;
	uint64_t made_ms = 0;
	for (size_t i = 0; i < MADE_BYTES; i++)
		made_ms = made_ms << 8 | (unsigned char)text.ptr[i];
	int r = secret_set(ret_key, (struct str){text.ptr + MADE_BYTES, text.len - MADE_BYTES});
	if (r < 0)
		return PASS(r);
	*ret_made_ms = (int64_t)made_ms;
	return 0;
}

static int unwrap(struct arena *arena, const struct secret *root, const char *name,
		  const struct secret *wrapped, struct str *ret_text)
{
	int r = aead_open(arena, secret_str(root), str_of(name), secret_str(wrapped), ret_text);
	if (r < 0)
		return PASS(r);
	return r ? KEYS_FORGED : 0;
}

/* Under the root key, or under the one to come. */
static int file_open(const struct folder *folder, struct arena *arena, const char *name,
		     struct str *ret_text)
{
	struct secret wrapped AUTO(secret_wipe) = {0}, root AUTO(secret_wipe) = {0};
	int r = file_read(folder, name, &wrapped);
	if (r == 0)
		r = root_read(folder, root_name, &root);
	if (r == 0)
		r = unwrap(arena, &root, name, &wrapped, ret_text);
	if (r != KEYS_FORGED)
		return r < 0 ? PASS(r) : r;
	r = root_read(folder, next_name, &root);
	if (r == 0)
		r = unwrap(arena, &root, name, &wrapped, ret_text);
	if (r < 0)
		return PASS(r);
	return r ? KEYS_FORGED : 0;
}

int folder_read(const struct folder *folder, const char *name, struct secret *ret_key,
		int64_t *ret_made_ms)
{
	struct arena arena AUTO(arena_clear) = {0};
	struct str text;
	arena_init(&arena, ARENA_BYTES);
	int r = KEYS_FORGED;
	for (int i = 0; r == KEYS_FORGED && i < READ_TRIES; i++)
		r = file_open(folder, &arena, name, &text);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = key_split(text, ret_key, ret_made_ms);
	return r < 0 ? PASS(r) : r;
}

static int wrapped_write(const struct folder *folder, const char *name, struct str text)
{
	struct arena arena AUTO(arena_clear) = {0};
	struct secret root AUTO(secret_wipe) = {0};
	struct str wrapped;
	arena_init(&arena, ARENA_BYTES);
	int r = root_read(folder, root_name, &root);
	if (r)
		return r < 0 ? PASS(r) : RAISE(EIO);
	r = aead_seal(&arena, secret_str(&root), str_of(name), text, &wrapped);
	if (r == 0)
		r = file_write(folder, name, wrapped);
	return r < 0 ? PASS(r) : r;
}

int folder_write(const struct folder *folder, const char *name, struct str key, int64_t made_ms)
{
	AUTO(lock_release) struct lock lock = {.fd = -1};
	struct secret text AUTO(secret_wipe) = {.len = MADE_BYTES + key.len};
	assert(key.len && text.len <= SECRET_BYTES_MAX && strlen(name) < FOLDER_NAME_BYTES);
	for (size_t i = 0; i < MADE_BYTES; i++)
		text.bytes[i] = (unsigned char)((uint64_t)made_ms >> 8 * (MADE_BYTES - 1 - i));
	memcpy(text.bytes + MADE_BYTES, key.ptr, key.len);
	int r = lock_take(folder, &lock);
	if (r == 0)
		r = wrapped_write(folder, name, secret_str(&text));
	return r < 0 ? PASS(r) : r;
}

static int noise_write(int fd)
{
	unsigned char noise[FILE_BYTES_MAX];
	struct stat status;
	if (fstat(fd, &status) < 0 || status.st_size > FILE_BYTES_MAX)
		return RAISE(EIO);
	random_bytes(noise, sizeof noise);
	int r = bytes_write(fd, str_bytes(noise, (size_t)status.st_size));
	return r < 0 ? PASS(r) : 0;
}

int folder_destroy(const struct folder *folder, const char *name)
{
	int fd AUTO(fd_close) = openat(folder->fd, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? KEYS_ABSENT : RAISE(EIO);
	AUTO(lock_release) struct lock lock = {.fd = -1};
	int r = lock_take(folder, &lock);
	if (r == 0)
		r = noise_write(fd);
	if (r < 0)
		return PASS(r);
	if (unlinkat(folder->fd, name, 0) < 0 || fsync(folder->fd) < 0)
		return RAISE(EIO);
	return 0;
}

/* --- a new root key --- */

struct rewrap {
	const struct folder *folder;
	struct secret root, next;
};

static void rewrap_clear(struct rewrap *rewrap)
{
	secret_wipe(&rewrap->root);
	secret_wipe(&rewrap->next);
}

static int file_replace(const struct folder *folder, const char *name, struct str bytes)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	unlinkat(folder->fd, passing_name, 0);
	int fd AUTO(fd_close) = openat(folder->fd, passing_name, flags, 0600);
	if (fd < 0)
		return RAISE(EIO);
	int r = bytes_write(fd, bytes);
	if (r < 0)
		return PASS(r);
	if (renameat(folder->fd, passing_name, folder->fd, name) < 0 || fsync(folder->fd) < 0)
		return RAISE(EIO);
	return 0;
}

static int file_rewrap(void *ctx, const char *name)
{
	const struct rewrap *rewrap = ctx;
	struct arena arena AUTO(arena_clear) = {0};
	struct secret wrapped AUTO(secret_wipe) = {0};
	struct str text, anew;
	arena_init(&arena, ARENA_BYTES);
	int r = file_read(rewrap->folder, name, &wrapped);
	if (r == 0)
		r = unwrap(&arena, &rewrap->next, name, &wrapped, &text);
	if (r == 0)
		return 0; /* by a try that did not come to its end */
	if (r == KEYS_FORGED)
		r = unwrap(&arena, &rewrap->root, name, &wrapped, &text);
	if (r)
		return r < 0 ? PASS(r) : r;
	r = aead_seal(&arena, secret_str(&rewrap->next), str_of(name), text, &anew);
	if (r == 0)
		r = file_replace(rewrap->folder, name, anew);
	return r ? FOLD(r) : 0;
}

/* The old root key is overwritten where it lies, once its name is the new one's. */
static int root_replace(const struct folder *folder)
{
	int fd AUTO(fd_close) = openat(folder->fd, root_name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || renameat(folder->fd, next_name, folder->fd, root_name) < 0 ||
	    fsync(folder->fd) < 0)
		return RAISE(EIO);
	int r = noise_write(fd);
	return r < 0 ? PASS(r) : 0;
}

int folder_root_rotate(const struct folder *folder)
{
	AUTO(lock_release) struct lock lock = {.fd = -1};
	AUTO(rewrap_clear) struct rewrap rewrap = {.folder = folder};
	int r = lock_take(folder, &lock);
	if (r == 0)
		r = root_write(folder, next_name);
	if (r == 0 || r == KEYS_THERE)
		r = root_read(folder, next_name, &rewrap.next);
	if (r == 0)
		r = root_read(folder, root_name, &rewrap.root);
	if (r == 0)
		r = folder_each(folder, file_rewrap, &rewrap);
	if (r == 0)
		r = root_replace(folder);
	return r < 0 ? PASS(r) : r;
}

bool folder_lacks(const struct folder *folder, const char *name)
{
	return faccessat(folder->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
}

bool folder_is_new(const struct folder *folder, const char *name, int64_t milliseconds)
{
	struct stat status;
	struct timespec now;
	if (fstatat(folder->fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
	    clock_gettime(CLOCK_REALTIME, &now) < 0)
		return false;
	int64_t age_ms = (int64_t)(now.tv_sec - status.st_mtim.tv_sec) * 1000 +
			 (now.tv_nsec - status.st_mtim.tv_nsec) / 1000000;
	return age_ms >= 0 && age_ms < milliseconds;
}

static void dir_close(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

int folder_each(const struct folder *folder, int (*each)(void *ctx, const char *name), void *ctx)
{
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir AUTO(dir_close) = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		fd_close(&fd);
		return RAISE(EIO);
	}
	for (int i = 0; i < FOLDER_FILES_MAX; i++) {
		const struct dirent *entry = readdir(dir);
		if (!entry)
			return 0;
		if (entry->d_name[0] == '.' || strcmp(entry->d_name, root_name) == 0)
			continue;
		int r = each(ctx, entry->d_name);
		if (r)
			return r < 0 ? PASS(r) : r;
	}
	return RAISE(E2BIG);
}

/* --- for bundles --- */

int folder_bytes_read(const struct folder *folder, const char *name, struct secret *ret_bytes)
{
	int r = file_read(folder, name, ret_bytes);
	return r < 0 ? PASS(r) : r;
}

int folder_bytes_write(const struct folder *folder, const char *name, struct str bytes)
{
	int r = file_write(folder, name, bytes);
	return r < 0 ? PASS(r) : r;
}

int folder_still(const struct folder *folder,
		 int (*work)(const struct folder *folder, struct arena *arena,
			     struct str *ret_text),
		 struct arena *arena, struct str *ret_text)
{
	AUTO(lock_release) struct lock lock = {.fd = -1};
	int r = lock_take(folder, &lock);
	if (r == 0)
		r = work(folder, arena, ret_text);
	return r < 0 ? PASS(r) : r;
}

static int outside_write(const char *path, struct str bytes)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
	int fd AUTO(fd_close) = open(path, flags, 0600);
	if (fd < 0)
		return RAISE(EIO);
	int r = bytes_write(fd, bytes);
	return r < 0 ? PASS(r) : 0;
}

static int noise_fill(int fd)
{
	unsigned char noise[FILE_BYTES_MAX];
	struct stat status;
	if (fstat(fd, &status) < 0)
		return RAISE(EIO);
	for (off_t left = status.st_size; left > 0; left -= (off_t)sizeof noise) {
		random_bytes(noise, sizeof noise);
		size_t len = left < (off_t)sizeof noise ? (size_t)left : sizeof noise;
		if (write(fd, noise, len) != (ssize_t)len)
			return RAISE(EIO);
	}
	return fsync(fd) < 0 ? RAISE(EIO) : 0;
}

int folder_file_replace(const char *path, struct str bytes)
{
	char passing[PATH_MAX];
	int fd AUTO(fd_close) = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno != ENOENT)
		return RAISE(EIO);
	if (snprintf(passing, sizeof passing, "%s.new", path) >= (int)sizeof passing)
		return RAISE(ENAMETOOLONG);
	int r = outside_write(passing, bytes);
	if (r == 0 && rename(passing, path) < 0)
		r = RAISE(EIO);
	if (r == 0 && fd >= 0)
		r = noise_fill(fd);
	return r < 0 ? PASS(r) : 0;
}
