/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of eight places, chosen by the digest: nobody can choose the digest of a token that we
 * signed. Finding is a few comparisons under one lock; dropping walks all places, which is a
 * fraction of a millisecond and happens when somebody logs out.
 */
#include "server/auth/cache.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

enum { WAYS = 8 };

struct place {
	int64_t until_ms; /* 0: free */
	unsigned char digest[TOKEN_DIGEST_BYTES];
	struct caller caller;
};

struct token_cache {
	pthread_mutex_t lock;
	uint64_t state;
	size_t places_count; /* a power of two */
	struct place places[];
};

int token_cache_create(struct token_cache **ret_cache, size_t tokens_max)
{
	size_t count = WAYS;
	while (count < tokens_max)
		count *= 2;
	struct token_cache *cache = calloc(1, sizeof *cache + count * sizeof cache->places[0]);
	if (!cache)
		return RAISE(ENOMEM);
	pthread_mutex_init(&cache->lock, NULL);
	cache->places_count = count;
	*ret_cache = cache;
	return 0;
}

void token_cache_destroy(struct token_cache *cache)
{
	if (!cache)
		return;
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

static struct place *set_of(struct token_cache *cache, const unsigned char *digest)
{
	uint32_t number;
	memcpy(&number, digest, sizeof number);
	return &cache->places[number % (cache->places_count / WAYS) * WAYS];
}

static bool place_holds(const struct place *place, const unsigned char *digest)
{
	return place->until_ms && memcmp(place->digest, digest, TOKEN_DIGEST_BYTES) == 0;
}

int token_cache_find(struct token_cache *cache, const unsigned char digest[TOKEN_DIGEST_BYTES],
		     int64_t now_ms, struct caller *ret_caller)
{
	int r = TOKEN_CACHE_ABSENT;
	pthread_mutex_lock(&cache->lock);
	const struct place *set = set_of(cache, digest);
	for (size_t i = 0; i < WAYS; i++) {
		if (!place_holds(&set[i], digest) || set[i].until_ms <= now_ms)
			continue;
		*ret_caller = set[i].caller;
		r = 0;
		break;
	}
	pthread_mutex_unlock(&cache->lock);
	return r;
}

uint64_t token_cache_state(struct token_cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	uint64_t state = cache->state;
	pthread_mutex_unlock(&cache->lock);
	return state;
}

/* The token's own place, else the one that is free or ends soonest. */
static struct place *place_choose(struct place *set, const unsigned char *digest)
{
	struct place *chosen = &set[0];
	for (size_t i = 0; i < WAYS; i++) {
		if (place_holds(&set[i], digest))
			return &set[i];
		if (set[i].until_ms < chosen->until_ms)
			chosen = &set[i];
	}
	return chosen;
}

void token_cache_put(struct token_cache *cache, const unsigned char digest[TOKEN_DIGEST_BYTES],
		     const struct caller *caller, int64_t now_ms, uint64_t state)
{
	if (caller->until_ms <= now_ms)
		return;
	pthread_mutex_lock(&cache->lock);
	if (state == cache->state) {
		struct place *place = place_choose(set_of(cache, digest), digest);
		place->until_ms = caller->until_ms;
		memcpy(place->digest, digest, TOKEN_DIGEST_BYTES);
		place->caller = *caller;
	}
	pthread_mutex_unlock(&cache->lock);
}

/* --- dropping: an absent criterion fits nobody --- */

struct drop {
	const unsigned char *session_id;
	int64_t account_no, device_no;
	bool all;
};

static bool drop_fits(const struct drop *drop, const struct caller *caller)
{
	if (drop->session_id)
		return memcmp(drop->session_id, caller->session_id, STORE_ID_BYTES) == 0;
	if (drop->account_no)
		return drop->account_no == caller->account_no;
	return drop->all || (drop->device_no && drop->device_no == caller->device_no);
}

static void drop_run(struct token_cache *cache, const struct drop *drop)
{
	pthread_mutex_lock(&cache->lock);
	cache->state++;
	for (size_t i = 0; i < cache->places_count; i++)
		if (cache->places[i].until_ms && drop_fits(drop, &cache->places[i].caller))
			cache->places[i] = (struct place){0};
	pthread_mutex_unlock(&cache->lock);
}

void token_cache_drop_session(struct token_cache *cache, const unsigned char id[STORE_ID_BYTES])
{
	drop_run(cache, &(struct drop){.session_id = id});
}

void token_cache_drop_account(struct token_cache *cache, int64_t account_no)
{
	assert(account_no > 0);
	drop_run(cache, &(struct drop){.account_no = account_no});
}

void token_cache_drop_device(struct token_cache *cache, int64_t device_no)
{
	assert(device_no > 0);
	drop_run(cache, &(struct drop){.device_no = device_no});
}

void token_cache_drop_all(struct token_cache *cache)
{
	drop_run(cache, &(struct drop){.all = true});
}
