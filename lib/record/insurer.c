/* SPDX-License-Identifier: Apache-2.0 */
/* "M10W21", which is Luhn's: digits of each product are added, weights 2 and 1 from the right. */
#include "lib/record/insurer.h"

#include <assert.h>

#include "lib/base/number.h"
#include "lib/base/utf8.h"
#include "lib/record/names.h"

char check_digit_of(struct str digits)
{
	int sum = 0, weight = 2;
	for (size_t i = digits.len; i-- > 0;) {
		int product = (digits.ptr[i] - '0') * weight;
		assert(product >= 0 && product <= 18);
		sum += product / 10 + product % 10;
		weight = 3 - weight;
	}
	return (char)('0' + (10 - sum % 10) % 10);
}

bool check_digit_fits(struct str digits)
{
	if (digits.len < 2 || !number_is_digits(digits, digits.len))
		return false;
	struct str before = {digits.ptr, digits.len - 1};
	return check_digit_of(before) == digits.ptr[digits.len - 1];
}

bool insurer_number_valid(struct str number)
{
	number = str_trim(number);
	return number.len >= 6 && number.len <= 8 && check_digit_fits(number);
}

int insurer_number_fold(struct arena *arena, struct str number, struct str *ret_number)
{
	struct str folded, kept;
	int r = width_fold(arena, number, &folded);
	if (!r)
		r = arena_copy_without(arena, folded, " ", &kept);
	if (r)
		return PASS(r);
	int zeros = kept.len < 8 ? (int)(8 - kept.len) : 0;
	r = arena_print(arena, ret_number, "%.*s%.*s", zeros, "00000000", STR_ARG(kept));
	return r ? PASS(r) : 0;
}

enum { POINT_KYO = 0x5354 /* 協 */, POINT_KEI = 0x5951 /* 契 */, POINT_LONG_VOWEL = 0x30FC };

/* What people put between the digits of a number. */
static bool between(uint32_t point)
{
	return point == '-' || point == ' ' || point == '(' || point == ')' || point == '.' ||
	       point == POINT_LONG_VOWEL;
}

/* 協 or 契 in front, whatever brackets it had; absent: neither. */
static struct str association_take(struct str *text)
{
	while (text->len) {
		struct str before = *text;
		uint32_t point = utf8_next(text);
		if (point == POINT_KYO || point == POINT_KEI)
			return (struct str){before.ptr, 3};
		if (!between(point)) {
			*text = before;
			break;
		}
	}
	return (struct str){0};
}

/* The rest must be 0-9 A-Z; false: something else is in it. */
static bool letters_take(struct str text, char *bytes, size_t *ret_len)
{
	size_t len = 0;
	while (text.len) {
		uint32_t point = utf8_next(&text);
		if (between(point))
			continue;
		bool lower = point >= 'a' && point <= 'z';
		if (!lower && !(point >= 'A' && point <= 'Z') && !(point >= '0' && point <= '9'))
			return false;
		bytes[len++] = (char)(lower ? point - 'a' + 'A' : point);
	}
	*ret_len = len;
	return true;
}

static int code_judge(struct str association, struct str rest)
{
	bool digits = rest.len && number_is_digits(rest, rest.len);
	if (association.ptr)
		return digits && rest.len >= 7 && rest.len <= 11 ? 0 : FACILITY_CODE_MALFORMED;
	if (rest.len < 7 || rest.len > 12)
		return FACILITY_CODE_MALFORMED;
	return digits && rest.len == 10 && !check_digit_fits(rest) ? FACILITY_CODE_CHECK_DIGIT : 0;
}

int facility_code_fold(struct arena *arena, struct str typed, struct str *ret_code)
{
	struct str folded;
	int r = width_fold(arena, typed, &folded);
	if (r)
		return PASS(r);
	struct str association = association_take(&folded), rest;
	char *bytes = arena_alloc(arena, folded.len + 1);
	if (!bytes)
		return RAISE(ENOMEM);
	if (!letters_take(folded, bytes, &rest.len))
		return FACILITY_CODE_MALFORMED;
	rest.ptr = bytes;
	r = code_judge(association, rest);
	if (r)
		return r;
	r = arena_print(arena, ret_code, "%.*s%.*s", STR_ARG(association), STR_ARG(rest));
	return r ? PASS(r) : 0;
}
