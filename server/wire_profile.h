/* SPDX-License-Identifier: Apache-2.0 */
/* The wire profile that the settings name, for the launcher's check and the module. */
#pragma once

#include <stdio.h>

#include "lib/wire/profile.h"
#include "server/config.h"

enum service_profile_outcome {
	SERVICE_PROFILE_REFUSED = 1, /* report says why, Japanese first */
};

/*
 * *ret_profile is the default when the settings name none; its texts lie in the arena. Outcome:
 * SERVICE_PROFILE_REFUSED. Fault: -ENOMEM.
 */
MUST_CHECK int service_profile_read(const struct config *config, struct arena *arena, FILE *report,
				    struct wire_profile *ret_profile);
