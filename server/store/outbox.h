/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox: mail that waits to be sent. A row is written in the transaction of what it tells about,
 * claimed before each try, and deleted once the mail's server has taken it.
 */
#pragma once

#include "server/store/store.h"

struct store_mail {
	struct str id;	     /* STORE_ID_BYTES; the mail's Message-ID at each try */
	int64_t facility_no; /* whose mail it is; 0: the operator's */
	int64_t kind;	     /* what it is, to whoever wrote it */
	struct str body;     /* sealed; absent: erased */
	int64_t made_ms;
	int64_t next_ms;  /* the next try */
	int64_t tries;	  /* so far */
	int64_t until_ms; /* of no use from then on; 0: never */
	int64_t dead_ms;  /* given up; 0: not */
};

/* tries and dead_ms are set by the store. */
MUST_CHECK int store_outbox_add(struct db *db, const struct store_mail *mail);

/* What is to be tried by now_ms, the longest due first. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_outbox_due(struct db *db, struct arena *arena, int64_t now_ms,
				struct store_mail *ret_mail);

/*
 * One try more, by whoever read tries; next_ms: when it may be tried again unless it is removed by
 * then. Outcome: STORE_STALE (another process has it).
 */
MUST_CHECK int store_outbox_claim(struct db *db, const struct store_mail *mail, int64_t next_ms);

/* Another time for the next try. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_outbox_put_off(struct db *db, struct str id, int64_t next_ms);

/* Sent: it is gone. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_outbox_remove(struct db *db, struct str id);

/* Given up; erase: the body goes. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_outbox_bury(struct db *db, struct str id, bool erase, int64_t now_ms);

/* Try what was given up again, where it still has a body. Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_outbox_revive(struct db *db, struct str id, int64_t now_ms);

/* Give up and erase what is of no use any more. */
MUST_CHECK int store_outbox_expire(struct db *db, int64_t now_ms);

/* Forget those that were given up before at_ms. */
MUST_CHECK int store_outbox_purge(struct db *db, int64_t at_ms);

/* How many were given up since since_ms. */
MUST_CHECK int store_outbox_dead(struct db *db, int64_t since_ms, int64_t *ret_count);

enum { STORE_OUTBOX_LIST_MAX = 100 };
/* The oldest of those that wait, or were given up; without bodies. */
MUST_CHECK int store_outbox_list(struct db *db, struct arena *arena, bool dead,
				 struct store_mail **ret_mails, size_t *ret_count);
