/* SPDX-License-Identifier: Apache-2.0 */
/* Test vectors come as hexadecimal text. */
#pragma once

#include "lib/base/test.h"

#include "lib/crypto/crypto.h"

static inline struct str hex(struct arena *arena, const char *text)
{
	struct str bytes;
	assert_int_equal(decode_hex(arena, str_of(text), &bytes), 0);
	return bytes;
}
