/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which 特定機関認証 this build of the reader has. The public builds have the simulated profile for
 * the test environment only (meson option simulated_organisation), or none.
 */
#pragma once

#include "lib/card/org_auth.h"

struct organisation;

enum organisation_outcome {
	ORGANISATION_UNAVAILABLE = 1, /* this build has none */
	ORGANISATION_KEY_REFUSED,     /* no such file, or not such a key */
};

/* From the key file. Outcomes above; faults: -ENOMEM, -EIO. */
MUST_CHECK int organisation_create(const char *key_path, struct organisation **ret_organisation);
void organisation_destroy(struct organisation *organisation);
DEFINE_AUTO_POINTER(struct organisation, organisation_destroy)

/* The table; valid as long as organisation. */
struct org_auth organisation_table(struct organisation *organisation);
