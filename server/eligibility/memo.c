/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One place for each key, chosen by a mix of its numbers; a facility that asks for thousands of
 * different periods pushes out others' answers, which costs them one scan.
 */
#include "server/eligibility/memo.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct place {
	bool taken;
	struct memo_key key;
	struct memo_answer answer;
};

struct memo {
	pthread_mutex_t lock;
	atomic_uint_fast64_t belief;
	bool believing;
	size_t places_count;
	struct place places[];
};

int memo_create(struct memo **ret_memo, size_t answers_max, bool believing)
{
	assert(answers_max > 0);
	struct memo *memo = calloc(1, sizeof *memo + answers_max * sizeof memo->places[0]);
	if (!memo)
		return RAISE(ENOMEM);
	pthread_mutex_init(&memo->lock, NULL);
	memo->places_count = answers_max;
	memo->believing = believing;
	*ret_memo = memo;
	return 0;
}

void memo_destroy(struct memo *memo)
{
	if (!memo)
		return;
	pthread_mutex_destroy(&memo->lock);
	free(memo);
}

void memo_doubt(struct memo *memo)
{
	if (memo)
		atomic_fetch_add(&memo->belief, 1);
}

uint64_t memo_belief(struct memo *memo)
{
	return memo ? atomic_load(&memo->belief) : 0;
}

bool memo_believes(struct memo *memo, const struct memo_answer *answer)
{
	return memo && memo->believing && answer->belief == atomic_load(&memo->belief);
}

/* Multiply and fold (splitmix64's constants). */
static uint64_t mix(uint64_t state, uint64_t number)
{
	state = (state ^ number) * UINT64_C(0xbf58476d1ce4e5b9);
	return state ^ state >> 31;
}

static struct place *place_of(struct memo *memo, const struct memo_key *key)
{
	uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
	for (size_t i = 0; i < MEMO_KEY_NUMBERS; i++)
		state = mix(state, (uint64_t)key->numbers[i]);
	return &memo->places[state % memo->places_count];
}

static bool place_holds(const struct place *place, const struct memo_key *key)
{
	return place->taken && memcmp(&place->key, key, sizeof *key) == 0;
}

bool memo_find(struct memo *memo, const struct memo_key *key, struct memo_answer *ret_answer)
{
	if (!memo)
		return false;
	pthread_mutex_lock(&memo->lock);
	const struct place *place = place_of(memo, key);
	bool found = place_holds(place, key);
	if (found)
		*ret_answer = place->answer;
	pthread_mutex_unlock(&memo->lock);
	return found;
}

void memo_put(struct memo *memo, const struct memo_key *key, const struct memo_answer *answer)
{
	if (!memo)
		return;
	pthread_mutex_lock(&memo->lock);
	struct place *place = place_of(memo, key);
	/* Two calls may end in another order than they began. */
	if (!place_holds(place, key) || place->answer.at.version <= answer->at.version) {
		place->key = *key;
		place->answer = *answer;
		place->taken = true;
	}
	pthread_mutex_unlock(&memo->lock);
}
