/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the program did by itself or for somebody, one row each: a backup, a purge. And what a purge
 * takes away. Faults and texts as in store.h.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"

struct job {
	int64_t at_ms;
	struct str kind;    /* "backup", "purge", "import", "export" */
	struct str staff;   /* "" for the program itself */
	struct str outcome; /* "done", or a row's code of api/problems.yaml */
	int64_t done;	    /* how many, of what the kind is about */
	struct str note;    /* absent: none */
};

MUST_CHECK int store_job_add(struct db *db, const struct job *job);
/* The last of that kind with that outcome (absent: any), in the arena. Outcome: STORE_ABSENT. */
MUST_CHECK int store_job_last(struct db *db, struct arena *arena, struct str kind,
			      struct str outcome, struct job *ret_job);

/* --- forgetting; inside the caller's transaction --- */
/* Before which: as texts of results say it, and in ms. */
struct store_cut {
	struct str confirmed_at; /* yyyyMMddHHmmss */
	int64_t at_ms;
};
/* Results that are older and wait for nothing. */
MUST_CHECK int store_results_forget(struct db *db, const struct store_cut *cut, int64_t *ret_count);
/*
 * Charts that are merged or put away, have no result left and were not changed since: all that they
 * say of a person. Number and reference stay, so that neither is given again.
 */
MUST_CHECK int store_charts_forget(struct db *db, const struct store_cut *cut, int64_t *ret_count);
/* Changes that are older: their pictures hold what charts said then. */
MUST_CHECK int store_changes_forget(struct db *db, const struct store_cut *cut, int64_t *ret_count);
