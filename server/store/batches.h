/* SPDX-License-Identifier: Apache-2.0 */
/* How far insurers' batches have come into the register, and which of their rows were refused. */
#pragma once

#include "server/store/store.h"

enum { STORE_REFUSALS_PAGE = 500 };

struct store_batch {
	struct str id;
	int64_t rows;	  /* that are done, refused ones included */
	int64_t refused;  /* of them */
	struct str state; /* sealed: what the rows were */
	int64_t ended_ms; /* 0: not yet */
};

/* Outcome: STORE_NOT_FOUND. */
MUST_CHECK int store_batch_get(struct db *db, struct arena *arena, struct str id,
			       struct store_batch *ret_batch);
/* Add, or move on; from: the rows that were done before. Outcome: STORE_STALE (somebody else has
 * moved it). */
MUST_CHECK int store_batch_put(struct db *db, const struct store_batch *batch, int64_t from);

struct store_refusal {
	int64_t row;
	struct str code;
};
MUST_CHECK int store_refusal_add(struct db *db, struct str batch_id,
				 const struct store_refusal *refusal);
/* Those of rows > after, by row, at most STORE_REFUSALS_PAGE. */
MUST_CHECK int store_refusals_list(struct db *db, struct arena *arena, struct str batch_id,
				   int64_t after, struct store_refusal **ret_refusals,
				   size_t *ret_count);
