/* SPDX-License-Identifier: Apache-2.0 */
/* Who does a piece of background work now: one process at a time, for a while. */
#pragma once

#include "server/store/store.h"

/*
 * Take or keep the lease until until_ms. holder: STORE_ID_BYTES, one process's own. In autocommit
 * or a transaction. Outcome: STORE_CONFLICT (another holder, and now_ms < its end).
 */
MUST_CHECK int store_lease_take(struct db *db, struct str name, struct str holder, int64_t now_ms,
				int64_t until_ms);

/* Give back all leases of this holder, so that another process need not wait for their end. */
MUST_CHECK int store_leases_give_back(struct db *db, struct str holder);
