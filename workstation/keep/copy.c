/* SPDX-License-Identifier: Apache-2.0 */
#include "workstation/keep/copy.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 1 << 20 };

DEFINE_AUTO_POINTER(DIR, closedir)

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void bytes_free(char **bytes)
{
	free(*bytes);
}

int copy_outcome_of(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG ? COPY_FULL : COPY_UNREACHABLE;
}

/* One piece; *ret_more: it was not the last. */
static int piece_copy(int from, int to, char *bytes, bool *ret_more)
{
	ssize_t len = read(from, bytes, PIECE_BYTES);
	if (len < 0)
		return COPY_UNREACHABLE;
	for (ssize_t done = 0; done < len;) {
		ssize_t n = write(to, bytes + done, (size_t)(len - done));
		if (n < 0)
			return copy_outcome_of(errno);
		done += n;
	}
	*ret_more = len > 0;
	return 0;
}

static int pieces_copy(int from, int to)
{
	AUTO(bytes_free) char *bytes = malloc(PIECE_BYTES);
	bool more = true;
	int r = 0;
	if (!bytes)
		return RAISE(ENOMEM);
	while (r == 0 && more)
		r = piece_copy(from, to, bytes, &more);
	return r == 0 && fsync(to) != 0 ? copy_outcome_of(errno) : r;
}

int copy_file(const char *from, const char *to)
{
	AUTO(fd_close) int in = open(from, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (in < 0)
		return COPY_UNREACHABLE;
	AUTO(fd_close) int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0)
		return copy_outcome_of(errno);
	int r = pieces_copy(in, out);
	if (r)
		(void)unlink(to);
	return r < 0 ? PASS(r) : r;
}

int copy_probe(const char *folder)
{
	static const char zeros[64 * 1024];
	char path[PATH_MAX];
	int len = snprintf(path, sizeof path, "%s/.probe", folder);
	if (len < 0 || (size_t)len >= sizeof path)
		return COPY_UNREACHABLE;
	AUTO(fd_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return copy_outcome_of(errno);
	size_t done = 0;
	ssize_t n = 0;
	while (done < sizeof zeros && (n = write(fd, zeros + done, sizeof zeros - done)) > 0)
		done += (size_t)n;
	int r = n <= 0 || fsync(fd) != 0 ? copy_outcome_of(errno) : 0;
	(void)unlink(path);
	return r;
}

int copy_digest(const char *path, int64_t *ret_bytes, unsigned char ret_digest[CRYPTO_DIGEST_BYTES])
{
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat facts;
	if (fd < 0 || fstat(fd, &facts) < 0 || !S_ISREG(facts.st_mode) || facts.st_size == 0 ||
	    fsync(fd) != 0)
		return COPY_UNREACHABLE;
	size_t bytes = (size_t)facts.st_size;
	void *content = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	if (content == MAP_FAILED)
		return COPY_UNREACHABLE;
	int r = digest_sha256(str_bytes(content, bytes), ret_digest);
	(void)munmap(content, bytes);
	if (r < 0)
		return PASS(r);
	*ret_bytes = facts.st_size;
	return 0;
}

int copy_folder_sync(const char *path)
{
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0 ? 0 : COPY_UNREACHABLE;
}

void copy_folder_remove(const char *path)
{
	AUTO(closedirp) DIR *folder = opendir(path);
	if (!folder)
		return;
	for (struct dirent *entry; (entry = readdir(folder));)
		(void)unlinkat(dirfd(folder), entry->d_name, 0);
	(void)rmdir(path);
}
