/* SPDX-License-Identifier: Apache-2.0 */
/* Which programs are admitted: PCs only on the receipt link, and no version the operator refuses.
 */
#pragma once

#include "server/api/call.h"

/* By what the request says of itself. Problem: PROBLEM_PLATFORM_REFUSED. */
MUST_CHECK int client_platform_check(const struct api_call *call);

/* "vendor product version", in the call's arena. Problem: PROBLEM_CLIENT_REFUSED. */
MUST_CHECK int client_admit(struct api_call *call, const struct wire_client *client,
			    struct str *ret_text);

/* Is it one of the versions in clients.refuse? client: "vendor product version". */
bool client_is_refused(const struct api_call *call, struct str client);

/* What its user is to be told; absent: nothing. Borrowed from the settings. */
struct str client_notice(const struct api_call *call, struct str client);
