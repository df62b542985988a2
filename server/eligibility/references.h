/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One or many 照会番号 under one idempotency key: each change is made or refused by itself, in the
 * given order; all that was made is committed together.
 */
#pragma once

#include "server/eligibility/reference.h"

enum {
	REFERENCES_MAX = 50,
	REFERENCES_REPEAT_MS = 24 * 60 * 60 * 1000, /* how long an idempotency key is kept */
};

struct references_request {
	const struct reference_change *changes;
	size_t count; /* 1..REFERENCES_MAX */
	struct str idempotency_key;
};

struct references_outcome {
	int outcome;		      /* 0: done; enum reference_outcome, never KEY_REUSED */
	struct reference_state state; /* done: the version; REFERENCE_CONFLICT: what is held */
};

/*
 * In a transaction. ret_outcomes has room for count; written on success, their items always. The
 * same request under the same key again is answered as the first time, and changes nothing.
 * Outcome: REFERENCE_KEY_REUSED.
 */
MUST_CHECK int references_set(const struct eligibility *eligibility, struct db *db,
			      struct arena *arena, const struct caller *caller,
			      const struct references_request *request, int64_t now_ms,
			      struct references_outcome *ret_outcomes);
