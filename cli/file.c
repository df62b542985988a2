/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/terminal/link.h"
#include "lib/terminal/say.h"

/* What fits; *ret_len > bytes_max: there is more. */
static char *stream_read(FILE *in, size_t bytes_max, size_t *ret_len)
{
	char *text = malloc(bytes_max + 2);
	if (!text)
		return NULL;
	*ret_len = fread(text, 1, bytes_max + 1, in);
	text[*ret_len] = '\0';
	return text;
}

int file_get(const char *program, const char *path, size_t bytes_max, char **ret_text,
	     size_t *ret_len)
{
	size_t len = 0;
	FILE *in = fopen(path, "r");
	char *text = in ? stream_read(in, bytes_max, &len) : NULL;
	bool good = text && !ferror(in) && len <= bytes_max;
	if (in)
		(void)fclose(in);
	if (!good) {
		free(text);
		return say_trouble(program, SAY_FILE_UNUSABLE, path);
	}
	*ret_text = text;
	*ret_len = len;
	return 0;
}

int file_line_get(const char *program, const char *path, char **ret_line)
{
	enum { LINE_BYTES_MAX = 4096 };
	size_t len;
	*ret_line = NULL;
	if (access(path, F_OK) != 0)
		return 0;
	int status = file_get(program, path, LINE_BYTES_MAX, ret_line, &len);
	if (!status)
		(*ret_line)[strcspn(*ret_line, "\r\n")] = '\0';
	return status;
}

static bool fd_put(int fd, const char *text)
{
	size_t len = strlen(text);
	bool good =
		write(fd, text, len) == (ssize_t)len && write(fd, "\n", 1) == 1 && fsync(fd) == 0;
	return close(fd) == 0 && good;
}

int file_put(const char *program, const char *path, const char *text)
{
	char part[LINK_PATH_BYTES];
	if (!path || strcmp(path, "-") == 0) {
		(void)puts(text);
		return 0;
	}
	int len = snprintf(part, sizeof part, "%s.part", path);
	if (len < 0 || (size_t)len >= sizeof part)
		return say_usage(program, COMMAND_LINE_NOT_UNDERSTOOD, path);
	(void)unlink(part);
	int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0 && fd_put(fd, text) && rename(part, path) == 0)
		return 0;
	(void)unlink(part);
	return say_trouble(program, SAY_FILE_UNUSABLE, path);
}
