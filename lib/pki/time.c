/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/pki/inside.h"

#include <time.h>

bool pki_time_ms(const ASN1_TIME *time, int64_t *ret_ms)
{
	struct tm moment;
	if (!time || ASN1_TIME_to_tm(time, &moment) != 1)
		return false;
	*ret_ms = (int64_t)timegm(&moment) * 1000;
	return true;
}
