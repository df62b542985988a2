/* SPDX-License-Identifier: Apache-2.0 */
/* A key folder of its own for each test. */
#pragma once

#include "lib/base/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/period.h"
#include "server/keys/keys.h"

static const int64_t now_ms = INT64_C(1795329000000); /* 2026-11-22 15:30 JST */
static const int november = (2026 - 2020) * 12 + 10;

struct fixture {
	char top[64];
	char dir[80];
	struct keys *keys;
	struct arena arena;
};

static inline int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	assert_non_null(fixture);
	snprintf(fixture->top, sizeof fixture->top, "/tmp/shikaku-keys-XXXXXX");
	assert_non_null(mkdtemp(fixture->top));
	snprintf(fixture->dir, sizeof fixture->dir, "%s/keys", fixture->top);
	arena_init(&fixture->arena, 1 << 20);
	assert_int_equal(keys_init(fixture->dir, now_ms), 0);
	assert_int_equal(keys_open(&fixture->keys, fixture->dir), 0);
	*state = fixture;
	return 0;
}

static inline void path_of(const struct fixture *fixture, const char *name, char path[400])
{
	snprintf(path, 400, "%s/%s", fixture->dir, name);
}

/* The one file whose name begins so. */
static inline void path_find(const struct fixture *fixture, const char *prefix, char path[400])
{
	DIR *dir = opendir(fixture->dir);
	assert_non_null(dir);
	path[0] = '\0';
	for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			path_of(fixture, entry->d_name, path);
	closedir(dir);
	assert_true(path[0]);
}

static inline int teardown(void **state)
{
	struct fixture *fixture = *state;
	keys_close(fixture->keys);
	arena_clear(&fixture->arena);
	DIR *dir = opendir(fixture->dir);
	assert_non_null(dir);
	for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
		char path[400];
		path_of(fixture, entry->d_name, path);
		unlink(path);
	}
	closedir(dir);
	rmdir(fixture->dir);
	rmdir(fixture->top);
	free(fixture);
	return 0;
}

/* As if all files had been there for long. */
static inline void files_age(const struct fixture *fixture)
{
	const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	DIR *dir = opendir(fixture->dir);
	assert_non_null(dir);
	for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		assert_int_equal(utimensat(dirfd(dir), entry->d_name, times, 0), 0);
	closedir(dir);
}

static inline void reopen(struct fixture *fixture)
{
	files_age(fixture);
	keys_closep(&fixture->keys);
	assert_int_equal(keys_open(&fixture->keys, fixture->dir), 0);
}

#define KEYS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
