/* SPDX-License-Identifier: Apache-2.0 */
/* Text as people mean it: NFKC, and without the difference of cases (Unicode, by utf8proc). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/base/str.h"

enum { FOLDED_MAX = 1024 };

struct folded {
	int32_t letters[FOLDED_MAX]; /* code points */
	size_t len;		     /* what does not fit is cut */
};

/* For AUTO(folded_wipe). */
void folded_wipe(struct folded *folded);

/* NFKC. Not UTF-8: empty. */
void folded_compose(struct str text, struct folded *ret_folded);

/* NFKC of the case-folded text. */
void folded_make(struct str text, struct folded *ret_folded);
