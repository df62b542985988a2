/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block list: passwords that leaked and are tried first, a line each, from a file that the
 * operator chose ([passwords] list). Kept as sorted 64-bit digests of their folded text.
 */
#pragma once

#include "lib/base/fault.h"
#include "lib/base/str.h"

enum {
	PASSWORD_LIST_LINES_MAX = 1000000,
	PASSWORD_LIST_LINE_BYTES_MAX = 512, /* a longer line is skipped */
};

struct password_list;

enum password_list_outcome {
	PASSWORD_LIST_ABSENT = 1, /* no such file, or it cannot be read */
	PASSWORD_LIST_TOO_LONG,
};

/* Outcomes: enum password_list_outcome. Fault: -ENOMEM. path ends with a NUL. */
MUST_CHECK int password_list_create(struct password_list **ret_list, const char *path);
void password_list_destroy(struct password_list *list); /* accepts NULL */

size_t password_list_count(const struct password_list *list);

/* Is the text, folded, one of its lines, folded? list may be NULL: no. */
bool password_list_has(const struct password_list *list, struct str text);
