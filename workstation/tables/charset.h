/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a file as text, and text as bytes of a file: UTF-8, and the Shift_JIS of Windows
 * (CP932). */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

enum charset {
	CHARSET_UTF8 = 1,
	CHARSET_CP932,
};

/* What it looks like: UTF-8 when it is valid UTF-8, else CP932. To propose; a person decides. */
enum charset charset_guess(struct str bytes);

enum charset_outcome {
	CHARSET_BAD = 1, /* *ret_bad bytes from the beginning something is no character */
};

/* *ret_text is UTF-8, bytes itself or in the arena. Outcome: CHARSET_BAD. Fault: -ENOMEM. */
MUST_CHECK int charset_decode(struct arena *arena, enum charset charset, struct str bytes,
			      struct str *ret_text, size_t *ret_bad);

/*
 * text is valid UTF-8. For CP932, characters that it does not have are written as 〓 (geta), and
 * counted: somebody is to be told. What only changes the character before it (a variation selector,
 * 濁点 of its own) is left out, and counted. 〜 − ¢ and their like come back in their wide forms,
 * which is what Windows writes. Fault: -ENOMEM.
 */
MUST_CHECK int charset_encode(struct arena *arena, enum charset charset, struct str text,
			      struct str *ret_bytes, size_t *ret_lost);

/*
 * Which those are, one behind the other as they stand, each with what changes it; in the arena. ""
 * when nothing is lost. Fault: -ENOMEM.
 */
MUST_CHECK int charset_missing(struct arena *arena, enum charset charset, struct str text,
			       struct str *ret_characters);
