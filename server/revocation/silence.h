/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A responder that does not answer is not waited for by everybody: after some questions in a row
 * without any answer, one at a time goes on asking, and the others know at once. The first answer
 * ends it. Not locked: its owner does that.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { SILENCE_AFTER = 3 };

struct silence {
	size_t asking;	   /* questions under way */
	size_t unanswered; /* in a row */
};

/* May one more be asked? */
bool silence_allows(const struct silence *silence);

/* Around each question that was allowed. answered: by a lie too, which costs nobody time. */
void silence_begin(struct silence *silence);
void silence_end(struct silence *silence, bool answered);
