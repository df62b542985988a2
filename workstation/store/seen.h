/* SPDX-License-Identifier: Apache-2.0 */
/* 届いた結果. Faults and texts as in store.h. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/rules/charts.h"

enum seen_state {
	SEEN_NEVER,
	SEEN_OPEN, /* waits for a decision */
	SEEN_DONE,
};
MUST_CHECK int store_seen_state(struct db *db, struct str result_id, enum seen_state *ret_state);

/* What became of a result, at a glance. */
enum seen_status {
	SEEN_ASKS = 1, /* 要判断 */
	SEEN_NEW,      /* 新しいカルテ */
	SEEN_CHANGED,  /* 保険が変更 */
	SEEN_LINKED,   /* 反映済み */
	SEEN_INVALID,  /* 有効でない */
};

struct seen {
	enum seen_state state;
	enum seen_status status;
	int kind;      /* enum match_kind */
	int reason;    /* enum match_reason */
	int64_t chart; /* 0: none */
	struct str result_id, confirmed_at, method, staff, validity, remark, reference;
	struct str name, kana, birth, sex; /* of its first qualification, as what follows */
	struct str insurer_number, insurer_name, symbol, number, branch, relation, ratio;
	struct str raw, entry; /* entry absent: it came without a proof */
};
/*
 * Put, or put again: what became of it, and its 照会番号; what came stays as it came first. One row
 * for one result id.
 */
MUST_CHECK int store_seen_put(struct db *db, struct arena *arena, const struct seen *seen);
/* With raw, in the arena. Outcome: STORE_ABSENT. */
MUST_CHECK int store_seen_get(struct db *db, struct arena *arena, struct str result_id,
			      struct seen *ret_seen);
enum seen_which {
	SEEN_OF_CHART,
	SEEN_WAITING, /* for a decision */
	SEEN_ALL,
};
/* Those, older first, without raw and entry; chart for SEEN_OF_CHART only. */
MUST_CHECK int store_seen_each(struct db *db, enum seen_which which, int64_t chart,
			       int (*each)(void *ctx, const struct seen *seen), void *ctx);

/* Does a result wait for a decision? */
MUST_CHECK int store_seen_waits(struct db *db, bool *ret_waits);
