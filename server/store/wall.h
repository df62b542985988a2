/* SPDX-License-Identifier: Apache-2.0 */
/* The second wall between facilities: row-level security on PostgreSQL (DESIGN section 4). */
#pragma once

#include "server/store/store.h"

/*
 * Roles, grants and policies for every table that lacks them; as the tables' owner, outside a
 * transaction. On SQLite there is nothing to do. Faults: those of lib/db (-EIO: the roles are not
 * there, and this one may not make them).
 */
MUST_CHECK int store_wall_make(struct db *db);
