/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal numbers in text: the only way from digits to an integer. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/fault.h"
#include "lib/base/str.h"

enum number_outcome {
	NUMBER_MALFORMED = 1, /* empty, not only ASCII digits, a superfluous leading zero */
	NUMBER_OUT_OF_RANGE,
};

/*
 * The whole text as a decimal number in min..max; a leading '-' only where min < 0. Leading zeros
 * are refused, so that one number has one spelling. Outcomes: enum number_outcome.
 */
MUST_CHECK int number_parse(struct str text, int64_t min, int64_t max, int64_t *ret_number);

enum { NUMBER_TEXT_BYTES = 21 };

/* number in decimal, in text: the same without a format to read. */
struct str number_print(int64_t number, char text[NUMBER_TEXT_BYTES]);

/* Exactly digits ASCII digits, nothing else? */
bool number_is_digits(struct str text, size_t digits);

/* The value of 1..18 ASCII digits, leading zeros allowed; text was checked by number_is_digits. */
int64_t number_of_digits(struct str text);
