/* SPDX-License-Identifier: Apache-2.0 */
/* What every x_test.c includes first: cmocka with the headers it forgets to include itself. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* struct str against a literal or another struct str, with both shown when they differ. */
#define assert_str_equal(a, b)                                                 \
	do {                                                                   \
		struct str left_ = (a), right_ = (b);                          \
		assert_int_equal(left_.len, right_.len);                       \
		if (left_.len)                                                 \
			assert_memory_equal(left_.ptr, right_.ptr, left_.len); \
	} while (0)
