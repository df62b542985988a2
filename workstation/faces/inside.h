/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the room: what a station is made of. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "lib/base/pool.h"
#include "lib/base/thread.h"
#include "workstation/faces/station.h"

enum {
	STAFF_BYTES_MAX = 64,
	EVENTS_MAX = 128, /* remembered; who asks for older ones is told that all has moved */
	PARKED_MAX = 40,  /* windows that wait for news */
	PARKED_MS = 25 * 1000,
	TICK_MS = 250,
	DESK_QUEUE_MAX = 64,
	KEEP_QUEUE_MAX = 8,
	DAILY_FIRST_MS = 2 * 60 * 1000, /* after the start, when somebody is waiting for the page */
	DAILY_EVERY_MS = 10 * 60 * 1000,
	CODE_BYTES_MAX = 16,
};

struct event {
	const char *kind;
	char facility[CODE_BYTES_MAX]; /* "": all */
};

struct parked {
	struct web_exchange *exchange;
	int64_t after;
	int64_t until_ms; /* monotonic */
};

struct station_store {
	char facility[CODE_BYTES_MAX];
	struct db *db;
};

struct station {
	struct station_config config;
	struct pool *desk, *keep;
	atomic_bool is_born;				    /* there is a vault */
	struct station_store stores[KEEPER_FACILITIES_MAX]; /* the desk thread's */
	size_t stores_count;
	struct import_job *import;	      /* the desk thread's; NULL: no file is open */
	char import_facility[CODE_BYTES_MAX]; /* whose it is */
	struct ticker *ticker;
	atomic_bool has_daily; /* a look at what is due waits, or is under way */
	pthread_mutex_t lock;  /* of what follows */
	int64_t daily_mono_ms; /* when it is next looked what is due daily */
	bool is_ending;	       /* nobody is parked any more */
	bool is_open;
	char staff[STAFF_BYTES_MAX];
	size_t staff_len;
	int64_t alive_mono_ms, alive_ms; /* the last sign of somebody working, on both clocks */
	int64_t events_count;		 /* ever */
	struct event events[EVENTS_MAX]; /* the n-th at n % EVENTS_MAX, from 1 */
	struct parked parked[PARKED_MAX];
	size_t parked_count;
};

/* --- events.c --- */

/* Answer POST /api/events {after} now, or when something happens. */
void events_ask(struct station *station, struct web_exchange *exchange);
/* Answer who has waited long enough; everybody when all. */
void events_expire(struct station *station, bool all);

/* --- reply.c --- */

/* An object written by put, or a problem, into exchange->reply; not yet web_finish. */
void reply_text(struct web_exchange *exchange, int status, struct json_writer *out);
void reply_problem(struct web_exchange *exchange, enum face_problem problem,
		   const struct face_fields *fields);

/* --- dispatch.c --- */

/* On the desk thread: the connection is closed, whoever asks for that facility is told no. */
void stores_close(struct station *station, struct str facility);

/* --- files.c --- */

/* A file of the page, or 404. */
void files_answer(struct web_exchange *exchange);
