/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA-2048 keys ahead of their use: most of the time of making a world goes into finding primes. A
 * drawer keeps them for the next world, for nothing that any of them signs is ever believed.
 */
#pragma once

#include <openssl/evp.h>

#include "lib/base/fault.h"
#include "sim/pki/make.h"

struct keys {
	EVP_PKEY **pkeys;
	size_t count;
	size_t taken;
};

/*
 * Take count keys from the drawer; what it lacks is found on all processors and put in, as far as
 * it goes in: a drawer that cannot be read or written is an empty one. drawer: NULL, or the path of
 * a file of this user's that need not be there. Several may share it; the last one's stays. Faults:
 * -ENOMEM, -EIO, -EAGAIN.
 */
MUST_CHECK int keys_make(struct keys *keys, const char *drawer, size_t count);
/* Accepts a zeroed one. */
void keys_clear(struct keys *keys);

/* The next key, the caller's; there is one. */
EVP_PKEY *keys_take(struct keys *keys);

/* As make_pair with the next key. */
MUST_CHECK int keys_pair(struct keys *keys, const struct make_profile *profile,
			 const struct make_pair *issuer, struct make_pair *ret_pair);
