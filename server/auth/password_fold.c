/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/password_fold.h"

#include <string.h>
#include <utf8proc.h>

void folded_wipe(struct folded *folded)
{
	explicit_bzero(folded, sizeof *folded);
}

/* utf8proc tells how much there would be; what fits is there. */
static void fold(struct str text, utf8proc_option_t options, struct folded *ret_folded)
{
	ret_folded->len = 0;
	utf8proc_ssize_t len =
		utf8proc_decompose((const utf8proc_uint8_t *)text.ptr, (utf8proc_ssize_t)text.len,
				   ret_folded->letters, FOLDED_MAX, options);
	if (len > FOLDED_MAX)
		len = FOLDED_MAX;
	if (len > 0)
		len = utf8proc_normalize_utf32(ret_folded->letters, len, options);
	ret_folded->len = len > 0 ? (size_t)len : 0;
}

void folded_compose(struct str text, struct folded *ret_folded)
{
	fold(text, UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE, ret_folded);
}

void folded_make(struct str text, struct folded *ret_folded)
{
	fold(text, UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD,
	     ret_folded);
}
