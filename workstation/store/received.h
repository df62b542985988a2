/* SPDX-License-Identifier: Apache-2.0 */
/* Which results are here already. */
#pragma once

#include <stdint.h>

#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/db/db.h"

/*
 * How many results of a period (資格確認日時, both ends included) have been received. from, to are
 * yyyyMMdd or yyyyMMddHHmmss; to "" is without an end. Faults: those of lib/db.
 */
MUST_CHECK int store_received_count(struct db *db, struct str from, struct str to,
				    int64_t *ret_count);
