/* SPDX-License-Identifier: Apache-2.0 */
/* Patients under new keys; as server/register/reseal.h. */
#pragma once

#include "server/keys/keys.h"
#include "server/store/sealed.h"

MUST_CHECK int patient_reseal(struct keys *keys, struct arena *arena,
			      const struct store_sealed_row *old, struct store_sealed_row *new);
