/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each change of a chart, by a person or by a rule, as one row: who, when, why, what was before and
 * what is after. What was done last can be undone; an undo is a change like another.
 *
 * Everything here runs inside the caller's transaction. Faults: those of the store, -ENOMEM.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/db/db.h"

/* Who acts. */
struct actor {
	struct str staff; /* whoever unlocked the page; "" for the program's own rules */
	int64_t now_ms;
	struct str why; /* absent: not said */
};

/* The words of changes. */
#define JOURNAL_NEW	 "new"	    /* 新規カルテ */
#define JOURNAL_LINK	 "link"	    /* a result became a chart's */
#define JOURNAL_UNLINK	 "unlink"   /* and is no more */
#define JOURNAL_EDIT	 "edit"	    /* by hand */
#define JOURNAL_INSURE	 "insure"   /* an insurance by hand */
#define JOURNAL_TAKE	 "take"	    /* what a result told was taken, or left */
#define JOURNAL_MERGE	 "merge"    /* two charts became one */
#define JOURNAL_PUT_AWAY "put_away" /* or brought back */
#define JOURNAL_NUMBER	 "number"   /* another 照会番号: the service held it, or held ours */
#define JOURNAL_UNDO	 "undo"

struct journal {
	struct db *db;
	struct arena *arena;
	const struct actor *actor;
	const char *kind;
	int64_t chart, other; /* 0: none; chart may become known before the end */
	struct str result_id; /* absent: none */
	struct str before;
};

/* Look at what is there, before it changes. */
MUST_CHECK int journal_begin(struct journal *journal);
/* And after: nothing is noted where nothing has changed. */
MUST_CHECK int journal_end(struct journal *journal);

enum journal_outcome {
	JOURNAL_UNKNOWN = 1, /* no such change */
	JOURNAL_DONE,	     /* it has been undone already */
	JOURNAL_LATER,	     /* something has changed since: that goes first */
};

/* Outcomes: enum journal_outcome; then nothing was changed. */
MUST_CHECK int journal_undo(struct db *db, struct arena *arena, const struct actor *actor,
			    int64_t no);
