/* SPDX-License-Identifier: Apache-2.0 */
/* How much there is. Faults as in store.h. */
#pragma once

#include <stdint.h>

#include "lib/base/fault.h"
#include "lib/db/db.h"

struct store_size {
	int64_t bytes; /* on the disk */
	int64_t charts, results;
	int64_t waiting; /* 照会番号 that are still to be registered */
};

MUST_CHECK int store_size(struct db *db, struct store_size *ret_size);
