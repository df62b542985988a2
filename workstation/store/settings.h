/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this facility's desk remembers by a name: how the page is set, when something was done last.
 * No secrets. Faults: those of lib/db.
 */
#pragma once

#include <stdint.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "lib/db/db.h"

/* In the arena; absent when it was never put. */
MUST_CHECK int store_setting_get(struct db *db, struct arena *arena, struct str name,
				 struct str *ret_value);
/* An absent value takes it away. */
MUST_CHECK int store_setting_put(struct db *db, struct str name, struct str value);

/* As a number; otherwise when it was never put, or is none. */
MUST_CHECK int store_setting_number(struct db *db, struct str name, int64_t otherwise,
				    int64_t *ret_value);
MUST_CHECK int store_setting_number_put(struct db *db, struct str name, int64_t value);
