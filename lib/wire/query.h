/* SPDX-License-Identifier: Apache-2.0 */
/* Query strings (RFC 3986 section 3.4) of name=value pairs; '+' is kept as it is. */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

enum wire_query_outcome {
	WIRE_QUERY_ABSENT = 1,
	WIRE_QUERY_MALFORMED, /* a bad escape, not UTF-8, a control character */
	WIRE_QUERY_REPEATED,  /* given twice */
};

/* The percent-decoded value of one parameter, in the arena. Outcomes: enum wire_query_outcome. */
MUST_CHECK int wire_query_get(struct str query, struct str name, struct arena *arena,
			      struct str *ret_value);

/* The name, as sent, of the first parameter that is not among names; absent: all are known. */
struct str wire_query_unknown(struct str query, const struct str *names, size_t names_count);

/* text with everything but RFC 3986's unreserved characters percent-encoded. Fault: -ENOMEM. */
MUST_CHECK int wire_percent_encode(struct arena *arena, struct str text, struct str *ret_text);
