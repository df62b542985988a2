/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows under new keys, for server/rotation: *new begins as a copy of *old, what changes is in the
 * arena. Fault: -EBADMSG (the row is not what was sealed).
 */
#pragma once

#include "server/keys/keys.h"
#include "server/store/sealed.h"

MUST_CHECK int staff_reseal(struct keys *keys, struct arena *arena,
			    const struct store_sealed_row *old, struct store_sealed_row *new);
MUST_CHECK int person_reseal(struct keys *keys, struct arena *arena,
			     const struct store_sealed_row *old, struct store_sealed_row *new);
MUST_CHECK int certificate_reseal(struct keys *keys, struct arena *arena,
				  const struct store_sealed_row *old, struct store_sealed_row *new);
