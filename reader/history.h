/* SPDX-License-Identifier: Apache-2.0 */
/* 履歴閲覧 (seed table 1.3): what this facility confirmed, as it was shown then, until 翌月末. */
#pragma once

#include <stdio.h>

#include "lib/client/client.h"

struct history_request {
	struct str from, to;  /* yyyyMMdd or yyyyMMddHHmmss; absent: today's */
	struct str result_id; /* this one alone, in full; absent: all, a line each */
	bool json;
	int64_t now_ms;
};

/*
 * Page by page, oldest first. Problems: any, which client_trouble tells: PROBLEM_USAGE (no such
 * time), PROBLEM_RESULT_UNKNOWN (not in the period). Faults: -EBADMSG, -ENOMEM.
 */
MUST_CHECK int history_show(FILE *out, struct client *client,
			    const struct history_request *request);
