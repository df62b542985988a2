/* SPDX-License-Identifier: Apache-2.0 */
/* 照会番号 to be registered. Faults and texts as in store.h. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/rules/charts.h"

enum {
	STORE_QUEUE_MAX = 1000, /* registrations taken up at once */
};

enum queued_state {
	QUEUED_WAITING,
	QUEUED_CONFLICT, /* the service holds another number */
	QUEUED_REFUSED,
};
struct queued {
	struct str result_id;
	int64_t chart;
	struct str number;
	struct str expected; /* the number that the service holds until then; absent: none */
	enum queued_state state;
	int64_t tries;
	struct str problem, held; /* absent: none */
};
/* For a result that is in the queue already: in its place, as if it had not been tried. */
MUST_CHECK int store_queue_add(struct db *db, struct str result_id, int64_t chart,
			       struct str number, struct str expected);
MUST_CHECK int store_queue_remove(struct db *db, struct str result_id);
/* Is a number of this chart to be registered? */
MUST_CHECK int store_queue_waits(struct db *db, int64_t chart, bool *ret_waits);
/* One more try that did not work. */
MUST_CHECK int store_queue_failed(struct db *db, const struct queued *queued);
/* In the state; oldest first. */
MUST_CHECK int store_queue_list(struct db *db, struct arena *arena, bool only_waiting,
				struct queued **ret_queued, size_t *ret_count);
