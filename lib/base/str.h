/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A piece of text or bytes somebody else owns: pointer and length, no NUL.
 *
 * As text it is UTF-8, validated once at the wire. A zeroed struct str is the empty string; ptr may
 * be NULL only when len is 0. "Absent" is told apart from "empty" by ptr == NULL.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "lib/base/fault.h"

struct str {
	const char *ptr;
	size_t len;
};

/* A string literal as struct str: STR("…"). */
#define STR(literal) ((struct str){(literal), sizeof("" literal) - 1})

/* For printf's "%.*s": STR_ARG(s). Only for text that ends up on a terminal or in a test. */
#define STR_ARG(s) (int)(s).len, (s).ptr ? (s).ptr : ""

/* The bytes of a C string; borrowed from it. NULL gives the absent string. */
static inline struct str str_of(const char *text)
{
	return (struct str){text, text ? strlen(text) : 0};
}

static inline struct str str_bytes(const void *bytes, size_t len)
{
	return (struct str){bytes, len};
}

/* Same bytes? Not for secrets (use secret_equal or CRYPTO_memcmp). */
bool str_equal(struct str a, struct str b);

/* < 0, 0, > 0 as memcmp over the bytes, the shorter first when one begins the other. */
int str_compare(struct str a, struct str b);

bool str_starts(struct str text, struct str prefix);
bool str_ends(struct str text, struct str suffix);

/* ASCII letters alike in both cases; other bytes exact (HTTP header names). */
bool str_equal_nocase(struct str a, struct str b);

/* Without ASCII white space at both ends; borrowed from text. */
struct str str_trim(struct str text);

/*
 * Take what stands before the first separator out of *rest into *ret_head, and move *rest past the
 * separator. Without one the head is all of it and *rest becomes absent. False when *rest is
 * absent.
 */
bool str_split(struct str *rest, char separator, struct str *ret_head);

/*
 * Copy into a C buffer with a NUL. Faults: -ENAMETOOLONG (does not fit), -EINVAL (a NUL inside).
 */
MUST_CHECK int str_to_c(struct str text, char *buffer, size_t bytes);
