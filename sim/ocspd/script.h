/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a test wants of the responder, read anew for each request from a small file of words:
 *   good revoked unknown   answer so, whatever the index says
 *   tryLater               no answer now
 *   slow:MS                wait first
 *   stale bad-signature wrong-nonce no-nonce other-serial   answer wrongly
 *   drop                   close the connection without a word
 *   index                  as the index says, honestly: the same as an empty or absent file
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/fault.h"
#include "lib/base/str.h"
#include "sim/pki/answer.h"

enum { SCRIPT_SLOW_MS_MAX = 600000 };

struct script {
	bool forced; /* status counts, not the index */
	enum answer_status status;
	enum answer_fault fault;
	bool try_later;
	bool drop;
	int64_t slow_ms;
};

enum script_outcome {
	SCRIPT_MALFORMED = 1,
};

MUST_CHECK int script_parse(struct str text, struct script *ret_script);
