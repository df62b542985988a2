/* SPDX-License-Identifier: Apache-2.0 */
/* Packing and unpacking of a result's place in order. */
#include "server/store/rid.h"

#include <assert.h>

#include "lib/base/period.h"

int64_t rid_first(int64_t facility_no, int64_t at_ms)
{
	assert(facility_no > 0 && facility_no < 1 << RID_FACILITY_BITS);
	int month = period_month(at_ms);
	int64_t second = (at_ms - period_month_start_ms(month)) / 1000;
	assert(second >= 0 && second < 1 << RID_SECOND_BITS);
	return (int64_t)month << RID_MONTH_SHIFT |
	       facility_no << (RID_SECOND_BITS + RID_SEQUENCE_BITS) | second << RID_SEQUENCE_BITS;
}

int64_t rid_last(int64_t facility_no, int64_t at_ms)
{
	return rid_first(facility_no, at_ms) | ((1 << RID_SEQUENCE_BITS) - 1);
}

int64_t rid_confirmed_ms(int64_t rid)
{
	int64_t second = rid >> RID_SEQUENCE_BITS & ((1 << RID_SECOND_BITS) - 1);
	return period_month_start_ms(rid_month(rid)) + second * 1000;
}

int rid_month(int64_t rid)
{
	return (int)(rid >> RID_MONTH_SHIFT);
}
