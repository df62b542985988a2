/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL brings every form of time to yyyyMMddHHmmssZ; the calendar is base's. */
#include "lib/pki/inside.h"

#include "lib/base/period.h"

bool pki_time_ms(const ASN1_TIME *time, int64_t *ret_ms)
{
	ASN1_GENERALIZEDTIME *text = time ? ASN1_TIME_to_generalizedtime(time, NULL) : NULL;
	if (!text)
		return false;
	struct str whole = str_bytes(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
	bool plain = whole.len == 15 && str_ends(whole, STR("Z"));
	int r = plain ? period_utc_parse((struct str){whole.ptr, 14}, ret_ms) : PERIOD_MALFORMED;
	ASN1_GENERALIZEDTIME_free(text);
	return r == 0;
}
