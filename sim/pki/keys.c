/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/pki/keys.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/pool.h"

enum { THREADS_MAX = 16 };

void keys_clear(struct keys *keys)
{
	for (size_t i = keys->taken; i < keys->count; i++)
		EVP_PKEY_free(keys->pkeys[i]);
	free(keys->pkeys);
	*keys = (struct keys){0};
}

static void key_find(void *job, void *worker)
{
	EVP_PKEY **pkey = job;
	(void)worker;
	*pkey = EVP_RSA_gen(2048);
}

static size_t processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);
	return count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : (size_t)count;
}

static int keys_find(struct keys *keys)
{
	struct pool *pool = NULL;
	struct pool_options options = {.name = "keys",
				       .threads = processors(),
				       .queue_max = keys->count};
	int r = pool_create(&pool, &options);
	for (size_t i = 0; r == 0 && i < keys->count; i++)
		r = pool_submit(pool, key_find, &keys->pkeys[i]);
	pool_destroy(pool);
	if (r)
		return FOLD(r);
	for (size_t i = 0; i < keys->count; i++)
		if (!keys->pkeys[i])
			return RAISE(EIO);
	return 0;
}

int keys_make(struct keys *keys, size_t count)
{
	AUTO(keys_clear)
	struct keys made = {.pkeys = calloc(count, sizeof *made.pkeys), .count = count};
	assert(count > 0);
	if (!made.pkeys) {
		made.count = 0;
		return RAISE(ENOMEM);
	}
	int r = keys_find(&made);
	if (r < 0)
		return PASS(r);
	*keys = made;
	made = (struct keys){0};
	return 0;
}

EVP_PKEY *keys_take(struct keys *keys)
{
	assert(keys->taken < keys->count);
	return keys->pkeys[keys->taken++];
}

int keys_pair(struct keys *keys, const struct make_profile *profile, const struct make_pair *issuer,
	      struct make_pair *ret_pair)
{
	AUTO(make_pair_clear) struct make_pair pair = {.key = keys_take(keys)};
	int r = make_certificate(profile, pair.key, issuer, &pair.certificate);
	if (r < 0)
		return PASS(r);
	*ret_pair = pair;
	pair = (struct make_pair){0};
	return 0;
}
