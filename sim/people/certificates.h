/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which cards exist: a list of "aki serial" or, as shikaku-sim-pki writes it, "name aki serial" a
 * line. Lines belong to the people in order; "renewed" is a second card of the first one.
 */
#pragma once

#include <stdio.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

enum { CERTIFICATES_MAX = 100000 };

struct certificate {
	unsigned person; /* 1… */
	struct str aki, serial;
};

struct certificates {
	struct certificate *list;
	size_t count;
	unsigned people; /* the greatest person */
};

enum certificates_outcome {
	CERTIFICATES_MALFORMED = 1, /* not two or three words in a line, or not hexadecimal */
};

/* text is kept: the list borrows from it. Fault: -ENOMEM. */
MUST_CHECK int certificates_read(struct arena *arena, struct str text,
				 struct certificates *ret_certificates);
