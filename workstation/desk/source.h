/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where results come from and numbers go to: libshikaku (source_shk.c), or a script in tests.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "workstation/rules/charts.h"

enum source_outcome {
	SOURCE_END = 1,	 /* next: no result any more */
	SOURCE_FAILED,	 /* the service said no, or was not reached: stop for now */
	SOURCE_CONFLICT, /* register: another number is held */
	SOURCE_REFUSED,	 /* register: this number will not be taken, trying again is no use */
};

/* A 照会番号 to be registered for the person of a result. */
struct registration {
	struct str result_id, number;
	struct str expected; /* what the service holds now; absent: none */
};

/* Which results: those of a period, or what is new. */
struct source_ask {
	const char *from, *to; /* as in shk_download; NULL: what is new */
	const char *cursor;    /* what is new: behind which; NULL: all there is */
};

struct source {
	/* A download begins. A cursor that is lost counts as NULL. Outcome: SOURCE_FAILED. */
	int (*begin)(void *ctx, const struct source_ask *ask);
	/* The next result, its texts in the arena. Outcomes: SOURCE_END, SOURCE_FAILED. */
	int (*next)(void *ctx, struct arena *arena, struct result *ret_result);
	/* Behind what next has given, while what is new is downloaded; until the next call. */
	struct str (*cursor)(void *ctx);
	/* The download ends, whole or not. */
	void (*end)(void *ctx);
	/*
	 * Register. Outcomes: SOURCE_FAILED, SOURCE_REFUSED, SOURCE_CONFLICT with *ret_held in the
	 * arena (absent: none is held).
	 */
	int (*reference_register)(void *ctx, struct arena *arena,
				  const struct registration *registration, struct str *ret_held);
	/* The last failure's name, "reference_taken"; a constant or until the next call. */
	struct str (*problem)(void *ctx);
	void *ctx;
};
