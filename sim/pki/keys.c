/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/pki/keys.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/base/pool.h"

enum { THREADS_MAX = 16, DRAWER_BYTES_MAX = 4 << 20, ARENA_BYTES = 8 << 20 };

DEFINE_AUTO_POINTER(BIO, BIO_free)

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
	*pkey = make_key();
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
		if (!keys->pkeys[i])
			r = pool_submit(pool, key_find, &keys->pkeys[i]);
	pool_destroy(pool);
	if (r)
		return FOLD(r);
	for (size_t i = 0; i < keys->count; i++)
		if (!keys->pkeys[i])
			return RAISE(EIO);
	return 0;
}

/* True: it held enough. */
static bool drawer_empty_into(const char *drawer, struct keys *keys)
{
	struct arena arena AUTO(arena_clear) = {0};
	struct str text;
	size_t found = 0;
	arena_init(&arena, ARENA_BYTES);
	if (file_read_private(&arena, drawer, DRAWER_BYTES_MAX, &text) != 0)
		return false;
	AUTO(BIO_freep) BIO *bio = BIO_new_mem_buf(text.ptr, (int)text.len);
	while (bio && found < keys->count &&
	       PEM_read_bio_PrivateKey(bio, &keys->pkeys[found], NULL, NULL))
		found++;
	ERR_clear_error();
	return found == keys->count;
}

static void drawer_fill(const char *drawer, const struct keys *keys)
{
	AUTO(BIO_freep) BIO *bio = BIO_new(BIO_s_mem());
	bool good = bio;
	for (size_t i = 0; good && i < keys->count; i++)
		good = PEM_write_bio_PrivateKey(bio, keys->pkeys[i], NULL, NULL, 0, NULL, NULL);
	char *text;
	long len = good ? BIO_get_mem_data(bio, &text) : 0;
	int r = len > 0 ? file_write_private(drawer, (struct str){text, (size_t)len}) : 0;
	(void)r; /* then the next world finds its own */
}

int keys_make(struct keys *keys, const char *drawer, size_t count)
{
	AUTO(keys_clear)
	struct keys made = {.pkeys = calloc(count, sizeof *made.pkeys), .count = count};
	assert(count > 0);
	if (!made.pkeys) {
		made.count = 0;
		return RAISE(ENOMEM);
	}
	bool held = drawer && drawer_empty_into(drawer, &made);
	int r = held ? 0 : keys_find(&made);
	if (r < 0)
		return PASS(r);
	if (drawer && !held)
		drawer_fill(drawer, &made);
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
