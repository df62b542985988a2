/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody does at the desk in one go: all of it or nothing. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/desk/journal.h"

struct step {
	struct db *db;
	struct arena *arena; /* until the step ends */
	const struct actor *actor;
};

/* Begin, run, commit; what run answers other than 0 is rolled back and passed on. Faults: the
 * store's. */
MUST_CHECK int step_run(struct db *db, const struct actor *actor,
			int (*run)(const struct step *step, void *ctx), void *ctx);

/* A change of one chart, noted: journal_begin, run, journal_end. */
MUST_CHECK int step_change(const struct step *step, const char *kind, int64_t chart,
			   int (*run)(const struct step *step, void *ctx), void *ctx);

/* A new chart, noted: run makes it and says its number. */
MUST_CHECK int step_new(const struct step *step,
			int (*run)(const struct step *step, void *ctx, int64_t *ret_chart),
			void *ctx);
