/* SPDX-License-Identifier: Apache-2.0 */
/* The Date header of a reply (RFC 9110 section 5.6.7). */
#pragma once

#include <stdint.h>

#include "lib/base/fault.h"
#include "lib/base/str.h"

enum date_outcome {
	DATE_MALFORMED = 1, /* also the obsolete forms */
};

/* "Sun, 06 Nov 1994 08:49:37 GMT"; the name of the day is not looked at. */
MUST_CHECK int date_parse(struct str text, int64_t *ret_ms);
