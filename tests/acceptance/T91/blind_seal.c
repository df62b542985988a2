/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/acceptance/T91/blind_seal.h"

#include "server/audit/audit.h"
#include "server/keys/keys.h"

bool seals_are_blind, chain_is_blind;

int __real_keys_aad(struct arena *arena, const struct str *parts, size_t parts_count,
		    struct str *ret_aad);
int __wrap_keys_aad(struct arena *arena, const struct str *parts, size_t parts_count,
		    struct str *ret_aad);
int __real_audit_hash(const struct store_audit *row, struct str previous,
		      unsigned char ret_hash[STORE_DIGEST_BYTES]);
int __wrap_audit_hash(const struct store_audit *row, struct str previous,
		      unsigned char ret_hash[STORE_DIGEST_BYTES]);

int __wrap_keys_aad(struct arena *arena, const struct str *parts, size_t parts_count,
		    struct str *ret_aad)
{
	return __real_keys_aad(arena, parts, seals_are_blind ? 1 : parts_count, ret_aad);
}

/* Only its place in the chain, nothing of what it says. */
int __wrap_audit_hash(const struct store_audit *row, struct str previous,
		      unsigned char ret_hash[STORE_DIGEST_BYTES])
{
	struct store_audit place = {.slot = row->slot, .seq = row->seq};
	return __real_audit_hash(chain_is_blind ? &place : row, previous, ret_hash);
}
