/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every process must learn soon: written in the transaction of the change itself, read by each
 * process's tail. Numbers rise by one in the order of the commits, on both engines.
 */
#pragma once

#include "server/store/store.h"

enum {
	STORE_CHANGES_MAX = 256, /* of one reading */
	STORE_CHANGES_KEPT_MS = 60 * 60 * 1000,
};

enum store_change_kind {
	STORE_CHANGE_SESSION = 1,  /* ended, or become a device's; subject: its id */
	STORE_CHANGE_ACCOUNT = 2,  /* epoch raised; subject: its number, 8 bytes, big end first */
	STORE_CHANGE_DEVICE = 3,   /* removed; subject: its number */
	STORE_CHANGE_FACILITY = 4, /* other rules for its sessions; subject: its number */
};

struct store_change {
	int64_t no; /* 1… */
	int64_t kind;
	unsigned char subject[STORE_ID_BYTES]; /* unused bytes are 0 */
};

/* subject: 1..STORE_ID_BYTES. Last in the transaction: from here to the commit others wait. */
MUST_CHECK int store_change_add(struct db *db, enum store_change_kind kind, struct str subject,
				int64_t now_ms);
/* The same for a number. */
MUST_CHECK int store_change_number_add(struct db *db, enum store_change_kind kind, int64_t number,
				       int64_t now_ms);
/* The number that a number-subject stands for. */
int64_t store_change_number(const struct store_change *change);

/* The last number given; 0: none yet. */
MUST_CHECK int store_change_last(struct db *db, int64_t *ret_no);
/* Those after number after, oldest first, at most STORE_CHANGES_MAX. */
MUST_CHECK int store_changes_read(struct db *db, int64_t after,
				  struct store_change ret_changes[STORE_CHANGES_MAX],
				  size_t *ret_count);
/* Forget those of before at_ms, at most 1,000; numbers are not used again. */
MUST_CHECK int store_changes_purge(struct db *db, int64_t at_ms);
