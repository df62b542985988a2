/* SPDX-License-Identifier: Apache-2.0 */
/* Text from elsewhere on a terminal: nothing in it may steer it; wide characters count two. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#include "lib/base/str.h"

/* The text, each control character in it as '?', and turning nothing but itself. */
void text_put(FILE *out, struct str text);

/* text_put, then spaces up to columns; a longer text is not cut and gets none. */
void text_cell(FILE *out, struct str text, size_t columns);
