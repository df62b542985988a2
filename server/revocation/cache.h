/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of the last minutes, by root and serial. Not locked: its owner does that. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/pki/pki.h"
#include "server/revocation/revocation.h"

enum {
	CACHE_WAYS = 4,
	CACHE_SETS = REVOCATION_CACHE_MAX / CACHE_WAYS,
};

struct cache_entry {
	unsigned char issuer_key_hash[PKI_THUMBPRINT_BYTES];
	char serial[PKI_SERIAL_BYTES];
	int outcome; /* 0 or REVOCATION_REVOKED */
	int reason;
	int64_t revoked_ms;
	int64_t until_ms; /* of the monotonic clock; 0: empty */
};

struct cache {
	struct cache_entry sets[CACHE_SETS][CACHE_WAYS];
};

/* Borrowed until the next cache_put; NULL: not known, or not fresh any more. */
const struct cache_entry *cache_find(const struct cache *cache, const struct pki_facts *facts,
				     int64_t mono_ms);

/* entry: outcome, reason, revoked_ms and until_ms are set. */
void cache_put(struct cache *cache, const struct pki_facts *facts, const struct cache_entry *entry);
