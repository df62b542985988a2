/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result's place in order: JST month since 2020 (10 bits) ‖ facility (20) ‖ second of the month
 * (22) ‖ sequence (11). One month is one range of rids; a facility's rids rise with time.
 */
#pragma once

#include <stdint.h>

enum {
	RID_SEQUENCE_BITS = 11,
	RID_SECOND_BITS = 22,
	RID_FACILITY_BITS = 20,
	RID_MONTH_SHIFT = RID_SEQUENCE_BITS + RID_SECOND_BITS + RID_FACILITY_BITS,
};

/* The first rid of a facility in the second of at_ms. facility_no: 1..2^20 - 1. */
int64_t rid_first(int64_t facility_no, int64_t at_ms);

/* The last one of that second. */
int64_t rid_last(int64_t facility_no, int64_t at_ms);

/* 資格確認日時: the start of its second. */
int64_t rid_confirmed_ms(int64_t rid);

/* Its month as in lib/base/period.h. */
int rid_month(int64_t rid);
