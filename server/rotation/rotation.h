/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows a new key: rows that stand under an older one are put under the new one, piece by
 * piece, while the service runs; and a key that nothing stands under any more ends.
 *
 * A store key ends when no row is under it and ROTATION_STORE_MS have passed since it was last used
 * for something new: cursors and tokens of its time are over. A lookup key ends when no row is
 * under it and ROTATION_LOOKUP_MS have passed: codes of its time are over. A pepper ends when no
 * password, also no earlier one, is under it. Each end is a row of the trail (keys_end, n: its
 * number; call keys_end_store, keys_end_lookup, keys_end_pepper).
 */
#pragma once

#include "server/keys/keys.h"
#include "server/store/sealed.h"

#define ROTATION_STORE_MS  (INT64_C(62) * 24 * 60 * 60 * 1000)
#define ROTATION_LOOKUP_MS (INT64_C(7) * 24 * 60 * 60 * 1000)
#define ROTATION_PEPPER_MS (INT64_C(24) * 60 * 60 * 1000)

enum { ROTATION_PAGES = 20 /* a turn */ };

/* Used by one thread. */
struct rotation {
	struct keys *keys;
	int store_n, lookup_n; /* what the pass below is for */
	enum store_sealed_table table;
	struct store_sealed_place place;
	bool found; /* a row under an older key, in this pass */
	bool clean; /* the last pass, for these keys, found none */
};

void rotation_init(struct rotation *rotation, struct keys *keys);

/*
 * A task of server/tasks; ctx is a struct rotation. A bounded number of pages, each a transaction
 * with its row of the trail (keys_reseal, n: how many). Does nothing while there is one key of
 * each kind. Faults: those of the rooms; -EBADMSG: a row is not what was sealed (it is left, and
 * its key never ends).
 */
MUST_CHECK int rotation_run(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);
