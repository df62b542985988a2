/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four places for each serial, the one that ends first makes room. Serials are given out by the
 * authority, so nobody can aim at one place.
 */
#include "server/revocation/cache.h"

#include <string.h>

/* FNV-1a. */
static size_t set_of(const struct pki_facts *facts)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (const char *at = facts->serial; *at; at++)
		hash = (hash ^ (unsigned char)*at) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < 8; i++)
		hash = (hash ^ facts->issuer_key_hash[i]) * UINT64_C(0x100000001b3);
	return hash % CACHE_SETS;
}

static bool entry_is_of(const struct cache_entry *entry, const struct pki_facts *facts)
{
	return entry->until_ms && strcmp(entry->serial, facts->serial) == 0 &&
	       memcmp(entry->issuer_key_hash, facts->issuer_key_hash,
		      sizeof entry->issuer_key_hash) == 0;
}

const struct cache_entry *cache_find(const struct cache *cache, const struct pki_facts *facts,
				     int64_t mono_ms)
{
	const struct cache_entry *set = cache->sets[set_of(facts)];
	for (size_t i = 0; i < CACHE_WAYS; i++)
		if (entry_is_of(&set[i], facts))
			return mono_ms < set[i].until_ms ? &set[i] : NULL;
	return NULL;
}

void cache_put(struct cache *cache, const struct pki_facts *facts, const struct cache_entry *entry)
{
	struct cache_entry *set = cache->sets[set_of(facts)], *place = set;
	for (size_t i = 0; i < CACHE_WAYS; i++) {
		if (entry_is_of(&set[i], facts)) {
			place = &set[i];
			break;
		}
		if (set[i].until_ms < place->until_ms)
			place = &set[i];
	}
	*place = *entry;
	memcpy(place->serial, facts->serial, sizeof place->serial);
	memcpy(place->issuer_key_hash, facts->issuer_key_hash, sizeof place->issuer_key_hash);
}
