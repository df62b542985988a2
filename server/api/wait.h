/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that wait for something new at their facility (long poll). A parked call holds no thread
 * and no connection: it stands in a list until a commit of this process at its facility, another
 * process's seen within WAIT_TAIL_MS, or its time calls it back to the read lane, where the guard
 * and the call run anew.
 */
#pragma once

#include "lib/db/db.h"
#include "server/store/store.h"

struct api_call;
struct waits;

enum {
	WAIT_TAIL_MS = 500,
	WAITS_RETRY_S = 5, /* after WAITS_TOO_MANY */
};

/* What a parked call keeps here; zeroed at first. */
struct wait {
	int64_t until_ms; /* by the system's monotonic clock; 0: it does not wait */
	int64_t version;  /* the facility's, that it has seen */
	bool due;
	bool fresh; /* its facility's version is to be read at once */
	struct api_call *next;
};

struct waits_options {
	struct db_options db;
	size_t max; /* that may wait at one time */
	/* On the room's thread; be brief. False: not now, the lane is full. */
	bool (*resume)(struct api_call *call);
};

/* Faults: those of db_open, -EAGAIN. */
MUST_CHECK int waits_create(struct waits **ret_waits, const struct waits_options *options);
/* Resumes what is parked, and nobody waits any more. Accepts NULL. */
void waits_stop(struct waits *waits);
/* Accepts NULL. */
void waits_destroy(struct waits *waits);
DEFINE_AUTO_POINTER(struct waits, waits_destroy)

enum waits_outcome {
	WAITS_FULL = 1, /* too many wait in all */
	WAITS_TOO_MANY, /* of this facility or account */
	WAITS_QUITTING, /* nobody waits any more */
};

/* Park it: resume is called once, on any occasion. Any thread. Outcomes: enum waits_outcome. */
MUST_CHECK int waits_park(struct waits *waits, struct api_call *call);

/* Something was committed at this facility. Any thread. */
void waits_wake(struct waits *waits, int64_t facility_no);

/* Resume all that wait, now and from now on at once: the process is to end. */
void waits_quit(struct waits *waits);
