/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a folder of keys of its own. */
#pragma once

#include "lib/base/test.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/keys/keys.h"

struct keys_folder {
	char dir[64];
	struct keys *keys;
};

static inline void keys_folder_make(struct keys_folder *folder, int64_t now_ms)
{
	snprintf(folder->dir, sizeof folder->dir, "/tmp/shikaku-keys-XXXXXX");
	assert_non_null(mkdtemp(folder->dir));
	assert_int_equal(keys_init(folder->dir, now_ms), 0);
	assert_int_equal(keys_open(&folder->keys, folder->dir), 0);
}

static inline int keys_entry_remove(const char *path, const struct stat *stat, int kind,
				    struct FTW *walk)
{
	(void)stat;
	(void)kind;
	(void)walk;
	return remove(path);
}

static inline void keys_folder_remove(struct keys_folder *folder)
{
	keys_close(folder->keys);
	nftw(folder->dir, keys_entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}
