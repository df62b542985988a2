/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Other spellings of a patient's name, remembered after somebody accepted them. Faults and texts as
 * in store.h.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/rules/candidates.h"

enum { STORE_ALIASES_MAX = 32 }; /* looked at, of one chart */

/* As it came; one that is there already, or says nothing, changes nothing. */
MUST_CHECK int store_alias_add(struct db *db, struct arena *arena, int64_t chart,
			       const struct candidate_alias *alias);
MUST_CHECK int store_alias_remove(struct db *db, int64_t chart,
				  const struct candidate_alias *alias);
/* In the arena, kana first. */
MUST_CHECK int store_aliases_list(struct db *db, struct arena *arena, int64_t chart,
				  struct candidate_alias **ret_aliases, size_t *ret_count);
/* Has the chart this spelling, folded? */
MUST_CHECK int store_alias_has(struct db *db, struct arena *arena, int64_t chart,
			       const struct candidate_alias *alias, bool *ret_has);
