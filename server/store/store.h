/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service's tables: SQL lives in this room and nowhere else. It decides nothing; it keeps and
 * finds rows. One header per group of tables, this one holds what they share.
 *
 * Every function takes the connection first (inside or outside a transaction; what belongs together
 * is put into one by the caller) and, where rows belong to one, the facility by its number: another
 * facility's row is STORE_NOT_FOUND. Rows come back with their texts and bytes in the arena. What
 * DESIGN §7 marks as sealed is given and returned as sealed bytes: the domain rooms seal and open.
 * Instants are milliseconds since 1970 UTC; 0 stands for "not yet" and "none" in times and numbers.
 *
 * Faults everywhere: those of lib/db, and -EBUSY where lib/db answers DB_BUSY.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/db/db.h"

enum {
	STORE_ID_BYTES = 16,	 /* a random id: of a result, a device, a session family */
	STORE_DIGEST_BYTES = 32, /* an HMAC or a digest */
};

enum store_outcome {
	STORE_NOT_FOUND = 1, /* no such row, or it is another facility's */
	STORE_CONFLICT,	     /* a unique key says no: such a row is there already */
	STORE_STALE,	     /* compare-and-set: the row is there but holds another value */
};

/*
 * A keyed look-up value. While its key is being replaced, a row may stand under either: both are
 * sought, new is written with n. With one key, old is new.
 */
struct store_lookup {
	struct str new; /* STORE_DIGEST_BYTES, and so is old */
	struct str old;
	int64_t n;
};

/* Make the tables, or bring them up to this program's version. Safe to call at every start. */
MUST_CHECK int store_migrate(struct db *db);
