/* SPDX-License-Identifier: Apache-2.0 */
/* Small files of the commands, whole. Each answers the exit status; what is not 0 has been said. */
#pragma once

#include <stddef.h>

/* All of path, at most bytes_max; *ret_text is malloc's, a NUL behind it. */
int file_get(const char *program, const char *path, size_t bytes_max, char **ret_text,
	     size_t *ret_len);

/*
 * text as the whole of path, by a rename, its owner's only (0600); NULL or "-": standard output,
 * with a line feed.
 */
int file_put(const char *program, const char *path, const char *text);
