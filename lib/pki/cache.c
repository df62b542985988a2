/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What does not change is kept: that this very certificate is a root's, of the right use and
 * policy. What does is decided each time: whether it is valid now, and how. Only good ones are
 * kept, so that nobody can fill the places with rubbish; four places for each digest, the one that
 * was used longest ago makes room.
 */
#include "lib/pki/inside.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

enum {
	WAYS = 4,
	SETS = PKI_CACHE_MAX / WAYS,
};

struct place {
	struct pki_certificate *certificate; /* NULL: free */
	uint64_t used;
};

struct pki_cache {
	const struct pki_anchors *anchors;
	pthread_mutex_t lock; /* of what follows */
	uint64_t uses;
	struct place sets[SETS][WAYS];
};

int pki_cache_create(const struct pki_anchors *anchors, struct pki_cache **ret_cache)
{
	struct pki_cache *cache = calloc(1, sizeof *cache);
	if (!cache)
		return RAISE(ENOMEM);
	cache->anchors = anchors;
	pthread_mutex_init(&cache->lock, NULL);
	*ret_cache = cache;
	return 0;
}

void pki_cache_destroy(struct pki_cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < SETS; i++)
		for (size_t j = 0; j < WAYS; j++)
			pki_certificate_destroy(cache->sets[i][j].certificate);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

static struct place *set_of(struct pki_cache *cache, const unsigned char *digest)
{
	return cache->sets[((size_t)digest[0] << 8 | digest[1]) % SETS];
}

/* A copy of the one with this digest; NULL in *ret_certificate: it is not there. */
static int place_find(struct pki_cache *cache, const unsigned char *digest,
		      struct pki_certificate **ret_certificate)
{
	struct place *set = set_of(cache, digest);
	int r = 0;
	*ret_certificate = NULL;
	pthread_mutex_lock(&cache->lock);
	for (size_t i = 0; i < WAYS; i++) {
		const struct pki_certificate *held = set[i].certificate;
		if (!held || memcmp(held->facts.thumbprint, digest, PKI_THUMBPRINT_BYTES) != 0)
			continue;
		set[i].used = ++cache->uses;
		r = pki_certificate_copy(held, ret_certificate);
		break;
	}
	pthread_mutex_unlock(&cache->lock);
	return r ? PASS(r) : 0;
}

static int place_fill(struct pki_cache *cache, const struct pki_certificate *certificate)
{
	struct place *place = set_of(cache, certificate->facts.thumbprint), *set = place;
	struct pki_certificate *copy;
	int r = pki_certificate_copy(certificate, &copy);
	if (r)
		return PASS(r);
	pthread_mutex_lock(&cache->lock);
	for (size_t i = 1; i < WAYS; i++)
		if (!set[i].certificate || (place->certificate && set[i].used < place->used))
			place = &set[i];
	pki_certificate_destroy(place->certificate);
	*place = (struct place){copy, ++cache->uses};
	pthread_mutex_unlock(&cache->lock);
	return 0;
}

int pki_cache_check(struct pki_cache *cache, struct str der, int64_t at_ms,
		    struct pki_certificate **ret_certificate)
{
	AUTO(pki_certificate_destroyp) struct pki_certificate *certificate = NULL;
	unsigned char digest[PKI_THUMBPRINT_BYTES];
	if (EVP_Digest(der.ptr, der.len, digest, NULL, EVP_sha256(), NULL) != 1)
		return RAISE(EIO);
	int r = place_find(cache, digest, &certificate);
	if (r)
		return PASS(r);
	if (certificate) {
		r = pki_time_check(&certificate->facts, at_ms);
	} else {
		r = pki_check(cache->anchors, der, at_ms, &certificate);
		if (r == 0)
			r = place_fill(cache, certificate);
	}
	if (r)
		return r < 0 ? PASS(r) : r;
	*ret_certificate = certificate;
	certificate = NULL;
	return 0;
}
