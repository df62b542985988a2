/* SPDX-License-Identifier: Apache-2.0 */
/* 届いた結果 and 月初の確認: the two lists (seed table 1.4.2 no. 7). */
#pragma once

#include "workstation/faces/faces.h"

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
