/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

/* Copy texts that point into a row over to the arena. Fault: -ENOMEM. */
MUST_CHECK int store_keep(struct arena *arena, struct str *const *texts, size_t count);

/*
 * A reference that is no number counts as 0, one of more than 15 digits is none of ours. Indexed,
 * in these very words.
 */
#define STORE_REFERENCE_NUMBER \
	"CASE WHEN length(reference) <= 15 THEN CAST(reference AS INTEGER) ELSE 0 END"
