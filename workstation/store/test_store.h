/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a store in a folder of its own. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/test.h"
#include "workstation/store/store.h"

struct test_store {
	struct db *db;
	struct arena arena;
	char folder[64], path[96];
};

/* The set-up: *state becomes bytes of zeros that begin with a struct test_store, opened. */
static int test_store_open(void **state, size_t bytes)
{
	struct test_store *store = test_calloc(1, bytes);
	arena_init(&store->arena, 64 << 20);
	(void)snprintf(store->folder, sizeof store->folder, "/tmp/shikaku-desk-XXXXXX");
	assert_non_null(mkdtemp(store->folder));
	(void)snprintf(store->path, sizeof store->path, "%s/charts.db", store->folder);
	assert_int_equal(store_open(store->path, &store->db), 0);
	*state = store;
	return 0;
}

/* The tear-down. */
static int test_store_close(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	struct test_store *store = *state;
	char path[128];
	db_close(store->db);
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		(void)snprintf(path, sizeof path, "%s%s", store->path, ends[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(store->folder), 0);
	arena_clear(&store->arena);
	test_free(store);
	return 0;
}
