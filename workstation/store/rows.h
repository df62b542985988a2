/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

/* Copy texts that point into a row over to the arena. Fault: -ENOMEM. */
MUST_CHECK int store_keep(struct arena *arena, struct str *const *texts, size_t count);
