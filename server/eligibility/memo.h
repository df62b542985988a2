/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What searches were last answered, so that asking again costs no scan. An answer holds for one
 * version of its facility. Where one process writes, not even the version need be read again until
 * something was committed: whoever commits, or learns that another process did, calls memo_doubt.
 */
#pragma once

#include <stdbool.h>

#include "lib/base/fault.h"
#include "server/store/results.h"

enum {
	MEMO_KEY_NUMBERS = 10,
	MEMO_ETAG_BYTES = 32,
};

/* Everything an answer depends on besides the version; all numbers are compared. */
struct memo_key {
	int64_t numbers[MEMO_KEY_NUMBERS];
};

struct memo_answer {
	struct store_results_state at;
	char etag[MEMO_ETAG_BYTES];
	struct store_results_count counts;
	uint64_t belief; /* memo_belief before at was read */
};

struct memo; /* any thread */

/*
 * answers_max > 0; about 170 bytes each. believing: answers count as current until somebody doubts;
 * else their version is to be read each time. Fault: -ENOMEM.
 */
MUST_CHECK int memo_create(struct memo **ret_memo, size_t answers_max, bool believing);
/* Accepts NULL. */
void memo_destroy(struct memo *memo);

/* Something was committed, here or elsewhere. memo NULL: nothing. */
void memo_doubt(struct memo *memo);

/* To be taken before a version is read, and put beside it. memo NULL: 0. */
uint64_t memo_belief(struct memo *memo);

/* Has nobody doubted since? Never when memo is not believing, or NULL. */
bool memo_believes(struct memo *memo, const struct memo_answer *answer);

/* memo NULL: never. */
bool memo_find(struct memo *memo, const struct memo_key *key, struct memo_answer *ret_answer);
/* memo NULL: nowhere. Another answer may make way. */
void memo_put(struct memo *memo, const struct memo_key *key, const struct memo_answer *answer);
