/* SPDX-License-Identifier: Apache-2.0 */
/* Strict decimal reading. */
#include "lib/base/number.h"

#include <assert.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int number_parse(struct str text, int64_t min, int64_t max, int64_t *ret_number)
{
	assert(min <= max);
	bool negative = min < 0 && text.len && text.ptr[0] == '-';
	if (negative)
		text = (struct str){text.ptr + 1, text.len - 1};
	if (text.len == 0 || (text.len > 1 && text.ptr[0] == '0') ||
	    (negative && text.ptr[0] == '0'))
		return NUMBER_MALFORMED;
	int64_t number = 0;
	bool overflow = false;
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.ptr[i]))
			return NUMBER_MALFORMED;
		int digit = text.ptr[i] - '0';
		overflow |= __builtin_mul_overflow(number, 10, &number);
		overflow |= __builtin_add_overflow(number, negative ? -digit : digit, &number);
	}
	if (overflow || number < min || number > max)
		return NUMBER_OUT_OF_RANGE;
	*ret_number = number;
	return 0;
}

bool number_is_digits(struct str text, size_t digits)
{
	if (text.len != digits)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.ptr[i]))
			return false;
	return true;
}

int64_t number_of_digits(struct str text)
{
	assert(text.len >= 1 && text.len <= 18);
	int64_t number = 0;
	for (size_t i = 0; i < text.len; i++)
		number = number * 10 + (text.ptr[i] - '0');
	return number;
}

struct str number_print(int64_t number, char text[NUMBER_TEXT_BYTES])
{
	size_t at = NUMBER_TEXT_BYTES;
	uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	do {
		text[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left);
	if (number < 0)
		text[--at] = '-';
	return (struct str){text + at, NUMBER_TEXT_BYTES - at};
}
