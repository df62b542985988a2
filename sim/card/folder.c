/* SPDX-License-Identifier: Apache-2.0 */
/* Small files in, one number out. */
#include "sim/card/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/number.h"

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int fd_read(struct arena *arena, int fd, struct str *ret_content)
{
	char *bytes = arena_alloc(arena, FOLDER_FILE_BYTES_MAX);
	if (!bytes)
		return RAISE(ENOMEM);
	for (size_t len = 0; len < FOLDER_FILE_BYTES_MAX;) {
		ssize_t n = read(fd, bytes + len, FOLDER_FILE_BYTES_MAX - len);
		if (n < 0)
			return RAISE(errno);
		if (n == 0) {
			*ret_content = str_bytes(bytes, len);
			return 0;
		}
		len += (size_t)n;
	}
	return RAISE(EFBIG);
}

static int file_read(struct arena *arena, int folder, const char *name, struct str *ret_content)
{
	AUTO(fd_close) int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return RAISE(errno);
	int r = fd_read(arena, fd, ret_content);
	return r < 0 ? PASS(r) : 0;
}

static int tries_read(struct arena *arena, int folder, unsigned *ret_tries)
{
	struct str text = {0};
	int64_t tries = 0;
	int r = file_read(arena, folder, "tries", &text);
	if (r == -ENOENT) {
		*ret_tries = VCARD_TRIES;
		return 0;
	}
	if (r < 0)
		return PASS(r);
	if (number_parse(str_trim(text), 0, VCARD_TRIES, &tries))
		return RAISE(EINVAL);
	*ret_tries = (unsigned)tries;
	return 0;
}

int folder_read(struct arena *arena, const char *path, struct vcard_parts *ret_parts)
{
	struct vcard_parts parts = *ret_parts;
	const struct {
		const char *name;
		struct str *content;
	} files[] = {{"auth.der", &parts.certificate},
		     {"auth.key", &parts.key},
		     {"ca.der", &parts.ca},
		     {"pin", &parts.pin}};
	AUTO(fd_close) int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return RAISE(errno);
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		int r = file_read(arena, folder, files[i].name, files[i].content);
		if (r < 0)
			return PASS(r);
	}
	int r = file_read(arena, folder, "org.pub", &parts.organisation);
	if (r < 0 && r != -ENOENT)
		return PASS(r);
	r = tries_read(arena, folder, &parts.tries);
	if (r < 0)
		return PASS(r);
	parts.pin = str_trim(parts.pin);
	*ret_parts = parts;
	return 0;
}

int folder_tries_write(const char *path, unsigned tries)
{
	AUTO(fd_close) int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return RAISE(errno);
	AUTO(fd_close)
	int fd = openat(folder, "tries.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return RAISE(errno);
	if (dprintf(fd, "%u\n", tries) < 0 || renameat(folder, "tries.new", folder, "tries") < 0)
		return RAISE(errno);
	return 0;
}
