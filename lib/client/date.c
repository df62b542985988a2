/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/client/date.h"

#include <string.h>

#include "lib/base/period.h"

enum {
	DATE_LEN = 29,
	JST_MS = 9 * 60 * 60 * 1000,
};

static int month_of(struct str name)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (int i = 0; i < 12; i++)
		if (str_equal(name, (struct str){months + 3 * i, 3}))
			return i + 1;
	return 0;
}

int date_parse(struct str text, int64_t *ret_ms)
{
	/* Where its digits stand, in the order of ours; the month's place is filled below. */
	static const unsigned char places[] = {12, 13, 14, 15, 0, 0, 5, 6, 17, 18, 20, 21, 23, 24};
	char digits[sizeof places + 1] = "";
	if (text.len != DATE_LEN || !str_ends(text, STR(" GMT")))
		return DATE_MALFORMED;
	int month = month_of((struct str){text.ptr + 8, 3});
	for (size_t i = 0; i < sizeof places; i++)
		digits[i] = text.ptr[places[i]];
	digits[4] = (char)('0' + month / 10);
	digits[5] = (char)('0' + month % 10);
	int64_t jst_ms;
	if (!month || period_datetime_parse(str_of(digits), &jst_ms) != 0)
		return DATE_MALFORMED;
	*ret_ms = jst_ms + JST_MS;
	return 0;
}
