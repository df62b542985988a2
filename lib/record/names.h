/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text folded for comparison only; what is stored and shown stays byte for byte as it came.
 */
#pragma once

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

/*
 * Widths: full-width ASCII becomes ASCII, half-width kana full-width (with its voicing mark), the
 * ideographic space a space, the many hyphens '-'. text is valid UTF-8. Fault: -ENOMEM.
 */
MUST_CHECK int width_fold(struct arena *arena, struct str text, struct str *ret_text);

/*
 * A name's comparison form: widths folded, hiragana as katakana, small kana as large, capitals, no
 * spaces, no variation selectors. ● (a character the insurer could not encode) stays ●. Fault:
 * -ENOMEM.
 */
MUST_CHECK int name_fold(struct arena *arena, struct str name, struct str *ret_name);
