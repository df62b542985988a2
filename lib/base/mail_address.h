/* SPDX-License-Identifier: Apache-2.0 */
/* Mail addresses as this project takes them: ASCII, and plain enough to stand in any header. */
#pragma once

#include <stdbool.h>

#include "lib/base/str.h"

enum { MAIL_ADDRESS_BYTES_MAX = 254 }; /* RFC 5321 section 4.5.3.1 */

/*
 * local@domain: a dot-atom (RFC 5322 section 3.2.3, 64 bytes) before the @, letters, digits,
 * hyphens and dots after it. Neither quotes, comments and blanks nor anything that could end a
 * line.
 */
bool mail_address_valid(struct str address);
