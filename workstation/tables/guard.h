/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formula injection (CWE-1236): a cell that begins with '=', '+', '-', '@' or one of their like is
 * calculated by a spreadsheet, also one that somebody else typed. An apostrophe in front makes it
 * text. Pure.
 *
 * A cell begins at its beginning; and behind each ';', tab and line end inside, because who opens
 * the file with another separator than ours is not held back by our quotes. Blanks, quotes and
 * apostrophes in front of the sign hide nothing. So guarding is exact: what has one apostrophe more
 * at those places loses one there, and is what it was.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

/* Where an apostrophe belongs in the cell, from here on; cell.len: nowhere. */
size_t guard_next(struct str cell, size_t from);

/* Without the apostrophes of ours; the cell itself, or in the arena. Fault: -ENOMEM. */
MUST_CHECK int guard_remove(struct arena *arena, struct str cell, struct str *ret_cell);
