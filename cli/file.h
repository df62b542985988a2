/* SPDX-License-Identifier: Apache-2.0 */
/* Small files of the commands, whole. Each answers the exit status; what is not 0 has been said. */
#pragma once

#include <stddef.h>

/* All of path, at most bytes_max; *ret_text is malloc's, a NUL behind it. */
int file_get(const char *program, const char *path, size_t bytes_max, char **ret_text,
	     size_t *ret_len);

/* The first line of a file, which need not be there (then *ret_line is NULL); malloc's. */
int file_line_get(const char *program, const char *path, char **ret_line);

/*
 * text and a line feed as the whole of path, by a rename, its owner's only (0600); NULL or "-":
 * standard output.
 */
int file_put(const char *program, const char *path, const char *text);
