/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a station that is open, over a store of the test's own, without a browser. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/workstation/told.h"
#include "workstation/faces/keeper_memory.h"
#include "workstation/faces/test_post.h"
#include "workstation/store/store.h"

enum { TEST_NOW_S = 1795316400, TEST_ARENA_BYTES = 32 << 20 }; /* 2026-11-22 12:00 JST */

struct test_desk {
	struct db *db; /* another connection to the same store */
	struct arena arena;
	struct station *station;
	struct keeper_memory memory;
	struct keeper keeper;
	struct clock_fake time;
	struct clock clock;
	struct log log;
	struct station_config config;
	struct web_exchange exchange; /* of the last call */
	char folder[64];
};

/* The body of the reply; until the next call. */
static struct str test_call(struct test_desk *desk, const char *name, const char *with)
{
	static char path[64], body[8192];
	(void)snprintf(path, sizeof path, "/api/%s", name);
	(void)snprintf(body, sizeof body, "{\"facility\":\"" TOLD_FACILITY "\",\"with\":%s}", with);
	return test_post(desk->station, &desk->exchange, path, body);
}

static int test_desk_open(void **state)
{
	struct test_desk *desk = test_calloc(1, sizeof *desk);
	desk->time.now_ms = (int64_t)TEST_NOW_S * 1000;
	desk->clock = clock_of_fake(&desk->time);
	desk->log = (struct log){.fd = -1, .clock = &desk->clock};
	arena_init(&desk->arena, TEST_ARENA_BYTES);
	(void)snprintf(desk->folder, sizeof desk->folder, "/tmp/faces_test.XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	desk->memory = (struct keeper_memory){
		.folder = desk->folder,
		.exists = true,
		.password = STR("correct horse"),
		.staff = {{.id = STR("01"), .name = STR("佐藤")}},
		.staff_count = 1,
		.facilities = {{.code = STR(TOLD_FACILITY), .name = STR("みほん接骨院")}},
		.facilities_count = 1,
	};
	desk->keeper = keeper_of_memory(&desk->memory);
	desk->config = (struct station_config){.clock = &desk->clock,
					       .log = &desk->log,
					       .keeper = &desk->keeper,
					       .version = STR("0.1.0")};
	assert_int_equal(station_create(&desk->station, &desk->config), 0);
	assert_int_equal(desk->keeper.store(desk->keeper.ctx, STR(TOLD_FACILITY), &desk->db), 0);
	assert_true(test_has(test_call(desk, "unlock",
				       "{\"staff\":\"01\",\"password\":\"correct horse\"}"),
			     "{}"));
	*state = desk;
	return 0;
}

static int test_desk_close(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	struct test_desk *desk = *state;
	char path[128];
	web_fake_clear(&desk->exchange);
	station_destroy(desk->station);
	db_close(desk->db);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		(void)snprintf(path, sizeof path, "%s/" TOLD_FACILITY ".db%s", desk->folder,
			       ends[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(desk->folder), 0);
	keeper_memory_clear(&desk->memory);
	arena_clear(&desk->arena);
	test_free(desk);
	return 0;
}

#define TEST_ID(n) "0000000000000000000000000000000" n

/* 患者　一 of 1970, insured by 協会; what a test says otherwise stands behind. */
#define TEST_PERSON                                                                                \
	.validity = "1", .name = "患者　一", .kana = "ｶﾝｼﾞﾔ ﾊｼﾞﾒ", .birth = "19700101",            \
	.sex = "1", .insurer = "01130012", .insurer_name = "協会", .symbol = "12", .number = "34", \
	.branch = "05", .from = "20250401"

#define TEST_DESK(test) cmocka_unit_test_setup_teardown(test, test_desk_open, test_desk_close)

static inline void test_told(struct test_desk *desk, const struct told *told,
			     const struct proven *proven)
{
	assert_int_equal(told_take(desk->db, &desk->arena, told, proven), 0);
}
