/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recovery key on paper: eleven groups of four, "K7QM-3XPA-…". Of each group three characters
 * are drawn (165 bits in all) and the fourth checks them and the group's place, so that somebody
 * who copies it from paper is told which group is not right.
 */
#pragma once

#include "lib/base/secret.h"

enum {
	RECOVERY_GROUPS = 11,
	RECOVERY_GROUP_CHARS = 4,
	RECOVERY_CHARS = RECOVERY_GROUPS * RECOVERY_GROUP_CHARS,
	RECOVERY_TEXT_CHARS = RECOVERY_CHARS + RECOVERY_GROUPS - 1, /* with its hyphens */
};

/* A new one, as it is printed, with its hyphens. */
void recovery_draw(struct secret *ret_text);

/*
 * What somebody typed: hyphens and spaces where they like, small letters, full-width forms;
 * *ret_text is as recovery_draw made it. Outcome: the number of the first group that is not right,
 * from 1; one that is missing or too much counts so.
 */
MUST_CHECK int recovery_read(struct str typed, struct secret *ret_text);
