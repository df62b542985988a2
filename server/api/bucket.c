/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bucket is one instant (the generic cell rate algorithm): when it would be full again if nothing
 * more were taken. Each call puts that off by one interval; so much ahead of now that the burst is
 * used up, and the bucket is empty.
 */
#include "server/api/bucket.h"

#include <pthread.h>
#include <stdlib.h>

#include "lib/crypto/crypto.h"

enum { WAYS = 8 }; /* slots in which one key may lie */

struct bucket {
	uint64_t key; /* 0: unused */
	int64_t full_us;
};

struct buckets {
	pthread_mutex_t lock;
	uint64_t seed;
	size_t sets; /* a power of two */
	struct bucket slots[];
};

int buckets_create(struct buckets **ret_buckets, size_t slots)
{
	size_t sets = 1;
	while (sets * WAYS < slots)
		sets *= 2;
	struct buckets *buckets =
		calloc(1, sizeof *buckets + sets * WAYS * sizeof buckets->slots[0]);
	if (!buckets)
		return RAISE(ENOMEM);
	pthread_mutex_init(&buckets->lock, NULL);
	random_bytes(&buckets->seed, sizeof buckets->seed);
	buckets->sets = sets;
	*ret_buckets = buckets;
	return 0;
}

void buckets_destroy(struct buckets *buckets)
{
	if (!buckets)
		return;
	pthread_mutex_destroy(&buckets->lock);
	free(buckets);
}

/* The finish of splitmix64: every bit of the result depends on every bit of number. */
static uint64_t mix(uint64_t number)
{
	number = (number ^ number >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	number = (number ^ number >> 27) * UINT64_C(0x94d049bb133111eb);
	return number ^ number >> 31;
}

uint64_t bucket_key(const struct buckets *buckets, int kind, uint64_t whose)
{
	uint64_t key = mix(mix(whose + buckets->seed) + (uint64_t)kind);
	return key ? key : 1;
}

/* The key's slot, else the one of its set that is given up for it. */
static struct bucket *slot_of(struct buckets *buckets, uint64_t key)
{
	struct bucket *set = &buckets->slots[(key & (buckets->sets - 1)) * WAYS];
	struct bucket *fullest = set;
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].full_us < fullest->full_us)
			fullest = &set[i];
	}
	return fullest;
}

static int64_t interval_us(const struct bucket_rule *rule)
{
	return INT64_C(60000000) / rule->per_minute;
}

/* When the key's bucket is full again; one that is not remembered is. */
static int64_t full_at(const struct bucket *slot, uint64_t key, int64_t now_us)
{
	return slot->key == key && slot->full_us > now_us ? slot->full_us : now_us;
}

/* How long until there is one to take; ≤ 0: there is. */
static int64_t wait_us(struct buckets *buckets, const struct bucket_claim *claim, int64_t now_us)
{
	if (claim->rule.burst == 0)
		return 0;
	int64_t room_us = (claim->rule.burst - 1) * interval_us(&claim->rule);
	return full_at(slot_of(buckets, claim->key), claim->key, now_us) - now_us - room_us;
}

static void take(struct buckets *buckets, const struct bucket_claim *claim, int64_t now_us)
{
	if (claim->rule.burst == 0)
		return;
	struct bucket *slot = slot_of(buckets, claim->key);
	int64_t full_us = full_at(slot, claim->key, now_us) + interval_us(&claim->rule);
	*slot = (struct bucket){claim->key, full_us};
}

int buckets_take(struct buckets *buckets, const struct bucket_claim *claims, size_t claims_count,
		 int64_t now_ms, int64_t *ret_wait_ms)
{
	int64_t now_us = now_ms * 1000, wait = 0;
	pthread_mutex_lock(&buckets->lock);
	for (size_t i = 0; i < claims_count && wait <= 0; i++)
		wait = wait_us(buckets, &claims[i], now_us);
	for (size_t i = 0; i < claims_count && wait <= 0; i++)
		take(buckets, &claims[i], now_us);
	pthread_mutex_unlock(&buckets->lock);
	if (wait <= 0)
		return 0;
	*ret_wait_ms = (wait + 999) / 1000;
	return BUCKET_EMPTY;
}
