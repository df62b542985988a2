/* SPDX-License-Identifier: Apache-2.0 */
/* Which line of a file was the first to speak of a number, or of a person. */
#pragma once

#include <stdint.h>

#include "lib/base/fault.h"
#include "lib/base/str.h"

struct seen_lines {
	struct seen_line *places; /* open addressing; size is a power of two */
	size_t size, count;
};

/*
 * *ret_line: the line that had these parts before, or 0 and it is noted with this one. Parts are
 * compared by 64 bits of their digest. Faults: -ENOMEM, the digest's.
 */
MUST_CHECK int seen_lines_note(struct seen_lines *seen, const struct str *parts, size_t count,
			       int64_t line, int64_t *ret_line);
void seen_lines_clear(struct seen_lines *seen);
