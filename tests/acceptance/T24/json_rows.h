/* SPDX-License-Identifier: Apache-2.0 */
/* Short texts and what a strict reader says of them. Written for this test, after RFC 8259. */
#pragma once

#include <stddef.h>

#include "lib/base/str.h"

/* Each is one value; the test puts it into an array, for requests are objects or arrays. */
extern const struct str json_rows_valid[];
extern const size_t json_rows_valid_count;

/* Whole texts. */
extern const struct str json_rows_wrong[];
extern const size_t json_rows_wrong_count;
