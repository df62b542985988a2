/* SPDX-License-Identifier: Apache-2.0 */
/* ダウンロード要求, 結果数, ダウンロード: which results, how many, and here they come. */
#pragma once

#include "workstation/faces/faces.h"

/* {} → {today, first_day, days_left}: what can still be received. */
MUST_CHECK int face_receive_limits(struct face_call *call);
/*
 * {choice, from?, to?, reference} → {order, from, to, clamped}. choice: "today", "week", "month",
 * "last", "new", "between" with days; reference: "any", "with", "without" (not with "new").
 */
MUST_CHECK int face_receive_count(struct face_call *call);
/* The same → {order}: receive them. */
MUST_CHECK int face_receive_start(struct face_call *call);
/* {}: stop; what has come stays. */
MUST_CHECK int face_receive_cancel(struct face_call *call);
/* {on}: receive as they come, or only when told. */
MUST_CHECK int face_receive_automatic(struct face_call *call);
