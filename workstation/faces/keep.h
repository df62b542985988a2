/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping charts from being lost: backups, and the way back on a new PC. */
#pragma once

#include "workstation/faces/faces.h"

/*
 * {folder, keep, made_ms: of the newest, is_due, problem, state: "unset", "none", "good", "late",
 * "failed", tried_ms, outcome: of the last attempt, done_ms: of the last good one, years,
 * purged_ms, purged, now_ms}; folder absent: none is chosen yet.
 */
int face_keep(struct face_call *call);
/* with {folder, keep}: from now on there, for every facility of this PC. Answers as face_keep. */
int face_keep_set(struct face_call *call);
/* One now: answers as face_keep. */
int face_keep_now(struct face_call *call);
/* {years}: how long this facility keeps what it received. Answers as face_keep. */
int face_retention_set(struct face_call *call);
/* On a new PC, with {backup, staff, password} or {backup, recovery}. */
int face_restore(struct face_call *call);
