/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 翌月末: when a month of results is over. Every query already stops at that instant by the
 * calendar (lib/base/period.h); this room says which months still lie in the store although they
 * are over. Destroying them and their keys comes with the sealed store's leases; nothing is deleted
 * yet.
 */
#pragma once

#include "server/store/results.h"

enum { RETENTION_MONTHS_MAX = 64 };

struct retention_due {
	int months[RETENTION_MONTHS_MAX]; /* as in lib/base/period.h, rising */
	size_t count;
};

/* The closed months at now_ms that hold rows. Faults only. */
MUST_CHECK int retention_due(struct db *db, int64_t now_ms, struct retention_due *ret_due);
