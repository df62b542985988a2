/* SPDX-License-Identifier: Apache-2.0 */
/* How often who may call: one facility's flood is refused before it takes anybody's turn. */
#pragma once

#include "server/api/call.h"

/*
 * On the loop, when the call is known to be well-covered: takes one from each of its buckets.
 * Problem: PROBLEM_TOO_MANY_REQUESTS, with call->retry_after_s.
 */
MUST_CHECK int rate_check(struct api_call *call);
