/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical form of RFC 8785 for trees whose leaves are texts: members sorted by the UTF-16
 * code units of their names, no white space, only what must be escaped is escaped.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/json/json.h"

enum json_canonical_outcome {
	JSON_CANONICAL_REFUSED = 1, /* a number, true, false or null; deeper than 32 levels */
};

/* The text lies in the arena. Outcome: JSON_CANONICAL_REFUSED. */
MUST_CHECK int json_canonical(struct arena *arena, const struct json *node, struct str *ret_text);
