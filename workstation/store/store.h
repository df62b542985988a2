/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workstation's own file (SQLite): charts, dated insurances, results seen, numbers still to be
 * registered. All SQL of the workstation stands in store.c.
 *
 * Texts that come out live in the arena. Faults are those of lib/db; a file that another program
 * holds for longer than five seconds is a fault too.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"
#include "workstation/rules/charts.h"

enum {
	STORE_QUEUE_MAX = 1000, /* registrations taken up at once */
};

enum store_outcome {
	STORE_ABSENT = 1,
};

/* Open in clear, for tests; make or bring up the tables. */
MUST_CHECK int store_open(const char *path, struct db **ret_db);
/* Sealed under this key (vault_facility_key). Outcome: DB_KEY_WRONG. */
MUST_CHECK int store_open_sealed(const char *path, const struct secret *key, struct db **ret_db);

/*
 * How far the results of the service have been taken in: the cursor, in the arena. Outcome:
 * STORE_ABSENT.
 */
MUST_CHECK int store_cursor_get(struct db *db, struct arena *arena, struct str *ret_cursor);
MUST_CHECK int store_cursor_set(struct db *db, struct str cursor);
/* Does a result wait for a decision? */
MUST_CHECK int store_seen_waits(struct db *db, bool *ret_waits);

/* --- charts --- */
/*
 * chart->number is not looked at. Without a reference the chart gets the next number and that as
 * its reference, never one that another chart has. With one it keeps it, and its number is the
 * reference's where that is a number and free: so a store that was lost comes back as it was.
 */
MUST_CHECK int store_chart_add(struct db *db, struct arena *arena, const struct chart *chart,
			       struct chart *ret_chart);
/* Outcome: STORE_ABSENT. */
MUST_CHECK int store_chart_get(struct db *db, struct arena *arena, int64_t number,
			       struct chart *ret_chart);
/* Outcome: STORE_ABSENT. */
MUST_CHECK int store_chart_of_reference(struct db *db, struct arena *arena, struct str reference,
					struct chart *ret_chart);
/* Every chart by rising number; each's texts live until it returns. each answers 0 to go on. */
MUST_CHECK int store_charts_each(struct db *db, int (*each)(void *ctx, const struct chart *chart),
				 void *ctx);

/* --- insurances --- */
/* The open one. Outcome: STORE_ABSENT. */
MUST_CHECK int store_insurance_current(struct db *db, struct arena *arena, int64_t chart,
				       struct insurance *ret_insurance);
MUST_CHECK int store_insurance_add(struct db *db, int64_t chart, const struct insurance *insurance);
MUST_CHECK int store_insurance_close(struct db *db, int64_t chart, int64_t order, int last_day);
/* A later result agreed with it. */
MUST_CHECK int store_insurance_confirmed(struct db *db, int64_t chart, int64_t order,
					 struct str confirmed_at);
MUST_CHECK int store_insurances_each(struct db *db, int64_t chart,
				     int (*each)(void *ctx, const struct insurance *insurance),
				     void *ctx);

/* --- results seen --- */
enum seen_state {
	SEEN_NEVER,
	SEEN_OPEN, /* waits for a decision */
	SEEN_DONE,
};
MUST_CHECK int store_seen_state(struct db *db, struct str result_id, enum seen_state *ret_state);

struct seen {
	enum seen_state state;
	int kind;      /* enum match_kind */
	int reason;    /* enum match_reason */
	int64_t chart; /* 0: none */
	struct str result_id, confirmed_at, validity, name, kana, birth, reference, raw;
};
/* Put or put again: one row for one result id. */
MUST_CHECK int store_seen_put(struct db *db, const struct seen *seen);
/* With raw, in the arena. Outcome: STORE_ABSENT. */
MUST_CHECK int store_seen_get(struct db *db, struct arena *arena, struct str result_id,
			      struct seen *ret_seen);
enum seen_which {
	SEEN_OF_CHART,
	SEEN_WAITING, /* for a decision */
	SEEN_ALL,
};
/* Those, older first, without raw; chart for SEEN_OF_CHART only. */
MUST_CHECK int store_seen_each(struct db *db, enum seen_which which, int64_t chart,
			       int (*each)(void *ctx, const struct seen *seen), void *ctx);

/* --- numbers to be registered --- */
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
/* One more try that did not work. */
MUST_CHECK int store_queue_failed(struct db *db, const struct queued *queued);
/* In the state; oldest first. */
MUST_CHECK int store_queue_list(struct db *db, struct arena *arena, bool only_waiting,
				struct queued **ret_queued, size_t *ret_count);
