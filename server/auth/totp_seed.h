/* SPDX-License-Identifier: Apache-2.0 */
/* An authenticator's seed, sealed to its row. */
#pragma once

#include "server/auth/auth.h"
#include "server/store/sealed.h"

MUST_CHECK int totp_seed_seal(const struct auth *auth, struct arena *arena,
			      const struct store_account *account, int64_t n, struct str seed,
			      struct str *ret_sealed);

/* Fault: -EBADMSG (the row's seed is not the one that was sealed for it). */
MUST_CHECK int totp_seed_open(const struct auth *auth, struct arena *arena,
			      const struct store_account *account, const struct store_totp *totp,
			      struct str *ret_seed);

/* As the functions of server/register/reseal.h. */
MUST_CHECK int totp_seed_reseal(struct keys *keys, struct arena *arena,
				const struct store_sealed_row *old, struct store_sealed_row *new);
