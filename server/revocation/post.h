/* SPDX-License-Identifier: Apache-2.0 */
/* The transport over libcurl: no redirects, no proxy of the environment, http and https only. */
#pragma once

#include <stdbool.h>

#include "server/revocation/revocation.h"

/* Once, before the first post. Fault: -EIO. */
MUST_CHECK int post_init(void);

/* An absolute http or https URL without user and password? */
bool post_url_allowed(const char *url);

/* As struct revocation_transport says. */
MUST_CHECK int post(void *ctx, const char *url, int64_t timeout_ms, struct str request,
		    struct arena *arena, struct str *ret_response, const char **ret_cause);
