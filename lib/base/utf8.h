/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 (RFC 3629), checked once where text comes in. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/str.h"

/* Well-formed: no overlong form, no surrogate, nothing above U+10FFFF. */
bool utf8_valid(struct str text);

/*
 * Take the first code point out of *rest, which is valid UTF-8 and not empty.
 */
uint32_t utf8_next(struct str *rest);

/* Code points in valid UTF-8. */
size_t utf8_count(struct str text);

/* A control or a line separator (U+0000–001F, 007F–009F, U+2028, U+2029) somewhere? */
bool utf8_has_control(struct str text);

/*
 * Columns on a terminal: 2 for East Asian wide and full-width characters, 0 for combining marks and
 * variation selectors, else 1. Good enough for the tables our commands print.
 */
size_t utf8_columns(struct str text);
