/* SPDX-License-Identifier: Apache-2.0 */
/* Small files of the desk. Paths end with a NUL. */
#pragma once

#include <stdbool.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

enum file_outcome {
	FILE_ABSENT = 1,
	FILE_UNUSABLE, /* not to be read or written, too long, no plain file */
	FILE_EXPOSED,  /* file_read_private: not this user's, or readable by others */
};

/* The whole file, at most bytes_max. Outcomes: FILE_ABSENT, FILE_UNUSABLE. Fault: -ENOMEM. */
MUST_CHECK int file_read(struct arena *arena, const char *path, size_t bytes_max,
			 struct str *ret_content);

/* The same for a file that only this user may read. Outcomes: all. Fault: -ENOMEM. */
MUST_CHECK int file_read_private(struct arena *arena, const char *path, size_t bytes_max,
				 struct str *ret_content);

/* A file of this user alone (0600), replaced as a whole. Outcome: FILE_UNUSABLE. */
MUST_CHECK int file_write_private(const char *path, struct str content);
