/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service that is a list: results as they would come, in order, and every number accepted. For
 * stores of tests and benches, filled the way a synchronisation fills them.
 */
#pragma once

#include "lib/db/db.h"
#include "workstation/desk/sync.h"

struct script_tap {
	const char *at; /* 14 digits */
	const char *method, *validity;
	const char *reference; /* NULL: none */
	/* OQS order: name, kana, birth, sex; NULL: no qualification was told, or not this of it. */
	const char *name, *kana, *birth, *sex;
	const char *insurer_number, *insurer_name, *symbol, *number, *branch, *relation, *from;
	const char *elderly_ratio;
};

/* tap number n, from 0; what it points to lives until the next. */
typedef void (*script_fn)(void *ctx, size_t n, struct script_tap *ret_tap);

/*
 * Take in count taps; a result's id is its number behind first. Faults: those of sync_run. now_ms:
 * of the journal.
 */
MUST_CHECK int script_run(struct db *db, script_fn tap, void *ctx, size_t first, size_t count,
			  int64_t now_ms, struct sync_report *ret_report);
