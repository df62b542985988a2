/* SPDX-License-Identifier: Apache-2.0 */
/* Read whole, replaced whole. */
#include "lib/base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int content_read(struct arena *arena, int fd, size_t bytes_max, struct str *ret_content)
{
	char *bytes = arena_alloc(arena, bytes_max + 1);
	size_t len = 0;
	if (!bytes)
		return RAISE(ENOMEM);
	while (len <= bytes_max) {
		ssize_t n = read(fd, bytes + len, bytes_max + 1 - len);
		if (n < 0)
			return FILE_UNUSABLE;
		if (n == 0) {
			*ret_content = str_bytes(bytes, len);
			return 0;
		}
		len += (size_t)n;
	}
	return FILE_UNUSABLE;
}

static int read_checked(struct arena *arena, const char *path, size_t bytes_max, bool private,
			struct str *ret_content)
{
	struct stat facts;
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT ? FILE_ABSENT : FILE_UNUSABLE;
	if (fstat(fd, &facts) < 0 || !S_ISREG(facts.st_mode))
		return FILE_UNUSABLE;
	if (private && (facts.st_uid != geteuid() || (facts.st_mode & 077)))
		return FILE_EXPOSED;
	int r = content_read(arena, fd, bytes_max, ret_content);
	return r < 0 ? PASS(r) : r;
}

int file_read(struct arena *arena, const char *path, size_t bytes_max, struct str *ret_content)
{
	return read_checked(arena, path, bytes_max, false, ret_content);
}

int file_read_private(struct arena *arena, const char *path, size_t bytes_max,
		      struct str *ret_content)
{
	return read_checked(arena, path, bytes_max, true, ret_content);
}

static bool content_write(int fd, struct str content)
{
	while (content.len) {
		ssize_t n = write(fd, content.ptr, content.len);
		if (n <= 0)
			return false;
		content.ptr += n;
		content.len -= (size_t)n;
	}
	return fsync(fd) == 0;
}

/* Without it the new name may be gone after a power cut, and the old one too. */
static bool folder_sync(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int len = snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1,
			   slash ? path : ".");
	if (len < 0 || (size_t)len >= sizeof folder)
		return false;
	AUTO(fd_close) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0;
}

int file_write_private(const char *path, struct str content)
{
	char fresh[PATH_MAX];
	int len = snprintf(fresh, sizeof fresh, "%s.new", path);
	if (len < 0 || (size_t)len >= sizeof fresh)
		return FILE_UNUSABLE;
	(void)unlink(fresh);
	AUTO(fd_close) int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return FILE_UNUSABLE;
	if (!content_write(fd, content) || rename(fresh, path) < 0) {
		(void)unlink(fresh);
		return FILE_UNUSABLE;
	}
	return folder_sync(path) ? 0 : FILE_UNUSABLE;
}
