/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a store in a folder of its own. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/test.h"
#include "workstation/store/store.h"

struct test_store {
	char folder[64], path[96];
};

static void test_store_open(struct test_store *store, struct db **ret_db)
{
	(void)snprintf(store->folder, sizeof store->folder, "/tmp/shikaku-desk-XXXXXX");
	assert_non_null(mkdtemp(store->folder));
	(void)snprintf(store->path, sizeof store->path, "%s/charts.db", store->folder);
	assert_int_equal(store_open(store->path, ret_db), 0);
}

static void test_store_close(const struct test_store *store, struct db *db)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char path[128];
	db_close(db);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		(void)snprintf(path, sizeof path, "%s%s", store->path, ends[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(store->folder), 0);
}
