/* SPDX-License-Identifier: Apache-2.0 */
/* Insurers' and facilities' numbers: check digits (modulus 10, weights 2 1) and one spelling. */
#pragma once

#include <stdbool.h>

#include "lib/base/arena.h"
#include "lib/base/fault.h"
#include "lib/base/str.h"

/* The check digit '0'..'9' of digits (ASCII, without it); weights 2,1,2… from the right. */
char check_digit_of(struct str digits);

/* Only digits, at least two, and the last is the check digit of those before it. */
bool check_digit_fits(struct str digits);

/*
 * 保険者番号: 6 digits (国保) or 8, blanks and zeros at the left ignored, and its check digit fits?
 * To warn, never to refuse what the service says: real numbers that fail it exist.
 */
bool insurer_number_valid(struct str number);

/* Padded with zeros to 8 digits, blanks dropped, widths folded. Fault: -ENOMEM. */
MUST_CHECK int insurer_number_fold(struct arena *arena, struct str number, struct str *ret_number);

enum facility_code_outcome {
	FACILITY_CODE_MALFORMED = 1,
	FACILITY_CODE_CHECK_DIGIT, /* 10 digits whose last is not the check digit */
};

/*
 * One spelling of what people type: widths folded, hyphens, blanks and brackets dropped, capitals.
 * Either 医療機関等コード and the like, 7..12 of 0-9 A-Z (10 digits must have their check digit),
 * or 登録記号番号, 協 or 契 and 7..11 digits: that character stays, so that the two never collide.
 * Outcomes: enum facility_code_outcome.
 */
MUST_CHECK int facility_code_fold(struct arena *arena, struct str typed, struct str *ret_code);
