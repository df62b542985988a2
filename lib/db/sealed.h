/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the room: the way to the disk for one connection of the embedded engine, on which every
 * page is sealed. See sealed.c.
 */
#pragma once

#include <stdbool.h>

#include "lib/base/fault.h"
#include "lib/base/secret.h"

enum {
	SEALED_PAGE_BYTES = 4096,
	SEALED_RESERVE_BYTES = 28, /* at the end of each page, not the engine's to use */
};

struct sealed_vfs;

/* For one connection, and for its thread; key: 32 bytes, copied. Faults: -ENOMEM, -EIO. */
MUST_CHECK int sealed_vfs_create(struct sealed_vfs **ret_vfs, const struct secret *key);
void sealed_vfs_destroy(struct sealed_vfs *vfs); /* after its connection; accepts NULL */

/* What sqlite3_open_v2 calls it. Borrowed until it is destroyed. */
const char *sealed_vfs_name(const struct sealed_vfs *vfs);

/* Did it meet a database that is not sealed, or not under this key? */
bool sealed_vfs_refused(const struct sealed_vfs *vfs);
