/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that leave no row of their own - counts, 304, waits, refusals at the door - added up in
 * memory and written as one row for each session, call, outcome and minute.
 *
 * A call is added before its reply leaves and is in the store within a minute; the calls of a
 * session that ends are written in the transaction that ends it, those of one whose end is near at
 * once. What a process was killed with (SIGKILL, power) is lost: at most that minute. When rows
 * cannot be written the tally is shut: what was added is kept and tried again, and who would answer
 * with data must refuse instead.
 *
 * Adding costs a lock and a look into a table. Any thread may use it.
 */
#pragma once

#include <stdbool.h>

#include "server/audit/audit.h"

enum {
	TALLY_CALLS_MAX = 65536, /* different ones within a minute */
	TALLY_KEPT_MS = 50 * 1000,
	TALLY_REQUEST_ID_BYTES = 33,
};

struct tally;

/* call and outcome have static storage. */
struct tally_call {
	unsigned char session[STORE_ID_BYTES]; /* zeros: none */
	int64_t facility_no, account_no, device_no;
	struct str call, outcome;
	char request_id[TALLY_REQUEST_ID_BYTES]; /* of the first */
	int64_t at_ms;				 /* of the first */
	int64_t ends_ms;			 /* the session's end, as far as known */
	int64_t calls;
};

/* Fault: -ENOMEM. */
MUST_CHECK int tally_create(struct tally **ret_tally);
void tally_destroy(struct tally *tally); /* accepts NULL; what was not written is lost */
DEFINE_AUTO_POINTER(struct tally, tally_destroy)

enum tally_outcome {
	TALLY_FULL = 1, /* more different calls than are kept */
};

/* The first of its kind within a minute is kept with all it says, of others only calls. */
MUST_CHECK int tally_add(struct tally *tally, const struct tally_call *call);

/* False: the last try to write failed, and nothing is known to have changed since. */
bool tally_is_open(struct tally *tally);

/*
 * Take out what a session has added, to write it elsewhere; at most max (TALLY_SESSION_MAX is
 * always enough). Who cannot write it adds it again.
 */
enum { TALLY_SESSION_MAX = 256 };
size_t tally_take_session(struct tally *tally, const unsigned char session[STORE_ID_BYTES],
			  struct tally_call *ret_calls, size_t max);

/* One row of the trail; in a transaction. */
MUST_CHECK int tally_write(struct db *db, const struct tally_call *call);

/* A task of server/tasks: writes what is due. ctx is the tally. Faults: then it is shut. */
MUST_CHECK int tally_flush(void *ctx, struct db *db, struct arena *arena, int64_t now_ms);
/* The same for all there is: at the end. */
MUST_CHECK int tally_flush_all(struct tally *tally, struct db *db);
