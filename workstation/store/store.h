/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workstation's own file (SQLite): charts, dated insurances, results seen, numbers still to be
 * registered. All SQL of the workstation stands in this room.
 *
 * Texts that come out live in the arena. Faults are those of lib/db; a file that another program
 * holds for longer than five seconds is a fault too.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/store/charts.h"
#include "workstation/store/insurances.h"
#include "workstation/store/queue.h"
#include "workstation/store/seen.h"

enum store_outcome {
	STORE_ABSENT = 1,
	STORE_MOVED, /* changed since it was read */
};

/* Open in clear, for tests; make or bring up the tables. */
MUST_CHECK int store_open(const char *path, struct db **ret_db);
/* Sealed under this key (vault_facility_key). Outcome: DB_KEY_WRONG. */
MUST_CHECK int store_open_sealed(const char *path, const struct secret *key, struct db **ret_db);

/*
 * How far the results of the service have been taken in: the cursor, in the arena. Outcome:
 * STORE_ABSENT.
 */
MUST_CHECK int store_cursor_get(struct db *db, struct arena *arena, struct str *ret_cursor);
MUST_CHECK int store_cursor_set(struct db *db, struct str cursor);
