/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What shall go wrong at which APDU: "INDEX:KIND[,INDEX:KIND…]". INDEX counts the APDUs since the
 * card was put on the reader, from 0; "*" is each of them. KIND is
 *   drop     the card is pulled before it answers
 *   sw=6A82  it answers this status word and nothing else, and does nothing
 *   cut      the last byte of the answer's data is missing
 *   spoil    the last byte of the answer's data is another
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/base/str.h"

enum { FAULT_LINES_MAX = 32 };

enum fault_kind {
	FAULT_NONE,
	FAULT_DROP,
	FAULT_STATUS,
	FAULT_CUT,
	FAULT_SPOIL,
};

struct fault_line {
	size_t index;
	bool always;
	enum fault_kind kind;
	unsigned sw;
};

struct fault_plan {
	size_t count;
	struct fault_line lines[FAULT_LINES_MAX];
};

enum fault_plan_outcome {
	FAULT_PLAN_MALFORMED = 1,
};

MUST_CHECK int fault_plan_parse(struct str text, struct fault_plan *ret_plan);

/* The first line for this APDU; kind FAULT_NONE when there is none. */
struct fault_line fault_plan_at(const struct fault_plan *plan, size_t index);
