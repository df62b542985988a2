/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: two PCs over the real vault, with sealed stores, a clock, and a place for disks. */
#pragma once

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/test.h"
#include "lib/web/web_fake.h"
#include "workstation/faces/station.h"
#include "workstation/keeper_vault.h"
#include "workstation/vault/recovery.h"

/* A PC: its home, its vault, its page. */
struct pc {
	struct log log;
	struct keeper_vault vault;
	struct keeper keeper;
	struct station_config config;
	struct station *station;
	struct web_exchange exchange;
};

struct desk {
	struct clock_fake time;
	struct clock clock;
	char folder[64];
	struct pc old, new;
};

static inline void pc_start(struct desk *desk, struct pc *pc, const char *name)
{
	*pc = (struct pc){.log = {.fd = -1, .clock = &desk->clock}};
	snprintf(pc->vault.home.path, HOME_PATH_BYTES, "%s/%s", desk->folder, name);
	pc->vault.clock = &desk->clock;
	pc->keeper = keeper_of_vault(&pc->vault);
	pc->config = (struct station_config){.clock = &desk->clock,
					     .log = &pc->log,
					     .keeper = &pc->keeper,
					     .version = STR("0.1.0")};
	assert_int_equal(station_create(&pc->station, &pc->config), 0);
}

static inline void pc_stop(struct pc *pc)
{
	web_fake_clear(&pc->exchange);
	station_destroy(pc->station);
	keeper_vault_clear(&pc->vault);
}

static inline int desk_setup(void **state)
{
	struct desk *desk = calloc(1, sizeof *desk);
	assert_non_null(desk);
	*state = desk;
	desk->time.now_ms = INT64_C(1795312800000);
	desk->clock = clock_of_fake(&desk->time);
	snprintf(desk->folder, sizeof desk->folder, "/tmp/shikaku-keeper-XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	pc_start(desk, &desk->old, "old");
	pc_start(desk, &desk->new, "new");
	return 0;
}

static inline int entry_remove(const char *path, const struct stat *facts, int kind,
			       struct FTW *ftw)
{
	(void)facts;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static inline int desk_teardown(void **state)
{
	struct desk *desk = *state;
	pc_stop(&desk->old);
	pc_stop(&desk->new);
	assert_int_equal(nftw(desk->folder, entry_remove, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(desk);
	return 0;
}

static inline struct str call(struct pc *pc, const char *name, const char *body)
{
	char path[64];
	snprintf(path, sizeof path, "/api/%s", name);
	const struct web_request request = {.method = STR("POST"),
					    .path = str_of(path),
					    .body = str_of(body)};
	web_fake_clear(&pc->exchange);
	web_fake_call(&station_app, pc->station, &request, &pc->exchange);
	return pc->exchange.reply.body;
}

static inline bool has(struct str text, const char *part)
{
	return text.ptr && memmem(text.ptr, text.len, part, strlen(part));
}

/* Sets the old PC up; the recovery key as it is told, with a NUL. */
static inline void set_up(struct desk *desk, char recovery[RECOVERY_TEXT_CHARS + 1])
{
	static const char wish[] =
		"{\"with\":{\"facility\":\"1311234569\",\"facility_name\":\"みほん接骨院\","
		"\"staff\":\"01\",\"staff_name\":\"佐藤\",\"password\":\"correct horse\"}}";
	static const char begins[] = "\"recovery\":\"";
	struct str reply = call(&desk->old, "setup", wish);
	const char *at = memmem(reply.ptr, reply.len, begins, strlen(begins));
	assert_non_null(at);
	memcpy(recovery, at + strlen(begins), RECOVERY_TEXT_CHARS);
	recovery[RECOVERY_TEXT_CHARS] = '\0';
}

static inline void keep_set(struct desk *desk, const char *name)
{
	char body[300];
	snprintf(body, sizeof body,
		 "{\"facility\":\"1311234569\",\"with\":{\"folder\":\"%s/%s\",\"keep\":5}}",
		 desk->folder, name);
	assert_true(has(call(&desk->old, "keep_set", body), "\"keep\":5"));
}

static const char here[] = "{\"facility\":\"1311234569\",\"with\":{}}";
