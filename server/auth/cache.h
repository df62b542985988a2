/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access tokens that were verified, by digest: whoever shows one again costs neither a signature
 * nor a read of the store. Bounded; an entry lives until its token or session ends by time, or
 * until somebody says that it has ended (tail.h; the process itself after its own commits).
 *
 * Every function may be called from any thread.
 */
#pragma once

#include "server/auth/auth.h"

enum {
	TOKEN_DIGEST_BYTES = 32, /* SHA-256 of the token's text */
};

struct token_cache;

/* tokens_max: rounded up to a power of two; at least 8. Fault: -ENOMEM. */
MUST_CHECK int token_cache_create(struct token_cache **ret_cache, size_t tokens_max);
void token_cache_destroy(struct token_cache *cache); /* accepts NULL */

enum token_cache_outcome {
	TOKEN_CACHE_ABSENT = 1,
};

/* Outcome: TOKEN_CACHE_ABSENT (never put, dropped, over by now_ms, or pushed out). */
MUST_CHECK int token_cache_find(struct token_cache *cache,
				const unsigned char digest[TOKEN_DIGEST_BYTES], int64_t now_ms,
				struct caller *ret_caller);

/*
 * Rises whenever something is dropped. Take it before looking into the store, give it to put: what
 * was read before a drop is not kept.
 */
uint64_t token_cache_state(struct token_cache *cache);

/* Remember caller until caller->until_ms. A full set lets go what ends soonest. */
void token_cache_put(struct token_cache *cache, const unsigned char digest[TOKEN_DIGEST_BYTES],
		     const struct caller *caller, int64_t now_ms, uint64_t state);

void token_cache_drop_session(struct token_cache *cache, const unsigned char id[STORE_ID_BYTES]);
void token_cache_drop_account(struct token_cache *cache, int64_t account_no);
void token_cache_drop_device(struct token_cache *cache, int64_t device_no); /* > 0 */
void token_cache_drop_all(struct token_cache *cache);
