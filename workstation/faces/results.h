/* SPDX-License-Identifier: Apache-2.0 */
/* 届いた結果 and 月初の確認: the two lists (seed table 1.4.2 no. 7). */
#pragma once

#include "lib/base/period.h"
#include "workstation/faces/faces.h"
#include "workstation/store/lists.h"

/*
 * {from?, to?: yyyymmdd, status?, search?, day?: yyyymmdd} → {results: […], more, today, asks, all,
 * on}; newest first, at most RESULTS_MAX; more: there are others. on: today.
 */
int face_results(struct face_call *call);

/*
 * {back?: months before this one} → {month: yyyymm, on, charts: […]}: who came in the
 * month before it and has no 有効 result in it or later.
 */
int face_monthly(struct face_call *call);

/* What the two calls are asked for, for who lists the same. Outcome: FACE_DESK_FIELDS. */
struct results_months {
	int month;						       /* yyyymm */
	char last[PERIOD_DATETIME_BYTES], this[PERIOD_DATETIME_BYTES]; /* their first instants */
};
/* In the call's arena. */
MUST_CHECK int results_filter_read(struct face_call *call, struct list_filter *ret_filter);
MUST_CHECK int results_months_read(struct face_call *call, struct results_months *ret_months);
